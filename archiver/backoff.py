"""When an address that gave no article, or a medium that could not be had, is asked again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver import urls
from archiver.models import State

TERMINAL = frozenset((State.DELETED, State.VIOLATION, State.EXPIRED, State.INVALID, State.NOT_ARTICLE))
_TRIES = {State.UNAVAILABLE: 3, State.UNKNOWN: 5}  # then it is taken for final (ARCHITECTURE, States of a page)
MEDIA_TRIES = 12  # some days: what the CDN does not have by then is gone

_FIRST = timedelta(minutes=5)
_FIRST_NOTICE = timedelta(hours=1)  # a page that came and was no article: it changes in hours, if at all
_FIRST_LONG_WALL = timedelta(hours=6)  # long links meet the wall whoever asks (wechat-format §1.1)
LONGEST = timedelta(hours=24)


def next_try(state: State | None, url: str, tries: int, now: datetime) -> datetime | None:
    """When to ask `url` again after `tries` that ended in `state` (None: no page came), None for never.

    After a wall on a short address at once: then the host's cool-down is what there is to wait for.
    """
    if state in TERMINAL or (state is not None and tries >= _TRIES.get(state, tries + 1)):
        return None
    if state is State.VERIFICATION:
        return now if urls.is_short(url) else now + _doubled(_FIRST_LONG_WALL, tries)
    return now + _doubled(_FIRST if state in (None, State.TRUNCATED) else _FIRST_NOTICE, tries)


def next_media_try(tries: int, now: datetime) -> datetime | None:
    """When to ask again for a medium that `tries` could not get, None for never."""
    return now + _doubled(_FIRST, tries) if tries < MEDIA_TRIES else None


def is_due(due: datetime, now: datetime) -> bool:
    """Whether its time has come; also when it lies further off than any pause: the clock was wrong when it was set."""
    return not now < due <= now + LONGEST


def _doubled(first: timedelta, tries: int) -> timedelta:
    return min(first * (1 << min(max(tries - 1, 0), 20)), LONGEST)
