"""The page of an album: what it lists, and that it is no article (docs/reference/wechat-format.md#the-page-of-an-album)."""

from __future__ import annotations

import pytest

from archiver.extractor import classify
from archiver.extractor.album_page import AlbumPage, AlbumPageItem, read_album_page
from archiver.models import State, Target
from archiver.outcomes import no_article
from tests.support.linear import SLOWEST, cpu_seconds, repeated
from tests.support.pages import article_html, page_of, reading_of
from tests.support.wechat.albums import PAGE_ID, album_html


def link(number: int) -> str:
    return f"http://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&amp;mid={number}&amp;idx=1&amp;sn={number:032x}#rd"


def listed(*numbers: int) -> str:
    items = (
        f"{{ title: '第\\x26amp;篇', url: '{link(n)}', msgid: '{n}', itemidx: '1', is_read: '0' }}" for n in numbers
    )
    return f"articleList: [ {' , '.join(items)} ]"


def item(number: int) -> AlbumPageItem:
    return AlbumPageItem(url=link(number).replace("&amp;", "&"), msgid=str(number), position="1")


WHOLE = ("ret: '0'", "albumId: '4180740440766726147'", "title: '周报'", "nick_name: '号' || ''")


def test_album_page() -> None:
    html = album_html(*WHOLE, "article_count: '2' * 1", listed(1, 2), "continue_flag: '0' * 1")
    assert read_album_page(reading_of(html)) == AlbumPage(
        title="周报", account="号", count=2, items=(item(1), item(2)), has_more=False
    )


MORE = {
    "it says so": (("article_count: '9' * 1", "continue_flag: '1' * 1"), True),
    "it says so as text": (("continue_flag: '1'",), True),
    "it says that none follow": (("article_count: '9' * 1", "continue_flag: '0' * 1"), False),
    "it says that none follow as text": (("article_count: '9'", "continue_flag: '0'"), False),
    "it has more than it lists": (("article_count: '9' * 1",), True),
    "it lists all": (("article_count: '1' * 1",), False),
    "it says nothing": ((), False),
}


@pytest.mark.parametrize(("members", "has_more"), MORE.values(), ids=MORE)
def test_album_page_has_more(members: tuple[str, ...], has_more: bool) -> None:
    album = read_album_page(reading_of(album_html(*WHOLE, *members, listed(1))))
    assert album is not None
    assert album.has_more is has_more


SHOWN = (
    '<div class="album__author-name"> 号 </div><div class="album__label-title">#周报</div><ul class="album__list">'
    f'<li class="album__list-item" data-msgid="1" data-itemidx="1" data-link="{link(1)}" data-title="一"><b>一</b></li>'
    f'<li class="album__list-item" data-msgid="2" data-itemidx="1" data-link="{link(2)}"></li></ul>'
)


def test_album_page_without_its_data() -> None:
    assert read_album_page(reading_of(album_html(body=SHOWN))) == AlbumPage(
        title="周报", account="号", count=None, items=(item(1), item(2)), has_more=False
    )


ALBUMS = {
    "as WeChat sends it": album_html(*WHOLE, listed(1), body=SHOWN),
    "without the elements": album_html(*WHOLE, listed(1)),
    "without its name": album_html(*WHOLE, listed(1), script=""),
    "without its data": album_html(body=SHOWN),
    "of one article without its array": album_html(*WHOLE, listed(1).replace("[", "").replace("]", "")),
    "without articles": album_html(*WHOLE, "articleList: [ ]"),
    "of videos": album_html(*WHOLE, script=PAGE_ID.replace("album.html", "album/video.html")),
    "with a title": album_html(*WHOLE, listed(1), title="微信公众平台"),
    "with words of a notice": album_html(*WHOLE, listed(1), body='<p class="tips">已删除</p>'),
}


@pytest.mark.parametrize("html", ALBUMS.values(), ids=ALBUMS)
@pytest.mark.parametrize("saved", [True, False], ids=["saved", "fetched"])
def test_album_page_is_no_article(html: str, saved: bool) -> None:
    html = html.replace("<head>", '<head><link href="//res.wx.qq.com/a.css">')
    verdict = classify(page_of(html, saved=saved))
    assert (verdict.state, verdict.reason, verdict.is_album) == (State.NOT_ARTICLE, "周报", True)


OTHERS = {
    "an article that has one": article_html(
        "window.cgiData = { album: 1 };", cgi="title: '题', appmsgalbuminfo: { album_id: '4180740440766726147' },"
    ),
    "an article about its pages": article_html(body=f"<pre>{PAGE_ID} articleList: [] albumId</pre>"),
    "an article with the words in a script": article_html(PAGE_ID),
    "an account's page": "<html><head><title>号</title></head><body><p>简介</p></body></html>",
    "a notice": '<html><body><p class="weui-msg__title">该内容已被发布者删除</p></body></html>',
    "a list without an album": album_html(listed(1), script=""),
}


@pytest.mark.parametrize("html", OTHERS.values(), ids=OTHERS)
def test_other_pages_are_no_albums(html: str) -> None:
    assert classify(page_of(html)).is_album is False


def test_album_page_advice() -> None:
    page = page_of(ALBUMS["as WeChat sends it"])
    outcome = no_article(Target(source="page.html", file="page.html"), page, classify(page))
    assert outcome.state is State.NOT_ARTICLE
    assert outcome.error.startswith("not_article: 周报; it is an album: name it as a source")


HOSTILE = {
    "addresses that are none": "articleList: [ { url: 'javascript:a()', msgid: '../x', itemidx: '1&a=b' } ]",
    "other types": "articleList: [ 'x', [ ], { url: { a: 1 } }, NaN ]",
    "a long list": f"articleList: [ {'{ url: 1 },' * 10_000} ]",
    "a name of a million signs": f"{listed(1)}, nick_name: '{'号' * 1_000_000}'",
    "a count of a thousand digits": f"{listed(1)}, article_count: '{'9' * 1_000}'",
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_album_page_hostile(members: str) -> None:
    album = read_album_page(reading_of(album_html("albumId: '1'", members)))
    assert album is not None
    assert len(album.items) <= 1_000
    assert len(album.account) <= 200
    assert album.count is None


@pytest.mark.parametrize("unit", ["<li data-link=x>", "PAGE_MID='", "articleList:[", "{url:'", "pages/album"])
def test_album_page_linear(unit: str) -> None:
    many = repeated(unit)
    for html in (album_html(body=many), album_html(*WHOLE, script=PAGE_ID + many), album_html("albumId: '1'", many)):
        assert cpu_seconds(lambda page: read_album_page(reading_of(page)), html) < SLOWEST
