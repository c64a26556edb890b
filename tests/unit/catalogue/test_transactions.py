"""Transactions that the database rolls back because of others are repeated; those that must be durable wait for the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData

from archiver.catalogue import Catalogue, database
from archiver.catalogue.database import Database
from archiver.catalogue.location import Location
from archiver.models import Target


class ConflictError(Exception):
    """What the played system says when it has rolled a transaction back because of another."""


class PlayedSystem:
    """A system on which so many transactions meet a conflict, at their last statement or when they commit."""

    def __init__(self, conflicts: int, *, at_commit: bool) -> None:
        self.conflicts, self.at_commit = conflicts, at_commit
        self.begun: list[bool] = []  # whether each transaction was to be alone

    @contextmanager
    def for_writing(self, _engine: object, *, alone: bool, durable: bool) -> Iterator[Any]:
        self.begun.append(alone)
        yield self.statement
        if self.at_commit:
            self._meet()

    def statement(self) -> None:
        if not self.at_commit:
            self._meet()

    def _meet(self) -> None:
        if len(self.begun) <= self.conflicts:
            raise ConflictError

    def guarded(self) -> Any:
        return nullcontext()

    def is_conflict(self, error: Exception) -> bool:
        return isinstance(error, ConflictError)


def database_on(system: PlayedSystem, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(database.time, "sleep", lambda _seconds: None)
    made = Database(Location(file=Path("unused")))
    made.dialect = system  # type: ignore[assignment]
    made.__dict__["engine"] = None
    return made


@pytest.mark.parametrize("at_commit", [False, True])
@pytest.mark.parametrize("conflicts", [0, 1, 5])
def test_database_write_conflict_is_retried(monkeypatch: pytest.MonkeyPatch, conflicts: int, at_commit: bool) -> None:
    system = PlayedSystem(conflicts, at_commit=at_commit)
    assert database_on(system, monkeypatch).write(lambda statement: statement() or 7) == 7
    assert system.begun == [False] * (conflicts + 1)


def test_database_write_last_attempt_is_exclusive_then_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    system = PlayedSystem(99, at_commit=True)
    with pytest.raises(ConflictError):
        database_on(system, monkeypatch).write(lambda statement: statement())
    assert system.begun == [False] * 9 + [True]


def test_database_write_other_error_is_not_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_statement: object) -> None:
        raise ValueError("another")

    system = PlayedSystem(0, at_commit=False)
    with pytest.raises(ValueError, match="another"):
        database_on(system, monkeypatch).write(fail)
    assert system.begun == [False]


@pytest.mark.parametrize("fails", [False, True])
def test_sqlite_durable_transaction_alone_waits_for_disk(tmp_path: Path, fails: bool) -> None:
    """In SQLite's words: `synchronous` is FULL (2) at the commit, and NORMAL (1) again afterwards."""
    levels: list[int] = []

    def look(connection: Connection) -> None:
        levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
        if fails:
            raise ValueError("rolled back")

    with closing(Database(Location(file=tmp_path / "catalogue.db"), MetaData())) as made:
        for durable in (False, True, False):
            with pytest.raises(ValueError, match="rolled back") if fails else nullcontext():
                made.write(look, durable=durable)
    assert levels == [1, 2, 1]


def test_enqueue_is_durable_and_add_unknown_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bool] = []
    write = Database.write

    def noted(self: Database, work: Callable[[Connection], object], *, alone: bool, durable: bool) -> object:
        written.append(durable)
        return write(self, work, alone=alone, durable=durable)

    monkeypatch.setattr(Database, "write", noted)
    url = "https://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv"
    with closing(Catalogue(Location(file=tmp_path / "catalogue.db"), lambda: datetime.now(UTC))) as catalogue:
        assert catalogue.urls.enqueue([Target(source=url, url=url)]) == {url}
        assert catalogue.urls.enqueue([Target(source=url, url=url)]) == set()
        catalogue.urls.add_unknown([Target(source=url, url=url)])
    assert written == [True, True, False]
