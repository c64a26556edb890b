"""Implement the command `add`: archive articles from their addresses or from pages saved by a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from archiver import outcomes, urls
from archiver.commands.scheduler import Scheduler
from archiver.context import Context
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit, UsageError
from archiver.models import Outcome, Target
from archiver.models.job import FetchOptions, Job


def add(context: Context, sources: Iterable[str], report: Callable[[str], None]) -> Iterator[Outcome]:
    """Archive each SOURCE, even if the archive has it already; yield the outcomes in the order of `sources`.

    `report` is called with each SOURCE, without credentials, before the SOURCE is read. After a verification page, no
    more pages are fetched, but saved pages are still read. After a file could not be written, nothing more is read.
    Each SOURCE that is not read for these reasons has a failed outcome.
    """
    context.prepare()
    scheduler = Scheduler(context, FetchOptions(refresh=True, retry=True, retry_gone=True))
    is_halted = False
    for source in sources:
        report(redact_words(source))
        outcome = _add_one(source, scheduler, is_halted=is_halted)
        is_halted |= outcome.exit_code == Exit.CANNOT_WRITE
        yield outcome


def _add_one(source: str, scheduler: Scheduler, *, is_halted: bool) -> Outcome:
    try:
        target = parse_source(source)
    except ArchiverError as error:
        return outcomes.failed(source, "", error)
    if is_halted:
        return outcomes.not_asked(target, "the archive cannot be written", Exit.CANNOT_WRITE)
    return scheduler.archive_now(Job(target=target))


def parse_source(source: str) -> Target:
    """Convert a SOURCE to a Target, which has either the `url` of the article or the `file` of a saved page.

    If a SOURCE looks like an address, but a file with this path exists, the file is meant. For example, wget saves a
    page as mp.weixin.qq.com/s/abc. Raise UsageError if the SOURCE is blank, NotWeChat if it is an address outside
    WeChat.
    """
    if not source.strip():
        raise UsageError("an empty SOURCE: give an address, or a page saved by a browser")
    if urls.looks_like_address(source) and not os.path.exists(source):  # noqa: PTH110 - Path.exists raises
        return urls.parse_target(source)
    return Target(source=redact_words(source), file=source)
