"""Read list files: a ListEntry for each address or saved page in it, or for a line that cannot be read.

The format is detected by the first line that is neither empty nor a comment: CSV and similar tables by a header with a
column of addresses, JSON by its bracket (an array, or objects over several lines, as jq prints them). Everything else
is read line by line: addresses, Markdown lists, message text, JSON lines.
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
from archiver.sources.charset import decode_chunks, detect_encoding
from archiver.sources.list_formats import BLANK, MAX_DOCUMENT_LENGTH, Cell, read_cells, shorten

# An address ends where Markdown, HTML and CSV end it. An address inside another one (?u=https://…) does not count.
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9=/?&%._~#@-])(?:https?://)?mp\.weixin\.qq\.com/[!#-'*+\-./0-9:;=?@A-Z\[\\\]^_a-z{}~]+"
)
_PUNCTUATION = ".,;:!?'*]}\\"  # at the end of an address it belongs to the sentence
_ITEM_MARK = re.compile(r"(?:[-*+•>]|\d{1,9}[.)、])?\s*(?:\[[ xX]?\](?!\()\s*)?")
_LINK = re.compile(r"\[[^\[\]]*\]\(")
_LINK_END = re.compile(r"\)[^)]*\Z")
_SAVED_SUFFIXES = (".html", ".htm", ".mhtml", ".mht")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """An entry of a list: a Target, or an error message of one line that tells the user what to do."""

    number: int  # of its line, from 1; of the first line of a record over several
    source: str  # the address or path as given, without credentials; for an error the whole line
    target: Target | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Folder:
    """The folder of the list, to which paths in it are relative."""

    name: str
    exists: Callable[[str], bool]

    def find_file(self, text: str) -> str:
        """Return the path of the file that `text` names, '' when there is none."""
        path = os.path.join(self.name, text)  # noqa: PTH118 - Path would drop the `./` that the user wrote
        return path if self.exists(path) else ""


def lines_of(content: bytes | BinaryIO) -> Iterator[str]:
    """Yield the lines of a list, with any line ends and in any encoding; raise InputError when it is no text.

    A file is read twice from its current position, so it must be seekable. A line of more than MAX_DOCUMENT_LENGTH
    characters is cut off somewhat later.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    return _split_lines(decode_chunks(file, detect_encoding(file)))


def _split_lines(chunks: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a text, split at line feeds and carriage returns only.

    str.splitlines would split at characters such as U+2028, which editors do not count as line ends.
    """
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    line: list[str] = []  # the parts of the current line
    length = 0
    for chunk in chain(map(newlines.decode, chunks), (newlines.decode("", final=True) for _ in range(1))):
        for index, text in enumerate(chunk.split("\n")):
            if index:
                yield "".join(line)
                line, length = [], 0
            if length <= MAX_DOCUMENT_LENGTH:
                line.append(text)
            length += len(text)
    if length:
        yield "".join(line)


def read_list(
    lines: Iterable[str], *, folder: str = "", exists: Callable[[str], bool] = lambda _path: False
) -> Generator[ListEntry, None, int]:
    """Yield an entry for each address or saved page in the order of the lines; return the number of repeated ones.

    A line that cannot be read becomes an entry with an error; a line with two addresses becomes two entries; an
    address that was listed before is left out. `folder` is the folder of the list: paths of saved pages are relative
    to it, and text counts as a path only when `exists` returns True for it.
    """
    place = _Folder(name=folder, exists=exists)
    seen: set[str] = set()
    repeated = 0
    for cell in read_cells(lines):
        for entry in _entries_of(cell, place):
            if entry.target is not None:
                identity = entry.target.url or entry.target.file
                if identity in seen:
                    repeated += 1
                    continue
                seen.add(identity)
            yield entry
    return repeated


def _entries_of(cell: Cell, folder: _Folder) -> list[ListEntry]:
    if cell.error:
        return [ListEntry(number=cell.number, source=redact_words(shorten(cell.texts[0])), error=cell.error)]
    if len(cell.texts) == 1:
        return _read_text(cell.number, cell.texts[0], folder)
    return [_best_entry([entry for text in cell.texts for entry in _read_text(cell.number, text, folder)])]


def _best_entry(entries: list[ListEntry]) -> ListEntry:
    """Return the entry with a short address, else the first without an error, else the first.

    All are names of one article. Long addresses lead to the verification page.
    """
    good = [entry for entry in entries if entry.target]
    short = [entry for entry in good if entry.target and urls.is_short(entry.target.url)]
    return (short or good or entries)[0]


def _read_text(number: int, text: str, folder: _Folder) -> list[ListEntry]:
    """Return an entry for the file that `text` names, else for every address in it, else one with an error."""
    if "://" not in text and (file := folder.find_file(text)):  # wget names folders after hosts: a path can match
        return [_saved_page_entry(number, text, file)]
    without_titles = _LINK.sub("(", text) if "](" in text else text  # a link's title may be its address, shortened
    addresses = [address.rstrip(_PUNCTUATION) for address in _ADDRESS.findall(without_titles)]
    if not addresses:
        return [_read_other_text(number, text, folder)]
    return [_parse_source(number, source) for source in dict.fromkeys(addresses)]


def _saved_page_entry(number: int, text: str, file: str) -> ListEntry:
    source = redact_words(text)
    return ListEntry(number=number, source=source, target=Target(source=source, file=file))


def _read_other_text(number: int, text: str, folder: _Folder) -> ListEntry:
    """Return an entry for a path after a list mark or an address in an unusual spelling, else one with an error."""
    bare = _strip_markup(text)
    if bare != text and "://" not in bare and (file := folder.find_file(bare)):
        return _saved_page_entry(number, bare, file)
    is_saved_page = any(name.lower().endswith(_SAVED_SUFFIXES) for name in (text, bare))
    if is_saved_page and not urls.looks_like_address(bare):
        where = folder.name or "the current folder"
        error = f"no such file: paths in a list count from {where}"
        return ListEntry(number=number, source=redact_words(text), error=error)
    return _parse_source(number, bare, whole=text)


def _strip_markup(text: str) -> str:
    """Return `text` without the mark of a list item; for a Markdown link, its target."""
    bare = _ITEM_MARK.sub("", text, count=1)
    if link := _LINK.match(bare):
        bare = _LINK_END.sub("", bare[link.end() :])
    return bare.strip(BLANK + "<>")


def _parse_source(number: int, source: str, whole: str = "") -> ListEntry:
    """Return an entry for an address; for an invalid one an error that shows `whole`, the text it was found in."""
    try:
        target = urls.parse_target(source)
    except NotWeChat as error:
        return ListEntry(number=number, source=redact_words(whole or source), error=str(error.args[0]))
    return ListEntry(number=number, source=target.source, target=target)
