"""In which order the media of an article are asked for when not all of them may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from archiver.models import LocalFile, Media
from archiver.writer.names import media_name

Each = Callable[[Callable[[Media], LocalFile | str], Iterable[Media]], Iterable[LocalFile | str]]
Get = Callable[[Media], LocalFile | str]


def in_fair_order(
    each: Each, tries: Callable[[Iterable[str]], Mapping[str, int]], get: Get, media: Iterable[Media]
) -> list[LocalFile | str]:
    """Return what `get` gives for each medium, in the order of `media`; those that failed least are asked first.

    Else an article of many dead pictures would spend its bounds on the same ones in every run, and never end.
    """
    media = list(media)
    if len(media) <= 1:
        return list(each(get, media))
    failed = tries(map(media_name, media))
    order = sorted(range(len(media)), key=lambda place: failed.get(media_name(media[place]), 0))
    results = dict(zip(order, each(get, [media[place] for place in order]), strict=True))
    return [results[place] for place in range(len(media))]
