"""site/archives.py: Archivers that stay open between requests, each lent to one request at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from archiver import InputError, Settings
from archiver.app import Archiver
from archiver.errors import OutputError, UsageError
from archiver.site import archives
from archiver.site.archives import ArchivePool


@dataclass
class Clock:
    """A clock that a test puts forward."""

    time: float = 0.0

    def __call__(self) -> float:
        return self.time


@dataclass
class Counted:
    """How many Archivers were opened and how many of them are closed."""

    opened: list[Archiver] = field(default_factory=list)
    closed: list[Archiver] = field(default_factory=list)
    failing: Archiver | None = None  # the one that ends with an error


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counts = Counted()

    class Watched(Archiver):
        def __enter__(self) -> Archiver:
            counts.opened.append(self)
            return super().__enter__()

        def __exit__(self, error: type[BaseException] | None, *rest: object) -> None:
            counts.closed.append(self)
            super().__exit__(error, *rest)
            if self is counts.failing:
                raise OutputError("x")

    monkeypatch.setattr(archives, "Archiver", Watched)
    return counts


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(tmp_path: Path, counted: Counted, clock: Clock) -> ArchivePool:
    return ArchivePool(Settings(output=str(tmp_path)), clock)


def test_pool_lends_the_same_archiver_again(pool: ArchivePool, counted: Counted) -> None:
    for _ in range(3):
        with pool.borrowed():
            pass
    assert (len(counted.opened), counted.closed) == (1, [])
    pool.close()
    assert counted.closed == counted.opened


def test_pool_never_lends_one_archiver_twice_at_a_time(pool: ArchivePool, counted: Counted) -> None:
    with pool.borrowed() as first, pool.borrowed() as second:
        assert first is not second
    assert len(counted.opened) == 2


def test_pool_threads_get_archivers_of_their_own(pool: ArchivePool) -> None:
    lent: list[Archiver] = []
    together = threading.Barrier(6)

    def work() -> None:
        with pool.borrowed() as archive:
            lent.append(archive)
            together.wait(timeout=30)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, lent))) == 6


def test_pool_closes_an_old_archiver(pool: ArchivePool, counted: Counted, clock: Clock) -> None:
    with pool.borrowed() as first:
        clock.time += 61
    assert counted.closed == [first]
    with pool.borrowed() as second:
        pass
    clock.time += 61
    with pool.borrowed():
        assert counted.closed == [first, second]


def test_pool_closes_an_archiver_after_an_error(pool: ArchivePool, counted: Counted) -> None:
    with pytest.raises(OutputError), pool.borrowed():
        raise OutputError("x")
    assert counted.closed == counted.opened


@pytest.mark.parametrize("error", [InputError("x"), UsageError("x"), HTTPException(404)])
def test_pool_keeps_an_archiver_that_had_no_such_article(pool: ArchivePool, counted: Counted, error: Exception) -> None:
    with pytest.raises(type(error)), pool.borrowed():
        raise error
    with pool.borrowed():
        pass
    assert (len(counted.opened), counted.closed) == (1, [])


def test_pool_closes_all_old_archivers_if_one_fails(pool: ArchivePool, counted: Counted, clock: Clock) -> None:
    with pool.borrowed(), pool.borrowed(), pool.borrowed():
        pass
    counted.failing = counted.opened[1]
    clock.time += 61
    with pytest.raises(OutputError), pool.borrowed():
        pass
    assert set(map(id, counted.closed)) == set(map(id, counted.opened))


def test_pool_keeps_few_idle_archivers(pool: ArchivePool, counted: Counted) -> None:
    lent = [pool.borrowed() for _ in range(12)]
    for each in lent:
        each.__enter__()
    for each in lent:
        each.__exit__(None, None, None)
    assert len(counted.opened) - len(counted.closed) == 8
