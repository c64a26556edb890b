"""Tell the user what is new after a run, as the settings `notify`, `on_news` and `digest` say.

The news of a run are first written to a file (`Outbox`), then sent in one message, and then taken out of the file. They
are taken out as soon as one service or the command took them. If none did, the next run sends them with its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict

from archiver.context import Context
from archiver.errors import ArchiverError, OutputError
from archiver.messages import Language
from archiver.messages.message import message
from archiver.messages.preference import language_of_terminal
from archiver.models import Outcome
from archiver.models.news import NewsItem
from archiver.models.status import ArchiveStatus
from archiver.news import channels
from archiver.news.addresses import addresses_of
from archiver.news.message import write_message
from archiver.news.outbox import Outbox, PendingNews
from archiver.news.selection import need_names, news_of, news_of_need
from archiver.settings import Settings


def keep_news(context: Context, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Yield the outcomes of a run unchanged; write the news in them to the file of pending news when the run ends.

    This happens also when the run is interrupted, so that a later run tells what this one archived. Nothing is written
    if the user wants no news, or if the disk is full; the outcomes have then reported that.
    """
    items: list[NewsItem] = []
    try:
        for outcome in outcomes:
            if item := news_of(outcome):
                items.append(item)
            yield outcome
    finally:
        if items and is_wanted(context.settings):
            with suppress(OutputError), _outbox(context).locked() as pending:
                pending.add(items)
                _outbox(context).write(pending)


def send_news(context: Context, status: Callable[[], ArchiveStatus], report: Mapping[str, object]) -> list[str]:
    """Send what is pending, if anything is, in one message; return a line for each channel that did not take it.

    `status` is called for the matters that need a person; each is told once, as long as it lasts. `report` is what
    `run --report` writes.
    """
    outbox = _outbox(context)
    try:
        with outbox.locked() as pending:
            _add_needs(pending, status(), outbox)
            return [
                message("{error}; the articles are kept", error=error)
                for error in _send(context, pending, report, outbox)
                if error
            ]
    except ArchiverError as error:
        return [message("the news were not sent: {error}", error=error)]


def is_wanted(settings: Settings) -> bool:
    """Return whether somebody is to be told what is new."""
    return bool(settings.notify or settings.on_news)


def _outbox(context: Context) -> Outbox:
    return Outbox(context.archive.files.store)


def _add_needs(pending: PendingNews, status: ArchiveStatus, outbox: Outbox) -> None:
    """Add the matters that need a person and that the user was not told of yet; write the file if they changed."""
    needs = need_names(status.needs)
    if list(needs) != pending.told:
        pending.add(news_of_need(need) for name, need in needs.items() if name not in pending.told)
        pending.told = list(needs)
        outbox.write(pending)


def _send(
    context: Context, pending: PendingNews, report: Mapping[str, object], outbox: Outbox
) -> list[ArchiverError | None]:
    """Send what is pending; return None for each channel that took it, and an error for each other one.

    With the setting `digest`, nothing is sent on a day on which something was sent.
    """
    today = context.now().astimezone().date().isoformat()
    if pending.is_empty or (context.settings.digest and pending.digest == today):
        return []
    results = list(_deliver(context.settings, pending, report))
    if None in results:
        pending.clear()
        pending.digest = today
        outbox.write(pending)
    return results


def _deliver(settings: Settings, pending: PendingNews, report: Mapping[str, object]) -> Iterator[ArchiverError | None]:
    """Hand the news to each channel; yield None for one that took them, otherwise the error."""
    addresses: list[str] = []
    for entry in addresses_of(settings.notify):
        if isinstance(entry, str):
            addresses.append(entry)
        else:
            yield entry
    if addresses:
        try:
            yield from channels.send(addresses, write_message(pending.items, pending.unnamed, _language(settings)))
        except ArchiverError as error:
            yield error
    if settings.on_news:
        news = {"news": [asdict(item) for item in pending.items], "news_not_named": dict(pending.unnamed)}
        try:
            channels.run_command(settings.on_news, {**report, **news})
            yield None
        except ArchiverError as error:
            yield error


def _language(settings: Settings) -> Language:
    return language_of_terminal(os.environ, settings.lang)
