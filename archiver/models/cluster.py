"""Define what the machines of a cluster, which work on one archive together, give each other to do, and how it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archiver.errors import Exit

Task = Literal["feed", "page", "media", "recheck", "rebuild"]
Share = Literal["", "pages", "bulk"]  # which of the work a worker does; '': all of it


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedJob:
    """A hint in the queue that there is something to do; whether that is so, the catalogue decides.

    `task` says what: `feed` fills the queue from the catalogue, `page` archives an address, `media` fetches missing
    media of an article, `recheck` looks at an article's page again, and `rebuild` writes posts again. `keys` has the
    address or the keys of the articles.
    """

    task: Task
    keys: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name that only equal jobs have, so that none is in the queue twice."""
        return f"{self.task} {' '.join(self.keys)}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerRequest:
    """What a worker is to do: `share` of the work, until `stop` returns True.

    With `until_done`, it also ends when nothing is due, or when its egress has to rest.
    """

    share: Share = ""
    until_done: bool = False
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferResult:
    """The result of bringing an archive into a cluster or out of it.

    `folder` is that of the archive on one machine, `files` the number of its pages, media and posts that are in both
    places now, and `missing` names those that could not be read or are damaged.
    """

    folder: str
    files: int
    missing: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """The exit code of the command: FAILED if a file is missing, else OK."""
        return Exit.FAILED if self.missing else Exit.OK


@dataclass(frozen=True, kw_only=True, slots=True)
class EgressStatus:
    """An egress, the address from which requests are sent: its name, and its rest after a verification page.

    `blocked` is when the last verification page came, None if never; `rests_until` is the end of the rest, None if it
    does not rest.
    """

    name: str
    address: str
    blocked: datetime | None
    rests_until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterStatus:
    """How a cluster is doing.

    `due` is the number of addresses that are due now. `queued` and `running` have the numbers of jobs by the names of
    the queues. `runs` is the number of runs that are alive, workers and others, on all machines. `stopped_until` is the
    time until which no egress asks for a page, because several of them were blocked; None if they may.
    """

    archive_id: str
    due: int
    queued: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    runs: int = 0
    egresses: tuple[EgressStatus, ...] = ()
    stopped_until: datetime | None = None
