"""Six processes at once on one catalogue: each address has one owner, no turn is given twice, no record is lost.

With ARCHIVER_TEST_DB=postgresql://… the same on a server. docs/development/testing.md says how often to repeat it.
"""

from __future__ import annotations

import itertools
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import repeat
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from archiver import Archiver, Settings, policy
from archiver.catalogue import Catalogue, Egress, HostLimits, Location
from archiver.catalogue.location import ID_FILE
from archiver.models import ArchiveTransaction, Article, LocalFile, Media, Outcome, Page, State, Target
from tests.support import postgres

needs_server = pytest.mark.skipif(not postgres.SERVER, reason="needs ARCHIVER_TEST_DB (docs/development/testing.md)")

PROCESSES = 6
ADDRESSES = [f"https://mp.weixin.qq.com/s/{number:022}" for number in range(150)]
HOST = "mp.weixin.qq.com"
INTERVAL = 0.1  # seconds
SECONDS = 3.0
RECORDS = 60  # of each process


@pytest.fixture
def location(tmp_path: Path) -> Location:
    """The place of the catalogue, in a process of its own, too."""
    folder = tmp_path / "out" / ".archive"
    server = postgres.catalogue_of(folder.parent) if postgres.SERVER else ""
    return Location(file=folder / "catalogue.db", server=server)


Work = Callable[[Location, int, Barrier], Any]


def at_once(work: Work, location: Location) -> list[Any]:
    """What each of six processes answers, which begin together."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        together = manager.Barrier(PROCESSES)
        return list(pool.map(work, repeat(location), range(PROCESSES), repeat(together), timeout=120))


def _opened(location: Location, together: Barrier) -> Any:
    catalogue = Catalogue(location, lambda: datetime.now(UTC))
    together.wait(60)
    catalogue.open()
    return closing(catalogue)


def _claim_all(location: Location, _number: int, together: Barrier) -> list[str]:
    with _opened(location, together) as catalogue:
        mine = [url for url in ADDRESSES if catalogue.urls.claim(Target(source=url, url=url)).is_granted]
        together.wait(60)  # a run that ends frees what it has
        return mine


def test_claim_concurrent_url_granted_once(location: Location) -> None:
    claimed = Counter(url for mine in at_once(_claim_all, location) for url in mine)
    assert claimed == dict.fromkeys(ADDRESSES, 1)


def _claim_from_the_dead(location: Location, _number: int, together: Barrier) -> list[str]:
    return _claim_all(location, _number, together)


def test_claim_concurrent_url_of_dead_run_granted_once(location: Location) -> None:
    dead = Catalogue(location, lambda: datetime.now(UTC))
    for url in ADDRESSES:
        dead.urls.claim(Target(source=url, url=url))
    dead.close()  # its lock is free now, its leases are as it left them
    claimed = Counter(url for mine in at_once(_claim_from_the_dead, location) for url in mine)
    assert claimed == dict.fromkeys(ADDRESSES, 1)


def _machine(location: Location, number: int) -> Location:
    """The same catalogue on a server, for a machine of its own, which has a folder of its own."""
    folder = location.folder.with_name(f"machine-{number}")
    folder.mkdir(exist_ok=True)
    (folder / ID_FILE).write_bytes((location.folder / ID_FILE).read_bytes())
    return replace(location, file=folder / "catalogue.db")


def _claim_all_elsewhere(location: Location, number: int, together: Barrier) -> list[str]:
    return _claim_all(_machine(location, number), number, together)


@needs_server
def test_claim_concurrent_url_granted_once_on_several_machines(location: Location) -> None:
    with closing(Catalogue(location, lambda: datetime.now(UTC))) as catalogue:
        catalogue.open()
    claimed = Counter(url for mine in at_once(_claim_all_elsewhere, location) for url in mine)
    assert claimed == dict.fromkeys(ADDRESSES, 1)


def _take_turns_of_one_egress(location: Location, _number: int, together: Barrier) -> list[float]:
    return _take_turns(location, _number, together, egress="ip-7")


def _take_turns_of_own_egress(location: Location, number: int, together: Barrier) -> list[float]:
    return _take_turns(location, number, together, egress=f"ip-{number}")


@needs_server
def test_host_limits_concurrent_slots_of_one_egress_keep_interval(location: Location) -> None:
    _assert_interval(sorted(time for mine in at_once(_take_turns_of_one_egress, location) for time in mine))


@needs_server
def test_host_limits_concurrent_slots_of_several_egresses_do_not_wait_for_each_other(location: Location) -> None:
    each = at_once(_take_turns_of_own_egress, location)
    for turns in each:
        _assert_interval(turns)
    merged = sorted(time for turns in each for time in turns)
    assert len(merged) > (merged[-1] - merged[0]) / INTERVAL + 1


def _take_turns(location: Location, _number: int, together: Barrier, egress: str = "") -> list[float]:
    """The times of the turns that this process was given, by the clock of the server or of this machine."""
    times: list[float] = []
    decide = policy.request_slot

    def noted(state: policy.HostState, interval: float, now: float) -> tuple[float, policy.HostState]:
        times.append(now)
        return decide(state, interval, now)

    policy.request_slot = noted  # in this process alone
    with closing(
        HostLimits(replace(location, file=location.folder / "machine.db"), egress=Egress(name=egress))
    ) as limits:
        limits.blocked_at(HOST)
        together.wait(60)
        until = time.monotonic() + SECONDS
        turns = []
        while time.monotonic() < until:
            if limits.acquire(HOST, INTERVAL) == 0:
                turns.append(times[-1])
        return turns


def test_host_limits_concurrent_slots_keep_interval(location: Location) -> None:
    _assert_interval(sorted(time for mine in at_once(_take_turns, location) for time in mine))


def _assert_interval(turns: list[float]) -> None:
    assert len(turns) > 1
    gaps = [later - earlier for earlier, later in itertools.pairwise(turns)]
    assert min(gaps) > INTERVAL - 1e-6
    assert len(turns) <= (turns[-1] - turns[0]) / INTERVAL + 1 + 1e-6


def _article(number: int) -> Article:
    media = tuple(Media(url=f"https://mmbiz.qpic.cn/mmbiz_png/{each:03}/0") for each in range(12))
    return Article(biz="b", mid="1", idx="1", title="题", body="<p>文</p>", media=media[number:] + media[:number])


def _record_one_article(location: Location, number: int, together: Barrier) -> int:
    """Records one article, from an address of this process's own, with twelve media in an order of its own."""
    url = ADDRESSES[number]
    with _opened(location, together) as catalogue:
        for turn in range(RECORDS):
            names = [f"postimg/{(each + number) % 12:03}" for each in range(12)]
            catalogue.media.reserve({name: f"{name}-safe" for name in names})
            digest = f"{number:032x}{turn:032x}"
            page = Page(source=url, url=url, final_url=url, content=b"<p>", captured=datetime.now(UTC), status=200)
            catalogue.captures.receive(page, digest)
            files = {name: LocalFile(path=f"{name}.png", size=1, sha256=f"{turn:064x}") for name in names}
            outcome = Outcome(
                source=url, url=url, outcome="archived", state=State.ARTICLE, post="_posts/2020-01-01-a.md"
            )
            catalogue.articles.record(
                ArchiveTransaction(
                    target=Target(source=url, url=url),
                    outcome=outcome,
                    page=page,
                    article=_article(number),
                    snapshot=digest,
                    media=files,
                )
            )
        return RECORDS


def test_record_concurrent_captures_of_one_article_all_kept(location: Location) -> None:
    assert sum(at_once(_record_one_article, location)) == PROCESSES * RECORDS
    with closing(Catalogue(location, lambda: datetime.now(UTC))) as catalogue:
        (article,) = catalogue.articles.query()
        captures = catalogue.captures.of_article(article.key)
        assert len(captures) == PROCESSES * RECORDS
        assert {each.url for each in catalogue.urls.of_article(article.key)} == set(ADDRESSES[:PROCESSES])
        assert len(catalogue.media.files_of_article(article.key)) == 12


def _open_new(location: Location, _number: int, together: Barrier) -> bool:
    with _opened(location, together) as catalogue:
        return bool(catalogue.open())


def test_open_concurrent_new_catalogue_makes_one_schema(location: Location) -> None:
    assert at_once(_open_new, location) == [True] * PROCESSES  # nobody has populated it


def _report_states(location: Location) -> Iterator[str]:
    with closing(Catalogue(location, lambda: datetime.now(UTC))) as catalogue:
        yield from (record.url for record in catalogue.urls.due_now())


def _enlist(location: Location, number: int, together: Barrier) -> None:
    with _opened(location, together) as catalogue:
        shifted = ADDRESSES[number:] + ADDRESSES[:number]
        catalogue.urls.add_unknown(Target(source=url, url=url) for url in shifted)


def test_add_unknown_concurrent_urls_stored_once(location: Location) -> None:
    at_once(_enlist, location)
    assert sorted(_report_states(location)) == ADDRESSES


def _paste(location: Location, number: int, together: Barrier) -> dict[str, str]:
    """What a paste of all addresses says of each; every process begins at another one."""
    shifted = ADDRESSES[number:] + ADDRESSES[:number]
    together.wait(60)
    with Archiver(Settings(output=str(location.folder.parent), catalogue=location.server)) as archive:
        return {entry.url: entry.status for entry in archive.enqueue("\n".join(shifted)).entries}


def test_enqueue_concurrent_urls_queued_once(location: Location) -> None:
    told = at_once(_paste, location)
    assert sorted(_report_states(location)) == ADDRESSES
    for url in ADDRESSES:
        assert sorted(each[url] for each in told) == ["queued"] + ["waiting"] * (PROCESSES - 1)


def _record_equal_notices(location: Location, number: int, together: Barrier) -> None:
    """Receives and records pages that are equal to the byte, as the notices of deleted articles are."""
    with _opened(location, together) as catalogue:
        for turn in range(RECORDS):
            url = f"https://mp.weixin.qq.com/s/{number:011}{turn:011}"
            page = Page(source=url, url=url, final_url=url, content=b"<p>", captured=datetime.now(UTC), status=200)
            catalogue.captures.receive(page, DIGEST)
            outcome = Outcome(source=url, url=url, outcome="failed", state=State.DELETED, error="deleted")
            target = Target(source=url, url=url)
            catalogue.articles.record(ArchiveTransaction(target=target, outcome=outcome, page=page, snapshot=DIGEST))


DIGEST = "d" * 64


def test_record_concurrent_equal_pages_all_kept(location: Location) -> None:
    at_once(_record_equal_notices, location)
    with closing(Catalogue(location, lambda: datetime.now(UTC))) as catalogue:
        captures = catalogue.captures.with_digest(DIGEST)
        assert len({each.url for each in captures}) == len(captures) == PROCESSES * RECORDS


def test_reserve_media_path_taken_by_recovery_uses_safe_name(location: Location) -> None:
    with closing(Catalogue(location, lambda: datetime.now(UTC))) as catalogue:
        for path in ("postimg/ab_c.png", "postimg/abc-safe.png"):
            file = LocalFile(path=path, size=1, sha256=DIGEST)
            catalogue.recovered.add_media([], {path.removesuffix(".png"): file})
        stems, files = catalogue.media.reserve({"postimg/Ab_C": "postimg/abc-safe", "postimg/new": "postimg/new-safe"})
    assert stems == {"postimg/Ab_C": "postimg/abc-safe", "postimg/new": "postimg/new"}
    assert files == {}
