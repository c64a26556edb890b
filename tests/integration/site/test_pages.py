"""The reading pages: what each shows, in both languages, and that every link on them leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest

from archiver import Archiver, Settings
from archiver.commands import show
from tests.support.command import Command
from tests.support.harm import TEXTS
from tests.support.reader import Browser
from tests.support.reading import HOSTILE, STORIES, Elements, Reader

FIRST, RAIN, GONE, SHOP, HARM, SHORT = STORIES
PAGES = {
    "newest": "/", "accounts": "/accounts", "dates": "/dates", "tags": "/tags", "albums": "/albums",
    "sources": "/sources", "feeds": "/feeds", "status": "/status", "search": "/search", "article": f"/articles/{FIRST.key}",
    "look": f"/articles/{FIRST.key}/look", "captures": f"/articles/{FIRST.key}/captures",
    "changes": f"/articles/{FIRST.key}/changes?old=1&new=2", "deleted": f"/articles/{GONE.key}",
    "hostile": f"/articles/{HARM.key}", "found": f"/search?q={quote('浇水')}", "nothing": "/search?q=Zeppelin",
    "account": f"/articles?account={quote(FIRST.account)}", "missing": "/nothing",
}  # fmt: skip
OTHER_HELPERS = ("/media/", "/static/", "/add", "/phone", "/login", "/feeds/", "/feeds.opml")  # tested elsewhere


def shown(page: str) -> Elements:
    return Elements(page)


def titles(page: str) -> list[str]:
    """The titles in a list, in their order."""
    lists = page.partition('<ol class="entries"')[2]
    return [unescape(title).strip() for title in re.findall(r"<h[23]><a [^>]*>(.*?)</a></h[23]>", lists, re.DOTALL)]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_in_each_language(reader: Reader, name: str, language: str) -> None:
    answer = reader.get(PAGES[name], language=language)
    assert answer.status_code == (404 if name == "missing" else 200)
    assert answer.headers["content-language"] == language
    page = Elements(answer.text)
    assert page.values("lang", "html") == [language]
    assert "script" not in [tag for tag, _ in page.found]
    assert not [
        value
        for name in ("src", "srcset", "poster", "data")
        for value in page.values(name)
        if not value.startswith("/")
    ]
    levels = [int(tag[1]) for tag, _ in page.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in page.found if tag in ("header", "main", "footer")].count("main") == 1


@pytest.mark.parametrize("name", PAGES)
def test_page_says_nothing_in_the_other_language(reader: Reader, name: str) -> None:
    """English pages have Chinese only where it is marked; Chinese ones have no English sentences of ours."""
    english = re.sub(
        r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", reader.get(PAGES[name], language="en").text, flags=re.DOTALL
    )
    ours = {
        FIRST.account,
        GONE.account,
        SHOP.account,
        "我的清单",
        "浇水",
        "其他",
        "阳台四季",
        FIRST.title,
        GONE.title,
        SHOP.title,
    }
    for text in sorted(ours, key=len, reverse=True):
        english = english.replace(text, "").replace(quote(text), "")
    assert re.findall(r"[\u4e00-\u9fff]+", english) in ([], ["号", "号"], ["合集"], ["标题"], ["号"]), name
    assert "Skip to the content" not in reader.get(PAGES[name]).text


def test_home_lists_newest_first_with_text_and_picture(reader: Reader) -> None:
    page = reader.get("/").text
    by_day = sorted(STORIES, key=lambda story: story.day, reverse=True)
    assert titles(page)[0] == FIRST.title
    assert [title for title in titles(page) if title in {s.title for s in STORIES}] == [
        s.title for s in by_day if s is not HARM
    ]
    assert "入冬前的最后一茬小白菜" in page
    assert '<img class="thumb" src="/media/postimg/Cabbage.png"' in page
    assert "已被发布者删除" in page


def test_article_shows_text_and_leads_on(reader: Reader) -> None:
    page = reader.get(PAGES["article"]).text
    for words in ("<h1", FIRST.title, "四十二棵", "2025年11月7日 08:31", "原文在线", "已保存 2 / 2 张"):
        assert words in page
    links = Elements(page).values("href", "a")
    assert f"/articles/{RAIN.key}" in links  # the link in the text to another article of the archive
    assert FIRST.address in links
    assert "https://notes.example.org/water?id=7&v=2" in links
    assert f"/articles?album={quote('阳台四季')}" in links
    assert re.search(rf'<a rel="prev" href="/articles/{RAIN.key}">', page)


def test_article_deleted_at_wechat_says_so_and_names_lost_picture(reader: Reader) -> None:
    page = reader.get(PAGES["deleted"], language="en").text
    assert "Its publisher deleted this article from WeChat." in page
    assert "1 picture or recording is missing" in page
    assert "postimg/Gone" in page
    assert 'class="missing" href="https://mmbiz.qpic.cn/mmbiz_png/Gone/' in page


def test_stored_warnings_and_reasons_are_in_the_language_of_the_page(reader: Reader) -> None:
    page = reader.get(PAGES["deleted"]).text
    assert "服务器返回 HTTP 404" in page
    assert "没有保存，文章里保留原地址（服务器返回 HTTP 404）：https://mmbiz.qpic.cn/" in page
    assert "the server answered" not in page
    assert (
        "not saved, the post keeps the address (the server answered" in reader.get(PAGES["deleted"], language="en").text
    )


def test_captures_say_which_changed_the_text(reader: Reader) -> None:
    page = reader.get(PAGES["captures"], language="en").text
    assert re.search(r'<a href="/articles/[^"]*/changes\?old=1&amp;new=2">changed</a>', page)
    assert "first text" in page
    page = reader.get(f"/articles/{GONE.key}/captures").text
    assert "已被发布者删除" in page


def test_changes_mark_words_and_lines(reader: Reader) -> None:
    page = reader.get(PAGES["changes"]).text
    assert "很多读者留言问：**阳台朝北能不能种菜？**能" in page  # and no tags
    assert "一共四十<del>三</del><ins>二</ins>棵" in page
    assert "<del>下一篇说说堆肥。天冷，大家保重。</del>" in page
    assert "<ins>更正：十二月的香葱四天浇一次。</ins>" in page


def test_look_frames_the_document_without_rights_to_run(reader: Reader) -> None:
    (frame,) = [given for tag, given in Elements(reader.get(PAGES["look"]).text).found if tag == "iframe"]
    assert "allow-scripts" not in frame["sandbox"]
    document = reader.get(frame["src"])
    assert document.status_code == 200
    assert "四十二棵" in document.text
    older = reader.get(f"/articles/{FIRST.key}/styled?capture=1")
    assert "四十三棵" in older.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"account={FIRST.account}", [FIRST, RAIN]),
        ("date=2025-11", [FIRST]),
        ("date=2025", [FIRST, SHORT]),
        ("date=2024-06-01", [SHOP]),
        ("album=阳台四季", [FIRST, RAIN]),
        ("tag=阳台四季", [FIRST, RAIN]),
        ("source=我的清单", [FIRST, RAIN]),
        ("state=deleted", [GONE]),
        (f"account={FIRST.account}&date=2023", [RAIN]),
        (f"album=阳台四季&account={FIRST.account}&date=2025", [FIRST]),
    ],
)
def test_articles_of_conditions(reader: Reader, query: str, expected: list[object]) -> None:
    answer = reader.get(f"/articles?{query}")
    assert titles(answer.text) == [story.title for story in expected]


@pytest.mark.parametrize("query", ["account=nobody", "date=2025-13", "tag=nothing", "page=9", "date=1999"])
def test_articles_of_nothing_are_not_found(reader: Reader, query: str) -> None:
    answer = reader.get(f"/articles?{query}")
    assert answer.status_code == 404
    assert "看最新文章" in answer.text


def test_removed_articles_are_not_listed(browser: Browser, output: Path) -> None:
    remove = Command(folder=output.parent, environment={}, in_process=True)
    assert remove("rm", "--yes", "-o", "out", next(output.glob("_posts/*.md"))).code == 0
    assert browser.get("/articles?state=taken-out").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/articles/a:1:1",
        f"/articles/{FIRST.address}",
        "/x/../y",
        *(
            f"/articles/{FIRST.key}/changes{query}"
            for query in (
                "?old=1&new=9",
                "",
                "?old=1",
                "?new=2",
                "?old=&new=2",
                "?old=x&new=2",
                "?old=0&new=2",
                "?old=-1&new=2",
                "?old=1&new=2.0",
                "?old=1&new=" + "9" * 5000,
            )
        ),
    ],
)
def test_address_without_anything_helps(reader: Reader, address: str) -> None:
    answer = reader.get(address)
    assert answer.status_code == 404
    assert 'href="/search"' in answer.text


def test_article_is_shown_without_reading_its_stored_page(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the stored page is read")

    monkeypatch.setattr(show, "extract", fail)
    for part in ("", "/look"):
        assert reader.get(f"/articles/{FIRST.key}{part}").status_code == 200


def test_search_marks_words_and_keeps_conditions(reader: Reader) -> None:
    page = reader.get(f"/search?q=雨水&account={FIRST.account}&sort=oldest", language="en").text
    assert titles(page) == [RAIN.title, FIRST.title]
    assert "<mark>雨水</mark>" in page
    assert f'name="account" value="{FIRST.account}"' in page
    assert 'value="oldest" checked' in page


def test_search_without_a_hit_gives_hints(reader: Reader) -> None:
    page = reader.get("/search?q=雨水&account=阳台种菜&since=2019-01-01", language="en").text
    assert "No article has all of these words." in page
    assert "Did you mean the account 阳台种菜记?" in page
    assert "Search without a first day." in page
    assert reader.get("/search?q=%E2%80%A6").status_code == 200  # an ellipsis alone: nothing to search for


def test_switch_of_language_is_kept_by_a_cookie(reader: Reader) -> None:
    answer = reader.get("/dates?lang=en")
    assert answer.headers["content-language"] == "en"
    cookie = answer.headers["set-cookie"]
    assert "archiver_lang=en" in cookie
    assert "httponly" in cookie.lower()
    assert reader.get("/dates", Cookie=cookie.partition(";")[0]).headers["content-language"] == "en"
    assert 'href="?lang=zh"' in answer.text
    assert reader.get("/dates", Cookie="archiver_lang=xx").headers["content-language"] == "zh-CN"


def test_setting_of_language_is_stronger_than_the_browser(archive: Path) -> None:
    assert Reader(archive, lang="en").get("/dates").headers["content-language"] == "en"
    assert Reader(archive).get("/dates", language="fr").headers["content-language"] == "en"


def test_hostile_words_are_shown_as_words(reader: Reader) -> None:
    for address in (
        "/",
        PAGES["hostile"],
        f"/search?q={quote('onerror')}",
        "/accounts",
        "/tags",
        "/albums",
        f"/articles?account={quote(HARM.account)}",
    ):
        page = reader.get(address).text
        elements = Elements(page)
        for tag, attributes in elements.found:
            assert tag not in ("script", "object", "embed", "base", "svg", "math", "style")
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            assert not re.match(r"\s*(?:javascript|data|vbscript):", attributes.get("href", ""))
    page = reader.get(PAGES["hostile"]).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "alert(1)" in TEXTS["HTML"] in HOSTILE


def links_of(page: str, address: str) -> Iterator[str]:
    """The addresses of the reader's own pages to which a page links or sends forms."""
    elements = Elements(page)
    for link in (*elements.values("href"), *elements.values("action")):
        found = urlsplit(urljoin(f"http://127.0.0.1:8765{address}", link))
        if found.netloc == "127.0.0.1:8765" and not found.path.startswith(OTHER_HELPERS):
            yield found.path + (f"?{found.query}" if found.query else "")


def test_every_link_leads_somewhere(reader: Reader) -> None:
    waiting, seen = ["/"], {"/"}
    while waiting:
        address = waiting.pop()
        answer = reader.get(address)
        assert answer.status_code == 200, address
        for link in links_of(answer.text, address):
            if link not in seen and "lang=" not in link:
                seen.add(link)
                waiting.append(link)
    assert len(seen) > 40


def test_empty_folder_is_helped_and_stays_empty(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "none")
    for address in ("/", "/tags", "/search?q=x", f"/articles/{FIRST.key}"):
        page = reader.get(address, language="en").text
        assert "Nothing is kept here yet" in page
        assert "archiver add https://mp.weixin.qq.com/s/…" in page
    assert not (tmp_path / "none").exists()


def test_no_page_names_the_folder(reader: Reader, archive: Path) -> None:
    for address in PAGES.values():
        assert str(archive) not in reader.get(address).text
        assert str(archive.parent.parent) not in reader.get(address).text


def test_archiver_browses_in_parts(archive: Path) -> None:
    from archiver.app import BrowseRequest

    with Archiver(Settings(output=str(archive))) as archiver:
        parts = [archiver.reader.browse(BrowseRequest(offset=offset, limit=2)) for offset in (0, 2, 4, 6)]
    assert [part.total for part in parts] == [6] * 4
    assert [len(part.articles) for part in parts] == [2, 2, 2, 0]
    days = [each.article.published for part in parts for each in part.articles]
    assert days == sorted(days, reverse=True)
