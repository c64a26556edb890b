"""The wall: it stops page requests of every process until the host has cooled down; a long link's is its own."""

from __future__ import annotations

import os

from tests.support.command import Command
from tests.support.wechat import PAGES, Answer, World, albums, numbered, pages

HALF_AN_HOUR = 1800


def _due(archiver: Command) -> int:
    (row,) = archiver.catalogue.rows("SELECT count(*) AS n FROM addresses WHERE due IS NOT NULL AND article_id IS NULL")
    return int(row["n"])


def _later(archiver: Command, hours: float) -> None:
    """Moves the wall that was met into the past."""
    assert archiver.machine.change("UPDATE hosts SET walled = walled - ?", hours * 3600) == 1


def _cool(archiver: Command) -> float:
    (row,) = archiver.machine.rows("SELECT cool FROM hosts")
    return float(row["cool"])


def _asked(world: World) -> list[str]:
    """What was asked of the pages' host since this was called last."""
    asked = world.asked(PAGES)
    world.requests.clear()
    return asked


def test_batch_verification_page_stops_requests_until_cooldown_ends(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(100)))
    world.wall(pages.wall(), after=37)
    walled = archiver.batch(named)
    assert (walled.code, walled.counts) == (75, {"archived": 37, "failed": 63})
    assert len(_asked(world)) == 38
    assert (len(archiver.posts), _due(archiver)) == (37, 63)

    at_once = archiver.batch(named)
    assert (at_once.code, at_once.counts) == (75, {"failed": 63, "skipped": 37})
    assert {each["code"] for each in at_once.outcomes} == {"cooling_down", ""}
    other_archive = archiver("batch", "--interval", "0", "--output", "elsewhere", named)
    assert (other_archive.code, archiver.add(numbered.address(99)).code) == (75, 75)
    assert _asked(world) == []
    assert _due(archiver) == 63

    world.wall(None)
    _later(archiver, hours=2)
    after = archiver.batch(named)
    assert (after.code, after.counts) == (0, {"archived": 63, "skipped": 37})
    assert len(_asked(world)) == 63
    assert (len(archiver.posts), _due(archiver)) == (100, 0)


def test_batch_verification_page_prints_short_summary(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.addresses(range(20)))
    world.wall(pages.wall())
    run = archiver("batch", "--interval", "0", "--output", "out", named)
    assert run.code == 75
    wall, rest, *sums = run.err.splitlines()
    assert "verification" in wall
    assert rest.startswith("archiver: 19 not asked: WeChat wants a rest")
    assert sums == ["     19  waiting for the end of WeChat's cool-down", "      1  failed: WeChat showed its wall"]


def test_batch_says_once_what_was_settled_before(archiver: Command, world: World) -> None:
    gone, away = numbered.address(30), numbered.address(31)
    world.serve(gone, pages.notice("该内容已被发布者删除"))
    world.serve(away, Answer(status=503, headers=(("Retry-After", "99999"),)))
    named = archiver.write("list.txt", *numbered.serve(world, (1,)), gone, away)
    call = ("batch", "--interval", "0", "--output", "out", named)
    first = archiver(*call).err
    assert "该内容已被发布者删除" in first
    assert away in first
    again = archiver(*call)
    assert again.err.splitlines() == [
        "      1  in the archive already",
        "      1  gone: their publisher deleted them",
        "      1  waiting for the next try, which is not due yet",
    ]
    assert gone in archiver(*call, "-v").err


def test_batch_cooldown_doubles_until_article_arrives(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(2)))
    world.wall(pages.wall())
    cools = []
    for _ in range(3):
        archiver.batch(named)
        cools.append(_cool(archiver))
        _later(archiver, hours=24)
    assert cools == [HALF_AN_HOUR, 2 * HALF_AN_HOUR, 4 * HALF_AN_HOUR]
    assert len(world.asked(PAGES)) == 3
    world.wall(None)
    assert archiver.batch(named).code == 0
    assert _cool(archiver) == 0


def test_batch_newer_cookies_end_cooldown(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(2)))
    solved = "mp.weixin.qq.com\tFALSE\t/\tFALSE\t4102444800\tpoc_sid\tx"
    cookies = archiver.folder / archiver.write("cookies.txt", "# Netscape HTTP Cookie File", solved)
    os.utime(cookies, (1, 1))
    world.wall(pages.wall())
    archiver.batch(named)
    world.wall(None)
    assert archiver.batch("--cookies", cookies, named).code == 75
    cookies.touch()
    assert archiver.batch("--cookies", cookies, named).code == 0


def _long_walls(world: World, count: int) -> list[str]:
    """As many long links that lead to the wall."""
    links = [albums.long_link(number) for number in range(1, count + 1)]
    for link in links:
        world.serve(link, pages.wall())
    return links


def test_batch_long_link_verification_affects_that_url_only(archiver: Command, world: World) -> None:
    (link,) = _long_walls(world, 1)
    named = archiver.write("list.txt", link, *numbered.serve(world, range(50, 55)))
    run = archiver.batch(named)
    assert (run.code, run.counts) == (75, {"archived": 5, "failed": 1})
    told = next(outcome for outcome in run.outcomes if outcome["url"] == link)
    assert told["state"] == "verification"
    assert any("needs the short link" in warning for warning in told["warnings"])
    assert (told["code"], told["warning_codes"]) == ("verification", ["needs_short_link"])
    (row,) = archiver.catalogue.rows("SELECT due - tried AS wait FROM addresses WHERE url = ?", link)
    assert row["wait"] > 0
    world.requests.clear()
    again = archiver.batch(named)
    assert (again.code, again.counts, world.requests) == (75, {"failed": 1, "skipped": 5}, [])


def test_batch_three_consecutive_long_link_verifications_start_cooldown(archiver: Command, world: World) -> None:
    run = archiver.batch(archiver.write("long.txt", *_long_walls(world, 7)))
    assert (run.code, run.counts, len(_asked(world))) == (75, {"failed": 7}, 3)
    assert _due(archiver) == 7
    short = archiver.batch(archiver.write("short.txt", *numbered.serve(world, (50,))))
    assert (short.code, _asked(world)) == (75, [])
    _later(archiver, hours=2)
    assert archiver.batch("short.txt").code == 0


def test_batch_two_long_link_verifications_start_no_cooldown(archiver: Command, world: World) -> None:
    archiver.batch(archiver.write("long.txt", *_long_walls(world, 2)))
    short = archiver.batch(archiver.write("short.txt", *numbered.serve(world, (50,))))
    assert (short.code, short.counts) == (0, {"archived": 1})


def test_batch_long_link_verifications_count_only_consecutively(archiver: Command, world: World) -> None:
    links = _long_walls(world, 4)
    archiver.batch(archiver.write("long.txt", *links[:2]))
    archiver.batch(archiver.write("short.txt", *numbered.serve(world, (50,))))
    archiver.batch(archiver.write("more.txt", *links[2:]))
    assert _cool(archiver) == 0


def test_batch_refresh_long_link_requests_known_short_link(archiver: Command, world: World) -> None:
    (link,) = _long_walls(world, 1)
    world.serve(numbered.address(1), numbered.article(1))
    archiver.add(numbered.address(1))
    world.requests.clear()
    run = archiver.batch("--refresh", archiver.write("long.txt", link))
    assert (run.code, run.outcome["outcome"], _asked(world)) == (0, "unchanged", [numbered.path(1)])
