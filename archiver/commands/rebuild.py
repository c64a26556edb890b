"""`rebuild`: posts made again from the pages as they were kept, offline, by several processes."""

from __future__ import annotations

import atexit
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace

from archiver import outcomes
from archiver.archive.lookup import require_article
from archiver.comparison import unified_diff
from archiver.context import Context
from archiver.errors import ArchiverError, InputError
from archiver.models import Target, WriteResult
from archiver.models.job import Job, JobKind
from archiver.models.reports import RebuildResult
from archiver.models.requests import RebuildOptions
from archiver.pipeline import archive_one
from archiver.settings import Settings

WORTH_PROCESSES = 16  # articles: to start another Python takes as long as to convert these
_AHEAD = 4  # articles handed to each process before it has ended the first: enough to keep it at work


def rebuild_named(
    context: Context, named: Iterable[str] | None, options: RebuildOptions, planned: Callable[[int, int], None]
) -> Iterator[RebuildResult]:
    """Yield how each article ended whose post was made again; None names them all.

    `planned` gets how many they are, twice. Raise InputError, before anything is done, when one is not here.
    """
    catalogue = context.archive.require_catalogue()
    if not options.is_dry:
        context.prepare()
    keys: Iterable[str] = catalogue.articles.keys()
    count = catalogue.articles.count()
    if named is not None:
        keys = dict.fromkeys(require_article(catalogue, name, context.archive.name).key for name in named)
        count = len(keys)
    planned(count, count)
    jobs = options.jobs if count > WORTH_PROCESSES else 1
    yield from rebuild(context.settings, keys, replace(options, jobs=jobs))


def rebuild(settings: Settings, keys: Iterable[str], wanted: RebuildOptions) -> Iterator[RebuildResult]:
    """Yield how each article ended whose post was made again, in the order of `keys`."""
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
    """Make the post of an article again from the capture that it shows; return how that ended."""
    try:
        return _rebuild_one(context, key, diff=diff)
    except ArchiverError as error:
        return RebuildResult(outcome=outcomes.failed(key, "", error))
    except Exception as error:  # noqa: BLE001 - a bug that one page shows must not cost the others
        return RebuildResult(outcome=outcomes.bug(Target(source=key), error))


def _rebuild_one(context: Context, key: str, *, diff: bool) -> RebuildResult:
    article = context.archive.catalogue.articles.get(key)
    if article is None:
        raise InputError("not in this archive", concerns=key)
    job = Job(target=Target(source=key, url=article.url), kind=JobKind.REBUILD, article=article)
    ports = context.ports(job)
    if ports is None:
        return RebuildResult(outcome=outcomes.no_snapshot(job.target, article, context.archive.name))
    outcome = archive_one(job, ports)
    written = ports.archive.written
    is_shown = diff and outcome.outcome in ("archived", "updated")
    return RebuildResult(outcome=outcome, diff=_diff(written) if written and is_shown else "")


def _diff(written: WriteResult) -> str:
    """Return in which lines a post differs from the one that stood there."""
    assert written.post is not None
    return unified_diff(written.previous, written.post.text, written.post.name, written.post.name)


_here: tuple[Context, RebuildOptions]


def _begin(settings: Settings, wanted: RebuildOptions) -> None:
    """Set up one process of several."""
    global _here
    context = Context(settings, is_dry=wanted.is_dry)
    atexit.register(context.close)
    _here = context, wanted


def _work(key: str) -> RebuildResult:
    context, wanted = _here
    return rebuild_one(context, key, diff=wanted.diff)
