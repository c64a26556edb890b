"""Read list files. Each address, saved page or unreadable line of a list becomes a ListEntry.

The format is detected from the first line that is neither empty nor a comment. A line with column names, one of them
for addresses (such as `url`), begins a table: CSV or similar. A bracket begins JSON: an array, or objects that span
several lines, as jq prints them. Any other list is read line by line: addresses, Markdown lists, text of messages, JSON
lines, bookmarks in HTML.

A list is a person's notes. What was not meant as an address of WeChat's, such as prose or another site's address, is a
note and no error.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

from archiver import urls
from archiver.credentials import redact_words
from archiver.errors import NotWeChat
from archiver.messages.message import message
from archiver.models import Target
from archiver.sources.charset import decode_chunks, detect_encoding
from archiver.sources.list_cells import BLANK, MAX_DOCUMENT_LENGTH, Cell, is_without_host, names_wechat, shorten
from archiver.sources.list_formats import read_cells
from archiver.sources.workbooks import is_workbook, workbook_lines
from archiver.wrapped_urls import local_path, wrapped_address

# An address ends at a character that ends it in Markdown, HTML or CSV. An address inside another one (?u=https://…)
# does not match.
_IN_ADDRESS = r"[!#-'*+\-./0-9:;=?@A-Z\[\\\]^_a-z{}~]+"
_OURS = rf"(?:https?://)?mp\.weixin\.qq\.com(?::\d{{1,5}})?/{_IN_ADDRESS}"
_ADDRESS = re.compile(rf"(?<![A-Za-z0-9=/?&%._~#@-]){_OURS}", re.IGNORECASE)
_ADDRESS_OR_VALUE = re.compile(rf"(?<![A-Za-z0-9/?&%._~#@-]){_OURS}", re.IGNORECASE)  # also `url=https://…`
_USUAL = re.compile(r"https?://mp\.weixin\.qq\.com/s(?:/[A-Za-z0-9_-]{22}|\?[A-Za-z0-9_&=#+-]+)(?<![&=])")
_OTHER_ADDRESS = re.compile(rf"(?:[a-z][a-z0-9+.-]{{1,30}}:(?=[/?a-z])|https?%3a){_IN_ADDRESS}", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:/|(?:u00|x)(2[6f]|3[adf]))", re.IGNORECASE)  # as in scripts: `\/`, `\u0026`, `\x3d`
_NEVER_ARTICLE = re.compile(r"(?:https?://)?mp\.weixin\.qq\.com/(?:mp/qrcode|cgi-bin/)", re.IGNORECASE)
_END = re.compile(r"[\[\]{}']|&(?:amp;){0,2}(?:quot|apos|nbsp|[lg]t|#0?3[49]|#x2[27]);", re.IGNORECASE)  # and of HTML
_GLUED = re.compile(r"(?<=[^=/:?&#%])(?=https?://mp\.weixin\.qq\.com/)", re.IGNORECASE)  # two without a space
# What a person meant as the address of an article, though it may be broken. A domain alone, or the home page, is not.
_MEANT = re.compile(
    r"mp\.weixin\.qq\.com(?::\d{1,5})?(?:\s*(?:[/\\]|%(?:25)?2f)+\s*(?:s\b|mp\b|[\w-]{16})|\s+s[/?])",
    re.IGNORECASE | re.ASCII,
)
_PUNCTUATION = ".,;:!?'*]}\\"  # at the end of an address these characters belong to the text around it
_ITEM_MARK = re.compile(r"(?:[-*+•>]|\d{1,9}[.)、])?\s*(?:\[[ xX]?\](?!\()\s*)?")
_LINK = re.compile(r"\[[^\[\]]*\]\(")
_LINK_END = re.compile(r"\)[^)]*\Z")
_SAVED_SUFFIXES = (".html", ".htm", ".mhtml", ".mht", ".webarchive")
_OTHER_SITE = re.compile(r"(?:[\w-]{1,63}\.)+[a-z]{2,}(?::\d+)?/", re.IGNORECASE)  # an address without https://


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """An entry of a list: a Target, or an error message in one line that tells the user what to do.

    `number` is the line number, from 1. `source` is the address or path as written in the list, without credentials;
    for an error, it is the whole line. An entry with neither target nor error is a note: a line that was not meant as
    an address of WeChat's, such as prose, or the address of another site.
    """

    number: int  # line number, from 1; of a record that spans several lines, the first
    source: str  # address or path as given, without credentials; for an error, the whole line
    target: Target | None = None
    error: str = ""

    @property
    def is_note(self) -> bool:
        """Whether the line was not meant as an address of WeChat's, and is no error either."""
        return self.target is None and not self.error


@dataclass(frozen=True, kw_only=True, slots=True)
class _Folder:
    """The folder to which relative paths in a list are relative.

    `name` is the path of the folder, '' for the current one. `exists` takes a path and returns whether a file is there;
    it is None if the list cannot name files.
    """

    name: str  # path; '' is the current folder
    exists: Callable[[str], bool] | None  # whether there is a file at a path; None: a list without files

    def find_file(self, text: str) -> str:
        """Return the path of the file to which `text`, a path in a list, refers; '' if there is no such file.

        For example, 'page.html' -> 'saved/page.html' if this folder is `saved`.
        """
        path = os.path.join(self.name, text)  # noqa: PTH118 - Path would drop the `./` that the user wrote
        return path if self.exists and self.exists(path) else ""


def lines_of(content: bytes | BinaryIO) -> Iterator[str]:
    """Return an iterator over the lines of a list, with any kind of line ends and in any supported encoding.

    A row of an Excel workbook is a line whose cells are separated by tabs.

    `content` is the bytes of the list or a binary file. A file must be seekable, because it is read twice, from its
    current position. Lines much longer than MAX_DOCUMENT_LENGTH characters are cut off. Raise InputError if the list is
    not text, or too large.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    if is_workbook(file):
        return workbook_lines(file)
    return _split_lines(decode_chunks(file, detect_encoding(file)))


def _split_lines(chunks: Iterator[str]) -> Iterator[str]:
    """Join the pieces of a text and yield its lines. Only line feeds and carriage returns end a line.

    str.splitlines would also split at characters such as U+2028, which editors do not treat as line ends.
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
    lines: Iterable[str], *, folder: str = "", exists: Callable[[str], bool] | None = lambda _path: False
) -> Generator[ListEntry, None, int]:
    """Yield an entry for each address or saved page in the lines of a list, in their order.

    A line that was meant as an address of WeChat's and is broken becomes an entry with an error, a line of prose or of
    another site becomes a note, and a line with two addresses becomes two entries. Addresses and pages that were listed
    before are skipped.

    `folder` is the path of the list's folder, to which paths of saved pages are relative. `exists` takes a path and
    returns whether there is a file. If there is one at the path that a text in the list names, the text counts as a
    saved page. If `exists` is None, no text counts as the path of a file.

    The generator returns the number of skipped entries: `skipped = yield from read_list(lines)`.
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
    if cell.error or cell.is_note:
        return [ListEntry(number=cell.number, source=redact_words(shorten(cell.texts[0])), error=cell.error)]
    if len(cell.texts) == 1:
        return _read_text(cell.number, cell.texts[0], folder)
    return [_best_entry([entry for text in cell.texts for entry in _read_text(cell.number, text, folder)])]


def _best_entry(entries: list[ListEntry]) -> ListEntry:
    """Return the best of several entries for one article.

    That is the first one with a short address (`/s/…`), else the first one without an error, else the first one. Short
    addresses are preferred because WeChat sends the verification page for long ones.
    """
    good = [entry for entry in entries if entry.target]
    short = [entry for entry in good if entry.target and urls.is_short(entry.target.url)]
    return (short or good or entries)[0]


def _read_text(number: int, text: str, folder: _Folder) -> list[ListEntry]:
    """Return the entries for `text`, which is a line or another part of a list that may contain addresses.

    If the text is the path of a file, return one entry for this saved page. Otherwise return an entry for each address
    in the text. If there is no address, return the one entry that _read_other_text makes. `number` is the line number.
    """
    if "://" not in text and (file := folder.find_file(text)):  # wget names folders after hosts: a path can match
        return [_saved_page_entry(number, text, file)]
    addresses = _addresses_in(text) if names_wechat(text) else []
    if not addresses:
        return [_read_other_text(number, text, folder)]
    entries = [_parse_source(number, source) for source in dict.fromkeys(addresses)]
    good = tuple(entry.source for entry in entries if entry.target)
    # A link may show its own address, shortened.
    return [entry for entry in entries if entry.target or not any(known.startswith(entry.source) for known in good)]


def _addresses_in(text: str) -> list[str]:
    """Return the addresses of WeChat in a text, and the addresses of other sites that contain one.

    For example, the whole of `https://example.com/?u=https://mp.weixin.qq.com/s/…` is returned. Addresses are not
    checked: they may be cut off or wrong. Addresses of WeChat that never lead to an article, such as those of QR codes,
    are left out.
    """
    if "](" in text:
        text = _LINK.sub("(", text)  # the title of a link may be its address, shortened
    if "\\" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "/", text)
    found = _ADDRESS.findall(text)
    if len(found) != text.lower().count(urls.HOST):
        found = _all_addresses_in(text)
    addresses = [part for address in found for part in ([address] if _USUAL.fullmatch(address) else _parts_of(address))]
    return [address for address in addresses if not _NEVER_ARTICLE.match(address)]


def _all_addresses_in(text: str) -> list[str]:
    """Return the addresses of WeChat in a text in which some are parts of other addresses.

    Instead of an address that `wrapped_address` finds in another one, the whole other address is returned.
    """
    addresses: list[str] = []
    at = 0
    for found in _OTHER_ADDRESS.finditer(text):
        if names_wechat(found[0]) and wrapped_address(found[0]):
            addresses += _ADDRESS_OR_VALUE.findall(text[at : found.start()])
            addresses.append(found[0])
            at = found.end()
    return addresses + _ADDRESS_OR_VALUE.findall(text[at:])


def _parts_of(address: str) -> list[str]:
    """Split what was found as one address, but may be two without a space, and remove the markup behind each."""
    return [_END.split(part, maxsplit=1)[0].rstrip(_PUNCTUATION) for part in _GLUED.split(address)]


def _saved_page_entry(number: int, text: str, file: str) -> ListEntry:
    source = redact_words(text)
    return ListEntry(number=number, source=source, target=Target(source=source, file=file))


def _read_other_text(number: int, text: str, folder: _Folder) -> ListEntry:
    """Return the entry for a text in which no address in the usual form was found.

    The text may be the path of a file after a list mark (`- page.html`), a `file:` address, an address in an unusual
    form, such as `//mp.weixin.qq.com/s/…`, or one without its host, such as `/s?__biz=…`. If it was meant as an
    address, the entry has an error, otherwise it is a note.
    """
    bare = _strip_markup(text)
    path = local_path(bare)
    if (path or (bare != text and "://" not in bare)) and (file := folder.find_file(path or bare)):
        return _saved_page_entry(number, path or bare, file)
    is_saved_page = any(name.lower().endswith(_SAVED_SUFFIXES) for name in (text, path or bare))
    if folder.exists and is_saved_page and (path or "://" not in text) and not _OTHER_SITE.match(bare):
        where = folder.name or message("the current folder")
        error = message("no such file: paths in a list count from {where}", where=where)
        return ListEntry(number=number, source=redact_words(text), error=error)
    if not names_wechat(bare):
        return ListEntry(number=number, source=redact_words(shorten(text)))
    if _NEVER_ARTICLE.search(bare):
        return ListEntry(number=number, source=redact_words(shorten(text)))
    entry = _parse_source(number, f"https://{urls.HOST}{bare}" if is_without_host(bare) else bare, whole=text)
    return entry if entry.target or _MEANT.search(text) else replace(entry, error="")


def _strip_markup(text: str) -> str:
    """Return `text` without a list mark, or the target of the link if it is a Markdown link.

    For example, '- page.html' -> 'page.html' and '1. [title](page.html)' -> 'page.html'.
    """
    bare = _ITEM_MARK.sub("", text, count=1)
    if link := _LINK.match(bare):
        bare = _LINK_END.sub("", bare[link.end() :])
    return bare.strip(BLANK + "<>")


def _parse_source(number: int, source: str, whole: str = "") -> ListEntry:
    """Return the entry for `source`, an address found in a list. It has an error if the address is invalid.

    `whole` is the text that contains the address, '' if it is the address itself. An entry with an error shows this
    text to the user.
    """
    try:
        target = urls.parse_target(source)
    except NotWeChat as error:
        return ListEntry(number=number, source=redact_words(whole or source), error=error.args[0])
    return ListEntry(number=number, source=target.source, target=target)
