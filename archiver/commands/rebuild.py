"""Posts again from the pages as they were kept: offline, side by side, the same bytes whoever makes them."""

from __future__ import annotations

import atexit
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace

from archiver import outcomes
from archiver.archive.history import unified
from archiver.commands.options import RebuildOptions
from archiver.commands.rooms import rooms_offline
from archiver.context import Context
from archiver.errors import ArchiverError, InputError
from archiver.models import Article, Outcome, Post, Target, WriteResult
from archiver.pipeline import Rooms, archive_one
from archiver.settings import Settings

_AHEAD = 4  # articles handed to each process before it has ended the first: enough to keep it at work


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildResult:
    """How one article ended."""

    outcome: Outcome
    diff: str = ""  # unified, of a post that changed or would, where it was wanted


def rebuild(settings: Settings, keys: Iterable[str], wanted: RebuildOptions) -> Iterator[RebuildResult]:
    """How each article ended whose post was made again, in the order of `keys`."""
    if wanted.jobs == 1:
        with closing(Context(settings, is_dry=wanted.is_dry)) as context:
            yield from (rebuild_one(context, key, diff=wanted.diff) for key in keys)
        return
    spawning = multiprocessing.get_context("spawn")  # a forked one would share the database's connection
    with ProcessPoolExecutor(wanted.jobs, spawning, _begin, (settings, wanted)) as pool:
        running: deque[Future[RebuildResult]] = deque()
        try:
            for key in keys:
                running.append(pool.submit(_work, key))
                if len(running) >= wanted.jobs * _AHEAD:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def rebuild_one(context: Context, key: str, *, diff: bool = False) -> RebuildResult:
    """How an article ended whose post was made again from its last good capture."""
    try:
        return _rebuild_one(context, key, diff=diff)
    except ArchiverError as error:
        return RebuildResult(outcome=outcomes.failed(key, "", error))
    except Exception as error:  # noqa: BLE001 - a bug that one page shows must not cost the others
        return RebuildResult(outcome=outcomes.bug(Target(source=key), error))


def _rebuild_one(context: Context, key: str, *, diff: bool) -> RebuildResult:
    kept = context.catalogue.articles.find_by_key(key)
    if kept is None:
        raise InputError("not in this archive", concerns=key)
    target = Target(source=key, url=kept.url)
    rooms = rooms_offline(context, kept)
    if rooms is None:
        return RebuildResult(outcome=outcomes.no_snapshot(target, kept, context.settings.output))
    changes: list[str] = []
    outcome = archive_one(target, _compared(rooms, context, changes) if diff else rooms)
    is_shown = outcome.outcome in ("archived", "updated")
    return RebuildResult(outcome=outcome, diff="".join(changes) if is_shown else "")


def _compared(rooms: Rooms, context: Context, changes: list[str]) -> Rooms:
    """The rooms, whose `save_post` first tells `changes` in which lines the post differs from the one that is here."""

    def save_post(article: Article, post: Post) -> WriteResult:
        changes.append(unified(context.output.text_of(post.name), post.text, post.name, post.name))
        return rooms.save_post(article, post)

    return replace(rooms, save_post=save_post)


_here: tuple[Context, RebuildOptions]


def _begin(settings: Settings, wanted: RebuildOptions) -> None:
    """Sets up one process of several."""
    global _here
    context = Context(settings, is_dry=wanted.is_dry)
    atexit.register(context.close)
    _here = context, wanted


def _work(key: str) -> RebuildResult:
    context, wanted = _here
    return rebuild_one(context, key, diff=wanted.diff)
