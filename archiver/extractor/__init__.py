"""Page → State, Article. Pure: no I/O, no clock, no settings, no logging."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.extractor.bodies import read_body as _read_raw
from archiver.extractor.metadata import read_metadata
from archiver.extractor.metadata import server_time as _server_time
from archiver.extractor.metadata.kinds import read_kind
from archiver.extractor.passes import canonical_html, clean
from archiver.extractor.reading import Reading
from archiver.extractor.states import classify
from archiver.models import Article, Page

__all__ = ["Reading", "classify", "extract", "read_body", "server_time"]


def server_time(page: Page | Reading) -> datetime | None:
    """When WeChat's server made this very page (`svr_time`): the time of its capture."""
    return _server_time(Reading.of(page))


def extract(page: Page | Reading) -> Article:
    """The article a page tells, its body canonical; the page must be one that classify calls an article."""
    reading = Reading.of(page)
    article = read_metadata(reading)
    raw = _read_raw(reading, article.type)
    body = clean(raw)
    return replace(
        article,
        body=body.html,
        media=body.media,
        removed=body.removed,
        unread=body.unread,
        paid=article.paid or raw.paid_preview,
        warnings=(*article.warnings, *raw.warnings, *body.warnings),
    )


def read_body(page: Page | Reading) -> str:
    """Article.body alone: what extract gives, without the cost of all that it tells besides."""
    reading = Reading.of(page)
    return canonical_html(_read_raw(reading, read_kind(reading)[0]))
