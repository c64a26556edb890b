"""Parse one response of an album's listing: JSON, or the page of the album.

The server varies the types of fields, such as 1 and "1", so any type is accepted for every field.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archiver import urls
from archiver.errors import FetchError
from archiver.messages.message import message
from archiver.models import Page, Target
from archiver.sources.article_urls import article_target, plain_name

_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_BLANK = b"\xef\xbb\xbf \t\r\n"
_NO_TIME = datetime.min.replace(tzinfo=UTC)  # nothing in the page of an album depends on when it was received
_MAX_ITEMS = 1000  # of a response; only twenty are requested


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumItem:
    """One article of an album's listing. Fields that the response lacks are None or ''.

    `msgid` is the id of the message in which the article was published, `position` the article's position in it.
    """

    target: Target | None = None
    msgid: str = ""  # id of the message in which the article was published
    position: str = ""  # itemidx: the article's position in that message

    @property
    def key(self) -> str:
        """A text that identifies the article in its album: `msgid:position`, or the address if there is no msgid.

        The text is '' if there is neither a msgid nor an address.
        """
        return f"{self.msgid}:{self.position}" if self.msgid else self.target.url if self.target else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumResponse:
    """One response of an album's listing, with the names of the album and its account and some of its articles.

    `count` is the number of articles that the album claims to have, or None. `has_more` is True if more articles follow
    in the next response.
    """

    title: str
    account: str
    count: int | None  # number of articles that the album claims to have; None: it does not say
    items: tuple[AlbumItem, ...]
    has_more: bool  # whether more articles follow in the next response


def parse_album_response(content: bytes, *, biz: str, concerns: str) -> AlbumResponse:
    """Parse `content`, the bytes of a response, and return the listing in it.

    The response may also be the page of the album, which lists the first articles. `biz` is the account's id. If an
    article has no address in the response, its address is built from this id. Raise FetchError if the response is not a
    listing; the error shows `concerns`, the address of the album.
    """
    if content.lstrip(_BLANK).startswith(b"<"):
        return _parse_page(content, biz, concerns)
    document = _load_json(content, concerns)
    listing = document.get("getalbum_resp")
    refusal = _refusal(document.get("base_resp"))
    if refusal:
        raise FetchError(
            message(
                "WeChat does not list the album ({refusal}): see in a browser whether it is still there",
                refusal=refusal,
            ),
            concerns=concerns,
        )
    if not isinstance(listing, dict):
        raise FetchError(message("the answer holds no listing: try again later"), concerns=concerns)
    album = _dict(listing.get("base_info"))
    return AlbumResponse(
        title=plain_name(album.get("title")),
        account=plain_name(album.get("nickname")),
        count=_count(album.get("article_count")),
        items=tuple(_parse_item(item, biz) for item in _list(listing.get("article_list"))[:_MAX_ITEMS]),
        has_more=str(listing.get("continue_flag")).strip().lower() in ("1", "true"),  # sent as text; bool("0") is True
    )


def _parse_page(content: bytes, biz: str, concerns: str) -> AlbumResponse:
    """Parse the page of an album. Raise FetchError if `content` is another page, such as a notice."""
    from archiver.extractor import ParsedPage  # loads lxml, which a listing in JSON does not need
    from archiver.extractor.album_page import read_album_page

    album = read_album_page(ParsedPage.of(Page(source=concerns, content=content, captured=_NO_TIME)))
    if album is None:
        said = message("WeChat sent a web page instead of the album's listing, a notice or its wall: try again later")
        raise FetchError(said, concerns=concerns)
    items = ({"url": item.url, "msgid": item.msgid, "itemidx": item.position} for item in album.items)
    return AlbumResponse(
        title=plain_name(album.title),
        account=plain_name(album.account),
        count=album.count,
        items=tuple(_parse_item(item, biz) for item in items),
        has_more=album.has_more,
    )


def _load_json(content: bytes, concerns: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FetchError(
            message("the album's listing is cut off or damaged: try again later"), concerns=concerns
        ) from error
    return _dict(document)


def _refusal(status: object) -> str:
    """Return a description of the error that the server reports, '' if there is none.

    `status` is the value of `base_resp` in the response, such as `{"ret": 0}`. Any `ret` other than 0 is an error.
    """
    ret = _dict(status).get("ret", 0)
    message = plain_name(_dict(status).get("errmsg") or _dict(status).get("err_msg"))
    return "" if str(ret) == "0" else f"ret {plain_name(str(ret))}" + (f", {message}" if message else "")


def _parse_item(value: object, biz: str) -> AlbumItem:
    item = _dict(value)
    msgid, position = _number(item.get("msgid")), _number(item.get("itemidx"))
    target = article_target(item.get("url")) or article_target(urls.article_url(biz, msgid, position, ""))
    if target and not (msgid and position):  # needed to request the next response; the address contains them, too
        identity = urls.identity_in(target.url)
        msgid, position = _number(identity.mid), _number(identity.idx)
    return AlbumItem(target=target, msgid=msgid, position=position)


def _number(value: object) -> str:
    """Return a non-negative integer or a string of digits as a string, and '' for anything else.

    The result can be put into an address without escaping.
    """
    text = str(value)
    return text if isinstance(value, (int, str)) and _NUMBER.fullmatch(text) else ""


def _count(value: object) -> int | None:
    text = _number(value)
    return int(text) if text else None


def _list(value: object) -> list[Any]:
    """Return a JSON array as a list; [] for anything else.

    A single object becomes a list of one, because WeChat sends it instead of an array with one element.
    """
    return value if isinstance(value, list) else [value] if isinstance(value, dict) and value else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
