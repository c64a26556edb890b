"""What a user can choose about fetching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archiver.fetcher.limits import IMAGE_LIMIT, PAGE_LIMIT
from archiver.fetcher.rate_limit import RateLimiter


@dataclass(frozen=True, kw_only=True, slots=True)
class FetcherOptions:
    """How the Fetcher behaves: seconds, and bytes after decompression."""

    interval: float = 3.0  # from one page request to the next, when there is no rate limiter
    rate_limiter: RateLimiter | None = None  # says when a page may be asked for, instead of this process alone
    proxy: str = ""  # instead of what HTTPS_PROXY, ALL_PROXY and NO_PROXY say
    cookies: str = ""  # path of a Netscape cookie file, for mp.weixin.qq.com alone
    page_limit: int = PAGE_LIMIT
    image_limit: int = IMAGE_LIMIT
    connections: int = 6  # media fetched at the same time
    timeout: float = 20.0  # of each phase: connect, every read, every write
    deadline: float = 300.0  # of one whole response, however steadily it trickles
    until: Callable[[], datetime | None] = lambda: None  # when the run ends: no wait and no answer goes past it
