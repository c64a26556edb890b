"""A styled article beside its page in Chromium: the same words and pictures, and nearly every character looks the same.

A part of the pages is compared; `--long` compares all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from archiver.extractor import ParsedPage, classify
from archiver.extractor.metadata.kinds import read_kind
from archiver.models import Page
from tests.corpus.looks import FACETS, Agreement, Looks, look_browser
from tests.corpus.pages import CorpusPage, read_pages
from tests.support.pages import CAPTURED, article_html, page_of
from tests.support.paths import CORPUS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]  # with --long

FLOOR = 0.99
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_BODY = re.compile(r'id="js_content"[^>]*>(?!\s*</div>)|id="content_tpl"')


def read(path: Path) -> Page:
    return Page(source=path.name, content=path.read_bytes(), captured=CAPTURED, saved=True)


def has_body_in_html(page: Page) -> bool:
    """Whether a page without scripts shows its article: pages of some kinds hold it as data."""
    parsed = ParsedPage(page)
    return read_kind(parsed)[0] in ("article", "share") and _BODY.search(parsed.text) is not None


def compared(paths: Iterable[Path]) -> Agreement:
    agreement = Agreement()
    with look_browser() as browser:
        for path in paths:
            page = read(path)
            if classify(page).state == "article" and has_body_in_html(page):
                agreement.add(path.stem, browser.original(ParsedPage(page).text), browser.copy(page))
    return agreement


def below(agreement: Agreement) -> list[str]:
    shares = {facet: agreement.share(facet) for facet in agreement.all}
    floors = {facet: FLOOR if facet in (*FACETS, "boxes") else 1.0 for facet in shares}
    return [f"{facet}: {share:.4f}" for facet, share in shares.items() if share < floors[facet]]


def test_styled_copies_of_own_pages_look_as_the_pages(request: pytest.FixtureRequest) -> None:
    paths = [page.file for page in read_pages()]
    agreement = compared(paths if request.config.getoption("--long") else paths[::4])
    assert agreement.all["text"] > 500
    assert below(agreement) == [], "\n".join(agreement.differences)


@pytest.mark.corpus
def test_styled_copies_of_real_pages_look_as_the_pages(request: pytest.FixtureRequest) -> None:
    paths = sorted((CORPUS / "pages").glob("*.html"))
    agreement = compared(paths if request.config.getoption("--long") else paths[5::11])
    assert agreement.all["text"] > 5_000
    assert below(agreement) == [], "\n".join(agreement.differences)


def shown_words(page: CorpusPage) -> str:
    """The words of the recorded measurement, which had the page's data at hand."""
    runs = [
        run for _, *line in page.recorded()["lines"] for run in line if not (isinstance(run, dict) and "card" in run)
    ]
    texts = (run if isinstance(run, str) else run.get("text") or run.get("code", "") for run in runs)
    return _UNSEEN.sub("", "".join(texts))


def test_styled_pages_of_other_kinds_have_words_and_pictures() -> None:
    pages = [page for page in read_pages() if page.state == "article" and not has_body_in_html(read(page.file))]
    assert {read_kind(ParsedPage(read(page.file)))[0] for page in pages} >= {"text", "picture", "video", "audio"}
    with look_browser() as browser:
        for page in pages:
            copy = browser.copy(read(page.file))
            pictures = [run["picture"] for _, *line in page.recorded()["lines"] for run in line if "picture" in run]
            assert _UNSEEN.sub("", copy.text) == shown_words(page), page.name
            assert [name for name, _, _ in copy.pictures] == pictures, page.name


# --- That the measure sees a difference ------------------------------------------------------------------------------------

BODY = (
    '<p style="text-align:center;background-color:rgb(1, 2, 3)"><b>粗</b><i>斜</i><span style="font-size:20px;color:red">大红</span></p>'
    '<p><img data-src="https://mmbiz.qpic.cn/mmbiz_png/One/640" data-w="600" data-ratio="0.5"></p>'
)
DAMAGES = {
    "text": ("大红", "大"),
    "bold": ("<b>粗</b>", "粗"),
    "italic": ("<i>斜</i>", "斜"),
    "size": ("20px", "21px"),
    "colour": ("color:red", "color:blue"),
    "background": ("rgb(1, 2, 3)", "rgb(1, 2, 4)"),
    "alignment": ("text-align:center", "text-align:right"),
    "pictures": ("One", "Two"),
    "boxes": ("<img ", '<img style="width:50px" '),
}


@pytest.fixture(scope="module")
def original() -> Looks:
    with look_browser() as browser:
        return browser.original(article_html(body=BODY))


def test_compare_looks_changed_copy_is_below_floor(original: Looks) -> None:
    with look_browser() as browser:
        browser.original(article_html(body=BODY))  # for the size of its picture
        for facet, (old, new) in {"": ("", ""), **DAMAGES}.items():
            agreement = Agreement()
            agreement.add("page", original, browser.copy(page_of(article_html(body=BODY.replace(old, new)))))
            assert [line.partition(":")[0] for line in below(agreement)][:1] == ([facet] if facet else []), facet
