"""Define the books into which articles of the archive are bound, and the catalogue that lists them for e-readers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

ShelfKind = Literal["navigation", "acquisition"]
EVERYTHING, UNDATED = "all", "undated"  # periods of volumes beside years, months and days


@dataclass(frozen=True, kw_only=True, slots=True)
class DayOfArticles:
    """The articles of a day in China; those without a time of publication if `day` is None.

    `size` is the number of bytes of their pictures, `archived` when the last of them was captured, and `example` the
    key of one of them.
    """

    day: date | None
    count: int
    size: int
    archived: datetime
    example: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """A book of articles that have something in common, such as their account, and are of one period.

    `period` is `all`, `undated`, or a year (`2025`), month (`2025-11`) or day (`2025-11-07`) in China. `count`, `size`
    and `updated` are the number of the articles, the bytes of their pictures, and the time of the last capture. `last`
    is the day of the latest article. `examples` are the keys of some articles, those of the latest days first.
    """

    title: str
    period: str
    count: int
    size: int
    updated: datetime
    last: date | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfEntry:
    """An entry of a shelf: a book, or another shelf. Empty values are left out.

    `identity` identifies the entry. `url` is the address of the book, or of the shelf, whose kind is `kind`; for a book
    that is None. `picture` is the address of a picture for the cover, and `picture_type` its media type.
    """

    identity: tuple[str, ...]
    title: str
    updated: datetime
    url: str
    kind: ShelfKind | None = None
    summary: str = ""
    authors: tuple[str, ...] = ()
    picture: str = ""
    picture_type: str = ""
    issued: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfAddresses:
    """The absolute addresses of a part of a shelf, of the first shelf, of the one above, and of the other parts.

    `search` is that of the description of the search. A part that does not exist has the address ''.
    """

    own: str
    start: str
    up: str = ""
    search: str = ""
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """A feed of the catalogue of books, or a part of one: of books (`acquisition`), or of shelves (`navigation`)."""

    identity: tuple[str, ...]
    kind: ShelfKind
    title: str
    addresses: ShelfAddresses
    updated: datetime
    language: str = "zh-CN"
    entries: tuple[ShelfEntry, ...] = ()
