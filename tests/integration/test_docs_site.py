"""The documentation becomes a site without a warning, and the site needs no host but its own."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT

DOCS = ROOT / "docs"

# What a browser fetches by itself: the element, and the attribute that has the address.
_FETCHED = {
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("object", "data"),
    ("use", "href"),
}
_FETCHED_LINKS = {
    "stylesheet",
    "icon",
    "shortcut icon",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "manifest",
}


class Assets(HTMLParser):
    """Collects the addresses that a page fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self.addresses += [values[name] for element, name in _FETCHED if element == tag and name in values]
        if tag == "link" and values.get("rel") in _FETCHED_LINKS:
            self.addresses.append(values.get("href", ""))


def assets_of(html: str) -> list[str]:
    parser = Assets()
    parser.feed(html)
    return parser.addresses


def is_foreign(address: str) -> bool:
    return bool(re.match(r"(?:https?:)?//", address))


def build(folder: Path) -> tuple[int, str]:
    """How the build of the site into a folder ended, and its warnings."""
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", folder / "doctrees", DOCS, folder / "html"],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=180, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    assert build(folder) == (0, "")
    return folder / "html"


@pytest.mark.sphinx
def test_docs_site_has_a_page_for_every_document(site: Path) -> None:
    documents = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md") if "_build" not in path.parts}
    pages = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert len(documents) > 25
    assert documents - pages == set()


@pytest.mark.sphinx
def test_docs_site_pages_fetch_nothing_from_other_hosts(site: Path) -> None:
    pages = {path: assets_of(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert all(pages.values())
    assert [(path.name, address) for path, found in pages.items() for address in found if is_foreign(address)] == []


@pytest.mark.sphinx
def test_docs_site_style_sheets_fetch_nothing_from_other_hosts(site: Path) -> None:
    sheets = {path.name: path.read_text(encoding="utf-8") for path in site.rglob("*.css")}
    assert "furo.css" in sheets
    assert {
        name for name, text in sheets.items() if re.search(r"(?:url\(|@import )\s*[\"']?(?:https?:)?//", text)
    } == set()


def test_assets_of_page_are_what_a_browser_fetches() -> None:
    page = (
        '<link rel="stylesheet" href="//a.example/x.css"><link rel="next" href="https://b.example/">'
        '<script src="https://c.example/x.js"></script><img src="_images/x.png"><a href="https://d.example/">d</a>'
    )
    assert assets_of(page) == ["//a.example/x.css", "https://c.example/x.js", "_images/x.png"]
    assert [is_foreign(address) for address in assets_of(page)] == [True, True, False]


@pytest.mark.sphinx
@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("完成验证后", ["完成", "成验", "验证", "证后"]),
        ("链", ["链"]),
        ("抓获874人", ["抓获", "874", "人"]),
        ("archiver 的合集 page_2", ["archiver", "的合", "合集", "page_2"]),
        ("，。!", []),
    ],
)
def test_search_terms_are_words_and_pairs_of_han(text: str, terms: list[str]) -> None:
    extension = runpy.run_path(str(DOCS / "_extensions" / "chinese_search.py"))
    assert list(extension["search_terms"](text)) == terms


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    """A tab of Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.sphinx
@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "page"), [("去验证", "guide/verification.html"), ("recheck", "guide/changes.html"), ("魑魅魍魉", "")]
)
def test_docs_site_search_finds_chinese_and_english_words(site: Path, tab: Any, query: str, page: str) -> None:
    tab.goto(f"{(site / 'search.html').as_uri()}?q={query}")
    tab.wait_for_function("/finished|did not match/.test(document.querySelector('#search-results').innerText)")
    links = [str(link.get_attribute("href")) for link in tab.query_selector_all("#search-results li a")]
    found = {link.partition("?")[0].partition("#")[0] for link in links}
    assert page in found if page else not found
