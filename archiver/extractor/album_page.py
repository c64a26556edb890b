"""Read the page of an album (合集), which lists the first articles of the album.

The list is in the object `window.cgiData` of the page; pages without it have an element for each article
(docs/reference/wechat-format.md#the-page-of-an-album).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, as_integer, as_line, as_list, as_text, first_text, member

_PAGE_ID = re.compile(r"PAGE_MID\s{0,9}=\s{0,9}['\"][^'\"\n]{0,60}pages/album\b")
_NUMBER = re.compile(r"[0-9]{1,12}")
_MAX_ITEMS = 1_000
_MAX_LENGTH = 200  # characters of a name


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumPageItem:
    """An article in the list of an album's page, as the page has it: its address and two ids, '' if they are missing.

    `msgid` is the id of the message in which the article was published, `position` the article's position in it.
    """

    url: str  # may be escaped for HTML
    msgid: str = ""
    position: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumPage:
    """The page of an album. `title` and `account` are '' if the page does not contain them.

    `count` is the number of articles that the album claims to have, or None. `has_more` is True if more articles follow
    those that the page lists.
    """

    title: str
    account: str
    count: int | None  # number of articles that the album claims to have; None: it does not say
    items: tuple[AlbumPageItem, ...]
    has_more: bool  # whether more articles follow those in `items`


def read_album_page(parsed: ParsedPage) -> AlbumPage | None:
    """Return what the page of an album says; None if `parsed` is another page."""
    listed = as_list(parsed.cgi_data("articleList"))
    if not (listed and parsed.cgi_data("albumId")) and not _names_itself_album(parsed):
        return None
    items = tuple(islice(_items(listed) if listed else _shown_items(parsed), _MAX_ITEMS))
    count = as_text(parsed.cgi_data("article_count"))
    goes_on = as_text(parsed.cgi_data("continue_flag"))
    return AlbumPage(
        title=first_text(_titles(parsed))[:_MAX_LENGTH],
        account=(as_line(parsed.cgi_data("nick_name")) or _shown_text(parsed, "album__author-name"))[:_MAX_LENGTH],
        count=int(count) if _NUMBER.fullmatch(count) else None,
        items=items,
        has_more=goes_on == "1" if goes_on else as_integer(count) > len(items),
    )


def _names_itself_album(parsed: ParsedPage) -> bool:
    if "pages/album" not in parsed.text:
        return False
    return any(_PAGE_ID.search(parsed.text, start, end) for start, end in parsed.assignments.scripts)


def _titles(parsed: ParsedPage) -> Iterator[str]:
    yield as_line(parsed.cgi_data("title"))
    yield _shown_text(parsed, "album__label-title")
    yield parsed.title


def _shown_text(parsed: ParsedPage, name: str) -> str:
    return parsed.shown(f".{name}").lstrip("#")


def _items(listed: list[Literal]) -> Iterator[AlbumPageItem]:
    for item in listed:
        url, msgid, position = (as_text(member(item, name)) for name in ("url", "msgid", "itemidx"))
        yield AlbumPageItem(url=url, msgid=msgid, position=position)


def _shown_items(parsed: ParsedPage) -> Iterator[AlbumPageItem]:
    for item in parsed.dom.xpath("//li[@data-link]"):
        url, msgid, position = (item.get(f"data-{name}", "") for name in ("link", "msgid", "itemidx"))
        yield AlbumPageItem(url=url, msgid=msgid, position=position)
