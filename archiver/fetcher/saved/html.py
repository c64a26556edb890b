"""The pictures that a browser put beside a page it saved: page.html and its folder page_files/.

The saved page shows `src="./page_files/640(1)"` and keeps the CDN's address in `data-src`: that pair says which
file is which picture. A folder made by hand names its files by the CDN's image id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from archiver import urls
from archiver.fetcher.options import IMAGE_LIMIT
from archiver.models import Download

_FOLDERS = ("{}_files", "{}.files", "{}_文件")  # Chrome and Firefox; Internet Explorer and Word; WPS
_REAL = ("data-src", "data-original", "data-original-src", "_src")  # the address before the browser replaced it

# Nothing has to follow, so nothing is looked at twice. (CPython before 3.11.5 misreads possessive groups.)
_TAG = re.compile(r"""[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*""")
_ATTRIBUTE = re.compile(r"""[\s"']([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")


def media_beside(page: Path, html: bytes) -> Callable[[str], Download | None]:
    """What gives the saved bytes for a media address; the folder and the page are looked at on first use."""

    @cache
    def files() -> dict[str, Path]:
        return _files(page)

    @cache
    def names() -> dict[str, str]:
        stems = {path.stem: name for name, path in files().items()}
        return {**_names(html), **stems} if stems else {}

    def media(url: str) -> Download | None:
        wanted = urls.image_id(url), urls.media(url)
        beside = (
            "" if ":" in url else unquote(url.rpartition("/")[2])
        )  # shown from the folder, without the CDN's address
        found = next((names()[key] for key in wanted if key and key in names()), beside)
        content = _bytes(files().get(found))
        return None if content is None else Download(url=url, content=content)

    return media


def _files(page: Path) -> dict[str, Path]:
    """The files of the page's companion folder by name; only what truly lies in it, links that lead out do not."""
    found: dict[str, Path] = {}
    for pattern in _FOLDERS:
        folder = page.with_name(pattern.format(page.stem))
        try:
            entries = sorted(folder.iterdir()) if folder.is_dir() else []
            root = folder.resolve()
        except (OSError, RuntimeError):  # RuntimeError: links in a circle
            continue
        for path in entries:
            if path.is_file() and path.resolve().is_relative_to(root):
                found.setdefault(path.name, path)
    return found


def _names(html: bytes) -> dict[str, str]:
    """The file's name for each image id and media address that the saved page shows from a file."""
    names: dict[str, str] = {}
    for attributes in _images(html.decode("utf-8", "replace")):
        real = next((attributes[name] for name in _REAL if attributes.get(name)), "")
        shown = urls.unescape_entities(attributes.get("src", ""))
        if not real or "/" not in shown or shown.startswith(("data:", "http:", "https:", "//")):
            continue
        for key in (urls.image_id(urls.media(real)), urls.media(real)):
            if key:
                names.setdefault(key, unquote(re.split(r"[?#]", shown)[0].rpartition("/")[2]))
    return names


def _images(html: str) -> Iterator[dict[str, str]]:
    """The attributes of each <img> tag, names in lower case, values as they stand."""
    for rest in re.split(r"<img(?=[\s/])", html, flags=re.IGNORECASE)[1:]:
        tag = _TAG.match(rest)
        found = _ATTRIBUTE.findall(tag[0] if tag else "")
        yield {name.lower(): double or single or bare for name, double, single, bare in reversed(found)}


def _bytes(path: Path | None) -> bytes | None:
    try:
        if path is None or path.stat().st_size > IMAGE_LIMIT:
            return None
        return path.read_bytes()
    except OSError:
        return None
