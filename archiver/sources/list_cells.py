"""Define the cells of a list: texts that may contain an address, and how long they may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.messages.message import message
from archiver.urls import HOST

BLANK = " \t\r\n\v\f\u3000\u00a0\ufeff\u200b"  # with a byte order mark, which is inside files that were concatenated
LETTER_OR_DIGIT = re.compile(r"[^\W_]")  # a horizontal rule (---) has none
MAX_TEXT_LENGTH = 2**16  # characters of a text that contains addresses
MAX_RECORD_LENGTH = 2**20  # characters of a record of JSON or CSV, which may contain a whole article
MAX_DOCUMENT_LENGTH = 2**25  # characters of JSON that spans several lines, or of an array
_SHOWN_LENGTH = 200  # characters that messages show of a text that is too long
# WeChat's host, also as addresses of translated pages have it. A domain alone, as in a sentence, names no article.
_HOST = re.compile(r"mp[.-]weixin[.-]qq[.-]com", re.IGNORECASE)
# `content_url` in WeChat's own lists is often without a host.
_WITHOUT_HOST = re.compile(r"\\?/s(?:/?\?__biz=|/[A-Za-z0-9_~-]{22}(?:[?#]|\Z))")

NumberedLines = Iterator[tuple[int, str]]


class Cell(NamedTuple):
    """A part of a list that may contain addresses: a line, a JSON value, or one column of one row of a table.

    `number` is the line number, from 1. If there are several `texts`, they are addresses of the same article. `error`
    says why the cell cannot be read; '' means that it can. A cell that `is_note` contains no address.
    """

    number: int  # line number, from 1
    texts: tuple[str, ...]  # one or more; several texts are addresses of the same article
    error: str = ""  # why the cell cannot be read
    is_note: bool = False  # whether it is known that no address is in it


def names_wechat(text: str) -> bool:
    """Return whether WeChat's host occurs in `text`, or `text` is an article's address without its host."""
    return HOST in text or _HOST.search(text) is not None or is_without_host(text)


def is_without_host(text: str) -> bool:
    """Return whether `text` is the address of an article without scheme and host, such as `/s?__biz=…`."""
    return _WITHOUT_HOST.match(text) is not None


def is_comment(text: str) -> bool:
    """Return whether a line begins with `#`; a smaller heading of Markdown (`##`) with an address is none."""
    return text[:1] == "#" and not (text[:2] == "##" and names_wechat(text))


def shorten(text: str) -> str:
    """Return `text` for an error message; of a very long text only the first 200 characters and an ellipsis.

    A text is very long if it has more than MAX_TEXT_LENGTH (65,536) characters.
    """
    return text if len(text) <= MAX_TEXT_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def too_long(number: int, text: str, limit: int) -> Cell:
    """Return a cell with the beginning of `text` and the error that `text` has more than `limit` characters.

    If WeChat's host does not occur in the text, and the text is whole, there is no error.
    """
    beginning = text[:_SHOWN_LENGTH].partition("\n")[0]
    if len(text) <= MAX_DOCUMENT_LENGTH and not names_wechat(text):
        return Cell(number, (f"{beginning}…",), is_note=True)
    return Cell(
        number,
        (f"{beginning}…",),
        message("more than {limit} characters: write one address a line", limit=limit),
    )
