"""Implement the command `add`: archive articles from their addresses or from pages saved by a browser."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator

from archiver import outcomes, urls
from archiver.commands.scheduler import Scheduler
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit, UsageError
from archiver.messages.message import message
from archiver.models import Outcome, State, Target
from archiver.models.job import FetchOptions, Job, SourceOptions
from archiver.sources.list_input import is_list
from archiver.wrapped_urls import local_path

# States of a saved page whose file may be no page at all, but a list.
_NO_PAGE = (None, State.NOT_ARTICLE, State.TRUNCATED, State.UNKNOWN)


def add(
    context: Context, sources: Iterable[str], report: Callable[[str], None], chosen: SourceOptions
) -> Iterator[Outcome]:
    """Archive each SOURCE, even if the archive has it already; yield the outcomes in the order of `sources`.

    `chosen` has the options for their posts.
    `report` is called with each SOURCE, without credentials, before the SOURCE is read. After a verification page, no
    more pages are fetched, but saved pages are still read. After a file could not be written, nothing more is read.
    Each SOURCE that is not read for these reasons has a failed outcome.
    """
    context.prepare()
    scheduler = Scheduler(context, FetchOptions(refresh=True, retry=True, retry_gone=True))
    is_halted = False
    for source in sources:
        report(redact_words(source))
        outcome = _add_one(source, scheduler, chosen, is_halted=is_halted)
        is_halted |= outcome.exit_code == Exit.CANNOT_WRITE
        yield outcome


def _add_one(source: str, scheduler: Scheduler, chosen: SourceOptions, *, is_halted: bool) -> Outcome:
    try:
        target = parse_source(source)
    except ArchiverError as error:
        return outcomes.failed(source, "", error)
    if is_halted:
        return outcomes.not_asked(target, message("the archive cannot be written"), Exit.CANNOT_WRITE)
    return _explained(scheduler.archive_now(Job(target=target, source=chosen)), target)


def _explained(outcome: Outcome, target: Target) -> Outcome:
    """Return `outcome`; if its file is no page but a list, return one whose error names the command for lists."""
    is_no_page = outcome.outcome == "failed" and outcome.state in _NO_PAGE
    if target.file and is_no_page and outcome.exit_code != Exit.CANNOT_WRITE and is_list(target.file):
        error = UsageError(
            message("a list of addresses, not a page: `archiver batch {source}`", source=shlex.quote(target.source))
        )
        return outcomes.failed(target.source, "", error)
    return outcome


def parse_source(source: str) -> Target:
    """Convert a SOURCE to a Target, which has either the `url` of the article or the `file` of a saved page.

    If a SOURCE looks like an address, but a file with this path exists, the file is meant. For example, wget saves a
    page as mp.weixin.qq.com/s/abc. A `file:` address names a file, too. Raise UsageError if the SOURCE is blank,
    NotWeChat if it is an address outside WeChat.
    """
    if not source.strip():
        raise UsageError(message("an empty SOURCE: give an address, or a page saved by a browser"))
    path = source
    if not os.path.exists(source):  # noqa: PTH110 - Path.exists raises
        path = local_path(source.strip()) or source
        if path == source and urls.looks_like_address(source):
            return urls.parse_target(source)
    return Target(source=redact_words(path), file=path)
