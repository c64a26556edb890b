"""States, metadata and the words of the body on real pages, against what a browser showed of each."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lxml import html

from archiver.extractor.bodies import read_raw_body
from archiver.extractor.classification import classify
from archiver.extractor.metadata import read_metadata
from archiver.extractor.page import ParsedPage
from archiver.models import Page
from tests.support.pages import CAPTURED
from tests.support.paths import CORPUS

STEMS = sorted(path.stem for path in (CORPUS / "truth").glob("*.json")) or ["missing"]
SHORTENED = 40  # the title of a text post that is its whole text is not asked for beyond this (score.py)
BLANK = re.compile(r"[\s\u200b\ufeff]+")

pytestmark = [pytest.mark.corpus, pytest.mark.parametrize("stem", STEMS)]


def truth_of(stem: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((CORPUS / "truth" / f"{stem}.json").read_text("utf-8"))
    return truth


def page_of(stem: str) -> Page:
    content = (CORPUS / "pages" / f"{stem}.html").read_bytes()
    return Page(source=f"{stem}.html", content=content, captured=CAPTURED, saved=True)


def squeezed(value: object) -> str:
    return BLANK.sub("", str(value))


def test_classify_state_matches_truth(stem: str) -> None:
    assert classify(page_of(stem)).state == truth_of(stem)["state"]


def test_read_metadata_matches_truth(stem: str) -> None:
    truth = truth_of(stem)
    if truth["state"] != "article":
        return
    meta, article = truth["meta"], read_metadata(ParsedPage.of(page_of(stem)))
    asked = [name for name in ("account", "account_id", "biz", "mid", "idx") if meta[name]]
    if not (truth["type"] == 10 and len(meta["title"]) > SHORTENED):
        asked.append("title")
    assert {n: squeezed(getattr(article, n)) for n in asked} == {n: squeezed(meta[n]) for n in asked}
    published = article.published.timestamp() if article.published else 0
    assert not meta["published"] or abs(published - meta["published"]) < 60
    author = article.reprint.author if article.reprint else article.author
    assert not meta["author"] or squeezed(author) == squeezed(meta["author"])


def test_read_raw_body_has_all_words_and_images(stem: str) -> None:
    """In order; what a pass will drop later (hidden, scripts) may still be there."""
    truth = truth_of(stem)
    if truth["state"] != "article":
        return
    reading = ParsedPage.of(page_of(stem))
    parser = html.HTMLParser(huge_tree=True, encoding="utf-8")
    raw = read_raw_body(reading, read_metadata(reading).type).html
    body = html.fragment_fromstring(raw.encode(), create_parent="div", parser=parser)
    words = iter(squeezed("".join(body.xpath(".//text()[not(ancestor::script)]"))))
    expected = squeezed("".join(token.get("t", "") for token in truth["body"]["tokens"]))
    assert all(letter in words for letter in expected)
    pictures = iter([image.get("data-src") or image.get("src") for image in body.iter("img")])
    shown = [token["img"] for token in truth["body"]["tokens"] if "img" in token and not token.get("bg")]
    assert all(address in pictures for address in shown)
