"""`archiver run` from cron, hour after hour: cron mails whatever is written, so a wall is one mail."""

from __future__ import annotations

import pytest

from tests.integration.commands.test_run import _configure
from tests.support.command import Command, Run
from tests.support.wechat import PAGES, Answer, World, numbered, pages

HOURS = 24


def _pass_an_hour(archiver: Command) -> None:
    """Move the wall, and when addresses are due, an hour into the past."""
    archiver.machine.change("UPDATE hosts SET walled = walled - 3600")
    archiver.catalogue.change("UPDATE addresses SET due = due - 3600, tried = tried - 3600 WHERE due IS NOT NULL")


def _day(archiver: Command) -> list[Run]:
    """A day of hourly runs."""
    runs = []
    for _ in range(HOURS):
        runs.append(archiver("run"))
        _pass_an_hour(archiver)
    return runs


def _mails(runs: list[Run]) -> list[str]:
    """What cron sends of these runs."""
    return [run.out + run.err for run in runs if run.out or run.err]


@pytest.fixture
def walled(archiver: Command, world: World) -> Command:
    """A list of articles, in whose place WeChat shows its wall."""
    archiver.write("addresses.txt", *numbered.serve(world, range(10)))
    _configure(archiver, {"list": "addresses.txt"})
    world.wall(pages.wall())
    return archiver


def test_run_hourly_with_wall_that_stays_sends_one_mail(walled: Command, world: World) -> None:
    runs = _day(walled)
    (mail,) = _mails(runs)
    assert "verification" in mail
    assert mail.splitlines()[-1] == "9 waiting, 1 failed"
    assert {run.code for run in runs} == {75}
    assert len(world.asked(PAGES)) == 6  # at 0, 1, 2, 4, 8 and 16 o'clock, since cool-downs double
    world.wall(None)
    walled.machine.change("UPDATE hosts SET walled = walled - 86400")
    assert walled("run").err.splitlines() == ["10 archived"]


def test_run_hourly_in_cooldown_of_24_hours_sends_one_mail(walled: Command, world: World) -> None:
    world.wall(Answer(status=429, headers=(("Retry-After", "86400"),)))
    runs = _day(walled)
    (mail,) = _mails(runs)
    assert runs[0].err == mail
    assert "429" in mail
    assert {run.code for run in runs} == {75}
    assert len(world.asked(PAGES)) == 1


def test_run_in_cooldown_still_says_other_trouble_and_news(walled: Command, world: World) -> None:
    walled("run")
    walled.write("addresses.txt", numbered.address(1), "https://mp.weixin.qq.com/s/x")
    run = walled("run")
    assert run.code == 2
    assert "line 2" in run.err
    assert "verification" not in run.err


def test_run_new_wall_after_a_page_is_told_again(walled: Command, world: World) -> None:
    walled("run")
    world.wall(None)
    walled.machine.change("UPDATE hosts SET walled = walled - 7200")
    assert walled("run").err.splitlines() == ["10 archived"]
    world.wall(pages.wall())
    walled.write("addresses.txt", *numbered.serve(world, range(20, 22)))
    assert "verification" in walled("run").err
    assert walled("run").err == ""


def test_run_verbose_says_the_wall_each_time(walled: Command) -> None:
    walled("run")
    assert "not asked: WeChat wants a rest" in walled("run", "-v").err
