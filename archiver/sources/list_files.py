"""A list of addresses → one Entry for each, good or bad, with the number of its line.

What people keep lists in is told apart by the first line that says something: CSV and the like by a header with
a column of addresses, JSON by its bracket (an array, or objects over several lines, as jq prints them); all else is
read line by line: addresses, Markdown items, message text, JSON lines.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from archiver import urls
from archiver.credentials import redact_words
from archiver.errors import NotWeChat
from archiver.models import Target
from archiver.sources import list_formats as forms
from archiver.sources.charset import chunks_of, encoding_of
from archiver.sources.list_formats import BLANK, Cell

# An address ends where Markdown, HTML and CSV end it. One that is part of another address (?u=https://…) is none.
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9=/?&%._~#@-])(?:https?://)?mp\.weixin\.qq\.com/[!#-'*+\-./0-9:;=?@A-Z\[\\\]^_a-z{}~]+"
)
_PUNCTUATION = ".,;:!?'*]}\\"  # behind an address, it belongs to the sentence
_ITEM = re.compile(r"(?:[-*+•>]|\d{1,9}[.)、])?\s*(?:\[[ xX]?\](?!\()\s*)?")
_LINK = re.compile(r"\[[^\[\]]*\]\(")
_LINK_END = re.compile(r"\)[^)]*\Z")
_SAVED = (".html", ".htm", ".mhtml", ".mht")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """What one place of a list names: a Target, or an error in one line that says what to do."""

    number: int  # of the line, from 1; of a record over several lines the first
    source: str  # the address or path as given, less credentials; of a bad line all of it
    target: Target | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Folder:
    """Where the list lies: paths in it count from there."""

    name: str
    exists: Callable[[str], bool]

    def file(self, text: str) -> str:
        """The file that `text` names, '' when there is none."""
        path = os.path.join(self.name, text)  # noqa: PTH118 - a Path would eat the `./` that the user wrote
        return path if self.exists(path) else ""


def lines_of(content: bytes | BinaryIO) -> Iterator[str]:
    """The lines of a list, however they end and whatever it is encoded in; InputError for what is no text.

    A file is read twice from where it stands, so it must be one that can be wound back. Of a line that is longer than
    any list's a bit more than `forms.LARGEST_DOCUMENT` is given.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    return _split(chunks_of(file, encoding_of(file)))


def _split(chunks: Iterator[str]) -> Iterator[str]:
    """The lines of a text one by one: str.splitlines also breaks at letters like U+2028, which no editor counts."""
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    line: list[str] = []  # what is known of the line that has not ended
    length = 0
    for chunk in chain(map(newlines.decode, chunks), (newlines.decode("", final=True) for _ in range(1))):
        for place, text in enumerate(chunk.split("\n")):
            if place:
                yield "".join(line)
                line, length = [], 0
            if length <= forms.LARGEST_DOCUMENT:
                line.append(text)
            length += len(text)
    if length:
        yield "".join(line)


def read_list(
    lines: Iterable[str], *, folder: str = "", exists: Callable[[str], bool] = lambda _path: False
) -> Generator[ListEntry, None, int]:
    """What each line names, in their order, as soon as it is read; its value is how many addresses came again.

    A line that cannot be read is an Entry with an error, and the rest goes on. A line that holds two addresses gives
    two Entries. An address that was there before is left out. `folder` is the list's own: paths of saved pages
    count from it, and are taken for such only where `exists` says that a file lies there.
    """
    place = _Folder(name=folder, exists=exists)
    seen: set[str] = set()
    again = 0
    for cell in forms.cells(lines):
        for entry in _entries(cell, place):
            if entry.target is not None:
                named = entry.target.url or entry.target.file
                if named in seen:
                    again += 1
                    continue
                seen.add(named)
            yield entry
    return again


def _entries(cell: Cell, place: _Folder) -> list[ListEntry]:
    if cell.error:
        return [ListEntry(number=cell.number, source=redact_words(forms.cut(cell.texts[0])), error=cell.error)]
    if len(cell.texts) == 1:
        return _named(cell.number, cell.texts[0], place)
    return [_best([entry for text in cell.texts for entry in _named(cell.number, text, place)])]


def _best(entries: list[ListEntry]) -> ListEntry:
    """Of several names of one article the short address (a long one meets the wall, §1.1), else the first good."""
    good = [entry for entry in entries if entry.target]
    short = [entry for entry in good if entry.target and urls.is_short(entry.target.url)]
    return (short or good or entries)[0]


def _named(number: int, text: str, place: _Folder) -> list[ListEntry]:
    """What `text` names: a file of the list's folder, else every address in it; at least one Entry."""
    if "://" not in text and (file := place.file(text)):  # wget names folders after hosts
        return [_saved(number, text, file)]
    shown = _LINK.sub("(", text) if "](" in text else text  # a link's words may be its address, cut short
    found = [address.rstrip(_PUNCTUATION) for address in _ADDRESS.findall(shown)]
    if not found:
        return [_unaddressed(number, text, place)]
    return [_parsed(number, source) for source in dict.fromkeys(found)]


def _saved(number: int, text: str, file: str) -> ListEntry:
    told = redact_words(text)
    return ListEntry(number=number, source=told, target=Target(source=told, file=file))


def _unaddressed(number: int, text: str, place: _Folder) -> ListEntry:
    """A path behind an item's mark, an address in an odd spelling, or nothing that archiver knows."""
    bare = _bare(text)
    if bare != text and "://" not in bare and (file := place.file(bare)):
        return _saved(number, bare, file)
    if (text.lower().endswith(_SAVED) or bare.lower().endswith(_SAVED)) and not urls.looks_like_address(bare):
        where = place.name or "the current folder"
        error = f"no such file: paths in a list count from {where}"
        return ListEntry(number=number, source=redact_words(text), error=error)
    return _parsed(number, bare, whole=text)


def _bare(text: str) -> str:
    """`text` without a list item's mark, and of a Markdown link its target."""
    bare = _ITEM.sub("", text, count=1)
    if opened := _LINK.match(bare):
        bare = _LINK_END.sub("", bare[opened.end() :])
    return bare.strip(BLANK + "<>")


def _parsed(number: int, source: str, whole: str = "") -> ListEntry:
    try:
        target = urls.parse_target(source)
    except NotWeChat as error:
        return ListEntry(number=number, source=redact_words(whole or source), error=str(error.args[0]))
    return ListEntry(number=number, source=target.source, target=target)
