"""`archiver batch`: what is final is not asked again, what may pass is asked when it is due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.command import Command
from tests.support.wechat import PAGES, Answer, World, numbered, pages

ONE, TWO = numbered.addresses((1, 2))
UNREACHABLE = Answer(status=503, headers=(("Retry-After", "300"),))  # asks for more patience than a run has

FINAL = {
    "deleted": (pages.notice("该内容已被发布者删除"), "deleted", "该内容已被发布者删除"),
    "violation": (pages.notice("此内容因违规无法查看"), "violation", "违规"),
    "expired": (pages.notice("链接已过期"), "expired", "链接已过期"),
    "parameter error": (pages.notice("参数错误"), "invalid", "参数错误"),
}


@pytest.mark.parametrize(("answer", "state", "reason"), FINAL.values(), ids=FINAL)
def test_batch_final_state_recorded_and_not_requested_again(
    archiver: Command, world: World, answer: Answer, state: str, reason: str
) -> None:
    world.serve(ONE, answer)
    named = archiver.write("list.txt", ONE)
    first, again = archiver.batch(named), archiver.batch(named)
    assert [(run.code, run.outcome["outcome"], run.outcome["state"]) for run in (first, again)] == [
        (0, "skipped", state),
        (0, "skipped", state),
    ]
    assert world.asked(PAGES) == [numbered.path(1)]
    (row,) = archiver.catalogue.rows("SELECT state, reason, tried, due FROM addresses")
    assert (row["state"], row["due"]) == (state, None)
    assert reason in row["reason"]
    assert row["tried"] > 1_700_000_000
    assert archiver.posts == []


def test_batch_retry_gone_requests_final_urls_again(archiver: Command, world: World) -> None:
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    named = archiver.write("list.txt", ONE)
    archiver.batch(named)
    world.serve(ONE, numbered.article(1))
    assert archiver.batch("--retry", named).counts == {"skipped": 1}
    assert archiver.batch("--retry-gone", named).counts == {"archived": 1}
    assert len(world.asked(PAGES)) == 2


def test_batch_unavailable_final_after_three_attempts(archiver: Command, world: World) -> None:
    world.serve(ONE, pages.cannot_view())
    named = archiver.write("list.txt", ONE)
    runs = [archiver.batch("--retry", named) for _ in range(4)]
    assert [run.outcome["outcome"] for run in runs] == ["failed", "failed", "failed", "skipped"]
    assert len(world.asked(PAGES)) == 3


@pytest.mark.parametrize(
    ("before", "then", "tries"),
    [
        (Answer(status=404), pages.cannot_view(), 3),
        (pages.notice("系统出错"), pages.cannot_view(), 3),
        (pages.cannot_view(), pages.notice("系统出错"), 5),
    ],
    ids=["404, unavailable", "unknown, unavailable", "unavailable, unknown"],
)
def test_batch_attempts_counted_per_state(
    archiver: Command, world: World, before: Answer, then: Answer, tries: int
) -> None:
    """`unavailable` is final after three tries, `unknown` after five: of that state."""
    named = archiver.write("list.txt", ONE)
    world.serve(ONE, before, before, then)
    runs = [archiver.batch("--retry", named) for _ in range(2 + tries + 1)]
    assert [run.outcome["outcome"] for run in runs] == ["failed"] * (2 + tries) + ["skipped"]
    assert len(world.asked(PAGES)) == 2 + tries


def test_batch_network_failure_not_retried_before_due(archiver: Command, world: World) -> None:
    world.serve(ONE, UNREACHABLE)
    numbered.serve(world, (2,))
    named = archiver.write("list.txt", ONE, TWO)
    first = archiver.batch(named)
    assert (first.code, first.counts) == (1, {"archived": 1, "failed": 1})
    asked = len(world.requests)
    again = archiver.batch(named)
    assert (again.code, again.counts) == (1, {"failed": 1, "skipped": 1})
    assert "not due" in next(outcome["error"] for outcome in again.outcomes if outcome["error"])
    assert len(world.requests) == asked


def test_batch_network_failure_retried_when_due(archiver: Command, world: World) -> None:
    world.serve(ONE, UNREACHABLE)
    named = archiver.write("list.txt", ONE)
    archiver.batch(named)
    world.serve(ONE, numbered.article(1))
    assert archiver.catalogue.change("UPDATE addresses SET due = 1") == 1
    assert archiver.batch(named).counts == {"archived": 1}


def test_batch_retry_option_ignores_due_time(archiver: Command, world: World) -> None:
    world.serve(ONE, UNREACHABLE)
    named = archiver.write("list.txt", ONE)
    archiver.batch(named)
    world.serve(ONE, numbered.article(1))
    assert archiver.batch("--retry", named).counts == {"archived": 1}


def test_batch_backoff_grows_with_each_failure(archiver: Command, world: World) -> None:
    world.serve(ONE, UNREACHABLE)
    named = archiver.write("list.txt", ONE)
    waits = []
    for _ in range(3):
        archiver.batch("--retry", named)
        waits += archiver.catalogue.rows("SELECT tries, due - tried AS wait FROM addresses")
    assert [row["tries"] for row in waits] == [1, 2, 3]
    assert waits[0]["wait"] < waits[1]["wait"] < waits[2]["wait"]


def test_batch_refresh_deleted_article_keeps_post(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    named = archiver.write("list.txt", ONE)
    archiver.batch(named)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    assert archiver.batch("--refresh", named).outcome["state"] == "deleted"
    assert archiver.posts[0].read_text(encoding="utf-8").endswith("\n第 1 篇。\n")
    assert archiver.catalogue.rows("SELECT state FROM articles") == [{"state": "deleted"}]


@pytest.mark.parametrize("state", ["due", "waiting"])
@pytest.mark.parametrize(
    "only", [("--account", "号"), ("--since", "2020-01-01"), ("--until", "2020-01-01"), ("--incomplete",)]
)
def test_list_url_state_rejects_article_filters(
    archiver: Command, world: World, state: str, only: tuple[str, ...]
) -> None:
    archiver.batch("--limit", "0", archiver.write("list.txt", ONE))
    run = archiver("list", "-o", "out", "--state", state, *only)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert f"--state {state}" in run.err


# Pictures


def _with_picture(archiver: Command, world: World) -> str:
    world.serve(ONE, numbered.article(1, pictures=(7,)))
    named = archiver.write("list.txt", ONE)
    assert archiver.batch(named).outcome["images"] == {"expected": 1, "saved": 0, "failed": 1}
    numbered.serve_picture(world, 7)
    world.requests.clear()
    return named


def test_batch_missing_image_fetched_without_page(archiver: Command, world: World) -> None:
    named = _with_picture(archiver, world)
    assert archiver.catalogue.change("UPDATE media SET due = 0 WHERE due IS NOT NULL") == 1
    run = archiver.batch(named)
    assert (run.outcome["outcome"], run.outcome["images"]) == ("updated", {"expected": 1, "saved": 1, "failed": 0})
    assert [(request.host, request.path.partition("?")[0]) for request in world.requests] == [
        ("mmbiz.qpic.cn", f"{numbered.picture(7).partition('.cn')[2]}/0")
    ]
    assert (archiver.folder / "out" / numbered.picture_file(7)).read_bytes() == numbered.picture_bytes(7)
    assert f"/{numbered.picture_file(7)}" in archiver.posts[0].read_text(encoding="utf-8")
    assert archiver.batch(named).counts == {"skipped": 1}
    assert len(world.requests) == 1


def test_batch_missing_image_not_fetched_before_due(archiver: Command, world: World) -> None:
    named = _with_picture(archiver, world)
    assert archiver.batch(named).counts == {"skipped": 1}
    assert world.requests == []


def test_batch_missing_image_fetched_during_cooldown(archiver: Command, world: World) -> None:
    named = _with_picture(archiver, world)
    archiver.catalogue.change("UPDATE media SET due = 0 WHERE due IS NOT NULL")
    world.wall(pages.wall())
    archiver.add(TWO)
    assert archiver.batch(named).outcome["outcome"] == "updated"


def test_batch_shared_image_fetched_once(archiver: Command, world: World) -> None:
    for number in (1, 2):
        world.serve(numbered.address(number), numbered.article(number, pictures=(7,)))
    numbered.serve_picture(world, 7)
    archiver.batch(archiver.write("list.txt", ONE))
    archiver.batch(archiver.write("list.txt", ONE, TWO))
    assert len(world.asked("mmbiz.qpic.cn")) == 1
    assert all(numbered.picture_file(7) in post.read_text(encoding="utf-8") for post in archiver.posts)


def test_batch_shared_image_of_concurrent_articles_fetched_once(archiver: Command, world: World) -> None:
    numbers = range(1, 7)
    for number in numbers:
        world.serve(numbered.address(number), numbered.article(number, pictures=(7,)))
    slow = replace(pages.picture(numbered.picture_bytes(7), "image/png"), delay=0.3)
    world.serve(f"{numbered.picture(7)}/0", slow)
    archiver.batch(archiver.write("list.txt", *map(numbered.address, numbers)))
    assert len(world.asked("mmbiz.qpic.cn")) == 1
    assert all(numbered.picture_file(7) in post.read_text(encoding="utf-8") for post in archiver.posts)
    assert archiver("verify", "-o", "out").code == 0
