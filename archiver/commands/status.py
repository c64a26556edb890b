"""Implement the command `status`: say what an archive holds, what is left to do, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from archiver import policy, urls
from archiver.archive.disk_usage import measure_disk_usage
from archiver.catalogue import Catalogue, Egress, open_host_limits, user_location
from archiver.commands.attention import RECENT, RUNS, needs_of, next_run
from archiver.messages.message import message
from archiver.models import CHINA
from archiver.models.status import ArchiveStatus, Need, SourceStatus, WallStatus
from archiver.settings import Settings, duration


def archive_status(catalogue: Catalogue, settings: Settings, now: datetime) -> ArchiveStatus:
    """Return the status of an archive at the time `now`. Nothing is changed, and no network is used."""
    statistics = catalogue.statistics
    articles, pages, pictures = statistics.articles(settings.completeness), statistics.pages(), statistics.media(RECENT)
    runs = statistics.last_runs("run", RUNS)
    expected = next_run(runs)
    working_since = catalogue.other_runs_since()
    status = ArchiveStatus(
        time=_time(now.timestamp()), articles=articles, pages=pages, pictures=pictures,
        addresses=statistics.urls(RECENT),
        rechecks_due=catalogue.articles.count_due_for_recheck(duration(settings.recheck)) if settings.recheck else 0,
        sources=tuple(_sources(catalogue, settings, expected)), last_run=runs[0] if runs else None, next_run=expected,
        working_since=_time(working_since) if working_since else None, wall=wall_status(settings, now.timestamp()),
        search_queue=catalogue.search_queue.count(),
        disk=measure_disk_usage(Path(settings.output), statistics, pictures),
    )  # fmt: skip
    layout = catalogue.layout.current()
    other = layout.profile if layout and layout.profile != settings.profile else ""
    return replace(status, needs=(*_layout_needs(other), *needs_of(status, runs, now)))


def _layout_needs(other: str) -> Iterator[Need]:
    """Yield a need if the archive is laid out for the profile `other`, and not for that of the settings ('')."""
    if other:
        said = message(
            "the archive is laid out for the profile {other}, and archiver.yml names another: look what "
            "`archiver rebuild --all --dry-run` would move, or go back to `profile: {other}`",
            other=other,
        )
        yield Need(kind="profile", said=said)


def _sources(catalogue: Catalogue, settings: Settings, expected: datetime | None) -> Iterator[SourceStatus]:
    """Yield the status of each source in archiver.yml. `expected` is the time of the next run, None if unknown."""
    if not settings.sources:
        return
    records, articles = catalogue.sources.all(), catalogue.statistics.articles_by_source()
    for source in settings.sources:
        name = source.title
        status = SourceStatus(name=name, kind=source.kind, next_run=expected, articles=articles.get(name, 0))
        if record := records.get(name):
            status = replace(
                status, last_run=record.tried, read=record.read, listed=record.listed, new=record.new,
                failures=record.failures, error=record.error,
            )  # fmt: skip
        yield status


def wall_status(settings: Settings, now: float) -> WallStatus:
    """Return whether WeChat's wall keeps archiver from requesting pages at the time `now`, and until when.

    `now` is in seconds since 1970. The wall is the verification page that WeChat sends instead of an article. After it,
    no page is requested until the end of a cool-down. `settings.cookies` is a cookie file that can end the cool-down
    early (`passed_verification`).
    """
    if not settings.egress and not user_location().file.is_file():
        return WallStatus()
    limits = open_host_limits(settings.catalogue, Egress(name=settings.egress))
    try:
        host = limits.state(urls.HOST)
    finally:
        limits.close()
    until = policy.cooldown_end(host, now)
    if until:
        from archiver.fetcher.rate_limit import passed_verification

        if passed_verification(settings.cookies, host.blocked_at):
            until = 0.0
    return WallStatus(
        until=_time(until) if until else None, last=_time(host.blocked_at) if host.blocked_at else None,
        cooldown=int(host.cooldown),
    )  # fmt: skip


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(CHINA)
