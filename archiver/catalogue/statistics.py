"""Count what the catalogue records, for `archiver status`.

Each number is computed by the database, so that an archive of a hundred thousand articles is counted in a moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Column, ColumnElement, Connection, func, or_, select
from typing_extensions import override

from archiver import urls
from archiver.catalogue.database import RunDatabase, chunks, due_condition, to_timestamp
from archiver.catalogue.protocol import Sample, StatisticsStore
from archiver.catalogue.rows import RUN_COLUMNS, to_run_record, to_schedule
from archiver.catalogue.schema import addresses, articles, captures, media, runs
from archiver.catalogue.urls import key_of_long_url
from archiver.models import UNAVAILABLE_STATES, State
from archiver.models.status import ArticleCounts, MediaCounts, PageCounts, RunRecord, UrlCounts
from archiver.policy import PAGE_TRIES, TERMINAL_STATES

_IS_PRESENT = articles.c.taken_out.is_(None)
_HAS_NO_ARTICLE = addresses.c.article_id.is_(None)
# Whether an address that is not due is given up, as policy.is_given_up says. Others are addresses that only links name.
_IS_GIVEN_UP = or_(
    addresses.c.state.in_(TERMINAL_STATES),
    *((addresses.c.state == state) & (addresses.c.tries >= tries) for state, tries in PAGE_TRIES.items()),
)


class Statistics(StatisticsStore):
    """The numbers of articles, pages, media and addresses, and the last runs."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    @override
    def articles(self, min_coverage: float) -> ArticleCounts:
        is_incomplete = (articles.c.images_failed > 0) | (articles.c.share < min_coverage)
        query = select(
            func.count().filter(_IS_PRESENT),
            func.count(articles.c.account.distinct()).filter(_IS_PRESENT),
            func.count().filter(_IS_PRESENT & articles.c.state.in_(UNAVAILABLE_STATES)),
            func.count().filter(_IS_PRESENT & is_incomplete),
            func.count().filter(~_IS_PRESENT),
        ).select_from(articles)
        with self._database.reading() as connection:
            total, accounts, gone, incomplete, removed = connection.execute(query).one()
        return ArticleCounts(total=total, accounts=accounts, gone=gone, incomplete=incomplete, taken_out=removed)

    @override
    def articles_by_source(self) -> dict[str, int]:
        query = select(articles.c.source, func.count()).where(_IS_PRESENT & (articles.c.source != ""))
        with self._database.reading() as connection:
            rows = connection.execute(query.group_by(articles.c.source))
            return {str(name): int(count) for name, count in rows}

    @override
    def pages(self) -> PageCounts:
        is_stored, is_lost = captures.c.sha256 != "", captures.c.lost.is_not(None)
        counts = (func.count(), func.count().filter(is_stored & ~is_lost), func.count().filter(is_stored & is_lost))
        with self._database.reading() as connection:
            received, kept, lost = connection.execute(select(*counts).select_from(captures)).one()
        return PageCounts(received=received, kept=kept, lost=lost)

    @override
    def media(self, recent: timedelta) -> MediaCounts:
        now = self._database.now()
        is_due = due_condition(media.c.due, now)
        saved = select(func.count(), func.coalesce(func.sum(media.c.size), 0)).where(media.c.size > 0)
        missing = select(
            func.count().filter(is_due), func.count().filter(~is_due), func.count().filter(media.c.size > 0)
        ).where(media.c.due.is_not(None))
        is_given_up = (media.c.size == 0) & media.c.due.is_(None) & (media.c.reason != "")
        is_recent = media.c.tried >= to_timestamp(now - recent)
        given_up = select(func.count(), func.count().filter(is_recent)).where(is_given_up)
        with self._database.reading() as connection:
            count, size = connection.execute(saved).one()
            due, waiting, lost = connection.execute(missing).one()  # the files of some were lost
            finished, finished_recently = connection.execute(given_up).one()
        return MediaCounts(
            saved=count - lost, size=int(size), due=due, waiting=waiting, given_up=finished,
            given_up_recently=finished_recently,
        )  # fmt: skip

    @override
    def urls(self, recent: timedelta) -> UrlCounts:
        now = self._database.now()
        since = to_timestamp(now - recent)
        is_due = due_condition(addresses.c.due, now)
        scheduled = select(
            func.count().filter(is_due), func.count().filter(~is_due), func.min(addresses.c.due).filter(~is_due)
        ).where(_HAS_NO_ARTICLE & addresses.c.due.is_not(None))
        settled = (
            select(addresses.c.state, func.count(), func.count().filter(addresses.c.tried >= since))
            .where(_HAS_NO_ARTICLE & addresses.c.due.is_(None) & _IS_GIVEN_UP)
            .group_by(addresses.c.state)
            .order_by(addresses.c.state)
        )
        with self._database.reading() as connection:
            due, waiting, next_due = to_schedule(connection.execute(scheduled).one())
            states = connection.execute(settled).all()
            need_short_link = _count_long_links(connection, since)
        return UrlCounts(
            due=due, waiting=waiting, next_due=next_due,
            gone={state: count for state, count, _ in states},
            given_up_recently={state: last for state, _, last in states if state in PAGE_TRIES and last},
            need_short_link=need_short_link,
        )  # fmt: skip

    @override
    def last_runs(self, command: str, limit: int) -> list[RunRecord]:
        query = select(runs.c.id, *RUN_COLUMNS).where(runs.c.command == command)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(runs.c.started.desc(), runs.c.id).limit(limit)).all()
        return [self._run_record(row[0], to_run_record(row[1:])) for row in rows]

    def _run_record(self, run_id: str, record: RunRecord) -> RunRecord:
        """Return a copy of `record` whose field `is_working` says whether the run is still working.

        The row of a run does not show this: a run that was killed has no time of its end, either. So the lock of the
        run is looked at.
        """
        is_working = record.ended is None and self._database.is_working(run_id)
        return replace(record, is_working=is_working)

    @override
    def sample_posts(self, limit: int) -> Sample:
        return self._sample(articles.c.post, articles.c.post != "", limit)

    @override
    def sample_pages(self, limit: int) -> Sample:
        return self._sample(captures.c.sha256, (captures.c.sha256 != "") & captures.c.lost.is_(None), limit)

    def _sample(self, column: Column[str], condition: ColumnElement[bool], limit: int) -> Sample:
        """Return at most `limit` different values of a column, from rows that are evenly spread over the table.

        Only rows that meet the condition are used. The rows are found by their ids, since reading the whole table would
        take long. If the highest id is at most `limit`, all rows are read, and the sample has all values.
        """
        row_id = column.table.c.id
        with self._database.reading() as connection:
            last = connection.execute(select(func.max(row_id))).scalar() or 0
            has_all = last <= limit
            ids = list(range(1, last + 1)) if has_all else [last * number // limit for number in range(1, limit + 1)]
            found: set[str] = set()
            for chunk in chunks(ids):
                found.update(connection.execute(select(column).where(row_id.in_(chunk) & condition)).scalars())
            count = len(found)
            if not has_all:
                different = select(column).where(condition).distinct().subquery()
                count = connection.execute(select(func.count()).select_from(different)).scalar_one()
        return Sample(values=tuple(sorted(found)), count=count)


def _count_long_links(connection: Connection, since: int | None) -> int:
    """Return the number of long links, first seen at `since` or later, that led only to WeChat's verification page.

    Links to articles that are in the archive are not counted: these articles were fetched from their short links. Nor
    are addresses that only links in articles name, which are never due: nobody asked for these articles. `since` is in
    seconds since 1970.
    """
    is_blocked = _HAS_NO_ARTICLE & (addresses.c.state == State.VERIFICATION) & addresses.c.due.is_not(None)
    query = select(addresses.c.url).where(is_blocked & (addresses.c.first_seen >= since))
    long = [url for url in connection.execute(query).scalars() if not urls.is_short(url)]
    keys = {url: key_of_long_url(url) for url in long}
    known: set[str] = set()
    for chunk in chunks([key for key in keys.values() if key]):
        known.update(connection.execute(select(articles.c.key).where(articles.c.key.in_(chunk))).scalars())
    return sum(key not in known for key in keys.values())
