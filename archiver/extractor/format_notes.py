"""Notice in an article's page that WeChat has changed its format (docs/guide/doctor.md).

Ordinary pages have no notes, and looking for them takes next to no time: what is looked at was read for the article.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.known_members import KNOWN_MEMBERS
from archiver.extractor.metadata.eras import PageEra, era_of, missing_place
from archiver.extractor.metadata.kinds import unknown_layout
from archiver.extractor.page import ParsedPage
from archiver.messages.message import message
from archiver.models import CHINA, Article
from archiver.models.page_format import FormatNote

_MAX_NOTES = 20
_WITH_BODY = ("article", "share")  # types of articles whose page has the element of the body
_BODY = "js_content"
_SERVER_DATA_MARK = "ori_create_time:"  # no page without the server's data has a member of this name
_SERVER_DATA_SINCE = datetime(2025, 1, 1, tzinfo=CHINA)
_NAME = re.compile(r"[\w$-]{1,60}", re.ASCII)
_SHOWN = re.compile(r"[\u3400-\u9fff]|\bqpic\.cn\b|</(?:p|section|div)>")
_MAX_VALUES = 1_000  # number of values in a member that are looked at


def format_notes(parsed: ParsedPage, article: Article, unknown_tags: Collection[str]) -> tuple[FormatNote, ...]:
    """Return what is new in the format of an article's page; () for ordinary pages; at most 20 notes.

    Args:
        parsed: The page of the article.
        article: The result of `read_metadata` for the page.
        unknown_tags: The tags of the embedded elements of unknown kinds in the body.
    """
    return tuple(islice(_notes(parsed, article, unknown_tags), _MAX_NOTES))


def _notes(parsed: ParsedPage, article: Article, unknown_tags: Collection[str]) -> Iterator[FormatNote]:
    era = era_of(parsed)
    yield from _data_notes(parsed, era)
    if era.era:
        for name in era.missing:
            yield FormatNote(kind="field", detail=missing_place(parsed, era.era, name))
        if article.type in _WITH_BODY and not era.era.is_of_posts and parsed.tag_index.find(_BODY) is None:
            yield FormatNote(
                kind="field",
                detail=message("the text is not in `#{body}`, where {era} have it", body=_BODY, era=era.era.name),
            )
    if article.warnings and (number := unknown_layout(parsed)):  # an unknown layout is a warning
        yield FormatNote(
            kind="layout",
            detail=message("`item_show_type` is {number}, a layout that is not known", number=number[:20]),
        )
    for tag in unknown_tags:
        yield FormatNote(
            kind="element", detail=message("the body has an embedded element `{tag}`, which is not known", tag=tag)
        )
    for name in parsed.cgi:
        if name not in KNOWN_MEMBERS and _NAME.fullmatch(name) and _may_be_shown(parsed.cgi[name]):
            yield FormatNote(
                kind="member",
                detail=message(
                    "`cgiDataNew.{name}` is not known and has words or pictures that readers may see", name=name
                ),
            )


def _data_notes(parsed: ParsedPage, era: PageEra) -> Iterator[FormatNote]:
    """Yield a note if the page lacks the server's data, or has it under another name."""
    if parsed.cgi:
        return
    if parsed.page.captured >= _SERVER_DATA_SINCE and _SERVER_DATA_MARK in parsed.text:
        yield FormatNote(kind="data", detail=message("the server's data is in the page, but not as `cgiDataNew`"))
    elif era.era is None and not parsed.page.saved:
        yield FormatNote(
            kind="data", detail=message("the page has the article's data in no form of the years since 2017")
        )


def _may_be_shown(value: Literal) -> bool:
    """Return True if a value of the server's data has Chinese words, HTML or an address of a picture in it."""
    left = [value]
    for _ in range(_MAX_VALUES):
        if not left:
            return False
        value = left.pop()
        if isinstance(value, str) and _SHOWN.search(value):
            return True
        left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return False
