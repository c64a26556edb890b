"""An album whose server answers with the album's page: the articles in it are listed like those of the listing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from archiver.errors import FetchError
from archiver.sources import AlbumListing
from tests.support.wechat.albums import (
    ADDRESS,
    BIZ,
    PAGE_ID,
    Item,
    Traps,
    album_html,
    item,
    long_link,
    page,
    request,
)


def album_page(*items: Item, count: object = None, flag: str = "") -> bytes:
    """The page of an album as WeChat sends it, the first items in its data."""
    members = ["albumId: '1'", "title: '合集&amp;一'", "nick_name: '测试号'", f"articleList: {json.dumps(items)}"]
    members += [f"article_count: '{count}' * 1"] if count is not None else []
    members += [f"continue_flag: {flag}"] if flag else []
    return album_html(*members).encode()


def shown_page(*items: Item) -> bytes:
    """The page of an album of which only the elements are left."""
    shown = "".join(
        f'<li data-msgid="{one["msgid"]}" data-itemidx="{one["itemidx"]}" data-link="{one["url"]}"></li>'
        for one in items
    )
    return f"<html><body><ul>{shown}</ul><script>{PAGE_ID}</script></body></html>".encode()


def listing(answers: dict[str, bytes]) -> AlbumListing:
    asked: list[str] = []

    def get(address: str) -> bytes:
        asked.append(address)
        assert len(asked) < 10
        return answers[address]

    return AlbumListing(ADDRESS, get, lambda _: False)


ITEMS = [item(number) for number in range(1, 5)]
LINKS = [long_link(number) for number in range(1, 5)]


@pytest.mark.parametrize("answer", [album_page(*ITEMS, count=4), shown_page(*ITEMS)], ids=["data", "elements"])
def test_album_page_is_listed(answer: bytes) -> None:
    found = listing({request(): answer})
    assert [target.url for target in found] == LINKS
    assert (found.is_complete, found.warnings) == (True, ())


def test_album_page_names() -> None:
    found = listing({request(): album_page(*ITEMS, count=4)})
    assert len(list(found)) == 4
    assert (found.title, found.account, found.count) == ("合集&一", "测试号", 4)


def rest(*items: Item) -> bytes:
    return page(items, goes_on=False, count=4, traps=Traps(lone_object=False)).body


GOES_ON: dict[str, Callable[[], bytes]] = {
    "by its flag": lambda: album_page(*ITEMS[:2], count=4, flag="'1' * 1"),
    "by its count": lambda: album_page(*ITEMS[:2], count=4),
}


@pytest.mark.parametrize("first", GOES_ON.values(), ids=GOES_ON)
def test_album_page_goes_on_with_the_listing(first: Callable[[], bytes]) -> None:
    found = listing({request(): first(), request(ITEMS[1]): rest(*ITEMS[2:])})
    assert [target.url for target in found] == LINKS
    assert (found.is_complete, found.warnings) == (True, ())


def test_album_page_goes_on_with_pages() -> None:
    answers = {
        request(): album_page(*ITEMS[:2], count=4, flag="'1'"),
        request(ITEMS[1]): album_page(*ITEMS[2:], count=4, flag="'0'"),
    }
    found = listing(answers)
    assert [target.url for target in found] == LINKS
    assert (found.is_complete, found.warnings) == (True, ())


def test_album_page_that_comes_again_ends_the_listing() -> None:
    answer = album_page(*ITEMS[:2], count=4)
    found = listing({request(): answer, request(ITEMS[1]): answer})
    assert [target.url for target in found] == LINKS[:2]
    assert not found.is_complete
    assert "repeats" in found.warnings[0]


def test_album_page_without_articles_is_told() -> None:
    found = listing({request(): shown_page()})
    assert list(found) == []
    assert found.is_complete


def test_album_page_item_without_an_address() -> None:
    found = listing({request(): album_page(item(1, url=""), item(2, url="javascript:a()", msgid="x"), count=2)})
    assert [target.url for target in found] == [f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650000001&idx=1"]
    assert found.warnings[0] == "the album lists 1 without an article's address"


OTHERS = {
    "a notice": b'<html><body><p class="weui-msg__title">x</p></body></html>',
    "an article": b"<html><body><div id=js_article></div></body></html>",
    "nothing": b"<",
}


@pytest.mark.parametrize("answer", OTHERS.values(), ids=OTHERS)
def test_other_page_is_no_listing(answer: bytes) -> None:
    with pytest.raises(FetchError, match="web page instead of the album's listing"):
        list(listing({request(): answer}))
