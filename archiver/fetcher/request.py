"""Send a GET request, read its response within limits, and follow redirects after checking their addresses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urljoin

import httpx

from archiver import urls
from archiver.errors import FetchError, ForbiddenAddress, TooLarge
from archiver.fetcher.decompression import decompress
from archiver.fetcher.limits import MIB
from archiver.fetcher.ssrf import is_forbidden
from archiver.messages.message import message

_log = logging.getLogger(__name__)

MAX_REDIRECTS = 5
SECONDS_EXTENSION = "archiver.seconds"  # httpx extension of a request: seconds that its response may take
_HEADERS_EXTENSION = "archiver.headers"  # httpx extension of a response: list of all its headers
_REDIRECT_STATUSES = frozenset((301, 302, 303, 307, 308))
_LONGEST_ADDRESS = 8192  # characters; servers do not accept longer ones
_PORTS = frozenset((None, 80, 443))  # WeChat's images use no other port, which may be another service
_PRIVATE_HEADERS = frozenset(("set-cookie", "set-cookie2"))  # of the user's session; never stored


@dataclass(frozen=True, kw_only=True, slots=True)
class RawResponse:
    """A response that has been received. `content` is the decompressed body.

    The body of an error (status 400 and above) is not read; `content` is then b"". `url` is the requested address, or
    the last one after redirects. Header names are in lower case.
    """

    url: str  # the requested address; from follow_redirects, the one after redirects
    status: int
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case
    content: bytes = b""

    def header(self, name: str) -> str:
        """Return the value of the first header called `name`, '' if there is none. `name` has to be in lower case."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def date(self) -> datetime | None:
        """The time in the Date header, in UTC; None if it is missing or invalid."""
        return parse_http_date(self.header("date"))


def parse_http_date(text: str) -> datetime | None:
    """Return the time in `text`, the value of a header such as Date, in UTC. Return None if it is invalid."""
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def public_https_url(address: str, *, port: int | None = None) -> httpx.URL:
    """Check `address` before it is requested, and return its URL with the scheme https and without its fragment.

    Raise ForbiddenAddress if the address is invalid or too long, or neither http nor https. Also raise it if the host
    is this machine or in its network, or if the port is not 80, 443 or `port`. `port` is another port that the user
    chose, or None.
    """
    url = _parse_public_url(address)
    if url.port not in _PORTS and url.port != port:
        raise ForbiddenAddress(
            message("port {port} is no web server's: it is not opened", port=url.port), concerns=address
        )
    return url


def user_https_url(address: str) -> httpx.URL:
    """Return the URL of an address that the user chose, checked as in public_https_url, but with any port allowed."""
    return public_https_url(address, port=_parse_public_url(address).port)


def _parse_public_url(address: str) -> httpx.URL:
    if len(address) > _LONGEST_ADDRESS:
        raise ForbiddenAddress(message("longer than any address that can be opened"), concerns=f"{address[:80]}…")
    try:
        url = httpx.URL(address)
        if url.scheme in ("http", "https") and url.host and not is_forbidden(url.raw_host.decode("ascii")):
            is_as_asked = url.scheme == "https" and "#" not in address  # then a copy, which is slow, would be the same
            return url if is_as_asked else url.copy_with(scheme="https", fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise ForbiddenAddress(message("not an address that can be opened"), concerns=address) from error
    raise ForbiddenAddress(message("not a public http(s) address: it is not opened"), concerns=address)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseLimits:
    """The limits of one response.

    `size` is the maximum number of bytes of the body after decompression. `seconds` is the maximum time; with None,
    only the limit of the transport applies. `count` is called with the size of each decompressed piece of the body. It
    can add up the sizes of several responses, and raise an error to stop when the sum is too large.
    """

    size: int  # maximum bytes of the body after decompression
    seconds: float | None = None  # maximum time; None: only the limit of the transport applies
    count: Callable[[int], object] = lambda _size: None  # is called with the size of each piece; may raise an error


class Send(Protocol):
    """Sends a GET request with these extensions of httpx; the response is closed at the end of the `with` block."""

    def __call__(self, url: httpx.URL, *, extensions: dict[str, Any]) -> AbstractContextManager[httpx.Response]:
        """Return the response, whose body is not read yet."""


def get_response(
    send: Send, url: httpx.URL, limits: ResponseLimits, proxy_of: Callable[[httpx.URL], str]
) -> RawResponse:
    """Send a GET request for `url` and return the response, even if it is a redirect. Log the request in one line.

    Raise TooLarge if the body is larger than `limits.size`. The function `limits.count` is called with the size of each
    piece of the body. An error that it raises stops the download and is passed on; so are the errors of httpx.
    `proxy_of` returns the name of the proxy for a URL, '' if there is none; the log message shows it.
    """
    if not _log.isEnabledFor(logging.INFO):
        return _get(send, url, limits)
    started, result = time.monotonic(), "interrupted"
    try:
        response = _get(send, url, limits)
        size = f", {len(response.content)} bytes" if response.status < 400 else ""
        result = f"{response.status}{size}"
        return response
    except Exception as error:
        result = f"failed, {type(error).__name__}: {error.args[0] if error.args else ''}"
        raise
    finally:
        proxy = proxy_of(url)
        by_way_of = f", proxy {proxy}" if proxy else ""
        milliseconds = (time.monotonic() - started) * 1000
        _log.info("GET %s: %s, %.0f ms%s", urls.loggable(str(url)), result, milliseconds, by_way_of)


def _get(send: Send, url: httpx.URL, limits: ResponseLimits) -> RawResponse:
    extensions = {} if limits.seconds is None else {SECONDS_EXTENSION: limits.seconds}
    with send(url, extensions=extensions) as response:
        content = b"" if response.status_code >= 400 else _read_body(response, url, limits)
        headers = response.extensions.get(_HEADERS_EXTENSION) or response.headers.multi_items()
        return RawResponse(
            url=str(url),
            status=response.status_code,
            headers=tuple((name, value) for name, value in headers if name not in _PRIVATE_HEADERS),
            content=content,
        )


def hide_location(response: httpx.Response) -> None:
    """Hide the Location header of a response from httpx, which would fail if the address in the header is unusual.

    The header is removed from `response.headers`. A copy of all headers is kept in `response.extensions`, so that this
    program can still follow the redirect.
    """
    response.extensions[_HEADERS_EXTENSION] = response.headers.multi_items()
    response.headers.pop("location", None)


def follow_redirects(
    get: Callable[[httpx.URL], RawResponse], url: httpx.URL, check: Callable[[str], httpx.URL]
) -> RawResponse:
    """Request `url`, follow at most five redirects, and return the last response. `get` sends one request.

    `check` takes the address to which a response redirects, and returns the URL to request or raises an error. A
    redirect to the verification page is not followed, because the host already blocks requests. That redirect itself is
    returned, with the address of the verification page as its `url`. Raise FetchError after more than five redirects.
    """
    for _ in range(MAX_REDIRECTS + 1):
        response = get(url)
        location = response.header("location") if response.status in _REDIRECT_STATUSES else ""
        if not location:
            return response
        url = check(_join_location(url, location))
        if urls.is_verification_page(str(url)):
            return replace(response, url=str(url))
    raise FetchError(message("more than {max_redirects} redirects", max_redirects=MAX_REDIRECTS), concerns=str(url))


def _join_location(url: httpx.URL, location: str) -> str:
    try:
        return urljoin(str(url), location)
    except ValueError as error:
        raise FetchError(message("redirected to something that is no address"), concerns=str(url)) from error


def _read_body(response: httpx.Response, url: httpx.URL, limits: ResponseLimits) -> bytes:
    """Return the decompressed body; raise TooLarge as soon as the body exceeds `limits.size`.

    `limits.count` is called with the size of each decompressed piece.
    """
    limit = limits.size
    declared = response.headers.get("content-length", "")
    too_large = TooLarge(message("larger than {limit:g} MB", limit=limit / MIB), concerns=str(url))
    if declared.isdecimal() and int(declared[:18]) > limit:
        raise too_large
    body = bytearray()
    for piece in decompress(response.iter_raw(), response.headers.get("content-encoding", "")):
        body += piece
        limits.count(len(piece))
        if len(body) > limit:
            raise too_large
    return bytes(body)
