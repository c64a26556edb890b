"""Read the addresses of articles in a text that a user pasted, such as a message that WeChat shares.

The text is read as a list is (list_files.py), with three differences: it names no files, a hashtag at the start of a
line makes no comment of it, and the addresses of other pages and sites are told.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from archiver import urls
from archiver.errors import UsageError
from archiver.messages.message import message
from archiver.models import Target
from archiver.models.queue import QueueEntry
from archiver.sources.albums import ALBUM_ADVICE, is_album
from archiver.sources.list_cells import BLANK
from archiver.sources.list_files import ListEntry, read_list

MAX_MESSAGE_LENGTH = 2**20  # characters, enough for 20,000 short addresses
_HASHTAG = re.compile(r"#(?=[^\W_])(?!https?:|mp\.weixin\.qq\.com)", re.IGNORECASE)  # `#话题`, but not `# note`
_ADDRESS = re.compile(r"https?://[!#-;=?-Z\\^-z|~]+", re.IGNORECASE)  # no brackets, which urlsplit may refuse
_PUNCTUATION = ".,;:!?'*)"  # at the end of an address these characters belong to the text around it
_NO_ARTICLE = message("a page of WeChat's, but not that of an article: copy the link of the article itself")
_FOREIGN = message("not an address of {host}: archiver reads articles of WeChat Official Accounts", host=urls.HOST)


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """The addresses in a pasted text: a Target for each one of an article, a QueueEntry for any other.

    `notes` is the number of lines without an address.
    """

    addresses: tuple[Target | QueueEntry, ...]
    notes: int


def read_message(text: str) -> Message:
    """Return the addresses in a pasted text, in their order and each once.

    Raise UsageError if the text has more than MAX_MESSAGE_LENGTH characters.
    """
    if len(text) > MAX_MESSAGE_LENGTH:
        limit = f"{MAX_MESSAGE_LENGTH:,}"
        raise UsageError(
            message(
                "the text has more than {limit} characters: save it as a file and call `archiver batch FILE`",
                limit=limit,
            )
        )
    addresses: dict[str, Target | QueueEntry] = {}
    notes = 0
    lines = map(_without_hash, io.StringIO(text, newline=None))
    for entry in read_list(lines, exists=None):
        found = [*_addresses_of(entry)]
        notes += not found
        for address in found:
            addresses.setdefault(address.url or address.source, address)
    return Message(addresses=tuple(addresses.values()), notes=notes)


def _without_hash(line: str) -> str:
    """Return a line without the `#` of the hashtag at its start, with which it would be skipped as a comment."""
    text = line.lstrip(BLANK)
    return text[1:] if _HASHTAG.match(text) else line


def _addresses_of(entry: ListEntry) -> Iterator[Target | QueueEntry]:
    if entry.target:
        yield _judged(entry.target)
    elif entry.error:
        yield QueueEntry(source=entry.source, status="broken", error=entry.error)
    else:
        yield from (_no_article(address.rstrip(_PUNCTUATION)) for address in _ADDRESS.findall(entry.source))


def _no_article(address: str) -> QueueEntry:
    """Return the entry for an address in a line that was not meant to name an article."""
    if urlsplit(address).hostname == urls.HOST:
        return QueueEntry(source=address, status="not_article", error=_NO_ARTICLE)
    return QueueEntry(source=address, status="foreign", error=_FOREIGN)


def _judged(target: Target) -> Target | QueueEntry:
    """Return the Target itself if it is the address of an article, else an entry that says what it is."""
    if urls.is_article(target.url):
        return target
    error = ALBUM_ADVICE if is_album(target.url) else _NO_ARTICLE
    return QueueEntry(source=target.source, url=target.url, status="not_article", error=error)
