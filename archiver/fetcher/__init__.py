"""Target → Page, and the bytes of media: the only room that knows httpx and tenacity.

Pages saved to disk are read without either; they are loaded with `Fetcher`, when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.fetcher.options import FetcherOptions
from archiver.fetcher.saved import SavedPage, read_saved
from archiver.fetcher.saved.data_url import read_data

if TYPE_CHECKING:
    from archiver.fetcher.client import Fetcher

__all__ = ["Fetcher", "FetcherOptions", "SavedPage", "read_data", "read_saved"]


def __getattr__(name: str) -> object:
    if name == "Fetcher":
        from archiver.fetcher.client import Fetcher

        return Fetcher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
