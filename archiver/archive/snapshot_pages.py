"""Read pages from the archive's own snapshots instead of the network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from archiver.archive.captures import SnapshotStore
from archiver.catalogue.captures import CaptureTable
from archiver.models import Capture, FetchedPage, Target


@dataclass(frozen=True, slots=True)
class SnapshotPages:
    """A PageSource that always returns the page of one capture, read from its snapshot, whatever the target is.

    If `captured` is not None, it replaces the time of the capture. A rebuilt post thus keeps the time that it shows.
    """

    snapshots: SnapshotStore
    capture: Capture
    captured: datetime | None = None

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page of the capture; raise InputError if its snapshot is missing or damaged.

        Only `target.source` is used, as the source of the page.
        """
        page = self.capture.as_page(self.snapshots.load(self.capture.sha256).content, target.source)
        page = replace(page, captured=self.captured or page.captured)
        return FetchedPage(page=page, snapshot=self.capture.sha256)


def current_capture(captures: CaptureTable, key: str) -> Capture | None:
    """Return the capture that an article's post shows; None if its page was not kept or is lost.

    An older capture is never returned instead: a post made from it would lack later changes to the article.
    """
    current = captures.current(key)
    return current if current and current.sha256 and not current.lost else None
