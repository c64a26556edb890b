"""Implement the command `cluster`, and what puts work into the queue of a cluster.

A cluster is several machines that work on one archive: they share a catalogue on PostgreSQL, an object storage, and a
queue of jobs in the same database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from archiver import outcomes, urls
from archiver.archive.archive import Archive
from archiver.catalogue.cluster import count_alive_runs, egress_states, join
from archiver.commands.engine import Engine
from archiver.commands.scheduler import Scheduler
from archiver.context import Context, egress_of
from archiver.egress_policy import shared_cooldown
from archiver.errors import ConfigError, UsageError
from archiver.messages.message import message
from archiver.models import CHINA, Outcome
from archiver.models.cluster import ClusterStatus, EgressStatus, QueuedJob
from archiver.models.job import FetchOptions, Job
from archiver.policy import cooldown_end
from archiver.settings import Settings
from archiver.sources import ListEntry


def open_engine(settings: Settings) -> Engine:
    """Return the queue of the cluster; raise ConfigError if the settings describe none."""
    for name, value in (("catalogue", settings.catalogue), ("store", settings.store)):
        if not value:
            raise ConfigError(message("a cluster needs it: set `{name}` in archiver.yml", name=name), concerns=name)
    from archiver.commands.engine.procrastinate import ProcrastinateEngine

    return ProcrastinateEngine(settings.catalogue)


def init_cluster(context: Context, engine: Engine) -> str:
    """Make the archive that of a cluster: catalogue, owner of the store, queue. Return the archive's id.

    This may be called again at any time.
    """
    context.prepare()
    _ = context.archive.catalogue
    context.archive.files.blobs.take()
    engine.prepare()
    return context.archive.location.archive_id()


def join_cluster(archive: Archive, engine: Engine) -> None:
    """Let an empty folder belong to the cluster's archive; raise ConfigError if there is no cluster yet."""
    if not archive.exists():
        join(archive.location)
    if not engine.is_prepared():
        raise ConfigError(message("is no cluster yet: `archiver cluster init`"), concerns=archive.name)


def cluster_status(context: Context, engine: Engine) -> ClusterStatus:
    """Return how the cluster is doing."""
    settings, now = context.settings, context.now().timestamp()
    catalogue = context.archive.catalogue
    counts = engine.counts()
    states = egress_states(context.archive.location, urls.HOST)
    stopped, _ = shared_cooldown((state for _, _, state in states), settings.walls_stop_all, now)
    return ClusterStatus(
        archive_id=context.archive.location.archive_id(),
        due=catalogue.urls.count_due(),
        queued={queue: number for (queue, is_running), number in sorted(counts.items()) if not is_running},
        running={queue: number for (queue, is_running), number in sorted(counts.items()) if is_running},
        runs=count_alive_runs(context.archive.location),
        egresses=tuple(
            EgressStatus(
                name=name, address=address, blocked=_time(state.blocked_at), rests_until=_time(cooldown_end(state, now))
            )
            for name, address, state in states
        ),
        stopped_until=_time(stopped),
    )  # fmt: skip


def enqueue_list(
    context: Context, engine: Engine, entries: Iterable[ListEntry], planned: Callable[[int], None]
) -> Iterator[Outcome]:
    """Record the addresses of a list as due, and wake the workers; call `planned` with the number of addresses.

    Yield an outcome for each entry that has nothing for them: broken lines, files of this machine, and addresses that
    need no request.
    """
    context.prepare()
    jobs = []
    for entry in entries:
        if entry.target is None:
            if not entry.is_note:
                yield _refused(entry, message("line {number}: {reason}", number=entry.number, reason=entry.error))
        elif entry.target.file:
            yield _refused(entry, message("workers have no files of this machine: `archiver add` takes it in"))
        else:
            jobs.append(Job(target=entry.target))
    scheduler = Scheduler(context, FetchOptions())
    left = yield from scheduler.sort_out(jobs)
    engine.enqueue([QueuedJob(task="feed")])
    planned(len(left))


def check_egress(settings: Settings) -> None:
    """Raise ConfigError if the settings do not name the egress of a worker."""
    if not egress_of(settings).name:
        raise ConfigError(
            message("name the address from which this worker sends its requests: --egress office-7"), concerns="egress"
        )


def _refused(entry: ListEntry, reason: str) -> Outcome:
    return outcomes.failed(entry.source, "", UsageError(reason))


def _time(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(CHINA) if seconds else None
