"""The machine's own database: for each host, when the next request may leave and whether it cools down.

It lies outside of any archive and is shared by all archives and processes of a user, so that two cron jobs together are
as polite as one. policy.py decides what the limits are; here they are read, changed and written in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from archiver import policy
from archiver.catalogue.opening import create, guarded, guarded_folder, open_engine
from archiver.catalogue.schema import hosts, machine
from archiver.policy import HostState


class HostLimits:
    """The rate limits and cool-downs of hosts, kept in the SQLite file at `path`.

    Every time is in seconds since 1970 and given by the caller; the database reads no clock. Each method is one
    transaction that takes the write lock at its start, so that of two processes that ask for a slot only one gets it.
    Methods may be called from any thread. An OutputError says that the database cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _engine(self) -> Engine:
        """Open the database on first use; it and its folder are made if need be."""
        with guarded_folder(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        engine = open_engine(self._path)
        create(engine, self._path, machine)
        return engine

    def acquire(self, host: str, interval: float, now: float) -> float:
        """Return 0 when a request to `host` may be sent now, and record that it is.

        Otherwise return the seconds to wait before asking again. `interval` is the least number of seconds from this
        request to the next one.
        """
        with self._writing() as connection:
            before = _state_of(connection, host)
            wait, after = policy.request_slot(before, interval, now)
            if after != before:
                _store(connection, host, after)
        return wait

    def delay(self, host: str, seconds: float, now: float) -> None:
        """Let no request leave to `host` for that many seconds."""
        with self._writing() as connection:
            _store(connection, host, policy.after_delay(_state_of(connection, host), seconds, now))

    def cool_down(self, host: str, seconds: float, now: float) -> None:
        """Begin a cool-down of that many seconds, since the host itself asked for it."""
        with self._writing() as connection:
            _store(connection, host, policy.after_requested_cooldown(_state_of(connection, host), seconds, now))

    def cooldown_until(self, host: str, now: float) -> float:
        """Return until when no page may be requested; 0 when one may be."""
        return policy.cooldown_end(self._read(host), now)

    def blocked_at(self, host: str) -> float:
        """Return when the host sent its verification page last; 0 for never."""
        return self._read(host).blocked_at

    def record_block(self, host: str, now: float, *, on_short_link: bool) -> bool:
        """Record that the host sent its verification page; return whether it cools down now.

        `on_short_link` says which kind of link was requested: for long ones WeChat usually sends that page.
        """
        with self._writing() as connection:
            cools, after = policy.after_block(_state_of(connection, host), now, on_short_link=on_short_link)
            _store(connection, host, after)
        return cools

    def record_success(self, host: str) -> None:
        """Record that another page than the verification page came: the next cool-down has the initial length again."""
        with self._writing() as connection:
            before = _state_of(connection, host)
            after = policy.after_success(before)
            if after != before:
                _store(connection, host, after)

    def close(self) -> None:
        """Close the database, if it was opened."""
        if "_engine" in self.__dict__:
            self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Yield a connection whose transaction holds the write lock; it commits at the end."""
        with guarded(self._path), self._engine.begin() as connection:
            yield connection

    def _read(self, host: str) -> HostState:
        """Return the state of a host without taking the write lock."""
        with guarded(self._path), self._engine.connect().execution_options(reads=True) as connection:
            return _state_of(connection, host)


def _state_of(connection: Connection, host: str) -> HostState:
    """Return what is recorded of a host; that of a new one when nothing is."""
    columns = (hosts.c.free, hosts.c.interval, hosts.c.walled, hosts.c.cool, hosts.c.long_walls)
    row = connection.execute(select(*columns).where(hosts.c.host == host)).first()
    if row is None:
        return HostState()
    next_request_at, interval, blocked_at, cooldown, long_link_blocks = row
    return HostState(
        next_request_at=next_request_at, interval=interval, blocked_at=blocked_at, cooldown=cooldown,
        long_link_blocks=long_link_blocks,
    )  # fmt: skip


def _store(connection: Connection, host: str, state: HostState) -> None:
    """Replace the row of a host. The columns have the names of the first version of the database."""
    connection.execute(hosts.delete().where(hosts.c.host == host))
    row = {
        "host": host, "free": state.next_request_at, "interval": state.interval, "walled": state.blocked_at,
        "cool": state.cooldown, "long_walls": state.long_link_blocks,
    }  # fmt: skip
    connection.execute(hosts.insert().values(row))
