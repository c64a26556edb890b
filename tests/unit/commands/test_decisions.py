"""The words of a decision: what is done with an address, and why."""

from __future__ import annotations

import logging
from datetime import datetime

import pytest

from archiver.commands.decisions import log_halted, log_step
from archiver.models import CHINA, ArticleSummary, Outcome, State, Target, UrlRecord
from archiver.models.job import Job, JobKind
from archiver.policy import NextStep

URL = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
KEY = "MzA5MDAwMDAwMQ==:2650000001:1"
ARTICLE = ArticleSummary(key=KEY, url=URL, title="题", account="号")
NOON = datetime(2026, 5, 4, 12, tzinfo=CHINA)


def url(**fields: object) -> UrlRecord:
    return UrlRecord(url=URL, **fields)  # type: ignore[arg-type]


def job(**fields: object) -> Job:
    return Job(target=Target(source="as pasted", url=URL), **fields)  # type: ignore[arg-type]


DECISIONS = {
    "an address that nobody knows": (job(), None, NextStep.FETCH, "fetch, new"),
    "an address that was not tried yet": (job(), url(due=NOON), NextStep.FETCH, "fetch, new"),
    "a known article": (job(), url(article=ARTICLE), NextStep.FETCH, f"fetch, known as {KEY}, to be read again"),
    "a recheck": (job(kind=JobKind.RECHECK, article=ARTICLE), url(article=ARTICLE), NextStep.FETCH, f"fetch, recheck of {KEY}"),
    "after a failure": (job(), url(tries=1, due=NOON), NextStep.FETCH, "fetch, after 1 try that gave no page, due 2026-05-04 12:00:00+08:00"),
    "given up": (job(), url(tries=3, state=State.UNAVAILABLE), NextStep.FETCH, "fetch, after 3 tries that gave unavailable, due never"),
    "media": (job(kind=JobKind.RETRY_MEDIA, article=ARTICLE), None, NextStep.RETRY_MEDIA, f"fetch missing media of {KEY}"),
    "known": (job(), url(article=ARTICLE), NextStep.KNOWN, f"left, known as {KEY}"),
    "removed": (job(), url(article=ARTICLE), NextStep.REMOVED, f"left, taken out as {KEY}"),
    "settled": (job(), url(state=State.DELETED, tried=NOON), NextStep.UNAVAILABLE, "left, settled as deleted at 2026-05-04 12:00:00+08:00"),
    "not due": (job(), url(state=State.UNKNOWN, tries=2, due=NOON), NextStep.NOT_DUE, "left, not due until 2026-05-04 12:00:00+08:00 after 2 tries that gave unknown"),
}  # fmt: skip


@pytest.mark.parametrize(("job_", "record", "step", "expected"), DECISIONS.values(), ids=DECISIONS)
def test_log_decision_is_one_line(
    caplog: pytest.LogCaptureFixture, job_: Job, record: UrlRecord | None, step: NextStep, expected: str
) -> None:
    caplog.set_level(logging.INFO, logger="archiver")
    log_step(job_, record, step)
    assert caplog.messages == [f"{URL}: {expected}"]


def test_log_decision_names_saved_page_as_given(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="archiver")
    target = Target(source="s?key=REDACTED.html", file="s?key=secret.html")
    log_step(Job(target=target), url(article=ARTICLE), NextStep.KNOWN)
    assert caplog.messages == [f"s?key=REDACTED.html: left, known as {KEY}"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(source="x", outcome="failed", error="not asked: WeChat wants a rest"), "not asked: WeChat wants a rest"),
        (Outcome(source="x", outcome="skipped", warnings=("left for another run",)), "left for another run"),
    ],
)  # fmt: skip
def test_log_decision_blocked_job_names_reason(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, expected: str
) -> None:
    caplog.set_level(logging.INFO, logger="archiver")
    log_halted(job(), outcome)
    assert caplog.messages == [f"{URL}: {expected}"]
