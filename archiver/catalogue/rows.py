"""Convert rows of the tables to values of the models. No other module maps columns to fields.

Columns are read by position, because this is faster than by name and a list may need a hundred thousand rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from archiver.catalogue.database import from_timestamp
from archiver.catalogue.schema import addresses, articles, captures, runs, sources
from archiver.errors import DamagedCatalogue
from archiver.messages.message import message
from archiver.models import ArticleRecord, ArticleSummary, Capture, Images, Removal, State, UrlRecord
from archiver.models.status import RunRecord, SourceRecord

_A, _B, _C, _R, _S = addresses.c, articles.c, captures.c, runs.c, sources.c

SUMMARY_COLUMNS = (
    _B.key, _B.url, _B.title, _B.account, _B.published, _B.post, _B.images_expected, _B.images_saved, _B.images_failed,
    _B.taken_out,
)  # fmt: skip
ARTICLE_COLUMNS = (
    *SUMMARY_COLUMNS, _B.type, _B.archived, _B.state, _B.state_seen, _B.checked, _B.digest, _B.source, _B.share,
    _B.warnings, _B.removed,
)  # fmt: skip
URL_COLUMNS = (
    _A.url, _A.state, _A.reason, _A.source, _A.tried, _A.tries, _A.due, _A.first_seen, *SUMMARY_COLUMNS,
)  # fmt: skip
CAPTURE_COLUMNS = (
    _C.url, _C.final_url, _C.status, _C.headers, _C.captured, _C.state, _C.saved, _C.redacted, _C.sha256, _C.size,
    _C.lost, _C.received, _C.source, _C.estimated,
)  # fmt: skip
RUN_COLUMNS = (_R.command, _R.started, _R.ended, _R.exit_code, _R.counts)
SOURCE_COLUMNS = (_S.name, _S.tried, _S.read, _S.failures, _S.error, _S.listed, _S.new)

_STATES = {str(state): state for state in State}
_Value = TypeVar("_Value")


def _checked(convert: Callable[[Sequence[Any]], _Value]) -> Callable[[Sequence[Any]], _Value]:
    """Return a function that does what `convert` does, but raises DamagedCatalogue if a row cannot be converted."""

    def converted(row: Sequence[Any]) -> _Value:
        try:
            return convert(row)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise DamagedCatalogue(
                message(
                    "a row cannot be read ({name}: {reason}): the catalogue is damaged; `archiver verify "
                    "--repair` makes a new one from what lies here",
                    name=type(error).__name__,
                    reason=error,
                )
            ) from error

    return converted


@_checked
def to_summary(row: Sequence[Any]) -> ArticleSummary:
    """Return the ArticleSummary for a row with the columns SUMMARY_COLUMNS."""
    key, url, title, account, published, post, expected, saved, failed, removed_at = row
    return ArticleSummary(
        key=key, url=url, title=title, account=account, published=from_timestamp(published), post=post or "",
        images=Images(expected=expected, saved=saved, failed=failed), taken_out=from_timestamp(removed_at),
    )  # fmt: skip


@_checked
def to_article(row: Sequence[Any]) -> ArticleRecord:
    """Return the ArticleRecord for a row with the columns ARTICLE_COLUMNS."""
    summary, rest = to_summary(row[: len(SUMMARY_COLUMNS)]), row[len(SUMMARY_COLUMNS) :]
    kind, archived, state, state_seen, checked, digest, source, share, warnings, removed = rest
    return ArticleRecord(
        key=summary.key, url=summary.url, title=summary.title, account=summary.account, published=summary.published,
        post=summary.post, images=summary.images, taken_out=summary.taken_out, type=kind, archived=_time(archived),
        state=_STATES[state], state_seen=_time(state_seen), checked=from_timestamp(checked), digest=digest,
        source=source, share=share, warnings=tuple(warnings),
        removed=tuple(Removal(**removal) for removal in removed),
    )  # fmt: skip


@_checked
def to_url_record(row: Sequence[Any]) -> UrlRecord:
    """Return the UrlRecord for a row with the columns URL_COLUMNS."""
    url, state, reason, source, tried, tries, due, first_seen, *article = row
    return UrlRecord(
        url=url, article=to_summary(article) if article[0] is not None else None,
        state=_STATES[state] if state else None, reason=reason, source=source, tried=from_timestamp(tried), tries=tries,
        due=from_timestamp(due), first_seen=from_timestamp(first_seen),
    )  # fmt: skip


@_checked
def to_capture(row: Sequence[Any]) -> Capture:
    """Return the Capture for a row with the columns CAPTURE_COLUMNS."""
    url, final_url, status, headers, captured, state, saved, redacted, sha256, size, *rest = row
    lost, received, source, estimated = rest
    return Capture(
        url=url, final_url=final_url, status=status, headers=tuple((name, value) for name, value in headers),
        captured=_time(captured), state=_STATES[state], saved=bool(saved), redacted=tuple(redacted), sha256=sha256,
        size=size, lost=from_timestamp(lost), received=from_timestamp(received), source=source,
        estimated=bool(estimated),
    )  # fmt: skip


@_checked
def to_check_times(row: Sequence[Any]) -> tuple[int, int, int]:
    """Return the row as (id of the article, time of the last check of its page, time of its publication).

    The row must have these three columns. Times are in seconds since 1970. Raise DamagedCatalogue if one of the times
    is not a number.
    """
    article_id, checked, published = row
    if not isinstance(checked, int) or not isinstance(published, int):
        raise TypeError(f"a time is no number: {checked!r}, {published!r}")
    return article_id, checked, published


@_checked
def to_run_record(row: Sequence[Any]) -> RunRecord:
    """Return the RunRecord for a row with the columns RUN_COLUMNS."""
    command, started, ended, exit_code, counts = row
    return RunRecord(
        command=command, started=_time(started), ended=from_timestamp(ended), exit_code=exit_code, counts=dict(counts)
    )


@_checked
def to_source_record(row: Sequence[Any]) -> SourceRecord:
    """Return the SourceRecord for a row with the columns SOURCE_COLUMNS."""
    name, tried, read, failures, error, listed, new = row
    return SourceRecord(
        name=name, tried=_time(tried), read=from_timestamp(read), failures=failures, error=error, listed=listed, new=new
    )


@_checked
def to_schedule(row: Sequence[Any]) -> tuple[int, int, datetime | None]:
    """Convert a row (number of URLs due now, number of URLs due later, earliest due time of the latter).

    In the result, the time is a datetime, or None if no URL is due later. In the row, it is in seconds since 1970.
    """
    due, waiting, next_due = row
    return due, waiting, from_timestamp(next_due)


def _time(value: int) -> datetime:
    """Return the time for a number of seconds since 1970, from a column that is never NULL."""
    time = from_timestamp(value)
    assert time is not None
    return time
