"""Page → State, Article. Pure: no I/O, no clock, no settings, no logging."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.extractor.bodies import read_body as _read_raw
from archiver.extractor.classification import classify
from archiver.extractor.metadata import read_metadata
from archiver.extractor.metadata import server_time as _server_time
from archiver.extractor.metadata.kinds import read_kind
from archiver.extractor.page import ParsedPage
from archiver.extractor.passes import canonical_html, clean
from archiver.models import Article, Page

__all__ = ["ParsedPage", "classify", "extract", "read_body", "server_time"]


def server_time(page: Page | ParsedPage) -> datetime | None:
    """When WeChat's server made this very page (`svr_time`): the time of its capture."""
    return _server_time(ParsedPage.of(page))


def extract(page: Page | ParsedPage) -> Article:
    """The article a page tells, its body canonical; the page must be one that classify calls an article."""
    parsed = ParsedPage.of(page)
    article = read_metadata(parsed)
    raw = _read_raw(parsed, article.type)
    body = clean(raw)
    return replace(
        article,
        body=body.html,
        media=body.media,
        removed=body.removed,
        lost_characters=body.lost_characters,
        paid=article.paid or raw.paid_preview,
        warnings=(*article.warnings, *raw.warnings, *body.warnings),
    )


def read_body(page: Page | ParsedPage) -> str:
    """Article.body alone: what extract gives, without the cost of all that it tells besides."""
    parsed = ParsedPage.of(page)
    return canonical_html(_read_raw(parsed, read_kind(parsed)[0]))
