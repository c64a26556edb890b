"""Name the media of an archive, such as `postimg/<image id>`.

Media without an id are named by a digest of their address.

A name is `<folder>/<stem>`, without an extension. It identifies the medium in the catalogue and does not depend on the
profile.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlsplit

from archiver import urls
from archiver.models import Media

IMAGES = "postimg"
MEDIA = "media"  # audio and video

LONGEST_MEDIA = 200  # maximum length of a medium's file name without extension, in bytes
_KEPT = 24  # number of characters of an unsafe id that its safe name keeps

_PUBLISHABLE = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]*\Z")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # devices on Windows, with any extension


def media_name(medium: Media) -> str:
    """Return the name of a medium: `postimg/<id>` for an image with an id of WeChat's CDN, else `<folder>/<digest>`.

    The folder is `postimg` for images and `media` for audio and video. The digest is made from the address. An id that
    is not a safe file name is replaced (see `safe_name`). The name of a drawing begins with `svg-`.
    """
    folder = IMAGES if medium.kind == "image" else MEDIA
    image = urls.image_id(medium.url) if medium.kind == "image" else ""
    if not image:
        digest = sha256(_stable_part(medium.url).encode("utf-8", "surrogatepass")).hexdigest()
        return f"{folder}/svg-{digest}" if medium.is_drawing else f"{folder}/{digest}"
    fits = _PUBLISHABLE.match(image) and not _DEVICE.match(image) and len(image) <= LONGEST_MEDIA
    return f"{folder}/{image}" if fits else safe_name(f"{folder}/{image}")


def safe_name(name: str) -> str:
    """Return a replacement for the media name `name`: a unique file name that every site and file system accepts.

    For example, `postimg/Ab_C` becomes `postimg/abc-<digest of Ab_C>`. Callers use it if `name` has unsafe
    characters, is too long, or differs from the name of another medium only in case. This function itself does not
    check `name`.
    """
    folder, _, stem = name.partition("/")
    prefix = re.sub(r"[^a-z0-9]+", "", stem.lower())[:_KEPT] or "image"
    return f"{folder}/{prefix}-{sha256(stem.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def number_in(key: str) -> str:
    """Return a text to append to a file name, so that articles with the same title get different names.

    It is made from `key`, the article's key, and has at most 40 characters. There are two forms of keys:

    - `<biz>:<mid>:<idx>`, made of WeChat's ids, gives `<mid>-<idx>`.
    - `sha256:<digest>`, for an article without ids, gives `<digest>`.
    """
    return re.sub(r"[^A-Za-z0-9-]+", "-", key.partition(":")[2])[:40]


def _stable_part(address: str) -> str:
    """Return the part of a medium's address that is the same for all readers.

    For media of the CDN, this is the address without its query, which contains a new signature for each reader. Other
    addresses are returned unchanged.
    """
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:  # `https://[`
        return address
    return address.partition("?")[0] if host.endswith(urls.MEDIA_HOSTS) else address
