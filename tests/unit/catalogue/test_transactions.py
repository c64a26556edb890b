"""Transactions that the database rolls back because of others are repeated, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from archiver.catalogue import database
from archiver.catalogue.database import Database
from archiver.catalogue.location import Location


class ConflictError(Exception):
    """What the played system says when it has rolled a transaction back because of another."""


class PlayedSystem:
    """A system on which so many transactions meet a conflict, at their last statement or when they commit."""

    def __init__(self, conflicts: int, *, at_commit: bool) -> None:
        self.conflicts, self.at_commit = conflicts, at_commit
        self.begun: list[bool] = []  # whether each transaction was to be alone

    @contextmanager
    def for_writing(self, _engine: object, *, alone: bool) -> Iterator[Any]:
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
