"""The one policy of trying again: what for, how often, how long between."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    wait_exponential,
    wait_random,
)

from archiver.fetcher.limits import LONGEST_WAIT
from archiver.fetcher.request import RawResponse, http_date

TRIES = 4
TOO_MANY = 429  # the only refusal that is about who asks, and not about what was asked for
PASSING = frozenset((408, 425, TOO_MANY, 500, 502, 503, 504))

_TAIL = 4096  # real pages end within 200 bytes of their </html>
_TRAP = b"<html></html>"  # in the comments headTrap and tailTrap of 2018's pages, long before the end


def policy(
    sleep: Callable[[float], None],
    now: Callable[[], datetime],
    is_damaged: Callable[[RawResponse], bool] | None = None,
    *,
    check_wait: Callable[[float], None],
    rests: bool = True,
) -> Retrying:
    """Calls what returns an Answer, up to four times; gives the last Answer or raises the last error.

    `check_wait` raises when there is no time to wait so many seconds. `rests`: whether it waits as long as a
    Retry-After says; False where the caller does before each try.
    """
    back_off = wait_exponential(multiplier=1, max=30) + wait_random(0, 1)

    def wait(state: RetryCallState) -> float:
        asked = asked_rest(_answer(state), now)
        if asked is None:
            return back_off(state)
        return asked if rests else 0

    def is_worth_another_try(answer: RawResponse) -> bool:
        return answer.status in PASSING or (is_damaged is not None and is_damaged(answer))

    def stop(state: RetryCallState) -> bool:
        if state.attempt_number >= TRIES or (asked_rest(_answer(state), now) or 0) > LONGEST_WAIT:
            return True
        check_wait(state.upcoming_sleep)
        return False

    return Retrying(
        sleep=sleep,
        retry=retry_if_exception(_may_pass) | retry_if_result(is_worth_another_try),
        wait=wait,
        stop=stop,
        retry_error_callback=_last_outcome,
    )


def is_cut_off(answer: RawResponse) -> bool:
    """Whether a page stops before its </html> (trap T18)."""
    if answer.status != 200 or "html" not in answer.header("content-type").lower():
        return False
    return b"</html" not in answer.content[-_TAIL:].lower().replace(_TRAP, b"")


def is_untrusted(error: BaseException) -> bool:
    """Whether what failed is the check of the server's certificate: no other try changes that."""
    cause: BaseException | None = error
    while cause and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__  # httpcore raises again "from None"
    return cause is not None


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, (httpx.TransportError, httpx.DecodingError)) and not is_untrusted(error)


def asked_rest(answer: RawResponse | None, now: Callable[[], datetime]) -> float | None:
    """The seconds that an answer's Retry-After asks for, None when it asks for nothing."""
    if answer is None:
        return None
    asked = answer.header("retry-after").strip()
    if asked.isdecimal():
        return float(asked[:9])
    until = http_date(asked) if asked else None
    # Against the server's own clock: ours may be wrong by hours.
    return max((until - (answer.date or now())).total_seconds(), 0) if until else None


def _answer(state: RetryCallState) -> RawResponse | None:
    return None if state.outcome is None or state.outcome.failed else state.outcome.result()


def _last_outcome(state: RetryCallState) -> object:
    assert state.outcome is not None
    return state.outcome.result()
