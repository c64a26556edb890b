"""Media that a browser put beside a page it saved: page.html and its folder page_files/.

The saved page shows `src="./page_files/640(1)"` and keeps the CDN's address in `data-src`: that pair says which
file is which image. A folder made by hand names its files by the CDN's image id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from archiver import urls
from archiver.fetcher.limits import IMAGE_LIMIT
from archiver.models import Download

_FOLDERS = ("{}_files", "{}.files", "{}_文件")  # Chrome and Firefox; Internet Explorer and Word; WPS
_ORIGINAL_ADDRESS = ("data-src", "data-original", "data-original-src", "_src")  # before the browser replaced `src`

# Neither expression looks at a character twice. (CPython before 3.11.5 misreads possessive groups.)
_TAG = re.compile(r"""[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*""")
_ATTRIBUTE = re.compile(r"""[\s"']([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")


class CompanionFolder:
    """LocalMedia of a page saved as .html: the files in the folder beside it.

    `page` is the path of the file and `html` what is in it; the folder is listed and the page searched for images
    at the first `find`.
    """

    def __init__(self, page: Path, html: bytes) -> None:
        self._page, self._html = page, html

    def find(self, address: str) -> Download | None:
        """Return the bytes saved for a medium's address, None when there are none that can be read."""
        keys = urls.image_id(address), urls.media(address)
        # A page may show a file of the folder without telling the CDN's address of it.
        relative = "" if ":" in address else unquote(address.rpartition("/")[2])
        name = next((self._names[key] for key in keys if key and key in self._names), relative)
        content = _read_image(self._files.get(name))
        return None if content is None else Download(url=address, content=content)

    @cached_property
    def _files(self) -> dict[str, Path]:
        return _list_folder(self._page)

    @cached_property
    def _names(self) -> dict[str, str]:
        """The file's name by image id and by media address."""
        stems = {path.stem: name for name, path in self._files.items()}
        return {**_shown_names(self._html), **stems} if stems else {}


def _list_folder(page: Path) -> dict[str, Path]:
    """Return the files of the page's companion folder by name, without links that lead out of it."""
    files: dict[str, Path] = {}
    for pattern in _FOLDERS:
        folder = page.with_name(pattern.format(page.stem))
        try:
            entries = sorted(folder.iterdir()) if folder.is_dir() else []
            root = folder.resolve()
        except (OSError, RuntimeError):  # RuntimeError: links in a circle
            continue
        for path in entries:
            if path.is_file() and path.resolve().is_relative_to(root):
                files.setdefault(path.name, path)
    return files


def _shown_names(html: bytes) -> dict[str, str]:
    """Return the file's name for each image id and media address that the saved page shows from a file."""
    names: dict[str, str] = {}
    for attributes in _image_attributes(html.decode("utf-8", "replace")):
        original = next((attributes[name] for name in _ORIGINAL_ADDRESS if attributes.get(name)), "")
        local = urls.unescape_entities(attributes.get("src", ""))
        if not original or "/" not in local or local.startswith(("data:", "http:", "https:", "//")):
            continue
        address = urls.media(original)
        for key in (urls.image_id(address), address):
            if key:
                names.setdefault(key, unquote(re.split(r"[?#]", local)[0].rpartition("/")[2]))
    return names


def _image_attributes(html: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of each <img> tag: names in lower case, values with their entities."""
    for rest in re.split(r"<img(?=[\s/])", html, flags=re.IGNORECASE)[1:]:
        tag = _TAG.match(rest)
        attributes = _ATTRIBUTE.findall(tag[0] if tag else "")
        yield {name.lower(): double or single or bare for name, double, single, bare in reversed(attributes)}


def _read_image(path: Path | None) -> bytes | None:
    """Return the bytes of a file, None when there is none, it cannot be read or is larger than any image."""
    try:
        if path is None or path.stat().st_size > IMAGE_LIMIT:
            return None
        return path.read_bytes()
    except OSError:
        return None
