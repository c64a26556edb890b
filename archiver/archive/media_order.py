"""The order in which the media of an article are requested when a limit may stop some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from archiver.models import LocalFile, Media
from archiver.writer.names import media_name

Each = Callable[[Callable[[Media], LocalFile | str], Iterable[Media]], Iterable[LocalFile | str]]
Get = Callable[[Media], LocalFile | str]


def in_fair_order(
    each: Each, tries: Callable[[Iterable[str]], Mapping[str, int]], get: Get, media: Iterable[Media]
) -> list[LocalFile | str]:
    """Return the result of `get` for each medium, in the order of `media`; those that failed least are requested first.

    Otherwise an article with many dead pictures would spend its limit on the same ones in every run. `each` applies a
    function to media, possibly in parallel; `tries` returns the failed attempts by the names of media.
    """
    media = list(media)
    if len(media) <= 1:
        return list(each(get, media))
    failed = tries(map(media_name, media))
    order = sorted(range(len(media)), key=lambda index: failed.get(media_name(media[index]), 0))
    results = dict(zip(order, each(get, [media[index] for index in order]), strict=True))
    return [results[index] for index in range(len(media))]
