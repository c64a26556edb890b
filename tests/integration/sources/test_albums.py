"""Albums: the public listing and its traps, and what a nightly run asks of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

import pytest

from archiver.errors import FetchError, NotWeChat
from archiver.models import Target
from archiver.sources import AlbumListing, albums, is_album
from tests.support.wechat import Answer, Request, World
from tests.support.wechat.albums import ADDRESS, BIZ, NUMBER, Item, Traps, item, long_link, refuse, request, serve
from tests.support.wechat.albums import answer as json_answer

PLAIN = "https://mp.weixin.qq.com/mp/appmsgalbum"
CANONICAL = f"{PLAIN}?__biz={BIZ}&action=getalbum&album_id={NUMBER}"


def getting(world: World) -> Callable[[str], bytes]:
    def get(address: str) -> bytes:
        parts = urlsplit(address)
        asked = Request(method="GET", host=parts.netloc, path=f"{parts.path}?{parts.query}", headers={})
        return world.answer(asked).body

    return get


def listing(world: World, known: Collection[int] = (), last_count: int | None = None) -> AlbumListing:
    addresses = {long_link(number) for number in known}
    return AlbumListing(ADDRESS, getting(world), lambda target: target.url in addresses, last_count)


def asked(world: World) -> list[str]:
    return ["https://" + each.host + each.path for each in world.requests]


def links(*numbers: int) -> list[str]:
    return [long_link(number) for number in numbers]


def urls_of(targets: list[Target]) -> list[str]:
    return [target.url for target in targets]


ADDRESSES = {
    "as WeChat gives it": (ADDRESS, True),
    "as a page's source has it": (ADDRESS.replace("&", "&amp;").replace("https", "http"), True),
    "without a scheme, in quotes": (f"'{ADDRESS.removeprefix('https://')}'", True),
    "in a message": (f"合集：{ADDRESS} 点开看", True),
    "escaped by a shell": (ADDRESS.replace("?", r"\?").replace("=", r"\=").replace("&", r"\&"), True),
    "shared": (f"{PLAIN}?action=getalbum&album_id={NUMBER}&__biz={BIZ}&scene=173&uin=1&key=2&count=3", True),
    "biz encoded": (ADDRESS.replace("==", "%3D%3D"), True),
    "without its number": (f"{PLAIN}?__biz={BIZ}&action=getalbum", False),
    "without its account": (f"{PLAIN}?action=getalbum&album_id={NUMBER}", False),
    "a number that is none": (f"{PLAIN}?__biz={BIZ}&album_id=1%26x=2", False),
    "an account that is none": (f"{PLAIN}?__biz=../../&album_id={NUMBER}", False),
    "an article": (long_link(1), False),
    "an article in an album": (f"{long_link(1)}&album_id={NUMBER}", False),
    "another host": (ADDRESS.replace("mp.weixin", "mp.example"), False),
    "no address": ("合集", False),
}


@pytest.mark.parametrize(("pasted", "is_one"), ADDRESSES.values(), ids=ADDRESSES)
def test_parse_album_accepts_album_addresses_only(pasted: str, is_one: bool) -> None:
    assert is_album(pasted) is is_one
    if is_one:
        assert albums.parse_album(pasted).address == CANONICAL
    else:
        with pytest.raises(NotWeChat):
            albums.parse_album(pasted)


def test_album_listing_pages_come_in_order(world: World) -> None:
    items = [item(number) for number in range(1, 8)]
    serve(world, items, size=3)
    found = listing(world)
    assert urls_of(list(found)) == links(*range(1, 8))
    assert (found.title, found.account, found.count, found.is_complete) == ("合集&一", "测试号", 7, True)
    assert found.warnings == ()
    # the next page is asked for by message and position; LG's album.py forgets the position
    assert asked(world) == [request(), request(items[2]), request(items[5])]


FLAGS: dict[str, Callable[[bool], object]] = {
    "text": lambda goes_on: "1" if goes_on else "0",
    "number": int,
    "boolean": bool,
}


@pytest.mark.parametrize("flag", FLAGS.values(), ids=FLAGS)
@pytest.mark.parametrize("lone_object", [True, False], ids=["an object for an array", "an array of one"])
def test_album_listing_ends_at_continue_flag(world: World, flag: Callable[[bool], object], lone_object: bool) -> None:
    serve(world, [item(n) for n in range(1, 6)], size=2, traps=Traps(flag=flag, lone_object=lone_object))
    found = listing(world)
    assert urls_of(list(found)) == links(1, 2, 3, 4, 5)
    assert (len(world.requests), found.is_complete, found.warnings) == (3, True, ())


def test_album_listing_empty_album_is_complete(world: World) -> None:
    serve(world, [])
    found = listing(world)
    assert (list(found), found.count, found.is_complete, found.warnings) == ([], 0, True, ())


ITEMS: dict[str, tuple[Item, str]] = {
    "http, escaped for HTML": (item(1), long_link(1)),
    "numbers as numbers": (item(1, msgid=2650000001, itemidx=1), long_link(1)),
    "without an address": (item(1, url=""), f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650000001&idx=1"),
    "with another host's address": (
        item(1, url="https://example.com/s/AbCdEfGhIjKlMnOpQrStUv"),
        f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2650000001&idx=1",
    ),
    "that names itself only in its address": (item(1, msgid=None, itemidx=None), long_link(1)),
    "with a short link": (
        item(1, url="https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"),
        "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv",
    ),
}


@pytest.mark.parametrize(("first", "address"), ITEMS.values(), ids=ITEMS)
def test_album_listing_odd_item_forms_give_article_urls(world: World, first: Item, address: str) -> None:
    serve(world, [first, item(2), item(3)], size=2)
    assert urls_of(list(listing(world))) == [address, *links(2, 3)]


ODD_ITEMS: dict[str, object] = {
    "no object": "标题",
    "nothing": None,
    "an empty object": {},
    "an album in the album": item(9, url=ADDRESS, msgid=None),
    "numbers that are addresses": {"msgid": "1&key=2", "itemidx": "1"},
    "a number of a thousand digits": {"msgid": "1" * 1000, "itemidx": "1"},
    "values of other types": {"url": ["x"], "msgid": {"a": 1}, "itemidx": 1.5},
    "half a letter": {"url": "https://mp.weixin.qq.com/s?__biz=\ud800&mid=1&idx=1"},
}


@pytest.mark.parametrize("odd", ODD_ITEMS.values(), ids=ODD_ITEMS)
def test_album_listing_item_without_article_gives_warning(world: World, odd: object) -> None:
    listed = {"article_list": [item(1), odd, item(2)], "base_info": {"article_count": "3"}, "continue_flag": "0"}
    world.serve(request(), json_answer({"base_resp": {"ret": 0}, "getalbum_resp": listed}))
    found = listing(world)
    assert urls_of(list(found)) == links(1, 2)
    assert found.is_complete
    assert found.warnings == ("the album lists 1 without an article's address",)


STUCK = {
    "a page that repeats": (Traps(repeats=2), [1, 2, 3, 4], "repeats"),
    "the first page repeats": (Traps(repeats=1), [1, 2], "repeats"),
    "an empty page, and more to come": (Traps(empty=2), [1, 2], "empty"),
}


@pytest.mark.parametrize(("traps", "numbers", "why"), STUCK.values(), ids=STUCK)
def test_album_listing_without_progress_stops_with_warning(
    world: World, traps: Traps, numbers: list[int], why: str
) -> None:
    serve(world, [item(n) for n in range(1, 8)], size=2, traps=traps)
    found = listing(world)
    assert urls_of(list(found)) == links(*numbers)
    assert not found.is_complete
    assert len(found.warnings) == 1
    assert why in found.warnings[0]
    assert len(world.requests) <= 3


def test_album_listing_cyclic_pages_end(world: World) -> None:
    pages = [[item(1), item(2)], [item(3), item(4)], [item(2), item(1)]]  # the third leads to the second
    for last, items in zip((None, item(2), item(4)), pages, strict=True):
        body = {"article_list": items, "continue_flag": "1", "base_info": {}}
        world.serve(request(last), json_answer({"getalbum_resp": body}))
    found = listing(world)
    assert urls_of(list(found)) == links(1, 2, 3, 4)
    assert not found.is_complete


def test_album_listing_last_item_without_number_stops(world: World) -> None:
    body = {"article_list": [item(1), "?"], "continue_flag": "1", "base_info": {}}
    world.serve(request(), json_answer({"getalbum_resp": body}))
    found = listing(world)
    assert urls_of(list(found)) == links(1)
    assert not found.is_complete
    assert "no number" in found.warnings[-1]


def test_album_listing_endless_album_stops_at_page_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(albums, "MAX_PAGES", 4)
    serve(world, [item(n) for n in range(1, 100)], size=2)
    found = listing(world)
    assert urls_of(list(found)) == links(*range(1, 9))
    assert not found.is_complete
    assert "more than 4" in found.warnings[0]


def test_album_listing_repeated_article_is_listed_once(world: World) -> None:
    serve(world, [item(1), item(2), item(1), item(3)], size=2)
    assert urls_of(list(listing(world))) == links(1, 2, 3)


@pytest.mark.parametrize("count", ["9", 9], ids=["text", "number"])
def test_album_listing_count_mismatch_gives_warning(world: World, count: object) -> None:
    serve(world, [item(1), item(2)], traps=Traps(count=count))
    found = listing(world)
    assert len(list(found)) == 2
    assert found.is_complete
    assert found.warnings == ("the album says that it has 9 articles, and lists 2",)


@pytest.mark.parametrize("count", [None, "", "many", [], "-1", 1.5, True], ids=repr)
def test_album_listing_invalid_count_is_ignored(world: World, count: object) -> None:
    body = {"article_list": [item(1)], "continue_flag": "0", "base_info": {"article_count": count}}
    world.serve(request(), json_answer({"getalbum_resp": body}))
    found = listing(world)
    assert urls_of(list(found)) == links(1)
    assert (found.count, found.warnings) == (None, ())


DAMAGED = {
    "a web page": (b"\xef\xbb\xbf\n<!DOCTYPE html><html></html>", "web page"),
    "nothing": (b"", "damaged"),
    "cut off": (b'{"base_resp": {"ret": 0}, "getalbum_resp": {"article_li', "cut off"),
    "no JSON": (b"404 page not found", "damaged"),
    "not UTF-8": (b'{"getalbum_resp": "\xff\xfe"}', "damaged"),
    "an array": (b"[]", "no listing"),
    "no listing": (b'{"base_resp": {"ret": 0}}', "no listing"),
    "a listing of another type": (b'{"getalbum_resp": []}', "no listing"),
    "a hundred thousand brackets": (b"[" * 100_000, "damaged"),
    "a number of five thousand digits": (b'{"ret": ' + b"1" * 5000 + b"}", "damaged"),
}


@pytest.mark.parametrize(("content", "why"), DAMAGED.values(), ids=DAMAGED)
def test_album_listing_invalid_answer_is_fetch_error(content: bytes, why: str) -> None:
    with pytest.raises(FetchError, match=why) as caught:
        list(AlbumListing(ADDRESS, lambda _: content, lambda _: False))
    assert caught.value.concerns == CANONICAL


@pytest.mark.parametrize("ret", [-3, "200013", 1, None], ids=repr)
def test_album_listing_refused_request_is_fetch_error(world: World, ret: object) -> None:
    refuse(world, ret, "no session\n\x00")
    with pytest.raises(FetchError, match=f"ret {ret}, no session"):
        list(listing(world))


def test_album_listing_error_on_later_page_keeps_earlier_targets(world: World) -> None:
    items = [item(n) for n in range(1, 8)]
    serve(world, items, size=2)
    world.serve(request(items[3]), Answer(body=b"<html>"))
    found = listing(world)
    targets = iter(found)
    assert [next(targets).url for _ in range(4)] == links(1, 2, 3, 4)
    with pytest.raises(FetchError):
        next(targets)
    assert (found.title, found.count, found.is_complete) == ("合集&一", 7, False)


def test_album_listing_yields_targets_before_next_page(world: World) -> None:
    serve(world, [item(n) for n in range(1, 8)], size=2)
    targets = iter(listing(world))
    assert [next(targets).url, next(targets).url] == links(1, 2)
    assert len(world.requests) == 1


def test_album_listing_unchanged_album_costs_one_request(world: World) -> None:
    serve(world, [item(n) for n in range(1, 61)])
    found = listing(world, known=range(1, 61), last_count=60)
    assert urls_of(list(found)) == links(*range(1, 21))
    assert (asked(world), found.is_complete) == ([request()], True)


def test_album_listing_new_articles_at_start_stop_at_known(world: World) -> None:
    serve(world, [item(n) for n in range(100, 20, -1)])
    found = listing(world, known=range(1, 76), last_count=55)  # 76 … 100 are new: two pages
    assert set(links(*range(76, 101))) <= set(urls_of(list(found)))
    assert (len(world.requests), found.is_complete, found.count) == (2, True, 80)


def test_album_listing_new_articles_at_end_listed_in_reverse(world: World) -> None:
    serve(world, [item(n) for n in range(1, 84)])
    found = listing(world, known=range(1, 81), last_count=80)
    assert set(links(81, 82, 83)) <= set(urls_of(list(found)))
    assert (asked(world), found.is_complete) == ([request(), request(reverse=True)], True)


def test_album_listing_new_articles_in_middle_are_found(world: World) -> None:
    serve(world, [item(n) for n in range(1, 101)])
    found = listing(world, known=[*range(1, 41), *range(45, 101)], last_count=96)
    assert set(links(41, 42, 43, 44)) <= set(urls_of(list(found)))
    assert found.is_complete


INCREMENTS = {
    "more new ones at the end than an answer holds": (range(1, 121), range(1, 81), 80),
    "fewer than before": (range(1, 81), range(1, 91), 90),
    "one came, one went, the count unknown": (range(1, 81), range(1, 80), None),
    "the first listing": (range(1, 81), [], None),
    "known, but never listed": (range(1, 81), range(1, 81), None),
}


@pytest.mark.parametrize(("numbers", "known", "last_count"), INCREMENTS.values(), ids=INCREMENTS)
def test_album_listing_unclear_change_lists_whole_album(
    world: World, numbers: range, known: Collection[int], last_count: int | None
) -> None:
    serve(world, [item(n) for n in numbers])
    found = listing(world, known=known, last_count=last_count)
    assert sorted(urls_of(list(found))) == sorted(links(*numbers))
    assert (found.is_complete, found.warnings) == (True, ())


def test_album_listing_without_count_lists_whole_album(world: World) -> None:
    serve(world, [item(n) for n in range(1, 61)], traps=Traps(count=""))
    found = listing(world, known=range(1, 61), last_count=60)
    assert len(list(found)) == 60
    assert len(world.requests) >= 3
