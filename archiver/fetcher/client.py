"""Fetch pages from mp.weixin.qq.com one after the other, and media in parallel."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from http.cookiejar import CookieJar
from queue import LifoQueue
from types import TracebackType
from typing import Self

import httpx

from archiver import urls
from archiver.clock import utc_now
from archiver.errors import BudgetSpent, FetchError, Postponed, Refused, Unreachable
from archiver.fetcher.cookies import read_cookies
from archiver.fetcher.host_cooldowns import HostCooldowns
from archiver.fetcher.limits import LONGEST_WAIT
from archiver.fetcher.media_budget import MediaBudget
from archiver.fetcher.media_requests import MediaRequests
from archiver.fetcher.network import Deadline, Resolve
from archiver.fetcher.options import FetcherOptions
from archiver.fetcher.proxy import ProxyConfig
from archiver.fetcher.rate_limit import IntervalLimiter, RateLimiter
from archiver.fetcher.request import (
    RawResponse,
    ResponseLimits,
    follow_redirects,
    get_response,
    hide_location,
    public_https_url,
    user_https_url,
)
from archiver.fetcher.retry import (
    MAX_TRIES,
    RETRY_STATUSES,
    TOO_MANY_REQUESTS,
    is_truncated_page,
    is_untrusted,
    make_retrying,
    retry_after,
    without_retries,
)
from archiver.fetcher.transport import Transport, tls_context
from archiver.messages.message import message
from archiver.models import Download, Page, Response, Target

_BROWSER_HEADERS = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}
_PAGE_HEADERS = _BROWSER_HEADERS | {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
}
_MEDIA_HEADERS = _BROWSER_HEADERS | {
    # Without WebP and AVIF: for clients that accept these, the CDN converts images, and animations become still images.
    "Accept": "image/png,image/jpeg,image/gif,image/svg+xml,*/*;q=0.5",
    # With the Referer of another site the CDN sends a placeholder image with status 200.
    "Referer": f"https://{urls.HOST}/",
    "Sec-Fetch-Dest": "image",
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Site": "cross-site",
}
_DEFAULT_OPTIONS = FetcherOptions()
_HTTPX_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)  # all of httpx's errors


class Fetcher:
    """A client that downloads WeChat's pages and their media. Use it as a context manager, which closes it at the end.

    All methods are thread-safe. Tests replace the functions that the constructor takes: `sleep` waits for a number of
    seconds, `clock` returns monotonic seconds, `now` an aware datetime, and `resolve` works like socket.getaddrinfo.
    """

    def __init__(
        self,
        options: FetcherOptions = _DEFAULT_OPTIONS,
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
        retrying = make_retrying(sleep, now, is_truncated_page, check_wait=self._check_time)
        self._page_retrying = retrying if options.tries_again else without_retries(retrying)
        self._proxy_config = ProxyConfig(options.proxy)
        self._page_client = self._make_page_client(read_cookies(options.cookies))
        self._page_lock = threading.Lock()
        self._media_clients = [
            MediaRequests(self._transport(), _MEDIA_HEADERS, options.timeout) for _ in range(options.connections)
        ]
        self._free_clients: LifoQueue[MediaRequests] = LifoQueue()
        for client in self._media_clients:
            self._free_clients.put(client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections. No other method may be called afterwards."""
        self._page_client.close()
        for client in self._media_clients:
            client.close()

    def page(self, target: Target) -> Page:
        """Return the page at `target.url`, which may show an article, a notice or the verification page.

        After a failure or a truncated page there is another try, up to four in all, unless FetcherOptions.tries_again
        is False. If the page is still truncated in
        the last try, it is returned as it is. A redirect to the verification page is not followed: the returned page
        then has the content of the redirect, and the address of the verification page as its `final_url`.

        Raise one of these errors if there is no page:

        - CoolingDown if WeChat refuses requests at present.
        - BudgetSpent if the run ends before the page is received.
        - TooLarge if the page is larger than FetcherOptions.page_limit.
        - Unreachable if all tries failed.
        - Another FetchError for any other failure, such as HTTP 404.
        """
        start = _wechat_url(target.url)
        try:
            response = _with_retries(lambda: self._page_retrying(self._try_page, start, target), target.url)
        except Unreachable:
            self._check_time()  # raises BudgetSpent if the end of the run was the cause
            raise
        if not 200 <= response.status < 300 and not urls.is_verification_page(response.url):
            raise FetchError(message("the server answered HTTP {status}", status=response.status), concerns=target.url)
        return self._make_page(response, target)

    def _make_page(self, response: RawResponse, target: Target) -> Page:
        return Page(
            source=target.source,
            url=target.url,
            final_url=response.url,
            status=response.status,
            headers=response.headers,
            content=response.content,
            captured=self._received_at(response),
        )

    def _received_at(self, response: RawResponse) -> datetime:
        return response.date or self._now().astimezone(UTC)

    def media(self, url: str, limit: int | None = None, budget: MediaBudget | None = None) -> Download:
        """Return the medium at `url`, without checking whether the content is an image, audio or video.

        `limit` is the maximum size of the medium in bytes; None means FetcherOptions.image_limit. `budget` limits all
        media of an article; None means a new budget for this medium alone. Raise Postponed if the budget, the end of
        the run or a cool-down of the host does not allow the request now. Raise ForbiddenAddress, Unreachable, TooLarge
        or another FetchError if the request fails.
        """
        limit = self._options.image_limit if limit is None else limit
        return self._download(public_https_url(url), url, limit, budget)

    def _download(self, start: httpx.URL, url: str, limit: int, budget: MediaBudget | None = None) -> Download:
        """Request a medium or a feed, and return it.

        `url` is the address as the caller wrote it; the returned Download and the errors show it. `start` is the same
        address, checked and ready to be requested. `limit` is the maximum size in bytes. `budget` limits all media of
        an article; None means a new budget for this download alone.

        Raise Postponed if the budget, the end of the run or a cool-down of the host does not allow a request now. But
        if an earlier try failed and the server did not ask for a cool-down, raise Unreachable instead. Raise another
        FetchError if the request fails.
        """
        budget = budget or MediaBudget(now=self._now, until=self._options.until)
        retrying = make_retrying(self._sleep, self._now, check_wait=budget.check_time, waits_retry_after=False)
        failures: list[str] = []

        def attempt(address: httpx.URL) -> RawResponse:
            try:
                response = self._try_medium(address, limit, budget)
            except _HTTPX_ERRORS as error:
                budget.check_run()  # raises Postponed if the end of the run was the cause
                failures.append(str(error) or type(error).__name__)
                raise
            if response.status in RETRY_STATUSES and not response.header("retry-after"):
                failures.append(f"HTTP {response.status}")
            return response

        try:
            raw = _with_retries(lambda: retrying(attempt, start), url)
        except Postponed as error:
            if not failures:
                raise
            raise Unreachable(
                message("no answer in time ({reason}): try again later", reason=failures[-1]), concerns=url
            ) from error
        if raw.status != 200:
            raise FetchError(message("the server answered HTTP {status}", status=raw.status), concerns=url)
        response = Response(url=raw.url, status=raw.status, headers=raw.headers, received=self._received_at(raw))
        return Download(url=url, content=raw.content, content_type=raw.header("content-type"), response=response)

    def document(self, url: str) -> bytes:
        """Download the feed at `url` and return its bytes.

        Any port is allowed, because the user chose the address. Raise TooLarge if the feed has more bytes than
        FetcherOptions.page_limit. Raise Postponed if the end of the run or a cool-down of the host does not allow the
        request now, and another FetchError if the request fails.
        """
        return self._download(user_https_url(url), url, self._options.page_limit).content

    def _try_page(self, start: httpx.URL, target: Target) -> RawResponse:
        """Request the page of `target` once, as soon as the rate limiter allows it, and return the response.

        `start` is `target.url`, checked and ready to be requested. Redirects are followed without another wait. The
        rate limiter is told what the server answered, so that it can delay later requests. Raise CoolingDown,
        BudgetSpent, another FetchError or an error of httpx.
        """
        with self._page_lock:
            self._rate_limiter.acquire(target.url)
            response = follow_redirects(self._get_page, start, _wechat_url)
            self._rate_limiter.observe(self._make_page(response, target), is_linked=target.is_linked)
            self._back_off(response, target)
            return response

    def _get_page(self, url: httpx.URL) -> RawResponse:
        limits = ResponseLimits(size=self._options.page_limit, seconds=self._seconds_left())
        send = partial(self._page_client.stream, "GET")
        return get_response(send, url, limits, self._proxy_config.name_for)

    def _seconds_left(self) -> float | None:
        """Return the seconds until the end of the run (0 if it is over), or None if the run has no end."""
        until = self._options.until()
        return None if until is None else max((until - self._now()).total_seconds(), 0)

    def _check_time(self, wait: float = 0) -> None:
        """Raise BudgetSpent if the run is over, or ends within the next `wait` seconds."""
        left = self._seconds_left()
        if left is not None and left <= wait:
            raise BudgetSpent(message("not read: the time of this call is over, the next one goes on"))

    def _back_off(self, response: RawResponse, target: Target) -> None:
        """Delay all page requests if `response` has the status 429 (Too Many Requests); else do nothing.

        The Retry-After header of `response` contains the delay:

        - If it is at most LONGEST_WAIT, return. The caller may then request the page again.
        - If it is longer, missing or invalid, raise Refused. The page is then not requested again.

        `target` is the target of the page; the error shows its address.
        """
        if response.status != TOO_MANY_REQUESTS:
            return
        seconds = retry_after(response, self._now)
        self._rate_limiter.back_off(seconds)
        if seconds is None or seconds > LONGEST_WAIT:
            advice = (
                message("asks for {seconds:.0f} s of rest: try again then", seconds=seconds)
                if seconds
                else message("wants a rest: try later")
            )
            raise Refused(
                message(
                    "the server answered HTTP {too_many_requests} and {advice}",
                    too_many_requests=TOO_MANY_REQUESTS,
                    advice=advice,
                ),
                concerns=target.url,
            )

    def _try_medium(self, start: httpx.URL, limit: int, budget: MediaBudget) -> RawResponse:
        """Request the medium at `start` once, follow redirects, and return the last response.

        Each request waits for the cool-down of its host, and counts towards `budget`. `limit` is the maximum size in
        bytes.
        """

        def get(url: httpx.URL) -> RawResponse:
            self._cooldowns.wait(url.host, budget.seconds_left)
            with self._media_client() as client:
                limits = ResponseLimits(size=limit, seconds=budget.begin_request(), count=budget.receive)
                response = get_response(client.stream, url, limits, self._proxy_config.name_for)
            self._record_response(url.host, response)
            return response

        return follow_redirects(get, start, lambda address: public_https_url(address, port=start.port))

    def _record_response(self, host: str, response: RawResponse) -> None:
        """Begin or forget the cool-down of a media host, depending on its last response.

        With a status in RETRY_STATUSES, such as 503, and a Retry-After header, a cool-down of `host` begins. Without
        that header, nothing changes. With any other status the host works normally, and its cool-downs are forgotten.
        """
        seconds = retry_after(response, self._now) if response.status in RETRY_STATUSES else None
        if seconds is not None:
            self._cooldowns.back_off(host, seconds)
        elif response.status not in RETRY_STATUSES:
            self._cooldowns.record_success(host)

    @contextmanager
    def _media_client(self) -> Iterator[MediaRequests]:
        """Yield an HTTP client for media that no other thread is using. Wait if all of them are in use."""
        client = self._free_clients.get()
        try:
            yield client
        finally:
            self._free_clients.put(client)

    def _make_page_client(self, jar: CookieJar) -> httpx.Client:
        return httpx.Client(
            transport=self._transport(),
            headers=_PAGE_HEADERS,
            cookies=jar,
            timeout=self._options.timeout,
            event_hooks={"response": [hide_location]},
            trust_env=False,  # ProxyConfig reads the proxies of the environment instead
        )

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return tls_context()  # shared by all clients, because creating one is slow

    def _transport(self) -> httpx.BaseTransport:
        deadline = Deadline(self._options.deadline, self._clock)
        return Transport(self._proxy_config, self._certificates, deadline, self._resolve)


def _wechat_url(address: str) -> httpx.URL:
    """Return `address` as a URL with the scheme https.

    Raise FetchError if the host is not mp.weixin.qq.com, or if the address has a port other than the default one.
    """
    url = public_https_url(address)
    if url.host != urls.HOST or url.port is not None:
        raise FetchError(
            message("leads to another host than {host}: it is not followed", host=urls.HOST), concerns=address
        )
    return url


def _with_retries(send: Callable[[], RawResponse], address: str) -> RawResponse:
    """Call `send` once and return its response; raise Unreachable if its last try failed.

    `send` requests `address` and itself repeats failed tries (see make_retrying). Its last try failed if it raises an
    error of httpx, or if its response has a status in RETRY_STATUSES (such as 503). The message of Unreachable tells
    the user the reason and what to do.
    """
    try:
        response = send()
    except _HTTPX_ERRORS as error:
        raise _unreachable(error, address) from error
    if response.status in RETRY_STATUSES:
        header = response.header("retry-after")
        advice = message(" (Retry-After: {header})", header=header[:40]) if header else ""
        raise Unreachable(
            message(
                "the server keeps answering HTTP {status}{advice}: try again later",
                status=response.status,
                advice=advice,
            ),
            concerns=address,
        )
    return response


def _unreachable(error: Exception, address: str) -> Unreachable:
    if is_untrusted(error):
        return Unreachable(
            message(
                "the server's certificate is not trusted ({reason}): if your network replaces "
                "certificates, name its authority in SSL_CERT_FILE",
                reason=error,
            ),
            concerns=address,
        )
    reason = str(error) or type(error).__name__
    return Unreachable(
        message(
            "no answer in {max_tries} tries ({reason}): check the network and the proxy, or try again later",
            max_tries=MAX_TRIES,
            reason=reason,
        ),
        concerns=address,
    )
