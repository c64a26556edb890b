"""The rules of policy.py: what tests of commands cannot set up, above all clocks that jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archiver import policy
from archiver.models import LocalFile, NotRequested, State, UrlRecord
from archiver.policy import HostState, Retry, UrlAttempt

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400
SHORT = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&mid=2650000001&idx=1&sn=" + "0" * 32


def attempt(state: State | None, *, has_article: bool = False, is_settled: bool = False) -> UrlAttempt:
    return UrlAttempt(url=SHORT, state=state, time=NOW, has_article=has_article, is_settled=is_settled)


# URLs


def test_retry_after_changed_state_resets_tries() -> None:
    assert policy.retry_after(attempt(State.UNKNOWN), State.UNKNOWN, 2).tries == 3
    assert policy.retry_after(attempt(State.UNKNOWN), None, 2).tries == 1
    assert policy.retry_after(attempt(None), None, 2).tries == 3


def test_retry_after_last_try_continues_for_archived_article() -> None:
    """After its last try another URL is given up; this one is tried again after the longest pause."""
    assert policy.retry_after(attempt(State.UNKNOWN), State.UNKNOWN, 4) == Retry(tries=5, due=None)
    with_article = policy.retry_after(attempt(State.UNKNOWN, has_article=True), State.UNKNOWN, 4)
    assert with_article == Retry(tries=5, due=NOW + timedelta(hours=24))


def test_retry_after_settled_article_has_no_due_time() -> None:
    settled = attempt(State.DELETED, has_article=True, is_settled=True)
    assert policy.retry_after(settled, State.UNKNOWN, 4) == Retry(tries=0, due=None)


def test_retry_after_linked_url_is_never_due() -> None:
    """But the tries are counted, so that it is given up after as many as another."""
    linked = UrlAttempt(
        url=LONG, state=State.VERIFICATION, time=NOW, has_article=False, is_settled=False, is_linked=True
    )
    assert policy.retry_after(linked, State.VERIFICATION, 1) == Retry(tries=2, due=None)


def record(state: State | None, tries: int, due: datetime | None = None) -> UrlRecord:
    return UrlRecord(url=LONG, state=state, tries=tries, tried=NOW, due=due)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (record(State.VERIFICATION, 1), NOW + timedelta(hours=6)),  # only links named it
        (record(State.VERIFICATION, 2), NOW + timedelta(hours=12)),
        (record(None, 1), NOW + timedelta(minutes=5)),
        (record(State.VERIFICATION, 1, NOW), NOW),
        (record(State.DELETED, 1), None),
        (record(State.UNKNOWN, 5), None),
        (UrlRecord(url=LONG), None),
    ],
)
def test_due_at_is_recorded_or_follows_last_attempt(known: UrlRecord, expected: datetime | None) -> None:
    assert policy.due_at(known) == expected


def test_is_given_up_only_if_it_was_tried() -> None:
    assert policy.is_given_up(record(State.DELETED, 1))
    assert not policy.is_given_up(UrlRecord(url=LONG))
    assert not policy.is_given_up(record(State.VERIFICATION, 1))


@pytest.mark.parametrize(
    ("state", "holds_article", "expected"),
    [
        (State.ARTICLE, True, True),
        (State.DELETED, False, True),
        (State.VERIFICATION, False, False),
        (None, False, False),
    ],
)
def test_is_settled_by_state_or_article(state: State | None, holds_article: bool, expected: bool) -> None:
    assert policy.is_settled(state, holds_article=holds_article) is expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-1, True), (0, True), (1, False), (24, False), (24.1, True)],  # past the longest pause the clock was wrong
)
def test_is_due_if_past_or_beyond_longest_pause(hours: float, expected: bool) -> None:
    assert policy.is_due(NOW + timedelta(hours=hours), NOW) is expected


# Media


def test_media_was_requested_is_false_for_not_requested_reason() -> None:
    file = LocalFile(path="postimg/a.png", size=1, sha256="")
    assert policy.media_was_requested("HTTP 404")
    assert not policy.media_was_requested(NotRequested("over the budget"))
    assert policy.media_was_requested(LocalFile(path=file.path, size=1, sha256="", doubt="altered; HTTP 404"))
    doubt = NotRequested("altered; over the budget")
    assert not policy.media_was_requested(LocalFile(path=file.path, size=1, sha256="", doubt=doubt))


# Articles


@pytest.mark.parametrize(
    ("age", "pause"),
    [(-5, 7), (0, 7), (27, 7), (28, 7), (40, 10), (728, 182), (729, 182), (4000, 182)],  # in days, every 7
)
def test_recheck_at_pause_is_bounded_quarter_of_age(age: int, pause: int) -> None:
    checked = 1_700_000_000
    assert policy.recheck_at(checked, checked - age * DAY, 7.0 * DAY) == checked + pause * DAY


def test_is_recheck_due_if_last_check_in_future() -> None:
    now = 1_700_000_000
    assert policy.is_recheck_due(now - 5, now, now)
    assert not policy.is_recheck_due(now - 5, now + 1, now)
    assert policy.is_recheck_due(now + 1, now + 7 * DAY, now)


def test_counts_as_check_verification_only_on_long_link() -> None:
    assert policy.counts_as_check(State.VERIFICATION, LONG)
    assert not policy.counts_as_check(State.VERIFICATION, SHORT)
    assert policy.counts_as_check(State.DELETED, SHORT)
    assert not policy.counts_as_check(None, LONG)


# Hosts


def test_request_slot_is_one_interval_after_previous() -> None:
    wait, host = policy.request_slot(HostState(), 3.0, 1000.0)
    assert wait == 0
    assert policy.request_slot(host, 3.0, 1001.0) == (2.0, host)
    wait, host = policy.request_slot(host, 3.0, 1003.0)
    assert (wait, host.next_request_at) == (0, 1006.0)


def test_request_slot_clock_set_back_waits_one_interval() -> None:
    _, host = policy.request_slot(HostState(), 3.0, 9000.0)
    wait, host = policy.request_slot(host, 3.0, 1000.0)
    assert (wait, host.next_request_at) == (3.0, 1003.0)
    assert policy.request_slot(host, 3.0, 1003.0)[0] == 0


def test_after_block_cooldown_doubles_to_one_day_until_success() -> None:
    host, lengths = HostState(), []
    for _ in range(8):
        cools, host = policy.after_block(host, 0.0, on_short_link=True)
        assert cools
        lengths.append(host.cooldown / 60)
    assert lengths == [30, 60, 120, 240, 480, 960, 1440, 1440]
    _, host = policy.after_block(policy.after_success(host), 0.0, on_short_link=True)
    assert host.cooldown == 30 * 60


def test_after_block_third_on_long_links_starts_cooldown() -> None:
    host, answers = HostState(), []
    for _ in range(4):
        cools, host = policy.after_block(host, 50.0, on_short_link=False)
        answers.append(cools)
    assert answers == [False, False, True, False]


@pytest.mark.parametrize(
    ("now", "end"), [(100.0, 1900.0), (1899.0, 1900.0), (1900.0, 0), (-1699.0, 1900.0), (-1700.0, 0)]
)
def test_cooldown_end_handles_clock_jump_in_either_direction(now: float, end: float) -> None:
    host = HostState(blocked_at=100.0, cooldown=1800.0)
    assert policy.cooldown_end(host, now) == end


def test_after_requested_cooldown_is_one_day_at_most() -> None:
    assert policy.cooldown_end(policy.after_requested_cooldown(HostState(), 1e9, 100.0), 100.0) == 100 + DAY


def test_after_delay_never_moves_next_request_earlier() -> None:
    host = HostState(next_request_at=1000.0, interval=3.0)
    assert policy.after_delay(host, 10.0, 900.0) == HostState(next_request_at=1000.0, interval=10.0)
    assert policy.after_delay(host, 10.0, 995.0).next_request_at == 1005.0
