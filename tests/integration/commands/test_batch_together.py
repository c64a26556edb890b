"""Several processes at one archive: each address is asked by one of them, and nobody spoils anybody's work."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256

from tests.support.command import Command
from tests.support.wechat import PAGES, World, numbered, pages


def _serve(world: World, numbers: range) -> list[str]:
    """Articles with a picture of their own and one that all share, on servers that take a while."""
    for number in numbers:
        world.serve(numbered.address(number), replace(numbered.article(number, pictures=(number, 999)), delay=0.02))
        _serve_picture(world, number)
    _serve_picture(world, 999)
    return numbered.addresses(numbers)


def _serve_picture(world: World, number: int) -> None:
    picture = pages.picture(numbered.picture_bytes(number), "image/png")
    world.serve(f"{numbered.picture(number)}/0", replace(picture, delay=0.05))


def _requested_twice(world: World) -> list[str]:
    return [path for path, times in Counter(world.asked(PAGES)).items() if times > 1]


def test_batch_concurrent_overlapping_lists_request_each_url_once(archiver: Command, world: World) -> None:
    everything = _serve(world, range(40))
    one = archiver.write("one.txt", *everything[:30])
    two = archiver.write("two.txt", *reversed(everything[10:]))
    runs = archiver.at_once(archiver.batch_call(one), archiver.batch_call(two))
    assert [run.code for run in runs] == [0, 0]
    assert [len(run.outcomes) for run in runs] == [30, 30]
    assert sum(run.counts["archived"] for run in runs) == 40
    assert _requested_twice(world) == []
    assert len(world.asked(PAGES)) == 40
    assert len(archiver.posts) == 40
    for row in archiver.catalogue.rows("SELECT post, digest FROM articles"):
        assert sha256((archiver.folder / "out" / row["post"]).read_bytes()).hexdigest() == row["digest"]
    assert archiver.catalogue.rows("SELECT url FROM addresses WHERE owner IS NOT NULL OR due IS NOT NULL") == []


def test_batch_concurrent_urls_of_one_article_one_post(archiver: Command, world: World) -> None:
    for number in range(20):
        for alias in (number, 100 + number):
            world.serve(numbered.address(alias), replace(numbered.article(number), delay=0.01))
    one = archiver.write("one.txt", *numbered.addresses(range(20)))
    two = archiver.write("two.txt", *numbered.addresses(range(100, 120)))
    runs = archiver.at_once(archiver.batch_call(one), archiver.batch_call(two))
    assert [run.code for run in runs] == [0, 0]
    assert len(archiver.posts) == 20
    assert archiver.catalogue.rows("SELECT count(*) AS n FROM articles") == [{"n": 20}]
    assert archiver.catalogue.rows("SELECT count(*) AS n FROM addresses WHERE article_id IS NULL") == [{"n": 0}]


def test_batch_concurrent_same_title_gets_separate_posts(archiver: Command, world: World) -> None:
    for number in range(10):
        page = numbered.article(number)
        world.serve(
            numbered.address(number),
            replace(page, body=page.body.replace(f"测试 {number:03}".encode(), "同名".encode())),
        )
    one = archiver.write("one.txt", *numbered.addresses(range(5)))
    two = archiver.write("two.txt", *numbered.addresses(range(5, 10)))
    archiver.at_once(archiver.batch_call(one), archiver.batch_call(two))
    assert len(archiver.posts) == 10
    assert len({row["post"] for row in archiver.catalogue.rows("SELECT post FROM articles")}) == 10


def test_batch_url_leased_by_dead_run_is_archived(archiver: Command, world: World) -> None:
    _serve(world, range(1))
    named = archiver.write("list.txt", numbered.address(0))
    archiver.batch("--limit", "0", named)
    archiver.catalogue.change("UPDATE addresses SET owner = ?", "0123456789abcdef")
    assert archiver.batch(named).counts == {"archived": 1}


def test_batch_url_leased_by_killed_run_is_archived(archiver: Command, world: World) -> None:
    _serve(world, range(1))
    named = archiver.write("list.txt", numbered.address(0))
    with world.held() as wait_for_request:
        killed = archiver.start(*archiver.batch_call(named))
        assert wait_for_request()
        (row,) = archiver.catalogue.rows("SELECT owner FROM addresses")
        killed.kill()
        killed.communicate(timeout=60)
    assert row["owner"]
    assert archiver.batch(named).counts == {"archived": 1}


def test_batch_concurrent_with_add_makes_no_duplicates(archiver: Command, world: World) -> None:
    everything = _serve(world, range(12))
    named = archiver.write("list.txt", *everything)
    add = ("add", "--json", "--interval", "0", "--output", "out", *everything)
    runs = archiver.at_once(archiver.batch_call(named), add)
    assert [run.code for run in runs] == [0, 0]
    assert len(archiver.posts) == 12
    # `add` reads its sources always; the batch does not ask for what is known by then
    assert all(times <= 2 for times in Counter(world.asked(PAGES)).values())
    assert archiver.catalogue.rows("SELECT count(*) AS n FROM articles") == [{"n": 12}]


def test_batch_two_archives_share_host_rate_limit(archiver: Command, world: World) -> None:
    everything = _serve(world, range(6))
    calls = [
        ("batch", "--interval", "0.5", "--output", f"archive-{each}", archiver.write(f"{each}.txt", *half))
        for each, half in enumerate((everything[:3], everything[3:]))
    ]
    runs = archiver.at_once(*calls)
    assert [run.code for run in runs] == [0, 0]
    times = sorted(world.times(PAGES))
    assert len(times) == 6
    assert times[-1] - times[0] > 1.8  # five intervals, less what the first may be late; two clocks would need two
