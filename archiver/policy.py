"""Decide what to do next with an address, article, medium or host, and when to try again.

These are pure functions, without I/O, clock or settings; callers pass the time and all other values. The sections are:
jobs (what to do with an address or an extracted article), URLs (when to fetch a page again), media (when to request a
medium again), articles (when to check the page of an archived article), and hosts (when to send the next request).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from archiver import urls
from archiver.models import (
    UNAVAILABLE_STATES,
    Article,
    ArticleRecord,
    LocalFile,
    NotRequested,
    Page,
    State,
    UrlRecord,
)
from archiver.models.job import Decision, FetchOptions, Job, JobKind

# --- Jobs -------------------------------------------------------------------------------------------------------------


class NextStep(Enum):
    """The next step for an address: FETCH or RETRY_MEDIA, or else the reason why nothing is fetched."""

    FETCH = auto()  # fetch the page
    RETRY_MEDIA = auto()  # the article is archived; fetch its missing media that are due
    REMOVED = auto()  # nothing: the user removed the article
    KNOWN = auto()  # nothing: the article is archived
    UNAVAILABLE = auto()  # nothing: the article is known to be gone for good
    NOT_DUE = auto()  # nothing: an attempt failed before, and the next one is not due yet


def next_step(
    job: Job, record: UrlRecord | None, options: FetchOptions, now: datetime, *, media_due: bool = False
) -> NextStep:
    """Return the next step for the address of a job.

    `record` is the address's record in the catalogue, None for a new address. `media_due` is True if the address
    belongs to an article in the archive with missing media that are due for a request.
    """
    if record is None:
        return NextStep.FETCH
    if record.article:
        return _step_of_known(job, record.article.taken_out, options, media_due=media_due)
    if record.due is None and record.tries:
        return NextStep.FETCH if options.retry_gone else NextStep.UNAVAILABLE
    if record.due and not is_due(record.due, now) and not options.retry:
        return NextStep.NOT_DUE
    return NextStep.FETCH


def _step_of_known(job: Job, removed: datetime | None, options: FetchOptions, *, media_due: bool) -> NextStep:
    if removed:
        return NextStep.REMOVED
    if options.refresh or job.kind is JobKind.RECHECK:
        return NextStep.FETCH
    return NextStep.RETRY_MEDIA if media_due else NextStep.KNOWN


def decide(known: ArticleRecord | None, *, says_the_same: bool) -> Decision:
    """Return the action to take for an article that was extracted from a page.

    `known` is the article's record in the catalogue, None for a new article. `says_the_same` is True if the extracted
    text equals the text of the article's last stored page.
    """
    if known and known.taken_out:
        return Decision.REMOVED
    if known and not known.gone and says_the_same:
        return Decision.UNCHANGED
    return Decision.WRITE


def merge_known(job: Job, article: Article, page: Page, known: ArticleRecord | None) -> Article:
    """Return `article` completed with values from `known`, its record in the catalogue (None for a new article).

    A short address in the record replaces a long one in the article, because WeChat answers most long addresses with a
    verification page. The field `gone` of the record is kept if `page` was read from a snapshot. It is also kept if
    `page` is a saved page that was captured before WeChat was seen to no longer show the article.
    """
    if known and urls.is_short(known.url) and not urls.is_short(article.url):
        article = replace(article, url=known.url)
    if job.kind.reads_snapshot:
        return replace(article, gone=known.gone if known else None)
    if known and known.gone and page.saved and page.captured <= known.gone.seen:
        return replace(article, gone=known.gone)
    return article


def had_media(known: ArticleRecord) -> bool:
    """Return whether an article was archived with its media; False if it was archived with `--no-media`.

    For an article without images, return True.
    """
    images = known.images
    return not images.expected or images.saved > 0 or images.failed > 0


def media_order(failures: Sequence[int]) -> list[int]:
    """Return the indexes of an article's media in the order in which to request them, the fewest failures first.

    `failures[i]` is the number of failed attempts for the medium with index i. In any other order, an article with many
    dead images could use up its limits on the same images in every run.
    """
    return sorted(range(len(failures)), key=failures.__getitem__)


# --- URLs ------------------------------------------------------------------------------------------------------------

TERMINAL_STATES = frozenset((State.DELETED, State.VIOLATION, State.EXPIRED, State.INVALID, State.NOT_ARTICLE))
PAGE_TRIES = {State.UNAVAILABLE: 3, State.UNKNOWN: 5}  # attempts in a row after which the state counts as final
LONGEST_PAUSE = timedelta(hours=24)  # the longest time until a page or a medium is requested again

_FIRST_PAUSE = timedelta(minutes=5)  # after no answer, an error or half a page, which may be over in minutes
_FIRST_PAUSE_NOTICE = timedelta(hours=1)  # after a complete page without an article, which changes in hours, if at all
_FIRST_PAUSE_LONG_LINK = timedelta(hours=6)  # after a verification page on a long link, which most long links get


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlAttempt:
    """An attempt to fetch a URL, with the values that determine when the next attempt is due.

    An attempt is settled if it returned the article, or a notice that the article is not available.
    """

    url: str
    state: State | None  # state of the page that was received; None: no page was received
    time: datetime
    has_article: bool  # whether the URL belongs to an article in the archive
    is_settled: bool  # whether the page is the article, or a notice that the article is not available


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """The time at which to fetch a URL again (None: never), and the number of attempts so far with the same result.

    The number is 0 after a settled attempt.
    """

    tries: int  # number of attempts in a row that ended in the same state; 0 after a settled attempt
    due: datetime | None  # None: never


def retry_after(attempt: UrlAttempt, previous_state: State | None, previous_tries: int) -> Retry:
    """Return when to fetch a URL again after `attempt`.

    `previous_state` and `previous_tries` are the values recorded for the URL before the attempt, None and 0 for a new
    URL. If the URL belongs to an article in the archive, it is not due again after a settled attempt, because rechecks
    fetch it. After any other attempt such a URL is due again within a day, however often it has failed.
    """
    tries = (previous_tries if previous_state == attempt.state else 0) + 1
    due = retry_at(attempt.state, attempt.url, tries, attempt.time)
    if attempt.has_article:
        due = None if attempt.is_settled else due or attempt.time + LONGEST_PAUSE
    return Retry(tries=0 if attempt.is_settled else tries, due=due)


def retry_at(state: State | None, url: str, tries: int, now: datetime) -> datetime | None:
    """Return when to fetch `url` again after `tries` attempts in a row that ended in `state`; None for never.

    The state None means that no page was received. After a verification page on a short link, return `now`, because the
    cool-down of the host already delays the next request.
    """
    if state in TERMINAL_STATES or (state is not None and tries >= PAGE_TRIES.get(state, tries + 1)):
        return None
    if state is State.VERIFICATION:
        return now if urls.is_short(url) else now + _doubled(_FIRST_PAUSE_LONG_LINK, tries)
    return now + _doubled(_FIRST_PAUSE if state in (None, State.TRUNCATED) else _FIRST_PAUSE_NOTICE, tries)


def is_due(due: datetime, now: datetime) -> bool:
    """Return whether a retry that was scheduled for the time `due` may be made at the time `now`."""
    start, end = waiting_window(now)
    return not start < due <= end


def waiting_window(now: datetime) -> tuple[datetime, datetime]:
    """Return times (start, end): at the time `now`, retries scheduled for after `start` and up to `end` must wait.

    Retries scheduled for any other time are due. A time after `end` is further away than the longest pause, so the
    clock was wrong when the time was recorded.
    """
    return now, now + LONGEST_PAUSE


def is_settled(state: State | None, *, holds_article: bool) -> bool:
    """Return whether a fetched page settles that its article exists or is gone.

    `holds_article` is True if the page is the article itself. Otherwise the page settles this only if `state` is that
    of a notice that the article is not available.
    """
    return holds_article or state in UNAVAILABLE_STATES


def _doubled(first: timedelta, tries: int) -> timedelta:
    """Return the pause after `tries` failed attempts.

    The pause is `first` after one attempt and twice as long after each further one, but at most LONGEST_PAUSE.
    """
    return min(first * (1 << min(max(tries - 1, 0), 20)), LONGEST_PAUSE)


# --- Media -----------------------------------------------------------------------------------------------------------

MEDIA_TRIES = 12  # failed attempts, over some days, after which a medium is given up


def media_retry_at(tries: int, now: datetime) -> datetime | None:
    """Return when to request a medium again after `tries` failed attempts; None for never."""
    return now + _doubled(_FIRST_PAUSE, tries) if tries < MEDIA_TRIES else None


def media_was_requested(result: LocalFile | str) -> bool:
    """Return whether this run requested a medium.

    `result` is the medium's file, or the reason why there is no file. If a limit left the medium for a later run, the
    reason is a NotRequested. If an old file that may be wrong is used meanwhile, the NotRequested is in the file's
    field `doubt`.
    """
    return not isinstance(result.doubt if isinstance(result, LocalFile) else result, NotRequested)


# --- Articles --------------------------------------------------------------------------------------------------------

_LONGEST_RECHECK = 26  # the longest pause between two rechecks, as a multiple of the interval in the settings


def recheck_at(checked: int, published: int, every: float) -> int:
    """Return when to check the page of an archived article again, in seconds since 1970.

    The page was last checked at `checked`, and the article was published at `published`, both in seconds since 1970.
    The pause after a check is a quarter of the age that the article had at the check, because old articles change less
    often. The pause is at least `every` seconds and at most 26 times `every`.
    """
    age = checked - published
    if age < 4 * every:
        return checked + int(every)
    return checked + (int(_LONGEST_RECHECK * every) if age > 4 * _LONGEST_RECHECK * every else age // 4)


def is_recheck_due(checked: int, due: int, now: int) -> bool:
    """Return whether a recheck that was scheduled for the time `due` may be made at the time `now`.

    `checked` is the time of the last check; all times are in seconds since 1970. If `checked` is after `now`, the clock
    was wrong at the last check, and the recheck is due.
    """
    return due <= now or checked > now


def counts_as_check(state: State | None, url: str) -> bool:
    """Return whether a fetch of an archived article that returned no article counts as a check.

    `url` is the fetched address. `state` is the state of the received page, None if no page was received. A notice that
    the article is not available counts. A verification page on a long link counts, too, because most long links get
    one. If it did not count, these articles would be first in every run, and other articles would never be checked.
    """
    return state in UNAVAILABLE_STATES or (state is State.VERIFICATION and not urls.is_short(url))


# --- Hosts: all times are in seconds since 1970 by the caller's clock ------------------------------------------------

FIRST_COOLDOWN = 30 * 60.0  # seconds without requests after the first verification page; doubled after each further one
LONGEST_COOLDOWN = 24 * 3600.0  # the most seconds without requests, however many verification pages came in a row
LONG_LINK_BLOCKS = 3  # verification pages on long links in a row after which the whole host counts as blocked


@dataclass(frozen=True, kw_only=True, slots=True)
class HostState:
    """The state of a host whose requests are rate-limited.

    Times are in seconds since 1970, and the lengths of pauses in seconds.
    """

    next_request_at: float = 0.0  # the earliest time of the next request
    interval: float = 0.0  # length in seconds of the pause that ends at `next_request_at`
    blocked_at: float = 0.0  # when the last cool-down began; 0: never
    cooldown: float = 0.0  # length in seconds of the cool-down that began at `blocked_at`; 0: another page came since
    long_link_blocks: int = 0  # number of verification pages on long links in a row


def request_slot(host: HostState, interval: float, now: float) -> tuple[float, HostState]:
    """Return (wait, host): the seconds to wait before calling this function again, and the new state of the host.

    If `wait` is 0, a request may be sent now. The next request may be sent `interval` seconds later. If the time
    recorded for the next request is too far away, the clock was put back; the wait is then limited to the recorded
    interval.
    """
    wait = host.next_request_at - now
    if wait > host.interval:
        return min(wait, host.interval), replace(host, next_request_at=now + host.interval)
    if wait > 0:
        return wait, host
    return 0.0, replace(host, next_request_at=now + interval, interval=interval)


def cooldown_end(host: HostState, now: float) -> float:
    """Return the time until which no page may be requested; 0 if a page may be requested at the time `now`.

    If the clock was put back, `now` may be before the start of the cool-down. The cool-down is ignored if `now` is
    before the start by the length of the cool-down or more.
    """
    is_cool = host.cooldown and abs(now - host.blocked_at) < host.cooldown
    return host.blocked_at + host.cooldown if is_cool else 0.0


def after_block(host: HostState, now: float, *, on_short_link: bool) -> tuple[bool, HostState]:
    """Return (cools, host) after a verification page: whether a cool-down begins, and the new state of the host.

    `on_short_link` is True if the requested address was a short one. A verification page on a short link begins a
    cool-down. One on a long link concerns only that link; only the third in a row on long links begins a cool-down.
    """
    blocks = 0 if on_short_link else host.long_link_blocks + 1
    if not on_short_link and blocks < LONG_LINK_BLOCKS:
        return False, replace(host, long_link_blocks=blocks)
    cooldown = min(host.cooldown * 2, LONGEST_COOLDOWN) if host.cooldown else FIRST_COOLDOWN
    return True, replace(host, blocked_at=now, cooldown=cooldown, long_link_blocks=0)


def after_requested_cooldown(host: HostState, seconds: float, now: float) -> HostState:
    """Return the new state of a host that demanded a pause of `seconds` without requests for pages.

    The pause is limited to LONGEST_COOLDOWN.
    """
    return replace(host, blocked_at=now, cooldown=min(seconds, LONGEST_COOLDOWN), long_link_blocks=0)


def after_delay(host: HostState, seconds: float, now: float) -> HostState:
    """Return the new state of a host to which no request may be sent for the next `seconds`."""
    return replace(host, next_request_at=max(host.next_request_at, now + seconds), interval=max(host.interval, seconds))


def after_success(host: HostState) -> HostState:
    """Return the new state of a host that sent a page other than the verification page.

    The next cool-down of the host has the length FIRST_COOLDOWN again.
    """
    return replace(host, cooldown=0.0, long_link_blocks=0)
