"""Pages made to do harm, as the text of the reader: nothing runs, and nothing is loaded but files of the archive."""

from __future__ import annotations

import re

import pytest

from archiver.document.allowlist import TAGS
from archiver.models import Page
from tests.support.harm import ACTIVE, BODIES, SCRIPT, TEXTS, spoken
from tests.support.harmless_text import text_of
from tests.support.mutations import mutated
from tests.support.pages import CAPTURED, article_html, page_of
from tests.support.paths import FIXTURES
from tests.support.reading import Elements
from tests.support.styles import LOADING

SMALL = sorted(FIXTURES.glob("*--*/page.html"))
SAFE = {
    "class", "href", "src", "alt", "poster", "loading", "decoding", "controls", "preload", "tabindex", "colspan", "rowspan",
    "start", "reversed", "type", "value",
}  # fmt: skip


def check(html: str | None) -> None:
    """Fail at an element or attribute of another kind, and at anything that a browser would run or load."""
    for tag, attributes in Elements(html or "").found:
        assert tag in TAGS
        assert attributes.keys() <= SAFE
        assert {attributes.get(name, "/media/postimg/a.png") for name in ("src", "poster")} == {"/media/postimg/a.png"}
        assert re.match(r"https?://|mailto:", attributes.get("href", "https://"))
        assert attributes.get("class", "missing") in ("missing", "wechat-card", "")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_text_of_hostile_words_is_harmless(body: str, text: str) -> None:
    check(text_of(page_of(article_html(SCRIPT, body=spoken(body, text)))))


@pytest.mark.parametrize("body", [*ACTIVE.values(), *LOADING.values()], ids=[*ACTIVE, *LOADING])
def test_text_of_active_content_is_harmless(body: str) -> None:
    html = text_of(page_of(article_html(SCRIPT, body=f"<p>正文</p>{body}")))
    assert "正文" in str(html)
    check(html)


@pytest.mark.parametrize("page", SMALL, ids=lambda page: page.parent.name)
def test_text_of_mutated_page_is_harmless(page, request: pytest.FixtureRequest) -> None:
    run = request.config.getoption("randomly_seed", default=0)
    for turn in range(50 if request.config.getoption("--long") else 2):
        seed = f"{page.parent.name}:{run}:{turn}"
        try:
            check(text_of(Page(source=seed, content=mutated(page.read_bytes(), seed), captured=CAPTURED)))
        except Exception as error:
            error.add_note(f"the seed is {seed!r}: tests.support.mutations.mutated(page, seed)")
            raise
