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
    """Return whether `article`, read from a page, is the archived article `known`, although their keys differ.

    The keys of one article differ if one of them was made without WeChat's ids. The caller has found that both have the
    same address (`shares_address` is True), or that both have the same account, title and text.

    - If both have ids, return False: the ids differ, so these are two articles.
    - If both have the same address, return True: an address leads to one article.
    - Otherwise, the days of publication must agree, because an account may publish a text twice. If the article has
      text, they may be one day apart, because some pages only say "3 days ago".
    - If one of these days is unknown, return whether the article has text. Articles without text, such as a daily
      picture, may have the same title each day.
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
    """Return `article` with the ids and the exact time of publication of `known`, its record, if its page lacks them.

    The time is taken from the record, if the record has one, in two cases:

    - The page only says how long before its capture the article was published, such as "3 days ago" (`dated_from`).
    - The page has no ids, and gives no time or the time of the record with less precision.
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
