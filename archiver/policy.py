"""The rules of archiving as pure functions: what to do next, and when to try again.

They use no I/O, clock or settings; callers pass the time and all values. Sections: jobs (what to do about an address or
an extracted article), URLs (when to fetch a page again), media (when to fetch a file again), articles (when to check an
archived page), hosts (when to send the next request).
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
    """The possible next steps for an address."""

    FETCH = auto()
    RETRY_MEDIA = auto()  # its article is archived, but some media are missing and due
    REMOVED = auto()  # a person removed its article
    KNOWN = auto()  # its article is archived
    UNAVAILABLE = auto()  # its article is known to be gone for good
    NOT_DUE = auto()  # it failed before and is not due yet


def next_step(
    job: Job, record: UrlRecord | None, options: FetchOptions, now: datetime, *, media_due: bool = False
) -> NextStep:
    """Return the next step for the address of a job.

    `record`: its row in the catalogue, None for a new address. `media_due`: whether media of its article are due.
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
    """Return what to do with an extracted article. `says_the_same`: whether its text is that of its last page."""
    if known and known.taken_out:
        return Decision.REMOVED
    if known and not known.gone and says_the_same:
        return Decision.UNCHANGED
    return Decision.WRITE


def merge_known(job: Job, article: Article, page: Page, known: ArticleRecord | None) -> Article:
    """Return the article completed by what the archive knows of it.

    A short address replaces a long one, since WeChat mostly answers long ones with a verification page. The mark that
    the article is gone from WeChat stays, unless this page was received later and shows it again.
    """
    if known and urls.is_short(known.url) and not urls.is_short(article.url):
        article = replace(article, url=known.url)
    if job.kind.reads_snapshot:
        return replace(article, gone=known.gone if known else None)
    if known and known.gone and page.saved and page.captured <= known.gone.seen:
        return replace(article, gone=known.gone)
    return article


def had_media(known: ArticleRecord) -> bool:
    """Return whether an article was archived with its media, that is without `--no-media`."""
    images = known.images
    return not images.expected or images.saved > 0 or images.failed > 0


def media_order(failures: Sequence[int]) -> list[int]:
    """Return the indexes of an article's media in the order in which to request them, the least failed first.

    `failures` has the number of failed attempts of each. In any other order an article with many dead images could
    spend its limits on the same ones in every run.
    """
    return sorted(range(len(failures)), key=failures.__getitem__)


# --- URLs ------------------------------------------------------------------------------------------------------------

TERMINAL_STATES = frozenset((State.DELETED, State.VIOLATION, State.EXPIRED, State.INVALID, State.NOT_ARTICLE))
PAGE_TRIES = {State.UNAVAILABLE: 3, State.UNKNOWN: 5}  # in a row: after these the state is taken for final
LONGEST_PAUSE = timedelta(hours=24)  # no retry of a page or a medium is further away

_FIRST_PAUSE = timedelta(minutes=5)  # no answer, an error, or half a page: that may be over in minutes
_FIRST_PAUSE_NOTICE = timedelta(hours=1)  # a complete page without an article: it changes in hours, if at all
_FIRST_PAUSE_LONG_LINK = timedelta(hours=6)  # WeChat shows its verification page for most long links, whoever asks


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlAttempt:
    """One attempt to fetch a URL, as far as the next attempt depends on it."""

    url: str
    state: State | None  # of the page that was received; None: there was none
    time: datetime
    has_article: bool  # the URL belongs to an article of the archive
    is_settled: bool  # the page is the article, or a notice that the article is not available


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """When to fetch a URL again, and after how many attempts that is."""

    tries: int  # attempts in a row that ended in the same state; 0 after a settled one
    due: datetime | None  # None: never


def retry_after(attempt: UrlAttempt, previous_state: State | None, previous_tries: int) -> Retry:
    """Return when to fetch a URL again after `attempt`.

    `previous_state` and `previous_tries` are what was recorded of the URL before (None and 0 for a new one). The URL of
    an article is never given up: its recheck stays due, a day away at most, until a page settles it.
    """
    tries = (previous_tries if previous_state == attempt.state else 0) + 1
    due = retry_at(attempt.state, attempt.url, tries, attempt.time)
    if attempt.has_article:
        due = None if attempt.is_settled else due or attempt.time + LONGEST_PAUSE
    return Retry(tries=0 if attempt.is_settled else tries, due=due)


def retry_at(state: State | None, url: str, tries: int, now: datetime) -> datetime | None:
    """Return when to fetch `url` again after `tries` attempts in a row ended in `state`; None for never.

    A state of None means that no page was received. After a verification page on a short link the answer is `now`: then
    it is the host's cool-down that makes the URL wait.
    """
    if state in TERMINAL_STATES or (state is not None and tries >= PAGE_TRIES.get(state, tries + 1)):
        return None
    if state is State.VERIFICATION:
        return now if urls.is_short(url) else now + _doubled(_FIRST_PAUSE_LONG_LINK, tries)
    return now + _doubled(_FIRST_PAUSE if state in (None, State.TRUNCATED) else _FIRST_PAUSE_NOTICE, tries)


def is_due(due: datetime, now: datetime) -> bool:
    """Return whether the time `due` of a retry has come."""
    start, end = waiting_window(now)
    return not start < due <= end


def waiting_window(now: datetime) -> tuple[datetime, datetime]:
    """Return (start, end) so that a retry waits exactly when start < due <= end.

    A time past `end` is further away than any pause, so the clock was wrong when it was set: such a retry is due.
    """
    return now, now + LONGEST_PAUSE


def is_settled(state: State | None, *, holds_article: bool) -> bool:
    """Return whether a page settles if its article still exists: it is the article, or a notice that it is gone."""
    return holds_article or state in UNAVAILABLE_STATES


def _doubled(first: timedelta, tries: int) -> timedelta:
    """Return `first`, doubled for each try after the first one, LONGEST_PAUSE at most."""
    return min(first * (1 << min(max(tries - 1, 0), 20)), LONGEST_PAUSE)


# --- Media -----------------------------------------------------------------------------------------------------------

MEDIA_TRIES = 12  # these take some days: what the media host does not have by then is gone


def media_retry_at(tries: int, now: datetime) -> datetime | None:
    """Return when to ask again for a medium that `tries` attempts could not get; None for never."""
    return now + _doubled(_FIRST_PAUSE, tries) if tries < MEDIA_TRIES else None


def media_was_requested(result: LocalFile | str) -> bool:
    """Return whether a medium was requested. `result` is its file, or why there is none.

    A medium is not requested when a limit leaves it for a later run. If an old file is kept meanwhile, its `doubt` says
    so.
    """
    return not isinstance(result.doubt if isinstance(result, LocalFile) else result, NotRequested)


# --- Articles --------------------------------------------------------------------------------------------------------

_LONGEST_RECHECK = 26  # times the interval of rechecks


def recheck_at(checked: int, published: int, every: float) -> int:
    """Return when to check the page of an archived article again, in seconds since 1970.

    The pause is a quarter of the article's age when it was last `checked`, since old articles change less: at least
    `every` seconds, at most 26 times that.
    """
    age = checked - published
    if age < 4 * every:
        return checked + int(every)
    return checked + (int(_LONGEST_RECHECK * every) if age > 4 * _LONGEST_RECHECK * every else age // 4)


def is_recheck_due(checked: int, due: int, now: int) -> bool:
    """Return whether the time `due` of a recheck has come, all in seconds since 1970.

    A page `checked` in the future was checked by a clock that was ahead: that must not keep it waiting.
    """
    return due <= now or checked > now


def counts_as_check(state: State | None, url: str) -> bool:
    """Return whether fetching an archived article's page and getting `state` instead counts as having checked it.

    A notice that the article is not available is an answer. So is a verification page on a long link, which is what
    most long links get: without that these articles would come first in every run, and others never.
    """
    return state in UNAVAILABLE_STATES or (state is State.VERIFICATION and not urls.is_short(url))


# --- Hosts: seconds since 1970, as the caller's clock tells them -----------------------------------------------------

FIRST_COOLDOWN = 30 * 60.0  # seconds without requests after a verification page;
LONGEST_COOLDOWN = 24 * 3600.0  # doubled by each that follows with no other page in between, up to this
LONG_LINK_BLOCKS = 3  # verification pages on long links in a row that are the host's doing, not the links'


@dataclass(frozen=True, kw_only=True, slots=True)
class HostState:
    """The state of a host whose requests are rate-limited."""

    next_request_at: float = 0.0
    interval: float = 0.0  # seconds that were asked for when `next_request_at` was set
    blocked_at: float = 0.0  # when the verification page came last; 0: never
    cooldown: float = 0.0  # seconds without requests from `blocked_at`; 0: none since the last other page
    long_link_blocks: int = 0  # verification pages on long links in a row


def request_slot(host: HostState, interval: float, now: float) -> tuple[float, HostState]:
    """Return (wait, host): 0 when a request may leave now, else the seconds to wait before asking again.

    The wait is never longer than the interval that was asked for: the clock may have been put back, and then the time
    of the next request is counted from now.
    """
    wait = host.next_request_at - now
    if wait > host.interval:
        return min(wait, host.interval), replace(host, next_request_at=now + host.interval)
    if wait > 0:
        return wait, host
    return 0.0, replace(host, next_request_at=now + interval, interval=interval)


def cooldown_end(host: HostState, now: float) -> float:
    """Return until when no page may be requested; 0 when one may be. A clock that was put back ends no cool-down."""
    is_cool = host.cooldown and abs(now - host.blocked_at) < host.cooldown
    return host.blocked_at + host.cooldown if is_cool else 0.0


def after_block(host: HostState, now: float, *, on_short_link: bool) -> tuple[bool, HostState]:
    """Return (cools, host) after a verification page: whether the host cools down now, and its new state.

    On a long link the page concerns that link alone, unless it is the third in a row.
    """
    blocks = 0 if on_short_link else host.long_link_blocks + 1
    if not on_short_link and blocks < LONG_LINK_BLOCKS:
        return False, replace(host, long_link_blocks=blocks)
    cooldown = min(host.cooldown * 2, LONGEST_COOLDOWN) if host.cooldown else FIRST_COOLDOWN
    return True, replace(host, blocked_at=now, cooldown=cooldown, long_link_blocks=0)


def after_requested_cooldown(host: HostState, seconds: float, now: float) -> HostState:
    """Return the state of a host that asked for no request for `seconds`, LONGEST_COOLDOWN at most."""
    return replace(host, blocked_at=now, cooldown=min(seconds, LONGEST_COOLDOWN), long_link_blocks=0)


def after_delay(host: HostState, seconds: float, now: float) -> HostState:
    """Return the state of a host whose next request is to leave in `seconds` or later."""
    return replace(host, next_request_at=max(host.next_request_at, now + seconds), interval=max(host.interval, seconds))


def after_success(host: HostState) -> HostState:
    """Return the state of a host that sent another page: the next cool-down has the first length again."""
    return replace(host, cooldown=0.0, long_link_blocks=0)
