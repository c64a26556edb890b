"""Repeat failed requests: decide after which failures, how often, and after which delay."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from datetime import datetime

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from archiver import urls
from archiver.fetcher.limits import LONGEST_WAIT
from archiver.fetcher.request import RawResponse, parse_http_date

_log = logging.getLogger(__name__)

MAX_TRIES = 4
TOO_MANY_REQUESTS = 429  # the only client error that does not depend on the address
RETRY_STATUSES = frozenset((408, 425, TOO_MANY_REQUESTS, 500, 502, 503, 504))

_TAIL = 4096  # bytes at the end of a page; real pages end at most 200 bytes after </html>
_EMPTY_PAGE = b"<html></html>"  # in comments (headTrap, tailTrap) of pages of 2018; not their end


def make_retrying(
    sleep: Callable[[float], None],
    now: Callable[[], datetime],
    is_incomplete: Callable[[RawResponse], bool] | None = None,
    *,
    check_wait: Callable[[float], None],
    waits_retry_after: bool = True,
) -> Retrying:
    """Return a callable that repeats failed requests: `retrying(send, *args)` calls `send(*args)` up to four times.

    `send` sends one request to the URL that is its first argument. The callable returns the last response of `send`, or
    raises its last error.

    - There is another try after a network error, a damaged body, a status in RETRY_STATUSES (such as 503), or a
      response for which `is_incomplete` returns True.
    - There is no other try if the server's certificate is not trusted, or if the Retry-After header asks for more than
      LONGEST_WAIT.
    - Before another try, the callable waits for the time in the Retry-After header. Without this header, it waits
      longer each time. Set `waits_retry_after` to False if `send` itself waits for the time in the header.
    - `check_wait` is called with each wait in seconds. It raises an error if there is no time for it.

    `sleep` waits for a number of seconds, and `now` returns an aware datetime.
    """
    back_off = wait_exponential(multiplier=1, max=30) + wait_random(0, 1)

    def wait(state: RetryCallState) -> float:
        seconds = retry_after(_response_of(state), now)
        if seconds is None:
            return back_off(state)
        return seconds if waits_retry_after else 0

    def is_worth_another_try(response: RawResponse) -> bool:
        return response.status in RETRY_STATUSES or (is_incomplete is not None and is_incomplete(response))

    def stop(state: RetryCallState) -> bool:
        if state.attempt_number >= MAX_TRIES or (retry_after(_response_of(state), now) or 0) > LONGEST_WAIT:
            return True
        check_wait(state.upcoming_sleep)
        return False

    return Retrying(
        sleep=sleep,
        retry=retry_if_exception(_is_temporary) | retry_if_result(is_worth_another_try),
        wait=wait,
        stop=stop,
        before_sleep=_log_retry,
        retry_error_callback=_last_result,
    )


def without_retries(retrying: Retrying) -> Retrying:
    """Return a callable like `retrying` that sends each request only once."""
    return retrying.copy(stop=stop_after_attempt(1))


def _log_retry(state: RetryCallState) -> None:
    if not _log.isEnabledFor(logging.DEBUG):
        return
    response = _response_of(state)
    error = state.outcome.exception() if state.outcome else None
    reason = f"status {response.status}" if response else f"{type(error).__name__}: {error}"
    _log.debug(
        "%s: try %d of %d in %.1f s, after %s",
        urls.loggable(str(state.args[0])), state.attempt_number + 1, MAX_TRIES, state.upcoming_sleep, reason,
    )  # fmt: skip


def is_truncated_page(response: RawResponse) -> bool:
    """Return whether `response` is an HTML page that was cut off, so that its end tag </html> is missing.

    Return False for any status other than 200, and for content that is not HTML.
    """
    if response.status != 200 or "html" not in response.header("content-type").lower():
        return False
    return b"</html" not in response.content[-_TAIL:].lower().replace(_EMPTY_PAGE, b"")


def is_untrusted(error: BaseException) -> bool:
    """Return whether the cause of `error` is an untrusted certificate of the server. Another try would fail, too."""
    cause: BaseException | None = error
    while cause and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__  # httpcore raises "from None"
    return cause is not None


def _is_temporary(error: BaseException) -> bool:
    return isinstance(error, (httpx.TransportError, httpx.DecodingError)) and not is_untrusted(error)


def retry_after(response: RawResponse | None, now: Callable[[], datetime]) -> float | None:
    """Return the seconds to wait according to the Retry-After header of a response.

    Return None if the header is missing or invalid, or if `response` is None. If the header contains a date, it is
    compared with the Date header, or with `now()` if there is no Date header.
    """
    if response is None:
        return None
    header = response.header("retry-after").strip()
    if header.isdecimal():
        return float(header[:9])
    until = parse_http_date(header) if header else None
    # A date is compared with the server's clock, because this machine's may be wrong by hours.
    return max((until - (response.date or now())).total_seconds(), 0) if until else None


def _response_of(state: RetryCallState) -> RawResponse | None:
    return None if state.outcome is None or state.outcome.failed else state.outcome.result()


def _last_result(state: RetryCallState) -> object:
    assert state.outcome is not None
    return state.outcome.result()
