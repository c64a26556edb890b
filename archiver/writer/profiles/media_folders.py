"""Translate between the names of media, which all profiles share, and the paths of their files on one kind of site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from archiver.writer.names import IMAGES, MEDIA

_NAME = re.compile(rf"/?((?:{IMAGES}|{MEDIA})/[^?#]+)")


@dataclass(frozen=True, slots=True)
class MediaFolders:
    """The folders of media below `root`, the folder whose files the site publishes at its own root, such as `static`.

    `root` is relative to the archive's folder; '' for this folder itself. A name is that of a file, such as
    `postimg/a.png`, and does not depend on the profile.
    """

    root: str = ""

    @property
    def directories(self) -> tuple[str, ...]:
        """The paths of the folders: that of images, and that of sounds and films."""
        return tuple(map(self.path_of, (IMAGES, MEDIA)))

    def path_of(self, name: str) -> str:
        """Return the path of the file that is called `name`: `static/postimg/a.png` for `postimg/a.png`."""
        return f"{self.root}/{name}" if self.root else name

    def name_of(self, path: str) -> str:
        """Return the name of the file at `path`; '' if it does not lie in one of the folders."""
        name = path.removeprefix(f"{self.root}/") if self.root else path
        is_below_root = not self.root or name != path
        return name if is_below_root and name.startswith((f"{IMAGES}/", f"{MEDIA}/")) else ""


def name_in_address(address: str, prefixes: Iterable[str]) -> str:
    """Return the name of the media file at `address`, which may be percent-encoded; '' if it is not that of one.

    The address consists of one of `prefixes`, perhaps `/`, and the name.
    """
    address = unquote(address)
    for prefix in prefixes:
        if address.startswith(prefix) and (found := _NAME.fullmatch(address[len(prefix) :])):
            return found[1] if ".." not in found[1].split("/") else ""
    return ""


def names_in(text: str, prefixes: tuple[str, ...]) -> list[str]:
    """Return the names of the media files that the Markdown or HTML `text` shows, each once, in order of appearance.

    Their addresses begin with one of `prefixes`, or with none of them.
    """
    return list(dict.fromkeys(unquote(name) for name in _addresses(prefixes).findall(text)))


@cache
def _addresses(prefixes: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for the addresses of media files in Markdown or HTML; its only group is the name of the file."""
    before = "|".join(map(re.escape, prefixes))
    return re.compile(rf"""[("](?:{before})?/((?:{IMAGES}|{MEDIA})/[^\s()"'<>#?]+)""")
