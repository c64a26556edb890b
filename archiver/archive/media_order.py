"""Download the media of an article, those with the fewest failed attempts first.

Each article may make a limited number of requests in a run. In any other order, an article with many dead images could
use them all for the same dead images in every run.
"""

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
    """Call `fetch` for media, those with the fewest failed attempts first; return the results in the order of `media`.

    Each article may make a limited number of requests in a run. In this order, media that always fail cannot use up
    the requests before the others are fetched.

    `media` are the media of one article. `fetch` returns the file of a medium, or the reason why there is none.
    `media_map` works like `map`, possibly in parallel. `failed_tries` takes names of media and returns a mapping: name
    -> number of failed attempts. It may omit media without failures.
    """
    media = list(media)
    if len(media) <= 1:
        return list(media_map(fetch, media))
    failed = failed_tries(map(media_name, media))
    order = policy.media_order([failed.get(media_name(medium), 0) for medium in media])
    results = dict(zip(order, media_map(fetch, [media[index] for index in order]), strict=True))
    return [results[index] for index in range(len(media))]
