"""Name the media of an archive: by the id that the CDN gives them, else by a digest of their address.

A name is `<folder>/<stem>`, without extension; by it the catalogue knows a medium, whatever the profile.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlsplit

from archiver import urls
from archiver.models import Media

IMAGES = "postimg"
MEDIA = "media"  # audio and video

LONGEST_MEDIA = 200  # bytes of a medium's name without its extension
_KEPT = 24  # characters of an unpublishable id that its safe name keeps

_PUBLISHABLE = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]*\Z")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # devices on Windows, with any extension


def media_name(medium: Media) -> str:
    """Return folder and name without extension, by which a medium is known in the archive: `postimg/<image-id>`."""
    folder = IMAGES if medium.kind == "image" else MEDIA
    image = urls.image_id(medium.url) if medium.kind == "image" else ""
    if not image:
        return f"{folder}/{sha256(_stable_part(medium.url).encode('utf-8', 'surrogatepass')).hexdigest()}"
    fits = _PUBLISHABLE.match(image) and not _DEVICE.match(image) and len(image) <= LONGEST_MEDIA
    return f"{folder}/{image}" if fits else safe_name(f"{folder}/{image}")


def safe_name(name: str) -> str:
    """Return a replacement for `name` that every site can publish and that is unique even on disks that ignore case."""
    folder, _, stem = name.partition("/")
    prefix = re.sub(r"[^a-z0-9]+", "", stem.lower())[:_KEPT] or "image"
    return f"{folder}/{prefix}-{sha256(stem.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def number_in(key: str) -> str:
    """Return the part of a key that distinguishes articles of one title: `<mid>-<idx>`, or the digits of a digest."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", key.partition(":")[2])[:40]


def _stable_part(address: str) -> str:
    """Return the part of a medium's address that names it: the CDN signs videos anew for every reader."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:  # `https://[`
        return address
    return address.partition("?")[0] if host.endswith(urls.MEDIA_HOSTS) else address
