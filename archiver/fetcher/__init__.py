"""Fetch pages and media from the network, and read pages saved to disk.

Only this package imports httpx and tenacity. Both are loaded when `Fetcher` is first used, because a run with only
saved pages does not need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.fetcher.options import FetcherOptions
from archiver.fetcher.saved import SavedPage, read_saved
from archiver.fetcher.saved.data_url import decode_data_url

if TYPE_CHECKING:
    from archiver.fetcher.client import Fetcher

__all__ = ["Fetcher", "FetcherOptions", "SavedPage", "decode_data_url", "read_saved"]


def __getattr__(name: str) -> object:
    if name == "Fetcher":
        from archiver.fetcher.client import Fetcher

        return Fetcher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
