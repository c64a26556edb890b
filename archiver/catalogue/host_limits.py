"""Read and write the machine's database, which stores when the next request to each host may be sent.

The database is outside of the archives. All archives and processes of a user share it, so that two cron jobs together
send no more requests than one. If several machines share a catalogue on a server, the limits of each egress (an address
from which requests are sent) are on that server. policy.py decides the limits. This module stores the decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from archiver import clock, policy
from archiver.catalogue.database import Database
from archiver.catalogue.egresses import Egress, shared_name
from archiver.catalogue.location import Location
from archiver.catalogue.schema import egress_hosts, egresses, hosts, machine
from archiver.egress_policy import shared_cooldown
from archiver.policy import HostState

_Result = TypeVar("_Result")
_NO_EGRESS = Egress()


def user_location() -> Location:
    """Return the place of the database with the limits of hosts: the file machine.db in the user's folder for state.

    All archives of the user share this file, even if their catalogues are on a server.
    """
    from platformdirs import user_state_path

    return Location(file=user_state_path("archiver", appauthor=False) / "machine.db")


def open_host_limits(server: str, egress: Egress, now: Callable[[], float] | None = None) -> HostLimits:
    """Return the limits of hosts: those of an egress in the catalogue at the URL `server`, or those of the user.

    If `egress` has no name, they are the user's, and `now` returns the time; otherwise the server does.
    """
    location = user_location()
    return HostLimits(replace(location, server=server), egress=egress) if egress.name else HostLimits(location, now)


class HostLimits:
    """The stored rate limit and cool-down of each host, which all processes of a user share.

    A cool-down is a time in which no page may be requested from a host. All times are in seconds since 1970. The
    constructor's `now` returns the current time; if it is None, the database's server or this machine gives the time.
    `egress` is the egress whose limits these are, if the database is on a server. The cool-downs of the other egresses
    in this database then count, too, as `Egress.stop_after` says.

    Methods may be called from any thread. A method that writes is one transaction, which locks the row of the host and
    only then reads the clock. So if two processes call `acquire` at the same time, only one may send a request, and the
    next request comes a whole interval later. The methods raise OutputError if the database cannot be used.
    """

    def __init__(self, location: Location, now: Callable[[], float] | None = None, egress: Egress = _NO_EGRESS) -> None:
        self._database = Database(location, egresses if egress.name else machine)
        self._table = egress_hosts if egress.name else hosts
        self._egress = egress
        self._now = now

    def acquire(self, host: str, interval: float) -> float:
        """Return 0 if the caller may send a request to `host` now, otherwise the seconds to wait before asking again.

        If the result is 0, no process may send another request to the host for the next `interval` seconds.
        """
        return self._change(host, lambda state, now: policy.request_slot(state, interval, now))

    def delay(self, host: str, seconds: float) -> None:
        """Forbid all requests to `host` for the given number of seconds.

        This is for a short pause that the host demanded: callers wait until it is over. For a long pause `cool_down`
        is called instead.
        """
        self._change(host, lambda state, now: (None, policy.after_delay(state, seconds, now)))

    def cool_down(self, host: str, seconds: float) -> None:
        """Record that no page may be requested from `host` for the given number of seconds (a cool-down).

        This is for a long pause that the host demanded with a Retry-After header. A cool-down longer than
        policy.LONGEST_COOLDOWN is shortened to that length.
        """
        self._change(host, lambda state, now: (None, policy.after_requested_cooldown(state, seconds, now)))

    def cooldown_until(self, host: str) -> float:
        """Return the time at which the host's cool-down ends; 0 if pages may be requested now.

        A cool-down of several egresses, which stops all of them, counts.
        """
        with self._database.reading() as connection:
            own = self._state_of(connection, host) or HostState()
            now = self._time(connection)
            return max(policy.cooldown_end(own, now), self._shared_cooldown(connection, host, now)[0])

    def state(self, host: str) -> HostState:
        """Return the recorded state of the host; the HostState of a host without limits if none is recorded."""
        with self._database.reading() as connection:
            return self._state_of(connection, host) or HostState()

    def blocked_at(self, host: str) -> float:
        """Return when the host last blocked archiver, that is, when its last cool-down began; 0 if it never did.

        If the user's cookie file is newer than this time, the user has probably passed the verification page since.
        During a cool-down of all egresses, it is the time at which the last of them was blocked.
        """
        with self._database.reading() as connection:
            own = self._state_of(connection, host) or HostState()
            return max(own.blocked_at, self._shared_cooldown(connection, host, self._time(connection))[1])

    def record_block(self, host: str, *, on_short_link: bool) -> bool:
        """Record that the host sent its verification page; return whether a cool-down begins.

        `on_short_link` is True if a short link was requested; then a cool-down begins at once. WeChat sends the
        verification page for most long links. So on long links a cool-down begins only after several verification pages
        in a row.
        """
        return self._change(host, lambda state, now: policy.after_block(state, now, on_short_link=on_short_link))

    def record_success(self, host: str) -> None:
        """Record that the host sent a page other than the verification page.

        The next cool-down then has the initial length again, instead of twice the length of the last one. The
        verification pages in a row are counted from 0 again.
        """
        self._change(host, lambda state, _now: (None, policy.after_success(state)))

    def close(self) -> None:
        """Close the database; do nothing if it was not opened."""
        self._database.close()

    def _change(self, host: str, decide: Callable[[HostState, float], tuple[_Result, HostState]]) -> _Result:
        """Change the state of a host in one transaction and return a result.

        `decide` is called with the present state of the host and the time, and returns the result and the new state.
        """
        _ = self._keys  # finding the egress is a transaction of its own

        def change(connection: Connection) -> _Result:
            before = self._state_of(connection, host, lock=True)
            if before is None:
                row = _row(host, HostState()) | self._keys
                connection.execute(self._database.insert(self._table).values(row).on_conflict_do_nothing())
                before = self._state_of(connection, host, lock=True) or HostState()
            result, after = decide(before, self._time(connection))
            if after != before:
                connection.execute(self._table.update().where(self._is_of(host)).values(_row(host, after)))
            return result

        return self._database.write(change)

    def _state_of(self, connection: Connection, host: str, *, lock: bool = False) -> HostState | None:
        """Return the recorded state of a host, None if none is recorded.

        With `lock`, lock its row for this transaction.
        """
        query = select(self._table).where(self._is_of(host))
        row = connection.execute(query.with_for_update() if lock else query).mappings().first()
        return to_state(row) if row else None

    def _is_of(self, host: str) -> ColumnElement[bool]:
        """Return the SQL condition that a row is that of a host, and of the egress if there is one."""
        is_host = self._table.c.host == host
        return is_host & (self._table.c.egress == self._keys["egress"]) if self._keys else is_host

    @cached_property
    def _keys(self) -> dict[str, str]:
        """The columns that tell whose limits a row has, beside the host."""
        return {"egress": shared_name(self._database, self._egress)} if self._egress.name else {}

    def _shared_cooldown(self, connection: Connection, host: str, now: float) -> tuple[float, float]:
        """Return (end, begin) of the cool-down of all egresses together; (0, 0) if there is none."""
        if not self._egress.stop_after:
            return 0.0, 0.0
        rows = connection.execute(select(self._table).where(self._table.c.host == host)).mappings()
        return shared_cooldown(map(to_state, rows), self._egress.stop_after, now)

    def _time(self, connection: Connection) -> float:
        if self._now is not None:
            return self._now()
        time = self._database.dialect.time(connection)
        return clock.utc_now().timestamp() if time is None else time


def to_state(row: RowMapping) -> HostState:
    """Return the state in the row of a host.

    The columns have other names than the fields of HostState, because columns keep the names that they had when they
    were added.
    """
    return HostState(
        next_request_at=row["free"], interval=row["interval"], blocked_at=row["walled"], cooldown=row["cool"],
        long_link_blocks=row["long_walls"],
    )  # fmt: skip


def _row(host: str, state: HostState) -> dict[str, object]:
    """Return the row of a host; the reverse of `to_state`."""
    return {
        "host": host, "free": state.next_request_at, "interval": state.interval, "walled": state.blocked_at,
        "cool": state.cooldown, "long_walls": state.long_link_blocks,
    }  # fmt: skip
