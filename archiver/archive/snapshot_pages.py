"""The archive's own snapshots as a source of pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from archiver.archive.captures import SnapshotStore
from archiver.catalogue.captures import CaptureTable
from archiver.models import Capture, FetchedPage, Target


@dataclass(frozen=True, slots=True)
class SnapshotPages:
    """A PageSource that always returns the snapshot of one capture, whatever target it is called with.

    `captured` replaces the time of the capture, so that a rebuilt post keeps the time that it shows already.
    """

    snapshots: SnapshotStore
    capture: Capture
    captured: datetime | None = None

    def fetch(self, target: Target) -> FetchedPage:
        """Return the page after checking its digest; raise InputError when its file is missing or damaged."""
        page = self.capture.as_page(self.snapshots.load(self.capture.sha256).content, target.source)
        page = replace(page, captured=self.captured or page.captured)
        return FetchedPage(page=page, snapshot=self.capture.sha256)


def current_capture(captures: CaptureTable, key: str) -> Capture | None:
    """Return the capture that an article's post shows; None when its page was not kept or was lost.

    An older capture is no substitute: a post made from it would lose what WeChat changed in the article since.
    """
    current = captures.current(key)
    return current if current and current.sha256 and not current.lost else None
