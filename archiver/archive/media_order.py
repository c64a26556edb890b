"""Download the media of an article in the order that policy decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from archiver import policy
from archiver.models import LocalFile, Media
from archiver.ports import ParallelMap
from archiver.writer.names import media_name


def map_least_failed_first(
    media_map: ParallelMap,
    failed_tries: Callable[[Iterable[str]], Mapping[str, int]],
    fetch: Callable[[Media], LocalFile | str],
    media: Iterable[Media],
) -> list[LocalFile | str]:
    """Return the result of `fetch` for each medium, in the order of `media`; those that failed least are fetched first.

    `media_map` applies a function to media, possibly in parallel. `failed_tries` returns the failed attempts by the
    names of media.
    """
    media = list(media)
    if len(media) <= 1:
        return list(media_map(fetch, media))
    failed = failed_tries(map(media_name, media))
    order = policy.media_order([failed.get(media_name(medium), 0) for medium in media])
    results = dict(zip(order, media_map(fetch, [media[index] for index in order]), strict=True))
    return [results[index] for index in range(len(media))]
