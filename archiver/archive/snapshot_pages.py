"""Read pages from the archive's own snapshots instead of the network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from archiver.archive.captures import SnapshotStore
from archiver.catalogue.captures import CaptureTable
from archiver.models import Capture, FetchedPage, Target


@dataclass(frozen=True, slots=True)
class SnapshotPages:
    """A PageSource that returns the page of one capture, read from its snapshot, for every target.

    If `captured` is not None, it replaces the time of the capture, so that a rebuilt post keeps the time that it shows.
    """

    snapshots: SnapshotStore
    capture: Capture
    captured: datetime | None = None

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page of the capture; raise InputError if its snapshot is missing or damaged.

        Of `target`, only `source` is used: it becomes the `source` of the page.
        """
        page = self.capture.as_page(self.snapshots.load(self.capture.sha256).content, target.source)
        page = replace(page, captured=self.captured or page.captured)
        return FetchedPage(page=page, snapshot=self.capture.sha256)


def current_capture(captures: CaptureTable, key: str) -> Capture | None:
    """Return the capture from which an article's post was made; None if its page was not kept or is lost.

    `key` is the key of the article. An older capture is never returned instead: a post made from it would lack later
    changes to the article.
    """
    current = captures.current(key)
    return current if current and current.sha256 and not current.lost else None
