"""Carry jobs by Procrastinate, in the PostgreSQL database of the catalogue. Only this module uses it.

Jobs wait in three queues: `control` fills the others, `pages` has what requests something, and `bulk` the rest.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from typing_extensions import override

from archiver.commands.engine import QUEUES, Duties, Engine
from archiver.errors import CatalogueAway, ConfigError
from archiver.messages.message import message
from archiver.models.cluster import QueuedJob

try:
    import psycopg
    from procrastinate import App, PsycopgConnector, SyncPsycopgConnector, exceptions, jobs
    from procrastinate.schema import SchemaManager
    from psycopg_pool import PoolTimeout
except ModuleNotFoundError as error:
    raise ConfigError(message("needs Procrastinate: pip install 'archiver[cluster]'"), concerns="cluster") from error

_log = logging.getLogger(__name__)

_TASK = "archiver"
_PRIORITIES = {"control": 100, "pages": 0, "bulk": -10}
_EVERY_HALF_MINUTE = "* * * * * */30"
_BEAT, _STALLED = 10.0, 60.0  # seconds between two signs of life, and without one until a job is given to another
_MAX_RESCUES = 3  # workers that may die during one job
_SUSPECT = "suspect"  # the lock of jobs during which a worker died: of these, one runs at a time in the whole cluster
_CHUNK = 500  # jobs added by one statement
_POLL = 1.0  # seconds between two looks whether the worker is to rest or to end
_LONGEST_OUTAGE = 600.0  # seconds for which a worker tries to reach the server again
_CONNECTIONS: dict[str, Any] = {"min_size": 1, "max_size": 4, "timeout": 15.0}
_LOST = (exceptions.ConnectorException, psycopg.OperationalError, PoolTimeout, OSError)
_WAITING = "SELECT task_name, args FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_COUNTS = (
    "SELECT queue_name, status = 'doing' AS is_running, count(*) AS number FROM procrastinate_jobs "
    "WHERE status IN ('todo', 'doing') GROUP BY 1, 2"
)


class ProcrastinateEngine(Engine):
    """The queue in the database at the URL `server`, which has the catalogue."""

    def __init__(self, server: str) -> None:
        self._server = server

    @override
    def prepare(self) -> None:
        if not self.is_prepared():
            with self._converted():
                SchemaManager(self._app.connector).apply_schema()
            _log.info("the tables of the queue were created")

    @override
    def is_prepared(self) -> bool:
        with self._converted():
            found = self._connector.execute_query_one("SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS found")
        return bool(found["found"])

    @override
    def enqueue(self, jobs: Iterable[QueuedJob]) -> int:
        with self._converted():
            rows = self._connector.execute_query_all(_WAITING)
            known = {_job_of(row["args"]).name for row in rows if row["task_name"] == _TASK}
            added = [_row_of(job) for job in jobs if job.name not in known]
            for first in range(0, len(added), _CHUNK):
                self._add(added[first : first + _CHUNK])
        return len(added)

    def _add(self, rows: list[jobs.Job]) -> None:
        """Add jobs by one statement, or one by one if another machine has added one of them meanwhile."""
        try:
            self._app.job_manager.batch_defer_jobs(rows)
        except exceptions.AlreadyEnqueued:
            for row in rows:
                with suppress(exceptions.AlreadyEnqueued):
                    self._app.job_manager.defer_job(row)

    @override
    def counts(self) -> Mapping[tuple[str, bool], int]:
        with self._converted():
            rows = self._connector.execute_query_all(_COUNTS)
        return Counter({(str(row["queue_name"]), bool(row["is_running"])): int(row["number"]) for row in rows})

    @override
    def work(self, duties: Duties) -> None:
        asyncio.run(_Worker(self._server, duties).run())

    @override
    def close(self) -> None:
        if "_app" in self.__dict__:
            self._app.close()

    @cached_property
    def _app(self) -> App:
        app = App(connector=SyncPsycopgConnector(conninfo=self._server, **_CONNECTIONS))
        app.open()
        return app

    @property
    def _connector(self) -> Any:  # noqa: ANN401 - Procrastinate's connectors share no public type
        return self._app.connector

    @contextmanager
    def _converted(self) -> Iterator[None]:
        try:
            yield
        except _LOST as error:
            raise CatalogueAway(
                message("{said}: run the command again when the server can be reached", said=_first_line(error)),
                concerns="queue",
            ) from error


@dataclass(kw_only=True, slots=True)
class _Outage:
    """How long the server has not been reached: tries since `began`, with growing pauses."""

    began: float | None = None
    pause: float = field(default=1.0)


class _Worker:
    """A worker that does the jobs of the queue at the URL `server` in the threads of this process."""

    def __init__(self, server: str, duties: Duties) -> None:
        self._duties = duties
        self._app = App(connector=PsycopgConnector(conninfo=server, **_CONNECTIONS))
        self._app.task(name=_TASK)(self._perform)
        feed = self._app.task(name="feed", queue="control", queueing_lock="feed", lock="feed")(self._feed)
        self._app.periodic(cron=_EVERY_HALF_MINUTE)(feed)
        self._pages: asyncio.Task[None] | None = None
        self._steady: asyncio.Task[None] | None = None
        self._outage = _Outage()

    async def run(self) -> None:
        """Do jobs until the duties are over, also if the server is away for some minutes."""
        while True:
            started = time.monotonic()
            try:
                if not await asyncio.to_thread(self._duties.is_over):
                    async with self._opened():
                        await self._serve()
                return
            except (*_LOST, CatalogueAway) as error:  # the duties, too, ask the server
                if time.monotonic() - started > _LONGEST_OUTAGE / 10:
                    self._outage = _Outage()
                await self._wait_for_server(error)

    async def _serve(self) -> None:
        """Let the two groups of queues be worked on; the one with pages only while pages may be requested."""
        share, duties = self._duties.share, self._duties
        steady = ["control"] if share == "pages" else ["control", "bulk"]
        self._steady, rescued = self._start(steady, at_once=1), float("-inf")
        try:
            while not await asyncio.to_thread(duties.is_over):
                may_request = share != "bulk" and await asyncio.to_thread(duties.may_request)
                if may_request and self._pages is None:
                    self._pages = self._start(["pages"], at_once=duties.at_once)
                elif self._pages and not may_request:
                    _log.info("no page is requested for now")
                    await _stop(self._pages)
                    self._pages = None
                for task in filter(None, (self._steady, self._pages)):
                    if task.done():
                        raise exceptions.ConnectorException from task.exception()
                if time.monotonic() - rescued > _STALLED / 2:
                    await self._rescue()
                    rescued = time.monotonic()
                await asyncio.sleep(_POLL)
        finally:
            for task in filter(None, (self._pages, self._steady)):
                await _stop(task)
            self._pages = self._steady = None

    def _start(self, queues: list[str], *, at_once: int) -> asyncio.Task[None]:
        return asyncio.create_task(
            self._app.run_worker_async(
                queues=queues, concurrency=at_once, delete_jobs="always", install_signal_handlers=False,
                update_heartbeat_interval=_BEAT, stalled_worker_timeout=_STALLED, name=f"archiver {' '.join(queues)}",
            )
        )  # fmt: skip

    async def _wait_for_server(self, error: BaseException) -> None:
        now = time.monotonic()
        self._outage.began = now if self._outage.began is None else self._outage.began
        if now - self._outage.began > _LONGEST_OUTAGE:
            raise CatalogueAway(
                message("{said}: run the command again when the server can be reached", said=_first_line(error)),
                concerns="queue",
            ) from error
        _log.info("the queue cannot be reached, next try in %.0f s", self._outage.pause)
        await asyncio.sleep(self._outage.pause)
        self._outage.pause = min(self._outage.pause * 2, 30.0)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        async with self._app.open_async():
            yield

    def _perform(self, task: str, keys: list[str]) -> None:
        self._duties.perform(_job_of({"task": task, "keys": keys}))

    def _feed(self, timestamp: int) -> None:
        _log.debug("the queue is filled, %d", timestamp)
        self._duties.perform(QueuedJob(task="feed"))

    async def _rescue(self) -> None:
        """Give the jobs of dead workers to others, unless too many have died during one job.

        A worker that dies has several jobs in hand, of which one may be to blame. So these run after all others, and
        one at a time: the next death then tells which it is, and the neighbours of that one are not given up.
        """
        manager = self._app.job_manager
        for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED):
            assert stalled.id is not None
            if stalled.attempts < _MAX_RESCUES or stalled.task_name != _TASK:
                with suppress(exceptions.UniqueViolation):  # the same job waits already
                    await manager.retry_job_by_id_async(
                        stalled.id, retry_at=datetime.now(UTC), **_as_suspect(stalled.task_name, stalled.priority)
                    )
                    continue
                await manager.finish_job_by_id_async(stalled.id, jobs.Status.FAILED, delete_job=True)
                continue
            await asyncio.to_thread(self._duties.give_up, _job_of(stalled.task_kwargs))
            await manager.finish_job_by_id_async(stalled.id, jobs.Status.FAILED, delete_job=True)


def _as_suspect(task: str, priority: int) -> dict[str, Any]:
    """Return how a job is queued again during which a worker died; {} for what fills the queue and looks after it."""
    return {"lock": _SUSPECT, "priority": min(priority, _PRIORITIES["pages"] - 1)} if task == _TASK else {}


async def _stop(task: asyncio.Task[None]) -> None:
    """Let a worker begin no other job, and wait for those that it has begun."""
    task.cancel()
    with suppress(asyncio.CancelledError, *_LOST):
        await task


def _row_of(job: QueuedJob) -> jobs.Job:
    queue = QUEUES[job.task]
    return jobs.Job(
        id=None, queue=queue, priority=_PRIORITIES[queue], lock=None, queueing_lock=job.name, task_name=_TASK,
        task_kwargs={"task": job.task, "keys": list(job.keys)},
    )  # fmt: skip


def _job_of(arguments: Mapping[str, Any]) -> QueuedJob:
    return QueuedJob(task=arguments["task"], keys=tuple(arguments["keys"]))


def _first_line(error: BaseException) -> str:
    cause = error.__cause__ or error
    return " ".join(str(cause).split())[:200] or type(cause).__name__
