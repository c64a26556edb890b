"""Define the options of the Fetcher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archiver.fetcher.limits import IMAGE_LIMIT, PAGE_LIMIT
from archiver.fetcher.rate_limit import RateLimiter


@dataclass(frozen=True, kw_only=True, slots=True)
class FetcherOptions:
    """The options of a Fetcher. Times are in seconds, sizes in bytes after decompression.

    - `rate_limiter` decides when a page may be requested. If it is None, `interval` is the time between two page
      requests.
    - `proxy` is the address of a proxy; '' means the proxy in the environment, if there is one.
    - `cookies` is the path of a cookie file; '' means no cookies.
    - `page_limit` is the maximum size of a page or feed, `image_limit` the default maximum size of a medium.
    - `connections` is the number of media downloaded at the same time.
    - `timeout` is the limit for connecting and for each read or write, `deadline` the limit for a whole response.
    - `tries_again` is False if a page is to be requested only once, whatever comes.
    - `until` returns the end of the run, or None if the run has no end.
    """

    interval: float = 3.0  # between two page requests; only used if `rate_limiter` is None
    rate_limiter: RateLimiter | None = None  # decides when a page may be requested; None: an IntervalLimiter
    proxy: str = ""  # its address, instead of HTTPS_PROXY, ALL_PROXY and NO_PROXY; '': use these
    cookies: str = ""  # path of a Netscape cookie file, sent to mp.weixin.qq.com only; '': none
    page_limit: int = PAGE_LIMIT  # maximum size of a page
    image_limit: int = IMAGE_LIMIT  # default maximum size of a medium
    connections: int = 6  # number of media downloaded at the same time
    timeout: float = 20.0  # for connecting, and for each read and write
    deadline: float = 300.0  # for one whole response
    tries_again: bool = True  # False: a page is requested only once, whatever comes
    # Returns the end of the run, at which all waits and responses end; None: the run has no end.
    until: Callable[[], datetime | None] = lambda: None
