"""Read pages from the archive's own snapshots instead of the network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from archiver.archive.captures import SnapshotStore
from archiver.catalogue.protocol import CaptureStore
from archiver.models import Capture, FetchedPage, Target


@dataclass(frozen=True, slots=True)
class SnapshotPages:
    """A source of pages that reads the page of one capture from its snapshot, to make a post again without the network.

    It implements ports.PageSource, but returns the same page for every target. The page has the time of `capture`,
    unless `captured` gives another time: a rebuilt post should still show the time that it showed before.
    """

    snapshots: SnapshotStore
    capture: Capture
    captured: datetime | None = None

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page of the capture, whatever `target` is; raise InputError if its snapshot is missing or damaged.

        `target.source` is the name by which messages refer to the page: it is copied to the page's field `source`.
        """
        page = self.capture.as_page(self.snapshots.load(self.capture.sha256).content, target.source)
        page = replace(page, captured=self.captured or page.captured)
        return FetchedPage(page=page, snapshot=self.capture.sha256)


def current_capture(captures: CaptureStore, key: str) -> Capture | None:
    """Return the capture from which an article's post was made; None if its page was not kept or is lost.

    `key` is the key of the article. An older capture is never returned instead: a post made from it would lack later
    changes to the article.
    """
    current = captures.current(key)
    return current if current and current.sha256 and not current.lost else None
