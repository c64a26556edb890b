"""Log in one line what was decided for an address: whether its page is fetched, and why."""

from __future__ import annotations

import logging

from archiver.models import Outcome, UrlRecord
from archiver.models.job import Job, JobKind
from archiver.policy import NextStep, due_at

_log = logging.getLogger(__name__)


def log_step(job: Job, record: UrlRecord | None, step: NextStep) -> None:
    """Log the next step for the address of a job, and the reason for it.

    `record` is the catalogue's record of the address, None for a new address. The reason is taken from it.
    """
    if _log.isEnabledFor(logging.INFO):
        _log.info("%s: %s", job.target.label, _decision(job, record, step))


def log_halted(job: Job, outcome: Outcome) -> None:
    """Log that a job is left for another run. `outcome` says why."""
    _log.info("%s: %s", job.target.label, outcome.error or outcome.warnings[0])


def _decision(job: Job, record: UrlRecord | None, step: NextStep) -> str:
    """Return the text that says what the next step is and why, such as 'fetch, new'.

    `record` is the catalogue's record of the address, None for a new address. Times are in China's time zone, in which
    the catalogue returns them.
    """
    article = job.article or (record.article if record else None)
    if step is NextStep.FETCH:
        return f"fetch, {_reason_to_fetch(job, record)}"
    if step is NextStep.RETRY_MEDIA:
        return f"fetch missing media of {article.key if article else job.target.label}"
    if step is NextStep.KNOWN:
        return f"left, known as {article.key if article else ''}"
    if step is NextStep.REMOVED:
        return f"left, taken out as {article.key if article else ''}"
    assert record is not None
    if step is NextStep.UNAVAILABLE:
        return f"left, settled as {record.state} at {record.tried}"
    return f"left, not due until {due_at(record)} after {_last_tries(record)}"


def _reason_to_fetch(job: Job, record: UrlRecord | None) -> str:
    if job.kind is JobKind.RECHECK:
        return f"recheck of {job.article.key if job.article else job.target.label}"
    if record and record.article:
        return f"known as {record.article.key}, to be read again"
    if record and record.tries:
        return f"after {_last_tries(record)}, due {due_at(record) or 'never'}"
    return "new"


def _last_tries(record: UrlRecord) -> str:
    times = "try" if record.tries == 1 else "tries"
    return f"{record.tries} {times} that gave {record.state or 'no page'}"
