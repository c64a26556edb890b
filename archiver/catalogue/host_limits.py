"""The machine's own database: when WeChat may be asked next, whoever asks (ARCHITECTURE, What lies on disk).

All archives and processes of a user share it, so that two cron jobs together are as polite as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from archiver.catalogue.opening import create, guarded, guarded_folder, open_engine
from archiver.catalogue.schema import hosts, machine

FIRST_COOL = 30 * 60.0  # seconds of silence after a wall,
LONGEST_COOL = 24 * 3600.0  # doubled by each that follows without a page in between, up to this
LONG_WALLS = 3  # walls on long links in a row that are the host's doing, not the links'

_FRESH = {"free": 0.0, "interval": 0.0, "walled": 0.0, "cool": 0.0, "long_walls": 0}


class HostLimits:
    """The clocks and cool-downs of hosts. Every time is seconds since 1970, given by the caller."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _engine(self) -> Engine:
        with guarded_folder(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        engine = open_engine(self._path)
        create(engine, self._path, machine)
        return engine

    def acquire(self, host: str, interval: float, now: float) -> float:
        """0 when a request may leave at once, and the host's clock is set; else the seconds to wait and ask again.

        Never more than the interval that somebody asked for: the computer's clock may have jumped back.
        """
        with guarded(self._path), self._engine.begin() as connection:
            row = _row(connection, host)
            wait = row["free"] - now
            if wait > row["interval"]:  # the clock was put back: counted from now on
                _put(connection, host, {**row, "free": now + row["interval"]})
            if wait > 0:
                return float(min(wait, row["interval"]))
            _put(connection, host, {**row, "free": now + interval, "interval": interval})
            return 0.0

    def cooldown_until(self, host: str, now: float) -> float:
        """Until when no page may be asked for since the wall was met; 0 when one may."""
        with guarded(self._path), self._engine.connect().execution_options(reads=True) as connection:
            row = _row(connection, host)
        is_cool = row["cool"] and abs(now - row["walled"]) < row["cool"]  # a clock that was put back ends no silence
        return float(row["walled"] + row["cool"]) if is_cool else 0.0

    def blocked_at(self, host: str) -> float:
        """When the wall was met last, 0 for never."""
        with guarded(self._path), self._engine.connect().execution_options(reads=True) as connection:
            return float(_row(connection, host)["walled"])

    def record_block(self, host: str, now: float, *, on_short_link: bool) -> bool:
        """Whether the host cools down now. A long link's wall is its own, but for the third in a row (§1.1)."""
        with guarded(self._path), self._engine.begin() as connection:
            row = dict(_row(connection, host))
            row["long_walls"] = 0 if on_short_link else row["long_walls"] + 1
            cools = on_short_link or row["long_walls"] >= LONG_WALLS
            if cools:
                cool = min(row["cool"] * 2, LONGEST_COOL) if row["cool"] else FIRST_COOL
                row |= {"walled": now, "cool": cool, "long_walls": 0}
            _put(connection, host, row)
        return cools

    def cool_down(self, host: str, seconds: float, now: float) -> None:
        """Nothing; no page may be asked for that long, as the host itself has said."""
        with guarded(self._path), self._engine.begin() as connection:
            row = _row(connection, host)
            _put(connection, host, {**row, "walled": now, "cool": min(seconds, LONGEST_COOL), "long_walls": 0})

    def delay(self, host: str, seconds: float, now: float) -> None:
        """Nothing; the next turn is that far away."""
        with guarded(self._path), self._engine.begin() as connection:
            row = _row(connection, host)
            free, interval = max(row["free"], now + seconds), max(row["interval"], seconds)
            _put(connection, host, {**row, "free": free, "interval": interval})

    def record_success(self, host: str) -> None:
        """Nothing; after a page that is none of the wall's the next wall is a first one again."""
        with guarded(self._path), self._engine.begin() as connection:
            row = _row(connection, host)
            if row["cool"] or row["long_walls"]:
                _put(connection, host, {**row, "cool": 0.0, "long_walls": 0})

    def close(self) -> None:
        """Closes what was opened."""
        if "_engine" in self.__dict__:
            self._engine.dispose()


def _row(connection: Connection, host: str) -> Mapping[str, Any]:
    found = connection.execute(select(hosts).where(hosts.c.host == host)).mappings().first()
    return dict(found) if found else {"host": host, **_FRESH}


def _put(connection: Connection, host: str, row: Mapping[str, Any]) -> None:
    connection.execute(hosts.delete().where(hosts.c.host == host))
    connection.execute(hosts.insert().values(dict(row)))
