"""The public listing of an album (合集), with the freedoms its server takes (docs/reference/wechat-format.md#13-albums-and-other-lists)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.wechat.world import PAGES, Answer, World

BIZ = "MzA5MDAwMDAwMQ=="
NUMBER = "2304680000000000001"
ADDRESS = f"https://{PAGES}/mp/appmsgalbum?__biz={BIZ}&action=getalbum&album_id={NUMBER}#wechat_redirect"
PAGE_ID = "var PAGE_MID='mmbizwap:pages/album.html';"
JSON = (("Content-Type", "application/json; charset=UTF-8"),)

Item = dict[str, Any]


def text_flag(goes_on: bool) -> object:
    """As WeChat sends it: the text "0", which most languages take for true."""
    return "1" if goes_on else "0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Traps:
    """How this server answers where the format leaves it free."""

    flag: Callable[[bool], object] = text_flag
    lone_object: bool = True  # the last article of a page of one stands without its array
    repeats: int | None = None  # behind this page (from 1) comes the same page, for ever
    empty: int | None = None  # this page is empty, and says that more follow
    count: object = None  # instead of the true one


def item(number: int, **changes: object) -> Item:
    """Article `number` of the album as the listing has it: an http long link, escaped for HTML, numbers as text."""
    address = f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid={2650000000 + number}&idx=1&sn={number:032x}"
    return {
        "cover_img_1_1": "https://mmbiz.qpic.cn/mmbiz_jpg/AbCd/0?wx_fmt=jpeg",
        "create_time": str(1684904904 + number),
        "is_pay_subscribe": "0",
        "item_show_type": "0",
        "itemidx": "1",
        "key": f"{2650000000 + number}_1",
        "msgid": str(2650000000 + number),
        "pos_num": str(number),
        "title": f"第 {number} 篇",
        "url": f"{address}&chksm=abc&scene=21#wechat_redirect".replace("&", "&amp;"),
    } | changes


def long_link(number: int) -> str:
    """The address of article `number` with the parameters that live."""
    return f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid={2650000000 + number}&idx=1&sn={number:032x}"


def serve(world: World, items: Sequence[Item], *, size: int = 20, traps: Traps | None = None) -> None:
    """The listing of an album of `items` from both its ends, `size` an answer."""
    for reverse in (False, True):
        _serve_from(world, list(reversed(items) if reverse else items), size, traps or Traps(), reverse=reverse)


def refuse(world: World, ret: object, message: str = "") -> None:
    """A listing that is refused, whatever is asked."""
    status = {"ret": ret, "errmsg": message} if message else {"ret": ret}
    world.serve(f"https://{PAGES}/mp/appmsgalbum", answer({"base_resp": status}))


def answer(content: object) -> Answer:
    """An answer of the listing's."""
    return Answer(headers=JSON, body=json.dumps(content).encode())


def request(last: Item | None = None, *, reverse: bool = False) -> str:
    """What is asked for the page behind `last`."""
    begin = f"&begin_msgid={last['msgid']}&begin_itemidx={last['itemidx']}" if last else ""
    return (
        f"https://{PAGES}/mp/appmsgalbum?action=getalbum&__biz={BIZ}&album_id={NUMBER}"
        f"&count=20&is_reverse={int(reverse)}&f=json{begin}"
    )


def page(items: Sequence[Item], *, goes_on: bool, count: object, traps: Traps) -> Answer:
    """One page of the listing."""
    lone = traps.lone_object and len(items) == 1
    return answer(
        {
            "base_resp": {"exportkey_token": "", "ret": 0},
            "getalbum_resp": {
                "article_list": items[0] if lone else items,
                "base_info": {
                    "article_count": str(count) if traps.count is None else traps.count,
                    "description": "",
                    "nickname": "测试号",
                    "title": "合集&amp;一",
                    "type": "0",
                },
                "continue_flag": traps.flag(goes_on),
                "reverse_continue_flag": traps.flag(False),
            },
        }
    )


def album_html(*members: str, script: str = PAGE_ID, body: str = "", title: str = "") -> str:
    """The page of an album: `members` are those of its data, `body` what stands in it besides."""
    return (
        f'<!DOCTYPE html><html><head><title>{title}</title></head><body class="zh_CN">'
        f'<div class="album js_album_container">{body}</div>'
        f"<script>{script}</script><script>window.cgiData = {{ {', '.join(members)} }};</script></body></html>"
    )


def _serve_from(world: World, items: list[Item], size: int, traps: Traps, *, reverse: bool) -> None:
    last: Item | None = None
    for number, start in enumerate(range(0, max(len(items), 1), size), 1):
        shown = items[start : start + size]
        goes_on = start + size < len(items) or number == traps.repeats
        told = page([] if number == traps.empty else shown, goes_on=goes_on, count=len(items), traps=traps)
        world.serve(request(last, reverse=reverse), told)
        last = shown[-1] if shown else None
        if number == traps.repeats:
            world.serve(request(last, reverse=reverse), told)
            return
