"""Recognise an archived article in a page that lost WeChat's ids. These are pure functions.

The ids of an article are in the scripts of its page, and a page that a browser or an extension saved may have no
scripts. Then its address tells which article it shows, or its account, title and text
(docs/reference/wechat-format.md#saved-pages-that-lost-their-ids).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.models import CHINA, Article, ArticleSummary
from archiver.models.article import ids_in_key

_TOLERANCE = 1  # days between two dates of one publication, if one of them was counted back ("3 days ago")


def is_same_article(article: Article, known: ArticleSummary, *, shares_address: bool) -> bool:
    """Return whether a page shows an archived article that has another key, because one of them lacks ids.

    The caller has found that both have the same address (`shares_address`), or the same account, title and text. If
    both have ids, the ids differ, so these are two articles. An address leads to one article. But an account may
    publish a text twice, and a daily picture has the same title each day and no text; so the dates must agree.
    """
    if article.has_ids and ids_in_key(known.key):
        return False
    if shares_address:
        return True
    if not article.published or not known.published:
        return bool(article.text)
    days = abs((_day(article.published) - _day(known.published)).days)
    return days <= (_TOLERANCE if article.text else 0)


def complete(article: Article, known: ArticleSummary) -> Article:
    """Return an article with what its page lost: the ids, and the exact time of publication, of its record `known`.

    The time is replaced if the page says how many days ago it was. If the page lost its ids, the time is also replaced
    if the page gives none, or gives the same time with less precision.
    """
    is_coarser = bool(article.dated_from)
    if not article.has_ids:
        is_coarser = is_coarser or _is_coarser(article.published, known.published)
        if ids := ids_in_key(known.key):
            article = replace(article, biz=ids[0], mid=ids[1], idx=ids[2])
    if not is_coarser or known.published in (None, article.published):
        return article
    return replace(article, published=known.published, dated_from="")


def _is_coarser(time: datetime | None, exact: datetime | None) -> bool:
    """Return whether `time` is `exact` without its seconds, or without its time of day, or is not known (None)."""
    minute = exact.astimezone(CHINA).replace(second=0) if exact else None
    return time in (None, minute, minute and minute.replace(hour=0, minute=0))


def _day(time: datetime) -> datetime:
    return time.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
