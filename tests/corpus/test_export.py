"""The readable pages of the whole corpus, in Chromium: every word of what it showed of the originals, every picture."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import LCSseq

from archiver.export.readable import readable_page
from archiver.extractor import extract
from tests.e2e.test_replay import ARGUMENTS, Original, original, text_of
from tests.support.pages import page_of
from tests.support.paths import SHARED

pytestmark = [pytest.mark.corpus, pytest.mark.browser]


def readable(page: Original) -> str:
    return readable_page(extract(page_of(page.content.decode(errors="replace"))), {})


def test_readable_page_shows_all_words_and_images() -> None:
    from playwright.sync_api import sync_playwright

    measure = (SHARED / "fidelity" / "measure.js").read_text(encoding="utf-8")
    names = sorted(path.stem for path in (SHARED / "corpus" / "pages").glob("*.html"))
    articles = {name: page for name in names if (page := original(name)).truth.get("body")}
    assert len(articles) > 70
    lost = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        shown = browser.new_context(offline=True).new_page()
        for name, page in articles.items():
            shown.set_content(readable(page), wait_until="domcontentloaded")
            tokens = shown.evaluate(f"() => ({measure})(document.querySelector('article'))")["tokens"]
            words = len(page.text) - LCSseq.similarity(page.text, text_of(tokens))
            pictures = len(page.pictures) - sum("img" in token for token in tokens)
            if words or pictures > 0:
                lost[name] = (words, pictures)
        browser.close()
    assert lost == {}
