"""Read and write the machine's database, which stores when the next request to each host may be sent.

The database is outside of the archives. All archives and processes of a user share it, so that two cron jobs together
send no more requests than one. policy.py decides the limits. This module stores the decisions.
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
    """The rate limits and cool-downs of hosts, stored in the SQLite file at `path`.

    A cool-down is a time in which no page may be requested from a host. `host` is a host name. All times are in seconds
    since 1970. The methods read no clock; the caller passes the current time as `now`.

    Methods may be called from any thread. Each method that writes is one transaction, which takes the write lock at its
    start. So if two processes call `acquire` at the same time, only one may send a request. The methods raise
    OutputError if the database cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _engine(self) -> Engine:
        """The SQLAlchemy engine of the database. The first use creates the file and its folder if they are missing."""
        with guarded_folder(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        engine = open_engine(self._path)
        create(engine, self._path, machine)
        return engine

    def acquire(self, host: str, interval: float, now: float) -> float:
        """Return 0 if the caller may send a request to `host` now, otherwise the seconds to wait before asking again.

        If the result is 0, no process may send another request to the host for the next `interval` seconds.
        """
        with self._writing() as connection:
            before = _state_of(connection, host)
            wait, after = policy.request_slot(before, interval, now)
            if after != before:
                _store(connection, host, after)
        return wait

    def delay(self, host: str, seconds: float, now: float) -> None:
        """Forbid all requests to `host` for the given number of seconds from `now`.

        This is for a short pause that the host demanded. During it `acquire` permits no request; it is not a cool-down.
        For a long pause `cool_down` is called.
        """
        with self._writing() as connection:
            _store(connection, host, policy.after_delay(_state_of(connection, host), seconds, now))

    def cool_down(self, host: str, seconds: float, now: float) -> None:
        """Begin a cool-down of `seconds` from `now`, because the host demanded it with a Retry-After header.

        A cool-down longer than policy.LONGEST_COOLDOWN is shortened to that length.
        """
        with self._writing() as connection:
            _store(connection, host, policy.after_requested_cooldown(_state_of(connection, host), seconds, now))

    def cooldown_until(self, host: str, now: float) -> float:
        """Return the time at which the host's cool-down ends; 0 if pages may be requested now."""
        return policy.cooldown_end(self._read(host), now)

    def blocked_at(self, host: str) -> float:
        """Return when the host last blocked archiver, that is, when its last cool-down began; 0 if it never did.

        If the user's cookie file is newer than this time, the user has probably passed the verification page since.
        """
        return self._read(host).blocked_at

    def record_block(self, host: str, now: float, *, on_short_link: bool) -> bool:
        """Record that the host sent its verification page; return whether a cool-down begins.

        `on_short_link` is True if a short link was requested; then a cool-down begins at once. WeChat sends the
        verification page for most long links. So on long links a cool-down begins only after several verification pages
        in a row.
        """
        with self._writing() as connection:
            cools, after = policy.after_block(_state_of(connection, host), now, on_short_link=on_short_link)
            _store(connection, host, after)
        return cools

    def record_success(self, host: str) -> None:
        """Record that the host sent a page other than the verification page.

        The next cool-down then has the initial length again, instead of twice the length of the last one. The
        verification pages in a row are counted from 0 again.
        """
        with self._writing() as connection:
            before = _state_of(connection, host)
            after = policy.after_success(before)
            if after != before:
                _store(connection, host, after)

    def close(self) -> None:
        """Close the database; do nothing if it was not opened."""
        if "_engine" in self.__dict__:
            self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Yield a connection for a transaction that holds the write lock; commit it at the end of the block."""
        with guarded(self._path), self._engine.begin() as connection:
            yield connection

    def _read(self, host: str) -> HostState:
        """Return the recorded state of a host, without taking the write lock."""
        with guarded(self._path), self._engine.connect().execution_options(reads=True) as connection:
            return _state_of(connection, host)


def _state_of(connection: Connection, host: str) -> HostState:
    """Return the recorded state of a host; the initial state if none is recorded."""
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
    """Replace the row of a host.

    The names of some columns differ from the fields of HostState, because columns keep the names of the first version.
    """
    connection.execute(hosts.delete().where(hosts.c.host == host))
    row = {
        "host": host, "free": state.next_request_at, "interval": state.interval, "walled": state.blocked_at,
        "cool": state.cooldown, "long_walls": state.long_link_blocks,
    }  # fmt: skip
    connection.execute(hosts.insert().values(row))
