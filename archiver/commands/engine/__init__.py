"""Declare the engine that carries jobs between machines. `procrastinate.py` is the only implementation.

The queue is never the truth: the catalogue knows what is due, and a job is a hint that a worker checks. So a job may be
lost, or be there twice, and nothing is lost or done twice. Without a cluster nothing of this package is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from archiver.models.cluster import QueuedJob, Share

QUEUES = {"feed": "control", "page": "pages", "media": "pages", "recheck": "pages", "rebuild": "bulk"}  # by task


@dataclass(frozen=True, kw_only=True, slots=True)
class Duties:
    """What a worker does with the jobs that the engine gives it.

    `perform` does a job and is called from several threads, at most `at_once` for pages. While `may_request` returns
    False, no job of the queue `pages` begins. The worker ends when `is_over` returns True, after the jobs that have
    begun. `give_up` is called for a job during which workers died again and again.
    """

    perform: Callable[[QueuedJob], None]
    may_request: Callable[[], bool]
    is_over: Callable[[], bool]
    give_up: Callable[[QueuedJob], None]
    at_once: int
    share: Share = ""


class Engine(Protocol):
    """A queue of jobs that several machines share. Each method raises CatalogueAway if it cannot be reached."""

    def prepare(self) -> None:
        """Create what the queue needs, if that is missing."""

    def is_prepared(self) -> bool:
        """Return whether `prepare` was called, by any machine."""

    def enqueue(self, jobs: Iterable[QueuedJob]) -> int:
        """Add jobs to the queue; return how many were added. A job that waits or runs already is not added again."""

    def counts(self) -> Mapping[tuple[str, bool], int]:
        """Return the number of jobs by (name of the queue, whether they are running)."""

    def work(self, duties: Duties) -> None:
        """Do jobs until the duties are over. A job whose worker died is done again a minute later."""

    def close(self) -> None:
        """Close the connections; do nothing if there are none."""
