"""One answer of an album's listing → Answer (wechat-format §7.1). The server's field types are not to be relied on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from archiver import urls
from archiver.errors import FetchError
from archiver.models import Target
from archiver.sources.article_urls import article, words

_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_MOST_ITEMS = 1000  # twenty are asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumItem:
    """One article of an answer; None and '' for what it does not say."""

    target: Target | None = None
    msgid: str = ""
    position: str = ""  # itemidx

    @property
    def key(self) -> str:
        """What tells it from the other items of the album."""
        return f"{self.msgid}:{self.position}" if self.msgid else self.target.url if self.target else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumResponse:
    """One page of the listing."""

    title: str
    account: str
    count: int | None  # how many articles the album says it has
    items: tuple[AlbumItem, ...]
    goes_on: bool


def read(content: bytes, *, biz: str, concerns: str) -> AlbumResponse:
    """What an answer of the listing says; FetchError, which concerns `concerns`, when it is none."""
    answer = _loaded(content, concerns)
    listing = answer.get("getalbum_resp")
    refusal = _refusal(answer.get("base_resp"))
    if refusal:
        raise FetchError(
            f"WeChat does not list the album ({refusal}): see in a browser whether it is still there", concerns=concerns
        )
    if not isinstance(listing, dict):
        raise FetchError("the answer holds no listing: try again later", concerns=concerns)
    about = _dict(listing.get("base_info"))
    return AlbumResponse(
        title=words(about.get("title")),
        account=words(about.get("nickname")),
        count=_count(about.get("article_count")),
        items=tuple(_item(each, biz) for each in _list(listing.get("article_list"))[:_MOST_ITEMS]),
        goes_on=str(listing.get("continue_flag")).strip().lower() in ("1", "true"),  # "0" is true in Python (T110)
    )


def _loaded(content: bytes, concerns: str) -> dict[str, Any]:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        said = "WeChat sent a web page instead of the album's listing, a notice or its wall: try again later"
        raise FetchError(said, concerns=concerns)
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FetchError("the album's listing is cut off or damaged: try again later", concerns=concerns) from error
    return _dict(answer)


def _refusal(status: object) -> str:
    """What `base_resp` gives as the reason, '' when all is well or it says nothing."""
    ret = _dict(status).get("ret", 0)
    said = words(_dict(status).get("errmsg") or _dict(status).get("err_msg"))
    return "" if str(ret) == "0" else f"ret {words(str(ret))}" + (f", {said}" if said else "")


def _item(item: object, biz: str) -> AlbumItem:
    said = _dict(item)
    msgid, position = _number(said.get("msgid")), _number(said.get("itemidx"))
    target = article(said.get("url")) or article(urls.article_url(biz, msgid, position, ""))
    if target and not (msgid and position):  # the next page is asked for by them; the address says the same
        named = urls.identity_in(target.url)
        msgid, position = _number(named.mid), _number(named.idx)
    return AlbumItem(target=target, msgid=msgid, position=position)


def _number(value: object) -> str:
    """A number that came as one or as text; '' for anything else, since it goes into an address."""
    text = str(value)
    return text if isinstance(value, (int, str)) and _NUMBER.fullmatch(text) else ""


def _count(value: object) -> int | None:
    text = _number(value)
    return int(text) if text else None


def _list(value: object) -> list[Any]:
    """An array, or the one object that stands in its place (T111)."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) and value else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
