"""Implement the command `rebuild`: write posts again from snapshots, without the network, in several processes."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from archiver import outcomes
from archiver.archive.lookup import require_article
from archiver.commands.process_logs import received_logs
from archiver.comparison import unified_diff
from archiver.context import Context
from archiver.errors import ArchiverError, InputError
from archiver.messages.message import message
from archiver.models import Target, WriteResult
from archiver.models.job import Job, JobKind, SourceOptions
from archiver.models.reports import RebuildResult
from archiver.models.requests import RebuildOptions
from archiver.pipeline import archive_one
from archiver.settings import Settings

_log = logging.getLogger(__name__)

WORTH_PROCESSES = 16  # number of articles whose conversion takes as long as starting another process
_AHEAD = 4  # articles submitted per process before the first result is awaited
_NO_OPTIONS = SourceOptions()


def rebuild_named(
    context: Context, named: Iterable[str] | None, options: RebuildOptions, planned: Callable[[int, int], None]
) -> Iterator[RebuildResult]:
    """Rebuild the posts of the named articles, or of all articles if `named` is None; yield the results.

    Each of `named` is a key, an address or the path of a post. `context` must be that of a dry run if `options.is_dry`
    is set. Before the first rebuild, `planned(n, n)` is called, where n is the number of articles; a progress bar can
    use this. Raise InputError, before anything is written, if the archive lacks a named article.
    """
    catalogue = context.archive.require_catalogue()
    if not context.is_dry:
        context.prepare()
    every = catalogue.articles.keys()
    keys: Iterable[str] = (key for key in every if key not in options.left_out)
    count = catalogue.articles.count() - len(options.left_out)
    if named is not None:
        keys = dict.fromkeys(require_article(catalogue, name, context.settings).key for name in named)
        count = len(keys)
    planned(count, count)
    # In a dry run, the catalogue may be a temporary one, which other processes do not know.
    if count > WORTH_PROCESSES and options.jobs > 1 and context.archive.location.exists():
        yield from rebuild_in_processes(context.settings, keys, options)
    else:
        yield from (rebuild_one(context, key, diff=options.diff) for key in keys)


def rebuild_in_processes(settings: Settings, keys: Iterable[str], options: RebuildOptions) -> Iterator[RebuildResult]:
    """Rebuild the posts of the articles with these keys; yield the results in the order of `keys`.

    `options.jobs` worker processes are started. Each of them opens the archive in `settings`.
    """
    spawn = multiprocessing.get_context("spawn")  # forked processes would share the database's connection
    with (
        received_logs(spawn) as send_logs,
        ProcessPoolExecutor(options.jobs, spawn, _start_process, (settings, options, send_logs)) as pool,
    ):
        running: deque[Future[RebuildResult]] = deque()
        try:
            for key in keys:
                running.append(pool.submit(_rebuild_in_process, key))
                if len(running) >= options.jobs * _AHEAD:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise  # otherwise the pool waits for its processes, whose last log messages may still be on their way


def rebuild_one(
    context: Context, key: str, *, diff: bool = False, source: SourceOptions = _NO_OPTIONS
) -> RebuildResult:
    """Rebuild the post of the article with this key from its snapshot; return the result.

    With `diff`, the result has a unified diff of the post if the post changed. `source` has the options for a post that
    is not there yet. An error is returned as a failed outcome in the result, not raised.
    """
    try:
        return _rebuild_one(context, key, diff=diff, source=source)
    except ArchiverError as error:
        return RebuildResult(outcome=outcomes.failed(key, "", error))
    except Exception as error:  # noqa: BLE001 - a bug that one page shows must not cost the others
        _log.error("%s: a bug", key, exc_info=True)
        return RebuildResult(outcome=outcomes.bug(Target(source=key), error))


def _rebuild_one(context: Context, key: str, *, diff: bool, source: SourceOptions) -> RebuildResult:
    article = context.archive.catalogue.articles.find_by_key(key)
    if article is None:
        raise InputError(message("not in this archive"), concerns=key)
    job = Job(target=Target(source=key, url=article.url), kind=JobKind.REBUILD, article=article, source=source)
    ports = context.ports(job)
    if ports is None:
        return RebuildResult(outcome=outcomes.no_snapshot(job.target, article, context.archive.name))
    outcome = archive_one(job, ports)
    written = ports.archive.written
    is_shown = diff and outcome.outcome in ("archived", "updated")
    return RebuildResult(outcome=outcome, diff=_diff(written) if written and is_shown else "")


def _diff(written: WriteResult) -> str:
    """Return a unified diff from the previous text of a post to its present text."""
    assert written.post is not None
    return unified_diff(written.previous, written.post.text, written.post.name, written.post.name)


_state: tuple[Context, RebuildOptions]  # the state of this process, set when it starts


def _start_process(settings: Settings, options: RebuildOptions, send_logs: Callable[[], None]) -> None:
    """Initialize a worker process: open the archive, and arrange that it is closed when the process exits.

    `send_logs` makes the process send its log messages to the one that started it.
    """
    global _state
    send_logs()
    context = Context(settings, is_dry=options.is_dry)
    atexit.register(context.close)
    _state = context, options


def _rebuild_in_process(key: str) -> RebuildResult:
    context, options = _state
    return rebuild_one(context, key, diff=options.diff)
