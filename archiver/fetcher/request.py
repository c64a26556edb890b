"""One request and its answer, and the way along redirects, each hop checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import httpx

from archiver import urls
from archiver.errors import FetchError, ForbiddenAddress, TooLarge
from archiver.fetcher.decompression import decoded
from archiver.fetcher.limits import MIB
from archiver.fetcher.ssrf import is_forbidden

REDIRECTS = 5
SECONDS = "archiver.seconds"  # the request's extension that says how long it may take
_HEADERS = "archiver.headers"  # the response's extension that has all of them
_REDIRECT = frozenset((301, 302, 303, 307, 308))
_LONGEST_ADDRESS = 8192  # characters; servers take no longer ones
_PORTS = frozenset((None, 80, 443))  # others lead to what is no web server: no picture of WeChat's has one
_PRIVATE = frozenset(("set-cookie", "set-cookie2"))  # a reader's session: never kept (ARCHITECTURE, Privacy)


@dataclass(frozen=True, kw_only=True, slots=True)
class RawResponse:
    """A response read to its end; of an error status only the head."""

    url: str  # where the redirects ended
    status: int
    headers: tuple[tuple[str, str], ...] = ()  # lower-case names
    content: bytes = b""

    def header(self, name: str) -> str:
        """The first header called `name` (lower case), '' when there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def date(self) -> datetime | None:
        """When the server says it answered, in UTC."""
        return http_date(self.header("date"))


def http_date(text: str) -> datetime | None:
    """A header's date in UTC, None when it is none."""
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def https(address: str, *, port: int | None = None) -> httpx.URL:
    """Return `address` as https, without its fragment.

    The one place where foreign words become an address: whatever httpx, idna or ipaddress think of them,
    ForbiddenAddress is raised when a page must not make us open it, or nobody could. `port`: one that the user
    chose, beside the web's own.
    """
    url = _parsed(address)
    if url.port not in _PORTS and url.port != port:
        raise ForbiddenAddress(f"port {url.port} is no web server's: it is not opened", concerns=address)
    return url


def https_of_user(address: str) -> httpx.URL:
    """Return an address that the user chose as `https` does, whatever its port."""
    return https(address, port=_parsed(address).port)


def _parsed(address: str) -> httpx.URL:
    if len(address) > _LONGEST_ADDRESS:
        raise ForbiddenAddress("longer than any address that can be opened", concerns=f"{address[:80]}…")
    try:
        url = httpx.URL(address).copy_with(fragment=None)
        if url.scheme in ("http", "https") and url.host and not is_forbidden(url.raw_host.decode("ascii")):
            return url.copy_with(scheme="https")
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise ForbiddenAddress("not an address that can be opened", concerns=address) from error
    raise ForbiddenAddress("not a public http(s) address: it is not opened", concerns=address)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What one answer may cost."""

    size: int  # decoded bytes
    seconds: float | None = None  # until it is whole; the transport has a bound of its own
    count: Callable[[int], object] = lambda _size: None  # told of each piece; may raise


def ask(client: httpx.Client, url: httpx.URL, bounds: Bounds) -> RawResponse:
    """The answer to one GET, redirects not followed; TooLarge past `bounds.size` decoded bytes, httpx's errors."""
    extensions = {} if bounds.seconds is None else {SECONDS: bounds.seconds}
    with client.stream("GET", url, extensions=extensions) as response:
        content = b"" if response.status_code >= 400 else _body(response, bounds)
        return RawResponse(
            url=str(url),
            status=response.status_code,
            headers=tuple((k, v) for k, v in response.extensions[_HEADERS] if k not in _PRIVATE),
            content=content,
        )


def withhold_location(response: httpx.Response) -> None:
    """Keep a redirect's address from httpx, which makes a request of it at once and fails at odd ones."""
    response.extensions[_HEADERS] = response.headers.multi_items()
    response.headers.pop("location", None)


def follow(get: Callable[[httpx.URL], RawResponse], url: httpx.URL, check: Callable[[str], httpx.URL]) -> RawResponse:
    """The answer at the end of at most five redirects; `check` gives each hop's address or raises.

    A redirect to the verification wall is the end: the wall itself is never asked for (wechat-format §1.1).
    """
    for _ in range(REDIRECTS + 1):
        answer = get(url)
        location = answer.header("location") if answer.status in _REDIRECT else ""
        if not location:
            return answer
        url = check(_joined(url, location))
        if urls.is_verification_page(str(url)):
            return replace(answer, url=str(url))
    raise FetchError(f"more than {REDIRECTS} redirects", concerns=str(url))


def _joined(url: httpx.URL, location: str) -> str:
    try:
        return urljoin(str(url), location)
    except ValueError as error:
        raise FetchError("redirected to something that is no address", concerns=str(url)) from error


def _body(response: httpx.Response, bounds: Bounds) -> bytes:
    limit = bounds.size
    declared = response.headers.get("content-length", "")
    too_large = TooLarge(f"larger than {limit / MIB:g} MB", concerns=str(response.request.url))
    if declared.isdecimal() and int(declared[:18]) > limit:
        raise too_large
    body = bytearray()
    for piece in decoded(response.iter_raw(), response.headers.get("content-encoding", "")):
        body += piece
        bounds.count(len(piece))
        if len(body) > limit:
            raise too_large
    return bytes(body)
