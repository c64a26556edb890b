"""Classify a page and extract the article on it.

The results depend only on the page: no file, clock or setting is read, and nothing is logged.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.extractor.bodies import read_raw_body
from archiver.extractor.classification import classify
from archiver.extractor.format_notes import format_notes
from archiver.extractor.metadata import read_metadata, read_server_time
from archiver.extractor.metadata.eras import era_of, field_places
from archiver.extractor.metadata.kinds import read_kind
from archiver.extractor.page import ParsedPage
from archiver.extractor.passes import canonical_html, clean
from archiver.messages.message import message
from archiver.models import Article, Page
from archiver.models.page_format import PageFormat

__all__ = ["ParsedPage", "classify", "extract", "page_format", "read_body", "server_time"]

_LEFT_OUT = message("the post has no body: all that the page has there was left out")


def server_time(page: Page | ParsedPage) -> datetime | None:
    """Return the time at which WeChat's server sent the page (`svr_time`), in Beijing time.

    Return None if the page does not contain this time.
    """
    return read_server_time(ParsedPage.of(page))


def extract(page: Page | ParsedPage) -> Article:
    """Return the article on a page, including its body and media.

    The page must be one for which `classify` returns the state ARTICLE. If the body is empty, a warning says so.
    """
    parsed = ParsedPage.of(page)
    article = read_metadata(parsed)
    raw = read_raw_body(parsed, article.type)
    body = clean(raw)
    left_out = () if body.html or raw.warnings else (_LEFT_OUT,)
    return replace(
        article,
        body=body.html,
        media=body.media,
        removed=body.removed,
        lost_characters=body.lost_characters,
        paid=article.paid or raw.paid_preview,
        warnings=(*article.warnings, *raw.warnings, *left_out, *body.warnings),
        format_notes=format_notes(parsed, article, body.unknown_tags),
    )


def page_format(page: Page | ParsedPage) -> PageFormat:
    """Return the format of an article's page: its era, the places of its fields, and what is new in it.

    The page must be one for which `classify` returns the state ARTICLE.
    """
    parsed = ParsedPage.of(page)
    found = era_of(parsed)
    return PageFormat(
        era=found.era.name if found.era else "",
        fields=tuple(field_places(parsed, found.era)),
        notes=extract(parsed).format_notes,
    )


def read_body(page: Page | ParsedPage) -> str:
    """Return the body of the article on a page as canonical HTML, equal to extract(page).body.

    This is faster than `extract`, because nothing else is read from the page.
    """
    parsed = ParsedPage.of(page)
    return canonical_html(read_raw_body(parsed, read_kind(parsed)[0]))
