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
from archiver.recognition import complete

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
    if is_given_up(record):
        return NextStep.FETCH if options.retry_gone else NextStep.UNAVAILABLE
    due = due_at(record)
    if due and not is_due(due, now) and not options.retry:
        return NextStep.NOT_DUE
    return NextStep.FETCH


def _step_of_known(job: Job, removed: datetime | None, options: FetchOptions, *, media_due: bool) -> NextStep:
    if removed:
        return NextStep.REMOVED
    if options.refresh or job.kind is JobKind.RECHECK:
        return NextStep.FETCH
    return NextStep.RETRY_MEDIA if media_due else NextStep.KNOWN


def decide(known: ArticleRecord | None, *, says_the_same: bool) -> Decision:
    """Return the Decision for an article that was extracted from a page.

    `known` is the article's record in the catalogue, None for a new article. `says_the_same` is True if the extracted
    text equals the text of the article's last stored page.

    - REMOVED if the user removed the article.
    - UNCHANGED if the text is the same, and `known.gone` is None: the last check found no notice in place of the
      article.
    - WRITE otherwise.
    """
    if known and known.taken_out:
        return Decision.REMOVED
    if known and not known.gone and says_the_same:
        return Decision.UNCHANGED
    return Decision.WRITE


def merge_known(job: Job, article: Article, page: Page, known: ArticleRecord | None) -> Article:
    """Return `article` completed with values from `known`, its record in the catalogue (None: no record).

    `article` was extracted from `page`, which may lack these values:

    - The ids and the exact time of publication, which are missing in some saved pages (see recognition.complete).
    - The address. A short one in the record replaces a long one in the article, because WeChat answers most long
      addresses with a verification page.
    - `gone`, the notice that WeChat now shows instead of the article. A page from before the notice knows nothing of
      it. So `gone` is taken from the record if the job reads the page from a snapshot. It is also taken if a browser
      saved the page no later than the notice was first seen.
    """
    article = complete(article, known) if known else article
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
# The attempts in a row after which such a state counts as final.
PAGE_TRIES = {State.UNAVAILABLE: 3, State.UNKNOWN: 5, State.TRUNCATED: 12}
LONGEST_PAUSE = timedelta(hours=24)  # the longest time until a page or a medium is requested again

_FIRST_PAUSE = timedelta(minutes=5)  # after no answer, an error or half a page, which may be over in minutes
_FIRST_PAUSE_NOTICE = timedelta(hours=1)  # after a complete page without an article, which changes in hours, if at all
_FIRST_PAUSE_LONG_LINK = timedelta(hours=6)  # after a verification page on a long link, which most long links get


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlAttempt:
    """An attempt to fetch a URL, with the values that determine when the next attempt is due.

    `has_article` does not depend on what this attempt returned.
    """

    url: str
    state: State | None  # state of the page that was received; None: no page was received
    time: datetime
    has_article: bool  # whether the URL belongs to an article in the archive
    is_settled: bool  # whether the page is the article, or a notice that the article is not available
    is_linked: bool = False  # whether the URL was found as a link, and nobody named it (Target.is_linked)


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """When to fetch a URL again, and how many attempts failed in a row."""

    tries: int  # number of attempts in a row that ended in the same state; 0 after a settled attempt
    due: datetime | None  # None: never


def retry_after(attempt: UrlAttempt, previous_state: State | None, previous_tries: int) -> Retry:
    """Return when to fetch a URL again after `attempt`.

    `previous_state` and `previous_tries` are the values recorded for the URL before the attempt; None and 0 for a new
    URL. There are these cases:

    - Nobody named the URL, it was found as a link (`attempt.is_linked`): never by itself; see `due_at`.
    - The URL belongs to no archived article: `retry_at` determines the time.
    - It belongs to an archived article, and the attempt returned the article or a notice that it is not available
      (`attempt.is_settled`): never, because from then on rechecks fetch it.
    - It belongs to an archived article, and the attempt returned neither: within a day, however often this happens.
    """
    tries = (previous_tries if previous_state == attempt.state else 0) + 1
    due = retry_at(attempt.state, attempt.url, tries, attempt.time)
    if attempt.has_article:
        due = None if attempt.is_settled else due or attempt.time + LONGEST_PAUSE
    return Retry(tries=0 if attempt.is_settled else tries, due=None if attempt.is_linked else due)


def due_at(record: UrlRecord) -> datetime | None:
    """Return when an address that led to no article may be fetched again; None if no time has to pass, or for never.

    That is the recorded time. For an address that only links name no time is recorded, so that it is not fetched by
    itself. If a list names it, the usual pause since its last attempt applies.
    """
    if record.due or not record.tries or record.tried is None:
        return record.due
    return retry_at(record.state, record.url, record.tries, record.tried)


def is_given_up(record: UrlRecord) -> bool:
    """Return whether an address that led to no article is not fetched again, because nothing is expected there."""
    return bool(record.tries) and due_at(record) is None


def retry_at(state: State | None, url: str, tries: int, now: datetime) -> datetime | None:
    """Return when to fetch `url` again after `tries` attempts in a row that ended in `state`; None for never.

    The state None means that no page was received. Usually, return `now` plus a pause. The first pause is 5 minutes if
    no page or a truncated page was received, 6 hours after a verification page on a long link, and 1 hour after any
    other page. The pause doubles with each further attempt, up to LONGEST_PAUSE (24 hours). The exceptions are:

    - A final state, such as DELETED: None.
    - A state that is probably final (the keys of PAGE_TRIES), after as many attempts as PAGE_TRIES says: None.
    - A verification page on a short link (`/s/…`): `now`, because the cool-down of the host already delays requests.
    """
    if state in TERMINAL_STATES or (state is not None and tries >= PAGE_TRIES.get(state, tries + 1)):
        return None
    if state is State.VERIFICATION:
        return now if urls.is_short(url) else now + _doubled(_FIRST_PAUSE_LONG_LINK, tries)
    return now + _doubled(_FIRST_PAUSE if state in (None, State.TRUNCATED) else _FIRST_PAUSE_NOTICE, tries)


def is_due(due: datetime, now: datetime) -> bool:
    """Return whether a retry that was scheduled for the time `due` may be made at the time `now`.

    This is so if `due` has come. It is also so if `due` is further away than the longest pause: then the clock was
    wrong when the retry was scheduled.
    """
    start, end = waiting_window(now)
    return not start < due <= end


def waiting_window(now: datetime) -> tuple[datetime, datetime]:
    """Return (start, end): a retry must still wait if its scheduled time is after `start` and not after `end`.

    Any other retry is due at the time `now`. Either its scheduled time has come, or it is after `end`; only a wrong
    clock can have recorded such a time. `is_due` and the catalogue's queries for due retries use this rule.
    """
    return now, now + LONGEST_PAUSE


def is_settled(state: State | None, *, holds_article: bool) -> bool:
    """Return whether a fetch showed clearly that an article exists or is no longer available.

    After such a fetch of an archived article, `retry_after` schedules no other attempt (UrlAttempt.is_settled). The
    fetch returned the article itself (`holds_article`), or a notice that the article is not available, such as DELETED.
    A verification page, an incomplete page or no page (`state` is None) shows neither.
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
    """Return when to request a medium again after `tries` failed attempts.

    Return None (never) if there are MEDIA_TRIES failed attempts or more.
    """
    return now + _doubled(_FIRST_PAUSE, tries) if tries < MEDIA_TRIES else None


def media_was_requested(result: LocalFile | str) -> bool:
    """Return False if the request for a medium was left for a later run, and True for any other result.

    The caller counts a failed attempt only if this is True. `result` is the medium's file, or the reason why there is
    no file. Return False in two cases:

    - There is no file, and the reason is a NotRequested.
    - There is a file of an earlier run that was altered since, and its `doubt` is a NotRequested.
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
    """Return whether an archived article counts as checked after a fetch that did not return the article.

    If so, the article is next due only after the usual pause (`recheck_at`); if not, it stays due. `url` is the fetched
    address. `state` is the state of the received page, None if no page was received. A notice that the article is not
    available counts. A verification page on a long link (`/s?__biz=…`) counts, too, because most long links get one: if
    it did not count, these articles would be first in every run, and other articles would never be checked.
    """
    return state in UNAVAILABLE_STATES or (state is State.VERIFICATION and not urls.is_short(url))


# --- Hosts: all times are in seconds since 1970 by the caller's clock ------------------------------------------------

FIRST_COOLDOWN = 30 * 60.0  # seconds without requests after the first verification page; doubled after each further one
LONGEST_COOLDOWN = 24 * 3600.0  # the most seconds without requests, however many verification pages came in a row
LONG_LINK_BLOCKS = 3  # verification pages on long links in a row after which the whole host counts as blocked


@dataclass(frozen=True, kw_only=True, slots=True)
class HostState:
    """The state of a host whose requests are rate-limited: the pause between requests, and the last cool-down.

    A cool-down is a time without requests for pages. Times are in seconds since 1970, lengths in seconds.
    """

    next_request_at: float = 0.0  # the earliest time of the next request
    interval: float = 0.0  # length in seconds of the pause that ends at `next_request_at`
    blocked_at: float = 0.0  # when the last cool-down began; 0: never
    cooldown: float = 0.0  # length in seconds of the cool-down that began at `blocked_at`; 0: another page came since
    long_link_blocks: int = 0  # number of verification pages on long links in a row


def request_slot(host: HostState, interval: float, now: float) -> tuple[float, HostState]:
    """Return (wait, new state of the host), where `wait` says whether a request to the host may be sent now.

    If `wait` is 0, the caller may send one request now. The new state then allows the next request `interval` seconds
    later. Otherwise the caller must wait for `wait` seconds and call this again. `wait` is never longer than the pause
    that is running (`host.interval`), even if the clock was put back after the pause began.
    """
    wait = host.next_request_at - now
    if wait > host.interval:
        return min(wait, host.interval), replace(host, next_request_at=now + host.interval)
    if wait > 0:
        return wait, host
    return 0.0, replace(host, next_request_at=now + interval, interval=interval)


def cooldown_end(host: HostState, now: float) -> float:
    """Return the time until which no page may be requested; 0 if a page may be requested at the time `now`.

    If the recorded start of the cool-down is too far in the future, the clock was wrong when it was recorded, and the
    cool-down is ignored. Too far means: the start is at least as far away as the cool-down is long.
    """
    is_cool = host.cooldown and abs(now - host.blocked_at) < host.cooldown
    return host.blocked_at + host.cooldown if is_cool else 0.0


def after_block(host: HostState, now: float, *, on_short_link: bool) -> tuple[bool, HostState]:
    """Return (begins, host) after a verification page: whether a cool-down begins, and the new state of the host.

    `on_short_link` is True if the requested address was a short one. A verification page on a short link begins a
    cool-down. One on a long link concerns only that link; only the third in a row on long links begins a cool-down.

    The first cool-down lasts FIRST_COOLDOWN (30 minutes). Each further one is twice as long as the one before, up to
    LONGEST_COOLDOWN (24 hours), until the host sends another page (`after_success`).
    """
    blocks = 0 if on_short_link else host.long_link_blocks + 1
    if not on_short_link and blocks < LONG_LINK_BLOCKS:
        return False, replace(host, long_link_blocks=blocks)
    cooldown = min(host.cooldown * 2, LONGEST_COOLDOWN) if host.cooldown else FIRST_COOLDOWN
    return True, replace(host, blocked_at=now, cooldown=cooldown, long_link_blocks=0)


def after_requested_cooldown(host: HostState, seconds: float, now: float) -> HostState:
    """Return the new state of a host that demanded a pause of `seconds` without requests for pages.

    The pause becomes a cool-down (see `cooldown_end`) of at most LONGEST_COOLDOWN.
    """
    return replace(host, blocked_at=now, cooldown=min(seconds, LONGEST_COOLDOWN), long_link_blocks=0)


def after_delay(host: HostState, seconds: float, now: float) -> HostState:
    """Return the new state of a host to which no request may be sent for the next `seconds`.

    This only moves the time of the next `request_slot`; no cool-down begins.
    """
    return replace(host, next_request_at=max(host.next_request_at, now + seconds), interval=max(host.interval, seconds))


def after_success(host: HostState) -> HostState:
    """Return the new state of a host that sent a page other than the verification page.

    The next cool-down of the host has the length FIRST_COOLDOWN again.
    """
    return replace(host, cooldown=0.0, long_link_blocks=0)
