"""Read the lists of articles that a reader shows: by account, day or source, part by part, and how many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from typing_extensions import override

from archiver.catalogue.articles import REMOVED
from archiver.catalogue.database import RunDatabase, chunks, from_timestamp, to_timestamp
from archiver.catalogue.protocol import BrowsingStore
from archiver.catalogue.rows import ARTICLE_COLUMNS, SUMMARY_COLUMNS, to_article, to_summary
from archiver.catalogue.schema import addresses, article_media, articles, captures, media
from archiver.models import CHINA, ArticleRecord, State
from archiver.models.books import DayOfArticles
from archiver.models.browsing import ArticleGroup, DayCounts, Neighbours
from archiver.models.feeds import KeptArticle
from archiver.models.requests import BrowseRequest

_A = articles.c
_IS_PRESENT = _A.taken_out.is_(None)
_NEWEST_FIRST = (_A.published.desc().nulls_last(), _A.id.desc())
_SHOWN_CAPTURE = (captures.c.article_id == _A.id) & (captures.c.captured == _A.archived)
# When the capture that the post shows came in. Rows of old archives lack it; then it is the time of the capture.
_KEPT = func.coalesce(
    select(func.min(captures.c.received)).where(_SHOWN_CAPTURE).correlate(articles).scalar_subquery(), _A.archived
)
_LATEST_FIRST = (_KEPT.desc(), _A.id.desc())
_DAY = 86_400  # seconds
_CHINA = 8 * 3_600  # seconds by which China is ahead of UTC
_EPOCH = date(1970, 1, 1)
_PUBLISHED_DAY = ((_A.published + _CHINA) // _DAY).label("day")  # both databases divide integers without a rest


class Browsing(BrowsingStore):
    """The lists of articles that were not removed."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def newest(self, request: BrowseRequest) -> list[ArticleRecord]:
        query = select(*ARTICLE_COLUMNS).where(*_conditions(request)).order_by(*_NEWEST_FIRST)
        with self._database.reading() as connection:
            rows = connection.execute(query.offset(request.offset).limit(request.limit)).all()
        return [to_article(row) for row in rows]

    @override
    def latest(self, request: BrowseRequest, keys: Collection[str] | None = None) -> list[KeptArticle]:
        query = select(_A.key, _KEPT).where(*_conditions(request)).order_by(*_LATEST_FIRST)
        if keys is None:
            query = query.limit(request.end)
        with self._database.reading() as connection:
            rows = connection.execute(query)
            selected = ((key, time) for key, time in rows if keys is None or key in keys)
            times = dict(islice(selected, request.offset, request.end))
        return [
            KeptArticle(article=article, kept=datetime.fromtimestamp(times[article.key], CHINA))
            for article in self.with_keys(list(times))
        ]

    @override
    def last_change(self) -> datetime | None:
        with self._database.reading() as connection:
            row = connection.execute(select(func.max(_A.archived), func.max(_A.state_seen), func.max(_A.taken_out)))
            received = connection.execute(select(func.max(captures.c.received))).scalar()
            times = [time for time in (*row.one(), received) if time is not None]
        return datetime.fromtimestamp(max(times), CHINA) if times else None

    @override
    def count(self, request: BrowseRequest) -> int:
        query = select(func.count()).select_from(articles).where(*_conditions(request))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    @override
    def with_keys(self, keys: Sequence[str]) -> list[ArticleRecord]:
        found: dict[str, ArticleRecord] = {}
        with self._database.reading() as connection:
            for chunk in chunks(list(keys)):
                rows = connection.execute(select(*ARTICLE_COLUMNS).where(_A.key.in_(chunk) & _IS_PRESENT))
                found |= {article.key: article for article in map(to_article, rows)}
        return [found[key] for key in keys if key in found]

    @override
    def neighbours(self, key: str) -> Neighbours:
        place = select(_A.id, _A.account, _A.published).where(_A.key == key)
        with self._database.reading() as connection:
            row = connection.execute(place).first()
            if row is None or row.published is None or not row.account:
                return Neighbours()
            same = select(*SUMMARY_COLUMNS).where((_A.account == row.account) & _IS_PRESENT).limit(1)
            is_earlier = or_(_A.published < row.published, and_(_A.published == row.published, _A.id < row.id))
            is_later = or_(_A.published > row.published, and_(_A.published == row.published, _A.id > row.id))
            earlier = connection.execute(same.where(is_earlier).order_by(_A.published.desc(), _A.id.desc())).first()
            later = connection.execute(same.where(is_later).order_by(_A.published, _A.id)).first()
        return Neighbours(earlier=to_summary(earlier) if earlier else None, later=to_summary(later) if later else None)

    @override
    def by_account(self) -> list[ArticleGroup]:
        return self._groups(_A.account)

    @override
    def by_source(self) -> list[ArticleGroup]:
        return self._groups(_A.source)

    def _groups(self, column: ColumnElement[str]) -> list[ArticleGroup]:
        number, latest = func.count().label("number"), func.max(_A.published)
        query = select(column, number, latest).where(_IS_PRESENT & (column != "")).group_by(column)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(number.desc(), column)).all()
        return [ArticleGroup(name=name, count=count, latest=from_timestamp(time)) for name, count, time in rows]

    @override
    def by_day(self) -> DayCounts:
        query = select(_PUBLISHED_DAY, func.count()).where(_IS_PRESENT)
        query = query.group_by(_PUBLISHED_DAY).order_by(_PUBLISHED_DAY.desc().nulls_last())
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        days = tuple((_EPOCH + timedelta(days=number), count) for number, count in rows if number is not None)
        return DayCounts(days=days, undated=sum(count for number, count in rows if number is None))

    @override
    def days_of(self, request: BrowseRequest, keys: Collection[str] | None = None) -> list[DayOfArticles]:
        parts = [_conditions(request)]
        if keys is not None:
            parts = [[*parts[0], _A.key.in_(chunk)] for chunk in chunks(list(keys))]
        shown = articles.join(article_media, article_media.c.article_id == _A.id).join(media)
        found: dict[int | None, DayOfArticles] = {}
        with self._database.reading() as connection:
            for conditions in parts:
                pictures = select(_PUBLISHED_DAY, func.sum(media.c.size)).select_from(shown)
                pictures = pictures.where(*conditions, media.c.name.startswith("postimg/")).group_by(_PUBLISHED_DAY)
                sizes = {day: int(size) for day, size in connection.execute(pictures)}
                rows = select(_PUBLISHED_DAY, func.count(), func.max(_A.archived), func.max(_A.key))
                for day, count, archived, key in connection.execute(rows.where(*conditions).group_by(_PUBLISHED_DAY)):
                    found[day] = _with_more(found.get(day), day, (count, sizes.get(day, 0), archived, key))
        return list(found.values())

    @override
    def first_pictures(self, keys: Collection[str], min_size: int) -> dict[str, str]:
        is_shown = media.c.name.startswith("postimg/") & (media.c.size >= min_size) & (media.c.path != "")
        shown = (
            select(_A.key, media.c.path)
            .join(article_media, article_media.c.article_id == _A.id)
            .join(media, media.c.id == article_media.c.media_id)
            .where(is_shown)
            .order_by(media.c.id.desc())  # the first medium of an article is recorded first, so it comes last here
        )
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for chunk in chunks(list(keys)):
                rows = connection.execute(shown.where(_A.key.in_(chunk)))
                found |= {key: path for key, path in rows}  # noqa: C416 - rows are no pairs for mypy
        return found

    @override
    def with_stored_pages(self) -> set[str]:
        shown = captures.join(articles, captures.c.article_id == _A.id)
        query = select(_A.key).select_from(shown).where(_IS_PRESENT & (captures.c.state == State.ARTICLE))
        with self._database.reading() as connection:
            return set(connection.execute(query.where(captures.c.sha256 != "").distinct()).scalars())

    @override
    def with_lost_media(self) -> set[str]:
        shown = articles.join(article_media, article_media.c.article_id == _A.id).join(media)
        query = select(_A.key).select_from(shown).where(_IS_PRESENT & (media.c.path == "")).distinct()
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    @override
    def articles_at(self, urls: Collection[str]) -> dict[str, str]:
        query = select(addresses.c.url, _A.key).join(articles, addresses.c.article_id == _A.id).where(_IS_PRESENT)
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for chunk in chunks(list(urls)):
                found |= {url: key for url, key in connection.execute(query.where(addresses.c.url.in_(chunk)))}  # noqa: C416
        return found

    @override
    def articles_published_as(self, names: Collection[str]) -> dict[str, str]:
        query: Select[Any] = select(_A.published_as, _A.key).where(_IS_PRESENT)
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for chunk in chunks(list(names)):
                found |= {name: key for name, key in connection.execute(query.where(_A.published_as.in_(chunk)))}  # noqa: C416
        return found


def _with_more(known: DayOfArticles | None, day: int | None, row: tuple[int, int, int, str]) -> DayOfArticles:
    """Return a day with further articles, whose number, size, latest capture and example are in `row`."""
    count, size, archived, example = row
    captured = datetime.fromtimestamp(archived, CHINA)
    return DayOfArticles(
        day=None if day is None else _EPOCH + timedelta(days=day),
        count=count + (known.count if known else 0),
        size=size + (known.size if known else 0),
        archived=max(captured, known.archived) if known else captured,
        example=max(example, known.example) if known else example,
    )


def _conditions(request: BrowseRequest) -> list[ColumnElement[bool]]:
    """Return the SQL conditions of a request, except those on tags and albums, which the search index knows."""
    conditions: list[ColumnElement[bool]] = [~_IS_PRESENT if request.state == REMOVED else _IS_PRESENT]
    if request.account:
        conditions.append((_A.account_id if request.account.startswith("gh_") else _A.account) == request.account)
    if request.since:
        conditions.append(_A.published >= to_timestamp(request.since))
    if request.until:
        conditions.append(_A.published < to_timestamp(request.until))
    if request.state and request.state != REMOVED:
        conditions.append(_A.state == request.state)
    if request.source:
        conditions.append(_A.source == request.source)
    if request.undated:
        conditions.append(_A.published.is_(None))
    return conditions
