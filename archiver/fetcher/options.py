"""The options of the Fetcher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archiver.fetcher.limits import IMAGE_LIMIT, PAGE_LIMIT
from archiver.fetcher.rate_limit import RateLimiter


@dataclass(frozen=True, kw_only=True, slots=True)
class FetcherOptions:
    """Options of a Fetcher. Times are in seconds, sizes in bytes after decompression."""

    interval: float = 3.0  # between two page requests, when `rate_limiter` is None
    rate_limiter: RateLimiter | None = None  # decides when a page may be requested; None: an IntervalLimiter
    proxy: str = ""  # address; replaces HTTPS_PROXY, ALL_PROXY and NO_PROXY
    cookies: str = ""  # path of a Netscape cookie file; sent to mp.weixin.qq.com only
    page_limit: int = PAGE_LIMIT
    image_limit: int = IMAGE_LIMIT
    connections: int = 6  # media downloaded at the same time
    timeout: float = 20.0  # of each phase: connect, every read, every write
    deadline: float = 300.0  # of one whole response, however slowly it arrives
    until: Callable[[], datetime | None] = lambda: None  # the end of the run; no wait and no response goes past it
