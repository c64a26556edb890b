"""Implement the queue: add the addresses in a pasted text to it. `run` and `work_queue` (run.py) work on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from archiver.catalogue import Catalogue
from archiver.models import Target, UrlRecord
from archiver.models.job import FetchOptions, Job
from archiver.models.queue import QueueEntry, QueueResult, QueueStatus
from archiver.policy import NextStep, next_step
from archiver.sources.messages import read_message

_STATUSES: dict[NextStep, QueueStatus] = {
    NextStep.FETCH: "waiting",
    NextStep.NOT_DUE: "waiting",
    NextStep.KNOWN: "archived",
    NextStep.REMOVED: "removed",
    NextStep.UNAVAILABLE: "unavailable",
}


def enqueue(text: str, open_catalogue: Callable[[], Catalogue], now: datetime) -> QueueResult:
    """Add the addresses of articles in a pasted text to the queue, and return what became of each.

    `open_catalogue` is called only if the text has such an address, because a text without one must not make an
    archive. Raise UsageError if the text is too long, and OutputError if the catalogue cannot be written.
    """
    message = read_message(text)
    targets = [address for address in message.addresses if isinstance(address, Target)]
    records: Mapping[str, UrlRecord] = {}
    added: Collection[str] = ()
    if targets:
        catalogue = open_catalogue()
        records = catalogue.urls.find(targets)
        added = catalogue.urls.enqueue(target for target in targets if target.url not in records)
    entries = (
        address if isinstance(address, QueueEntry) else _entry(address, records.get(address.url), added, now)
        for address in message.addresses
    )
    return QueueResult(entries=tuple(entries), notes=message.notes)


def _entry(target: Target, record: UrlRecord | None, added: Collection[str], now: datetime) -> QueueEntry:
    """Return the entry of an article's address. `record` is its record before, `added` the URLs that are new."""
    if record is None:  # if another call has just added it, it is not in `added`
        status: QueueStatus = "queued" if target.url in added else "waiting"
        return QueueEntry(source=target.source, url=target.url, status=status)
    status = _STATUSES[next_step(Job(target=target), record, FetchOptions(), now)]
    article = record.article
    return QueueEntry(
        source=target.source, url=target.url, status=status, key=article.key if article else "",
        title=article.title if article else "", state=None if article else record.state,
        error="" if article else record.reason,
    )  # fmt: skip
