"""The queue: addresses that were pasted are known and due, and `run` and `work_queue` work on them, politely."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from archiver import Archiver, Busy, FetchOptions, InputError, Outcome, QueueResult, Settings, UrlRecord, UsageError
from tests.support.command import Command
from tests.support.wechat import PAGES, Request, World, albums, numbered, pages
from tests.support.wechat.world import PICTURES

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
ALL = FetchOptions()


@pytest.fixture(autouse=True)
def _same_machine(archiver: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Archivers of the test's own process have the network and the user of `archiver`."""
    for name, value in {**archiver.environment, "HOME": str(archiver.folder)}.items():
        monkeypatch.setenv(name, value)


def opened(archiver: Command, now: datetime | None = None) -> Archiver:
    settings = Settings(output=str(archiver.folder / "out"), interval=0)
    return Archiver(settings) if now is None else Archiver(settings, now=lambda: now)


def enqueue(archiver: Command, text: str, now: datetime | None = None) -> QueueResult:
    with opened(archiver, now) as archive:
        return archive.enqueue(text)


def statuses(result: QueueResult) -> list[str]:
    return [entry.status for entry in result.entries]


def queue(archiver: Command) -> list[UrlRecord]:
    with opened(archiver) as archive:
        return list(archive.queue())


def waiting(archiver: Command) -> list[str]:
    return [record.url for record in queue(archiver)]


def work(archiver: Command, options: FetchOptions = ALL, stop: Callable[[], bool] = lambda: False) -> list[Outcome]:
    with opened(archiver) as archive:
        return list(archive.work_queue(options, stop))


def run(archiver: Command, *options: str) -> tuple[int, str, str]:
    """The exit code and what was printed by `archiver run`, without archiver.yml."""
    ended = archiver("run", "--interval", "0", "-o", "out", *options)
    return ended.code, ended.out, ended.err


# What a paste does


def test_enqueue_new_addresses_are_due_and_not_requested(archiver: Command, world: World) -> None:
    text = f"「标题」{numbered.address(1)}\n说明\n也看看 {numbered.address(2)}"
    result = enqueue(archiver, text, NOW)
    assert [(entry.url, entry.status) for entry in result.entries] == [
        (numbered.address(1), "queued"),
        (numbered.address(2), "queued"),
    ]
    assert result.notes == 1
    assert world.requests == []
    (first, second) = queue(archiver)
    assert [first.url, second.url] == numbered.addresses((1, 2))
    assert (first.first_seen, first.due, first.tries, first.reason, first.source) == (NOW, NOW, 0, "", "")
    assert archiver("status", "-o", "out", "--json").outcome["addresses"]["due"] == 2


def test_enqueue_again_changes_nothing(archiver: Command) -> None:
    enqueue(archiver, numbered.address(1), NOW)
    rows = archiver.catalogue.rows("SELECT * FROM addresses")
    result = enqueue(archiver, f"{numbered.address(1)}\n{numbered.address(2)}", NOW + timedelta(days=1))
    assert statuses(result) == ["waiting", "queued"]
    assert archiver.catalogue.rows("SELECT * FROM addresses WHERE url = ?", numbered.address(1)) == rows


@pytest.mark.parametrize("address", [numbered.address(1), albums.long_link(1)], ids=["short", "long"])
def test_enqueue_archived_article_is_named(archiver: Command, world: World, address: str) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    (entry,) = enqueue(archiver, address).entries
    assert (entry.status, entry.key, entry.title) == ("archived", numbered.key(1), "测试 001")
    assert waiting(archiver) == []


@pytest.mark.parametrize("address", [numbered.address(1), albums.long_link(1)], ids=["short", "long"])
def test_enqueue_removed_article_is_told_and_not_queued(archiver: Command, world: World, address: str) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    archiver("rm", "-y", "-o", "out", numbered.key(1))
    world.requests.clear()
    (entry,) = enqueue(archiver, address).entries
    assert (entry.status, entry.key, entry.title) == ("removed", numbered.key(1), "测试 001")
    assert waiting(archiver) == []
    assert (run(archiver), world.requests) == ((0, "", ""), [])


def test_enqueue_after_undo_of_removal_is_queued(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    archiver("rm", "-y", "-o", "out", numbered.key(1))
    archiver("rm", "--undo", "-o", "out", numbered.key(1))
    assert statuses(enqueue(archiver, numbered.address(1))) == ["queued"]
    assert run(archiver)[2] == "1 archived\n"


def test_enqueue_address_given_up_is_told_and_not_queued(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), pages.notice("该内容已被发布者删除"))
    archiver.batch(archiver.write("list.txt", numbered.address(1)))
    (entry,) = enqueue(archiver, numbered.address(1)).entries
    assert (entry.status, entry.state) == ("unavailable", "deleted")
    assert "该内容已被发布者删除" in entry.error
    assert waiting(archiver) == []


def test_enqueue_address_that_failed_waits_with_its_error(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), pages.notice("系统出错"))
    enqueue(archiver, numbered.address(1))
    assert run(archiver)[0] == 1
    world.requests.clear()
    (entry,) = enqueue(archiver, numbered.address(1)).entries
    assert (entry.status, entry.state) == ("waiting", "unknown")
    assert "系统出错" in entry.error
    (record,) = queue(archiver)
    assert (record.tries, record.reason) == (1, entry.error)
    assert record.due is not None
    assert record.tried is not None
    assert record.due - record.tried == timedelta(hours=1)  # docs/reference/requests.md
    assert (run(archiver), world.requests) == ((0, "", ""), [])


def test_enqueue_addresses_without_article_are_told(archiver: Command) -> None:
    result = enqueue(
        archiver, f"{numbered.address(1)}\n{albums.ADDRESS}\nhttps://example.org/\n{numbered.address(1)[:-9]}"
    )
    assert statuses(result) == ["queued", "not_article", "foreign", "broken"]
    assert waiting(archiver) == [numbered.address(1)]


def test_enqueue_without_article_makes_no_archive(archiver: Command) -> None:
    assert enqueue(archiver, "今天没有链接。\nhttps://example.org/").notes == 1
    with pytest.raises(UsageError):
        enqueue(archiver, numbered.address(1) + " " * 2**20)
    assert not (archiver.folder / "out").exists()
    with pytest.raises(InputError):
        queue(archiver)


def test_enqueue_opens_no_file(archiver: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list may name saved pages; a text that somebody else may have sent must not."""
    (archiver.folder / "page.html").write_bytes(numbered.article(1).body)
    monkeypatch.chdir(archiver.folder)
    result = enqueue(archiver, f"page.html\n- page.html\n{(archiver.folder / 'page.html').as_uri()}")
    assert (result.entries, result.notes) == ((), 3)


def test_queue_is_oldest_first_and_names_what_batch_left(archiver: Command, world: World) -> None:
    enqueue(archiver, numbered.address(3), NOW)
    enqueue(archiver, "\n".join(numbered.addresses((1, 2))), NOW + timedelta(seconds=1))
    archiver.batch("--limit", "0", archiver.write("list.txt", numbered.address(0)))
    assert waiting(archiver) == numbered.addresses((3, 1, 2, 0))


# `archiver run`


def test_run_without_sources_archives_queue(archiver: Command, world: World) -> None:
    enqueue(archiver, "\n".join(numbered.serve(world, (1, 2))))
    code, out, err = run(archiver)
    assert (code, err) == (0, "2 archived\n")
    assert sorted(out.splitlines()) == sorted(str(post.relative_to(archiver.folder)) for post in archiver.posts)
    assert waiting(archiver) == []
    world.requests.clear()
    assert (run(archiver), world.requests) == ((0, "", ""), [])


def test_run_with_sources_archives_queue_too(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    enqueue(archiver, numbered.address(1))
    archiver.write("addresses.txt", *numbered.addresses((1, 2)))
    settings = {"output": "out", "interval": 0, "sources": [{"list": "addresses.txt"}]}
    (archiver.folder / "archiver.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert archiver("run").err == "2 archived\n"
    assert sorted(world.asked(PAGES)) == [numbered.path(1), numbered.path(2)]


def test_run_in_empty_folder_is_config_error_and_leaves_nothing(archiver: Command) -> None:
    for _ in range(2):
        ended = archiver("run")
        assert (ended.code, ended.out) == (78, "")
        (line,) = ended.err.splitlines()
        assert line.startswith("archiver: output: there is nothing to run")
        assert "archiver init" in line
        assert list(archiver.folder.iterdir()) == []


def test_run_in_archive_without_queue_and_sources_is_silent(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    world.requests.clear()
    assert (run(archiver), world.requests) == ((0, "", ""), [])


def test_run_limit_asks_oldest_of_queue_first(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2, 3))
    for number, minutes in ((2, 0), (3, 1), (1, 2)):
        enqueue(archiver, numbered.address(number), NOW + timedelta(minutes=minutes))
    assert run(archiver, "--limit", "2")[0] == 0
    assert sorted(world.asked(PAGES)) == [numbered.path(2), numbered.path(3)]
    assert waiting(archiver) == [numbered.address(1)]


def test_run_wall_keeps_rest_of_queue_due(archiver: Command, world: World) -> None:
    enqueue(archiver, "\n".join(numbered.serve(world, range(10))))
    world.wall(pages.wall(), after=4)
    assert (run(archiver)[0], len(archiver.posts)) == (75, 4)
    assert len(waiting(archiver)) == 6
    world.wall(None)
    archiver.machine.change("UPDATE hosts SET walled = walled - 7200")
    assert (run(archiver)[0], len(archiver.posts)) == (0, 10)


# `work_queue`


def test_work_queue_archives_what_is_due(archiver: Command, world: World) -> None:
    enqueue(archiver, "\n".join(numbered.serve(world, (1, 2))))
    assert sorted((each.url, each.outcome) for each in work(archiver)) == [
        (numbered.address(1), "archived"),
        (numbered.address(2), "archived"),
    ]
    assert len(archiver.posts) == 2
    world.requests.clear()
    assert (work(archiver), world.requests) == ([], [])


def test_work_queue_requests_missing_images(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(7,)))
    archiver.add(numbered.address(1))
    numbered.serve_picture(world, 7)
    archiver.catalogue.change("UPDATE media SET due = 0 WHERE due IS NOT NULL")
    world.requests.clear()
    assert [each.outcome for each in work(archiver)] == ["updated"]
    assert [request.host for request in world.requests] == ["mmbiz.qpic.cn"]


def test_work_queue_lists_no_source_and_rechecks_nothing(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    archiver.catalogue.change("UPDATE articles SET checked = 1")
    world.requests.clear()
    settings = Settings(output=str(archiver.folder / "out"), interval=0, recheck="7d")
    with Archiver(settings) as archive:
        assert list(archive.work_queue(ALL)) == []
    assert world.requests == []


def test_work_queue_without_archive_makes_none(archiver: Command) -> None:
    assert work(archiver) == []
    assert not (archiver.folder / "out").exists()


def test_work_queue_limit(archiver: Command, world: World) -> None:
    enqueue(archiver, "\n".join(numbered.serve(world, (1, 2, 3))))
    work(archiver, FetchOptions(limit=1))
    assert len(world.asked(PAGES)) == 1
    assert len(waiting(archiver)) == 2


def test_work_queue_stopped_at_start_requests_nothing(archiver: Command, world: World) -> None:
    enqueue(archiver, "\n".join(numbered.serve(world, (1, 2))))
    assert work(archiver, stop=lambda: True) == []
    assert world.requests == []
    assert len(waiting(archiver)) == 2


@pytest.mark.parametrize("host", [PAGES, PICTURES[0]])
def test_work_queue_stops_within_one_request(archiver: Command, world: World, host: str) -> None:
    """Several articles are under way then; each of them shows pictures."""
    for number in range(12):
        world.serve(numbered.address(number), numbered.article(number, pictures=range(number * 10, number * 10 + 9)))
        for each in range(number * 10, number * 10 + 9):
            numbered.serve_picture(world, each)
    enqueue(archiver, "\n".join(numbered.addresses(range(12))))
    stopped = threading.Event()
    after: list[Request] = []

    def stop_at(request: Request) -> None:
        if stopped.is_set():
            after.append(request)
        if request.host == host:
            stopped.set()

    world.before = stop_at
    told = work(archiver, stop=stopped.is_set)
    under_way = 1 if host == PAGES else 6  # pages are requested one by one, pictures over six connections
    assert len(after) <= under_way
    assert len(told) <= 6
    assert len(waiting(archiver)) >= 12 - len(told)
    world.before = lambda _request: None
    archiver.catalogue.change("UPDATE media SET due = 0 WHERE due IS NOT NULL")
    work(archiver)
    assert (len(archiver.posts), waiting(archiver)) == (12, [])
    assert archiver.catalogue.rows("SELECT count(*) AS n FROM media WHERE size > 0") == [{"n": 108}]
    assert max(Counter(world.asked(*PICTURES)).values()) == 1


def test_work_queue_while_run_works_is_busy(archiver: Command, world: World) -> None:
    enqueue(archiver, "\n".join(numbered.serve(world, (1, 2))))
    with world.held() as wait_for_request:
        first = archiver.start("run", "--interval", "0", "-o", "out")
        assert wait_for_request()
        with pytest.raises(Busy):
            work(archiver)
        assert statuses(enqueue(archiver, numbered.address(3))) == ["queued"]  # a paste never waits for a run
    first.communicate(timeout=60)
    assert sorted(world.asked(PAGES)) == [numbered.path(1), numbered.path(2)]
    assert waiting(archiver) == [numbered.address(3)]


def test_work_queue_excludes_thread_of_same_process(archiver: Command, world: World) -> None:
    enqueue(archiver, numbered.serve(world, (1,))[0])
    with world.held() as wait_for_request:
        thread = threading.Thread(target=work, args=(archiver,))
        thread.start()
        assert wait_for_request()
        with pytest.raises(Busy):
            work(archiver)
    thread.join(60)
    assert world.asked(PAGES) == [numbered.path(1)]


def test_work_queue_in_cooldown_is_silent(archiver: Command, world: World) -> None:
    enqueue(archiver, "\n".join(numbered.serve(world, (1, 2))))
    world.wall(pages.wall())
    assert {each.state for each in work(archiver)} >= {"verification"}
    world.wall(None)
    world.requests.clear()
    assert (work(archiver), world.requests) == ([], [])
    archiver.machine.change("UPDATE hosts SET walled = walled - 7200")
    assert len(work(archiver)) == 2


def test_threads_enqueue_while_another_works(archiver: Command, world: World) -> None:
    numbers = range(30)
    for number in numbers:
        world.serve(numbered.address(number), replace(numbered.article(number), delay=0.005))
    results: list[str] = []

    def paste() -> None:
        for number in numbers:
            results.extend(statuses(enqueue(archiver, numbered.address(number))))

    pasting = [threading.Thread(target=paste) for _ in range(3)]
    for thread in pasting:
        thread.start()
    while any(thread.is_alive() for thread in pasting):
        work(archiver)
    work(archiver)
    assert len(results) == 90
    assert results.count("queued") == 30
    assert Counter(world.asked(PAGES)) == dict.fromkeys(map(numbered.path, numbers), 1)
    assert (len(archiver.posts), waiting(archiver)) == (30, [])


def test_run_lock_is_free_after_work_queue(archiver: Command, world: World, tmp_path: Path) -> None:
    enqueue(archiver, numbered.serve(world, (1,))[0])
    work(archiver, stop=lambda: True)
    assert run(archiver)[2] == "1 archived\n"
