"""The Fetcher: pages of mp.weixin.qq.com one after the other, media six at a time."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from http.cookiejar import CookieJar
from queue import LifoQueue
from types import TracebackType
from typing import Self

import httpx

from archiver import urls
from archiver.clock import utc_now
from archiver.errors import BudgetSpent, CoolingDown, FetchError, Postponed, Unreachable
from archiver.fetcher.cookies import no_cookies, read_cookies
from archiver.fetcher.host_cooldowns import HostCooldowns
from archiver.fetcher.limits import LONGEST_WAIT
from archiver.fetcher.media_budget import MediaBudget
from archiver.fetcher.network import Deadline, Resolve
from archiver.fetcher.options import FetcherOptions
from archiver.fetcher.proxy import ProxyConfig
from archiver.fetcher.rate_limit import IntervalLimiter, RateLimiter
from archiver.fetcher.request import Bounds, RawResponse, ask, follow, https, https_of_user, withhold_location
from archiver.fetcher.retry import PASSING, TOO_MANY, TRIES, asked_rest, is_cut_off, is_untrusted, policy
from archiver.fetcher.transport import Transport, tls_context
from archiver.models import Download, Page, Response, Target

_BROWSER = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}
_PAGE_HEADERS = _BROWSER | {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
}
_MEDIA_HEADERS = _BROWSER | {
    # No WebP, no AVIF: the CDN converts for who takes them, which stops animations (wechat-format §6.3).
    "Accept": "image/png,image/jpeg,image/gif,image/svg+xml,*/*;q=0.5",
    # A foreign Referer gets a placeholder picture with status 200 (§6.4, trap T102).
    "Referer": f"https://{urls.HOST}/",
    "Sec-Fetch-Dest": "image",
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Site": "cross-site",
}
_DEFAULTS = FetcherOptions()
_HTTPX_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)  # all that it has


class Fetcher:
    """Target → Page, address → Blob. A context manager; every method may be called from any thread.

    `sleep`, `clock` (monotonic seconds), `now` (aware) and `resolve` (as socket.getaddrinfo) stand for the
    world, so that tests can be it.
    """

    def __init__(
        self,
        options: FetcherOptions = _DEFAULTS,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        self._options, self._clock, self._now, self._resolve = options, clock, now, resolve
        self._rate_limiter: RateLimiter = options.rate_limiter or IntervalLimiter(
            options.interval, sleep=sleep, clock=clock
        )
        self._sleep, self._cooldowns = sleep, HostCooldowns(sleep=sleep, clock=clock)
        self._page_tries = policy(sleep, now, is_cut_off, check_wait=self._check_time)
        self._route = ProxyConfig(options.proxy)
        self._page_client = self._client(_PAGE_HEADERS, read_cookies(options.cookies))
        self._page_turn = threading.Lock()
        self._media_clients = [self._client(_MEDIA_HEADERS, no_cookies()) for _ in range(options.connections)]
        self._free: LifoQueue[httpx.Client] = LifoQueue()
        for client in self._media_clients:
            self._free.put(client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; the Fetcher is of no use afterwards."""
        for client in (self._page_client, *self._media_clients):
            client.close()

    def page(self, target: Target) -> Page:
        """The page at `target.url`, whatever it is: an article, a notice, the wall (not asked for, its
        redirect's body), or one still cut off after four tries. Unreachable, CoolingDown, TooLarge,
        FetchError otherwise.
        """
        start = _of_wechat(target.url)
        try:
            answer = _persistently(lambda: self._page_tries(self._try_page, start, target), target.url)
        except Unreachable:
            self._check_time()  # what time cut off is no failure of the page
            raise
        if not 200 <= answer.status < 300 and not urls.is_verification_page(answer.url):
            raise FetchError(f"the server answered HTTP {answer.status}", concerns=target.url)
        return self._page_of(answer, target)

    def _page_of(self, answer: RawResponse, target: Target) -> Page:
        return Page(
            source=target.source,
            url=target.url,
            final_url=answer.url,
            status=answer.status,
            headers=answer.headers,
            content=answer.content,
            captured=self._received(answer),
        )

    def _received(self, answer: RawResponse) -> datetime:
        return answer.date or self._now().astimezone(UTC)

    def media(self, url: str, limit: int | None = None, budget: MediaBudget | None = None) -> Download:
        """The bytes at `url`, at most `limit` (Options.image_limit when not said). Whether they are the
        picture that was meant is not judged here. ForbiddenAddress, Unreachable, TooLarge, FetchError; Postponed
        when `budget`, the time of the run or its host lets it not be asked for now.
        """
        return self._get(https(url), url, self._options.image_limit if limit is None else limit, budget)

    def _get(self, start: httpx.URL, url: str, limit: int, budget: MediaBudget | None = None) -> Download:
        account = budget or MediaBudget(now=self._now, until=self._options.until())
        tries = policy(self._sleep, self._now, check_wait=account.check_time, rests=False)
        failed: list[str] = []

        def attempt() -> RawResponse:
            try:
                answer = self._try_medium(start, limit, account)
            except _HTTPX_ERRORS as error:
                account.check_run()  # what the end of the run cut off is no failure of the medium
                failed.append(str(error) or type(error).__name__)
                raise
            if answer.status in PASSING and not answer.header("retry-after"):
                failed.append(f"HTTP {answer.status}")
            return answer

        try:
            answer = _persistently(lambda: tries(attempt), url)
        except Postponed as error:
            if not failed:
                raise
            raise Unreachable(f"no answer in time ({failed[-1]}): try again later", concerns=url) from error
        if answer.status != 200:
            raise FetchError(f"the server answered HTTP {answer.status}", concerns=url)
        response = Response(
            url=answer.url, status=answer.status, headers=answer.headers, received=self._received(answer)
        )
        return Download(url=url, content=answer.content, content_type=answer.header("content-type"), response=response)

    def document(self, url: str) -> bytes:
        """The bytes of a document that the user chose, a feed, at whatever port: as `media`, at most PAGE_LIMIT."""
        return self._get(https_of_user(url), url, self._options.page_limit).content

    def _try_page(self, start: httpx.URL, target: Target) -> RawResponse:
        """One try: the rate limiter counts pages, a redirect belongs to the page it leads to."""
        with self._page_turn:
            self._rate_limiter.acquire(target.url)
            answer = follow(self._ask_page, start, _of_wechat)
            self._rate_limiter.observe(self._page_of(answer, target))
            self._rest(answer, target)
            return answer

    def _ask_page(self, url: httpx.URL) -> RawResponse:
        return ask(self._page_client, url, Bounds(size=self._options.page_limit, seconds=self._seconds_left()))

    def _seconds_left(self) -> float | None:
        """Until the end of the run; None when it has none."""
        until = self._options.until()
        return None if until is None else max((until - self._now()).total_seconds(), 0)

    def _check_time(self, wait: float = 0) -> None:
        left = self._seconds_left()
        if left is not None and left <= wait:
            raise BudgetSpent("not read: the time of this call is over, the next one goes on")

    def _rest(self, answer: RawResponse, target: Target) -> None:
        """Nothing; after "too many requests" every page waits as long as the server says, not this one alone.

        CoolingDown when that is longer than a run waits, or when it does not say.
        """
        if answer.status != TOO_MANY:
            return
        seconds = asked_rest(answer, self._now)
        self._rate_limiter.back_off(seconds)
        if seconds is None or seconds > LONGEST_WAIT:
            asked = f"asks for {seconds:.0f} s of rest: try again then" if seconds else "wants a rest: try later"
            raise CoolingDown(f"the server answered HTTP {TOO_MANY} and {asked}", concerns=target.url)

    def _try_medium(self, start: httpx.URL, limit: int, budget: MediaBudget) -> RawResponse:
        def get(url: httpx.URL) -> RawResponse:
            self._cooldowns.wait(url.host, budget.seconds_left)
            with self._lane() as client:
                bounds = Bounds(size=limit, seconds=budget.begin_request(), count=budget.receive)
                answer = ask(client, url, bounds)
            self._note_rest(url.host, answer)
            return answer

        return follow(get, start, lambda address: https(address, port=start.port))

    def _note_rest(self, host: str, answer: RawResponse) -> None:
        seconds = asked_rest(answer, self._now) if answer.status in PASSING else None
        if seconds is not None:
            self._cooldowns.back_off(host, seconds)
        elif answer.status not in PASSING:
            self._cooldowns.answered(host)

    @contextmanager
    def _lane(self) -> Iterator[httpx.Client]:
        """A media client for one try; waits while all of them are out."""
        client = self._free.get()
        try:
            yield client
        finally:
            self._free.put(client)

    def _client(self, headers: dict[str, str], jar: CookieJar) -> httpx.Client:
        return httpx.Client(
            transport=self._transport(),
            headers=headers,
            cookies=jar,
            timeout=self._options.timeout,
            event_hooks={"response": [withhold_location]},
            trust_env=False,  # the route has read the environment already
        )

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return tls_context()  # the costliest part of a Fetcher: one for all lanes

    def _transport(self) -> httpx.BaseTransport:
        deadline = Deadline(self._options.deadline, self._clock)
        return Transport(self._route, self._certificates, deadline, self._resolve)


def _of_wechat(address: str) -> httpx.URL:
    """`address` as https when it is mp.weixin.qq.com's: pages, and the reader's cookies, go nowhere else."""
    url = https(address)
    if url.host != urls.HOST or url.port is not None:
        raise FetchError(f"leads to another host than {urls.HOST}: it is not followed", concerns=address)
    return url


def _persistently(tries: Callable[[], RawResponse], address: str) -> RawResponse:
    """The answer to the last of `tries`; Unreachable when that was none, or one that asks to come again."""
    try:
        answer = tries()
    except _HTTPX_ERRORS as error:
        raise _unreachable(error, address) from error
    if answer.status in PASSING:
        asked = answer.header("retry-after")
        told = f" (Retry-After: {asked[:40]})" if asked else ""
        raise Unreachable(f"the server keeps answering HTTP {answer.status}{told}: try again later", concerns=address)
    return answer


def _unreachable(error: Exception, address: str) -> Unreachable:
    if is_untrusted(error):
        return Unreachable(
            f"the server's certificate is not trusted ({error}): if your network replaces certificates, "
            "name its authority in SSL_CERT_FILE",
            concerns=address,
        )
    said = str(error) or type(error).__name__
    return Unreachable(
        f"no answer in {TRIES} tries ({said}): check the network and the proxy, or try again later", concerns=address
    )
