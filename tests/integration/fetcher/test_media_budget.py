"""What one article may cost, and that what is left of it stays due and is had by later calls."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from archiver.errors import Postponed, TooLarge
from archiver.fetcher.host_cooldowns import HostCooldowns
from archiver.fetcher.media_budget import MediaBudget, MediaLimits
from archiver.settings import ArticleSettings
from tests.support.command import Command
from tests.support.inside import Inside
from tests.support.wechat import PAGES, Answer, World, faults, numbered, pages

CDN = "mmbiz.qpic.cn"
NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
ONE = numbered.address(1)
SIZES = sorted(len(numbered.picture_bytes(number)) for number in range(7))


class Clock:
    """A time that only the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


# The account


def test_budget_counts_a_medium_once() -> None:
    budget = MediaBudget(MediaLimits(media=2))
    for name in ("a", "b", "a", "b"):
        budget.begin_medium(name)
    with pytest.raises(Postponed, match="max_pictures"):
        budget.begin_medium("c")
    budget.begin_medium("a")  # which is under way


def test_budget_counts_requests() -> None:
    budget = MediaBudget(MediaLimits(requests=3))
    for _ in range(3):
        budget.begin_request()
    with pytest.raises(Postponed, match="max_requests"):
        budget.begin_request()


def test_budget_counts_bytes_as_they_come() -> None:
    budget = MediaBudget(MediaLimits(size=10))
    budget.receive(10)
    with pytest.raises(Postponed, match="max_bytes"):
        budget.begin_request()
    with pytest.raises(TooLarge, match="max_bytes"):
        budget.receive(1)


def test_budget_time_runs_from_the_first_request() -> None:
    clock = Clock()
    budget = MediaBudget(MediaLimits(seconds=60), now=clock.now)
    clock.seconds = 1000
    assert budget.begin_request() == 60
    clock.seconds = 1059
    assert (budget.begin_request(), budget.seconds_left()) == (1, 1)
    budget.check_time(0.5)
    with pytest.raises(Postponed, match="max_time"):
        budget.check_time(1)
    clock.seconds = 1060
    for ask in (budget.begin_request, budget.check_time, lambda: budget.begin_medium("a")):
        with pytest.raises(Postponed, match="max_time"):
            ask()
    assert budget.seconds_left() == 0


def test_budget_ends_with_the_run() -> None:
    clock = Clock()
    budget = MediaBudget(MediaLimits(seconds=60), now=clock.now, until=lambda: NOW + timedelta(seconds=5))
    assert budget.begin_request() == 5
    clock.seconds = 5
    with pytest.raises(Postponed, match="time of this call"):
        budget.begin_medium("a")


def test_budget_is_shared_by_all_threads() -> None:
    budget, refused = MediaBudget(MediaLimits(requests=500)), Counter[bool]()

    def ask() -> None:
        for _ in range(100):
            try:
                budget.begin_request()
            except Postponed:
                refused[True] += 1

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused[True] == 100


# Rests of hosts


def rests() -> tuple[HostCooldowns, Clock]:
    clock = Clock()
    return HostCooldowns(sleep=clock.sleep, clock=lambda: clock.seconds), clock


def forever() -> float:
    return float("inf")


def test_host_cooldowns_block_one_host_and_wait_once() -> None:
    hosts, clock = rests()
    for _ in range(6):  # of as many requests that were under way
        hosts.back_off("a", 100)
    hosts.wait("b", forever)
    assert clock.seconds == 0
    for _ in range(6):
        hosts.wait("a", forever)
    assert clock.seconds == 100


@pytest.mark.parametrize("asked", [[121], [100, 100], [50, 50, 50], [3600]])
def test_host_cooldowns_too_long_wait_is_postponed(asked: list[float]) -> None:
    hosts, clock = rests()
    for seconds in asked[:-1]:
        hosts.back_off("a", seconds)
        hosts.wait("a", forever)
    slept = clock.seconds
    hosts.back_off("a", asked[-1])
    hosts.record_success("a")  # by one that was under way
    with pytest.raises(Postponed, match="a wants a rest"):
        hosts.wait("a", forever)
    clock.seconds += 86400
    with pytest.raises(Postponed):
        hosts.wait("a", forever)
    assert clock.seconds == slept + 86400


def test_host_cooldowns_success_resets_total_wait() -> None:
    hosts, clock = rests()
    for _ in range(5):
        hosts.back_off("a", 100)
        hosts.wait("a", forever)
        hosts.record_success("a")
    assert clock.seconds == 500


def test_host_cooldowns_wait_beyond_time_left_is_postponed() -> None:
    hosts, clock = rests()
    hosts.back_off("a", 100)
    with pytest.raises(Postponed):
        hosts.wait("a", lambda: 100)
    assert clock.seconds == 0


# Articles


def serve(world: World, count: int, answer: Answer | None = None) -> None:
    """Article 1 with `count` pictures, all of which the CDN has or answers so."""
    world.serve(ONE, numbered.article(1, pictures=range(count)))
    for number in range(count):
        if answer:
            world.serve(f"{numbered.picture(number)}/0", answer)
            world.serve(f"{numbered.picture(number)}/640", answer)
        else:
            numbered.serve_picture(world, number)


def rows(archive: Inside) -> list[dict[str, object]]:
    return [dict(row) for row in archive.catalogue.rows("SELECT name, path, tries, due FROM media ORDER BY name")]


def due(archive: Inside) -> list[str]:
    return [str(row["name"]) for row in rows(archive) if row["due"] is not None]


@pytest.mark.parametrize(
    ("bounds", "each"),
    [
        (ArticleSettings(max_pictures=2), 2),
        (ArticleSettings(max_requests=3), 3),
        (ArticleSettings(max_bytes=3 * SIZES[-1]), 3),
    ],
    ids=["pictures", "requests", "bytes"],
)
def test_batch_article_over_limit_continues_in_next_run(
    archive: Inside, world: World, bounds: ArticleSettings, each: int
) -> None:
    archive.article = bounds
    serve(world, 7)
    code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.outcome) == (0, "archived")
    saved = outcome.images.saved
    assert outcome.images.failed == 7 - saved
    assert 0 < saved <= (bounds.max_bytes // SIZES[0] if bounds.max_bytes < 10**9 else each)
    assert any("article.max_" in warning for warning in outcome.warnings)
    left = [row for row in rows(archive) if not row["path"]]
    tries = {(row["tries"], row["due"] == archive.now.timestamp()) for row in left}
    assert tries == {(0, True)} or (
        bounds.max_bytes < 10**9 and tries <= {(0, True), (1, False)}
    )  # one under way was asked for
    assert all(row["due"] for row in left)
    post = next(archive.folder.glob("_posts/*")).read_text()
    assert post.count("https://mmbiz.qpic.cn/") == 7 - saved
    for _ in range(9):
        archive.now += timedelta(days=1)
        code, (outcome,) = archive.batch(ONE)
        assert code == 0
    assert (due(archive), outcome.images.saved, outcome.warnings) == ([], 7, ())
    assert [request.path.partition("?")[0] for request in world.requests].count(numbered.path(1)) == 1
    assert "qpic.cn" not in next(archive.folder.glob("_posts/*")).read_text()


def test_batch_article_over_max_time_continues_in_next_run(archive: Inside, world: World) -> None:
    archive.article = ArticleSettings(max_time="25m")
    serve(world, 40)

    def slow(request: object) -> None:
        archive.now += timedelta(minutes=10) if getattr(request, "host", "") == CDN else timedelta()

    world.before = slow
    _, (outcome,) = archive.batch(ONE)
    assert 3 <= outcome.images.saved <= 3 + 6  # those that were under way
    assert len(due(archive)) == 40 - outcome.images.saved
    assert {row["tries"] for row in rows(archive)} == {0}


def test_batch_missing_pictures_are_tried_evenly_then_given_up(archive: Inside, world: World) -> None:
    archive.article = ArticleSettings(max_requests=6)  # three of its pictures
    serve(world, 10, Answer(status=404))
    counts = []
    for _ in range(60):
        archive.batch(ONE)
        tries = [int(str(row["tries"])) for row in rows(archive)]
        counts.append(max(tries) - min(tries))
        archive.now += timedelta(days=2)
    assert max(counts) <= 3  # not to one, as several are asked for at once
    assert due(archive) == []
    asked = len(world.requests)
    archive.batch(ONE)
    assert len(world.requests) == asked


def test_batch_repeated_short_media_cooldowns_postpone_pictures(archive: Inside, world: World) -> None:
    serve(world, 300, faults.too_many("100"))
    _, (outcome,) = archive.batch(ONE)
    assert outcome.outcome == "archived"
    assert len(world.asked(CDN)) <= 2 * 9  # its threads, before the first rest and behind it
    assert len(archive.slept) <= 2 * 9
    assert {row["tries"] for row in rows(archive)} <= {0, 1}
    assert len(due(archive)) == 300


def test_batch_long_media_cooldown_postpones_pictures(archive: Inside, world: World) -> None:
    serve(world, 300, faults.too_many("3600"))
    _, (outcome,) = archive.batch(ONE)
    assert (outcome.outcome, archive.slept) == ("archived", [])
    assert len(world.asked(CDN)) <= 9
    assert len(due(archive)) == 300
    assert sum(row["tries"] == 0 for row in rows(archive)) >= 300 - 9
    assert any("wants a rest of 3600 s" in warning for warning in outcome.warnings)


# The end of the run


def test_batch_max_time_reached_starts_no_picture_request(archive: Inside, world: World) -> None:
    serve(world, 40)
    times = []
    end = archive.now + timedelta(seconds=5)

    def second(request: object) -> None:
        times.append(archive.now)
        archive.now += timedelta(seconds=1)

    world.before = second
    code, (outcome,) = archive.batch(ONE, max_time=5)
    assert (code, outcome.outcome) == (0, "archived")
    assert len([at for at in times if at >= end]) <= 6  # which were on their way when the last second began
    assert len(due(archive)) == 40 - outcome.images.saved
    assert any("time of this call is over" in warning for warning in outcome.warnings)
    world.before = lambda _request: None
    _, (outcome,) = archive.batch(ONE)
    assert (outcome.images.saved, due(archive)) == (40, [])


@pytest.mark.parametrize("answer", [faults.SILENT, faults.SLOW_HEAD, faults.SLOW_BODY], ids=["silent", "head", "body"])
def test_batch_max_time_reached_aborts_picture_response(archive: Inside, world: World, answer: Answer) -> None:
    serve(world, 3, answer)
    begin, end = monotonic(), archive.now + timedelta(seconds=1)

    def pass_time(request: object) -> None:
        archive.now = end if getattr(request, "host", "") == CDN else archive.now

    world.before = pass_time  # while it is under way
    code, (outcome,) = archive.batch(ONE, max_time=1)
    assert monotonic() - begin < 15
    assert (code, outcome.outcome, outcome.images.failed) == (0, "archived", 3)
    assert len(due(archive)) == 3
    assert {row["tries"] for row in rows(archive)} == {0}


def test_batch_max_time_reached_aborts_page_response(archive: Inside, world: World) -> None:
    world.serve(ONE, faults.SLOW_BODY)
    begin, end = monotonic(), archive.now + timedelta(seconds=1)
    world.before = lambda _request: setattr(archive, "now", end)
    code, (outcome,) = archive.batch(ONE, max_time=1)
    assert monotonic() - begin < 15
    assert (code, outcome.outcome, archive.due) == (0, "skipped", [ONE])
    assert len(world.asked(PAGES)) == 1


def test_batch_max_time_reached_cuts_retry_delay(archive: Inside, world: World) -> None:
    serve(world, 3, Answer(status=503))
    begin = archive.now
    _, (outcome,) = archive.batch(ONE, max_time=0.5)
    assert outcome.images.failed == 3
    assert archive.now - begin <= timedelta(seconds=0.5)
    assert {row["tries"] for row in rows(archive)} == {1}  # each failed once by itself


def test_batch_max_time_limits_slow_picture_servers(archiver: Command, world: World) -> None:
    world.serve(ONE, numbered.article(1, pictures=range(400)))
    for number in range(400):
        answer = faults.too_many("100") if number % 2 else pages.redirect("https://wx.qlogo.cn/slow")
        world.serve(f"{numbered.picture(number)}/0", answer)
        world.serve(f"{numbered.picture(number)}/640", answer)
    world.serve("https://wx.qlogo.cn/slow", faults.SLOW_BODY)
    archiver.write("list.txt", ONE)
    begin = monotonic()
    assert archiver("batch", "list.txt", "-o", "out", "--max-time", "3s", "--interval", "0").code == 0
    assert monotonic() - begin < 25  # of a busy machine
    assert len(archiver.posts) == 1
