"""Read media from the folder that a browser saved beside a page, such as page_files/ beside page.html.

In the saved page, the attribute `src` of an image is the path of the file (`./page_files/640(1)`), and `data-src` is
the image's address on WeChat's CDN. The two attributes tell which file belongs to an address. In a folder made by hand,
files may instead be named after the CDN's image ids.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from archiver import urls
from archiver.fetcher.limits import IMAGE_LIMIT
from archiver.fetcher.saved.tags import ORIGINAL_ADDRESS, image_attributes
from archiver.models import Download

_FOLDERS = ("{}_files", "{}.files", "{}_文件")  # of Chrome and Firefox, of Internet Explorer and Word, of WPS


class CompanionFolder:
    """The LocalMedia of a page saved as .html: the files in the folder beside the page.

    The constructor takes `page`, the path of the page, and `html`, its content. Nothing is read or searched before the
    first call of `find`.
    """

    def __init__(self, page: Path, html: bytes) -> None:
        self._page, self._html = page, html

    def find(self, address: str) -> Download | None:
        """Return the medium for `address`, an address in the page; None if there is no readable file for it."""
        keys = urls.image_id(address), urls.media(address)
        # A page may show a file in the folder without noting its address on the CDN.
        relative = "" if ":" in address else unquote(address.rpartition("/")[2])
        name = next((self._names[key] for key in keys if key and key in self._names), relative)
        content = _read_image(self._files.get(name))
        return None if content is None else Download(url=address, content=content)

    @cached_property
    def _files(self) -> dict[str, Path]:
        return _list_folder(self._page)

    @cached_property
    def _names(self) -> dict[str, str]:
        """A dict in which `find` looks up the file of an image by the image's id or address.

        The values are names of files in the folder. The dict is empty if the folder has no files.
        """
        stems = {path.stem: name for name, path in self._files.items()}
        return {**_shown_names(self._html), **stems} if stems else {}


def _list_folder(page: Path) -> dict[str, Path]:
    """Return the files in the folders that programs save beside `page`, as a dict from file name to path.

    `page` is the path of the page. The folders of page.html are page_files, page.files and page_文件. Symbolic links
    that lead out of their folder are skipped.
    """
    files: dict[str, Path] = {}
    for pattern in _FOLDERS:
        folder = page.with_name(pattern.format(page.stem))
        try:
            entries = sorted(folder.iterdir()) if folder.is_dir() else []
            root = folder.resolve()
        except (OSError, RuntimeError):  # RuntimeError: symbolic links form a loop
            continue
        for path in entries:
            if path.is_file() and path.resolve().is_relative_to(root):
                files.setdefault(path.name, path)
    return files


def _shown_names(html: bytes) -> dict[str, str]:
    """Return a dict that tells which file in the folder beside a saved page contains which image.

    The keys are the images' addresses and ids on the CDN, the values are file names. `html` is the content of the page.
    For example, `<img src="./page_files/640(1)" data-src="https://mmbiz.qpic.cn/…">` adds two keys with the value
    '640(1)': the address in `data-src`, and the image id in this address. Images whose `src` is not a path to a file in
    a folder are left out.
    """
    names: dict[str, str] = {}
    for attributes in image_attributes(html.decode("utf-8", "replace")):
        original = next((attributes[name] for name in ORIGINAL_ADDRESS if attributes.get(name)), "")
        local = urls.unescape_entities(attributes.get("src", ""))
        if not original or "/" not in local or local.startswith(("data:", "http:", "https:", "//")):
            continue
        address = urls.media(original)
        for key in (urls.image_id(address), address):
            if key:
                names.setdefault(key, unquote(re.split(r"[?#]", local)[0].rpartition("/")[2]))
    return names


def _read_image(path: Path | None) -> bytes | None:
    """Return the content of a file; None if `path` is None, unreadable or larger than IMAGE_LIMIT."""
    try:
        if path is None or path.stat().st_size > IMAGE_LIMIT:
            return None
        return path.read_bytes()
    except OSError:
        return None
