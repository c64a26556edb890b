"""The search of a site of files in Chromium: what it finds, what it asks for, and what it says when it cannot search."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from archiver.app import Archiver, ArticleQuery, SearchRequest
from archiver.settings import Settings
from archiver.site.generator.addresses import article_file
from tests.support.command import Command
from tests.support.paths import ROOT
from tests.support.reader import Browser
from tests.support.static_site import serving_files, write_site

pytestmark = pytest.mark.browser

ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
PAGES = sorted((ROOT / "tests" / "corpus" / "pages").glob("*.html"))
WORDS = (  # of one to six characters, Latin, digits, mixed, phrases, excluded words, only punctuation, nothing
    "的", "水", "一", "龘", "我们", "文章", "今天", "段落", "图片", "第一段", "公众号", "的时候", "是一个", "第二段落",
    "人工智能", "列表项目", "这是一段", "一行代码在", "加粗的文字里", "a", "b", "c", "code", "Code", "ＣＯＤＥ", "li", "html",
    "print(", "1", "2024", "3.14", "h2标题", "第1", "c++", '"a b"', "-的", "的 -文", "一 二", "文字 code", "，", "…", "zzz",
)  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the pages of the corpus."""
    folder = tmp_path_factory.mktemp("corpus")
    command = Command(folder=folder, environment={"HTTPS_PROXY": "http://127.0.0.1:9"}, in_process=True)
    command.add("--no-media", *PAGES)
    return folder / "out"


@pytest.fixture(scope="module")
def site(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the archive."""
    folder = tmp_path_factory.mktemp("site") / "public"
    assert write_site(archive, folder).articles > 60
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address of the site."""
    with serving_files(site) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page, in a profile of its own."""
    context = chromium.new_context(viewport={"width": 800, "height": 900})
    yield context.new_page()
    context.close()


def settled(page: Any) -> str:
    """What the page says when a search has ended."""
    from playwright.sync_api import expect

    expect(page.locator("#state")).not_to_have_text(re.compile("正在搜索|Searching"), timeout=30_000)
    said: str = page.inner_text("#state")
    return said


def found_by(page: Any, address: str, words: str) -> tuple[list[str], list[str]]:
    """The files of all articles that a search in the browser finds, and their snippets."""
    page.goto(f"{address}/search.html?q={quote(words, safe='')}")
    said = settled(page)
    while page.is_visible("#more"):
        page.click("#more")
        said = settled(page)
    assert said in (
        "",
        "没有更多文章了。",
        "没有文章同时包含这些词。",
        "没有可以搜索的内容，请输入汉字、字母或数字。",
    ), said
    links = page.locator("#results h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return links, page.locator("#results .excerpt").all_inner_texts()


def expected(archive: Path, words: str) -> list[Any]:
    with Archiver(Settings(output=str(archive))) as opened:
        request = SearchRequest(words=(words,), articles=ArticleQuery(order="newest"), max_age=60.0)
        return list(opened.search(request).hits)


def sampled(archive: Path) -> list[str]:
    """Pieces of the texts, so that most are found."""
    chance = random.Random(21)
    with Archiver(Settings(output=str(archive))) as opened:
        keys = [each.key for each in opened.list(ArticleQuery())]
        texts = [text.text for text in opened.reader.searchable(keys) if len(text.text) > 20]
    pieces = []
    for length in (1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 9, 12):
        text = chance.choice(texts)
        start = chance.randrange(len(text) - length)
        pieces.append(f'"{re.sub(chr(34), " ", text[start : start + length])}"')
    return pieces


def test_site_finds_what_the_command_and_the_reader_find(page: Any, archive: Path, address: str) -> None:
    reader = Browser(archive)
    differing: dict[str, tuple[object, object]] = {}
    for words in [*WORDS, *sampled(archive)]:
        hits = expected(archive, words)
        links, snippets = found_by(page, address, words)
        if sorted(links) != sorted(article_file(hit.key) for hit in hits):
            differing[words] = (len(links), len(hits))
        by_file = {article_file(hit.key): hit.snippet for hit in hits}
        for link, snippet in zip(links, snippets, strict=True):
            there = by_file.get(link, "")
            is_counted_alike = not there or max(there) < "\U00010000"  # JavaScript counts the others twice
            if is_counted_alike and " ".join(snippet.split()) != " ".join(there.split()):
                differing[words] = (snippet, there)
        served = reader.get("/search", params={"q": words, "sort": "newest"}).text
        assert served.count("<h3>") == min(50, len(hits)), words
    assert differing == {}


def test_a_query_in_the_fragment_is_searched_for(page: Any, address: str) -> None:
    page.goto(f"{address}/search.html#q=的")
    settled(page)
    assert page.input_value("[name=q]") == "的"
    assert page.locator("#results > li").count() > 0


def test_enter_searches_and_back_returns(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.fill("header [name=q]", "的")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    settled(page)
    first = page.locator("#results > li").count()
    page.fill("[name=q]", "zzz")
    page.keyboard.press("Enter")
    assert settled(page) == "没有文章同时包含这些词。"
    assert page.locator("#results > li").count() == 0
    page.go_back()
    settled(page)
    assert page.input_value("[name=q]") == "的"
    assert page.locator("#results > li").count() == first


def test_more_results_come_by_keyboard_and_get_the_focus(page: Any, address: str) -> None:
    page.goto(f"{address}/search.html?q=的")
    settled(page)
    assert page.locator("#results > li").count() == 10
    page.focus("#more")
    page.keyboard.press("Enter")
    page.locator("#results > li").nth(10).wait_for()
    settled(page)
    eleventh = page.locator("#results > li").nth(10).locator("h3 a")
    assert eleventh.evaluate("link => link === document.activeElement")


def test_search_within_an_account_finds_its_articles_alone(page: Any, archive: Path, address: str) -> None:
    with Archiver(Settings(output=str(archive))) as opened:
        accounts = [group.name for group in opened.reader.groups("account")]
        account = accounts[0]
        request = SearchRequest(words=("的",), articles=ArticleQuery(account=account))
        hits = {article_file(hit.key) for hit in opened.search(request).hits}
    page.goto(f"{address}/search.html?q=的&account={quote(account)}")
    settled(page)
    while page.is_visible("#more"):
        page.click("#more")
        settled(page)
    links = page.locator("#results h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert set(links) == hits
    assert account in page.inner_text("#within")
    page.goto(f"{address}/search.html?q=的")
    assert not page.is_visible("#within")


def test_composing_pinyin_asks_for_nothing(page: Any, address: str) -> None:
    page.goto(f"{address}/search.html")
    page.focus("[name=q]")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    session = page.context.new_cdp_session(page)
    for text in ("w", "we", "wen", "wen'z", "wen'zhang"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    session.send("Input.insertText", {"text": "文章"})
    assert page.input_value("[name=q]") == "文章"
    assert asked == []
    page.keyboard.press("Enter")
    settled(page)
    assert len(asked) > 2


def test_nothing_of_a_text_becomes_markup(page: Any, tmp_path: Path) -> None:
    command = Command(folder=tmp_path, environment={"HTTPS_PROXY": "http://127.0.0.1:9"}, in_process=True)
    command.add("--no-media", PAGES[0])
    post = next((tmp_path / "out" / "_posts").rglob("*.md"))
    post.write_text(f"{post.read_text()}\n\n\\<img src=x onerror=document.title='harm'> 危险\n")
    write_site(tmp_path / "out", tmp_path / "public")
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    with serving_files(tmp_path / "public") as address:
        page.goto(f"{address}/search.html?q=onerror")
        settled(page)
        assert "<img src=x" in page.inner_text("#results .excerpt")
        assert page.locator("#results img").count() == 0
        assert "harm" not in page.title()
    assert trouble == []


def test_without_script_a_sentence_says_what_to_do(chromium: Any, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/search.html?q=的")
    assert "这里的搜索需要 JavaScript" in page.inner_text("noscript, main")
    context.close()


def test_opened_from_the_disk_it_says_why_it_cannot_search(page: Any, site: Path) -> None:
    page.goto(f"{site.as_uri()}/index.html")
    page.fill("header [name=q]", "的")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    assert "无法读取搜索用的文件" in page.inner_text("#state")


def test_lost_files_are_said_and_tried_again(page: Any, address: str) -> None:
    page.route("**/*.bin", lambda route: route.abort())
    page.goto(f"{address}/search.html?q=的")
    assert settled(page) == "无法读取搜索用的文件，请重新加载这个页面。"
    page.unroute("**/*.bin")
    page.click("form.search button")
    assert settled(page) == ""
    assert page.locator("#results > li").count() == 10
