"""`archiver recheck` and `archiver history`: edits and deletions are news, the old text stays."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from tests.support.command import Command
from tests.support.wechat import PAGES, Answer, World, albums, numbered, pages

ONE, TWO = numbered.addresses((1, 2))
DAY = 86400
NOTICES = {
    "deleted": (pages.notice("该内容已被发布者删除"), "已被发布者删除"),
    "violation": (pages.notice("此内容因违规无法查看"), "因违规被删除"),
    "unavailable": (pages.cannot_view(), "无法查看"),
}


def recheck(archiver: Command, *arguments: str) -> dict[str, int]:
    return archiver("recheck", "-o", "out", "--json", "--interval", "0", *arguments).counts


def aged(archiver: Command, *, days: float, published: float = 0) -> None:
    """Makes the archive's articles as if they had been asked for that many days ago, that long after they came out."""
    checked = int(time.time() - days * DAY)
    archiver.catalogue.change(f"UPDATE articles SET checked = {checked}")
    archiver.catalogue.change(f"UPDATE articles SET published = checked - {int(published * DAY)}")


def text(archiver: Command) -> str:
    (post,) = archiver.posts
    return post.read_text(encoding="utf-8")


def history(archiver: Command, *arguments: str) -> list[str]:
    return archiver("history", "-o", "out", *arguments).out.splitlines()


def test_recheck_edit_and_deletion_keep_three_captures(archiver: Command, world: World) -> None:
    world.serve(ONE, numbered.article(1, words="原来的一句。"))
    archiver.add(ONE)
    world.serve(ONE, numbered.article(1, words="改过的一句。"))
    assert recheck(archiver, ONE) == {"updated": 1}
    assert "改过的一句。" in text(archiver)
    assert "原来的一句。" not in text(archiver)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    assert recheck(archiver, ONE) == {"updated": 1}

    assert [line.split()[3] for line in history(archiver, ONE)] == ["article", "article", "deleted"]
    changed = [line for line in history(archiver, "--diff", "1", "2", ONE) if line[0] in "+-"][2:]
    assert changed == ["-第 1 篇。原来的一句。", "+第 1 篇。改过的一句。"]
    assert "改过的一句。" in text(archiver)
    assert '  gone:\n    state: "deleted"\n    seen: "20' in text(archiver)
    assert "> 原文已无法访问：已被发布者删除（20" in text(archiver)


def test_recheck_unchanged_article_stores_no_capture(archiver: Command, world: World) -> None:
    """WeChat's pages differ in every response; their words do not."""
    world.serve(ONE, numbered.article(1))
    archiver.add(ONE)
    before = text(archiver)
    snapshots = sorted((archiver.folder / "out/.archive/snapshots").rglob("*.zst"))
    archiver.catalogue.change("UPDATE articles SET checked = 1")
    world.serve(ONE, pages.page(numbered.article(1).body.decode() + "<!-- nonce 12345 -->"))
    assert recheck(archiver, ONE) == {"unchanged": 1}
    assert text(archiver) == before
    assert sorted((archiver.folder / "out/.archive/snapshots").rglob("*.zst")) == snapshots
    assert len(archiver.catalogue.rows("SELECT id FROM captures")) == 1
    (row,) = archiver.catalogue.rows("SELECT checked FROM articles")
    assert row["checked"] > 1_700_000_000


@pytest.mark.parametrize(("answer", "words"), NOTICES.values(), ids=NOTICES)
def test_recheck_unavailable_article_marks_post(
    archiver: Command, world: World, answer: Answer, words: str, request: pytest.FixtureRequest
) -> None:
    state = request.node.callspec.id
    numbered.serve(world, (1,))
    archiver.add(ONE)
    world.serve(ONE, answer)
    run = archiver("recheck", "-o", "out", "--json", "--interval", "0", ONE)
    assert (run.code, run.outcome["outcome"], run.outcome["state"]) == (0, "updated", state)
    assert f'state: "{state}"' in text(archiver)
    assert words in text(archiver)
    assert "第 1 篇。" in text(archiver)
    assert recheck(archiver, ONE) == {"unchanged": 1}


def test_recheck_unwritable_post_is_write_error(archiver: Command, world: World) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    world.serve(numbered.address(1), pages.notice("该内容已被发布者删除"))
    lock = archiver.folder / "out" / ".archive" / "posts.lock"
    lock.unlink()
    lock.mkdir()  # no post can be written
    run = archiver("recheck", "--json", "--interval", "0", "-o", "out", numbered.key(1))
    assert run.code == 73
    assert "its post stays as it is" in run.outcome["warnings"][0]
    assert (run.outcome["code"], run.outcome["warning_codes"]) == ("deleted", ["post_not_written"])
    lock.rmdir()
    assert archiver("recheck", "--json", "--interval", "0", "-o", "out", numbered.key(1)).code == 0
    (post,) = archiver.posts
    assert "原文已无法访问" in post.read_text()


def test_add_and_batch_refresh_mark_deleted_article(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    archiver.add(ONE, TWO)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    world.serve(TWO, pages.notice("该内容已被发布者删除"))
    one = archiver.add(ONE)
    assert (one.code, one.outcome["outcome"], one.outcome["state"]) == (1, "updated", "deleted")
    assert "the archive keeps what it has" in one.outcome["error"]
    two = archiver.batch("--refresh", archiver.write("list.txt", TWO))
    assert (two.code, two.outcome["outcome"], two.outcome["state"]) == (0, "updated", "deleted")
    assert all("gone:" in post.read_text(encoding="utf-8") for post in archiver.posts)


def test_recheck_returned_article_loses_unavailable_note(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    before = text(archiver)
    world.serve(ONE, pages.cannot_view())
    recheck(archiver, ONE)
    numbered.serve(world, (1,))
    assert recheck(archiver, ONE) == {"updated": 1}
    assert [line for line in text(archiver).splitlines() if "archived:" not in line] == [
        line for line in before.splitlines() if "archived:" not in line
    ]


def test_recheck_unavailable_note_text_from_settings(archiver: Command, world: World) -> None:
    archiver.write("archiver.yml", 'source_block: {gone: "gone: {state} {seen}"}')
    numbered.serve(world, (1,))
    archiver.add(ONE)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    recheck(archiver, ONE)
    assert "> gone: 已被发布者删除 20" in text(archiver)
    archiver.write("archiver.yml", 'source_block: {gone: ""}')
    archiver("rebuild", "-o", "out", "--all")
    assert "已被发布者删除" not in text(archiver)
    assert "  gone:\n" in text(archiver)


def test_recheck_hand_edited_post_kept_new_capture_stored(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    (post,) = archiver.posts
    post.write_text(text(archiver) + "我的话\n", encoding="utf-8")
    world.serve(ONE, numbered.article(1, words="改过。"))
    run = archiver("recheck", "-o", "out", ONE)
    assert "edited by hand" in run.err
    assert text(archiver).endswith("我的话\n")
    assert len(history(archiver, ONE)) == 2


def test_recheck_failure_or_verification_changes_nothing(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    before = text(archiver)
    archiver.catalogue.change("UPDATE articles SET checked = 1")
    world.serve(ONE, Answer(status=404))
    assert recheck(archiver, ONE) == {"failed": 1}
    world.serve(ONE, pages.wall())
    run = archiver("recheck", "-o", "out", "--interval", "0", ONE)
    assert run.code == 75
    assert text(archiver) == before
    assert archiver.catalogue.rows("SELECT state, checked FROM articles") == [{"state": "article", "checked": 1}]


FAILED = {"404": Answer(status=404), "unknown": pages.notice("系统出错")}


@pytest.mark.parametrize("answer", FAILED.values(), ids=FAILED)
def test_recheck_repeated_failures_back_off(archiver: Command, world: World, answer: Answer) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    aged(archiver, days=8)
    world.serve(ONE, answer)
    waits = []
    for _ in range(7):
        assert recheck(archiver) == {"failed": 1}
        assert recheck(archiver) == {}
        waits += archiver.catalogue.rows("SELECT due - tried AS wait FROM addresses")
        assert archiver.catalogue.change("UPDATE addresses SET due = 1") == 1
    assert waits[0]["wait"] < waits[1]["wait"] < waits[2]["wait"] <= waits[-1]["wait"] <= DAY
    assert archiver("list", "-o", "out", "--state", "due").out == ""  # it is an article, whose turn recheck knows
    numbered.serve(world, (1,))
    assert recheck(archiver) == {"unchanged": 1}
    assert archiver.catalogue.rows("SELECT tries, due FROM addresses") == [{"tries": 0, "due": None}]


def test_recheck_long_link_verification_counts_as_checked(archiver: Command, world: World) -> None:
    """Long links meet the wall whoever asks: such an article must not stand first in every run."""
    long = albums.long_link(1)
    world.serve(long, numbered.article(1))
    archiver.add(long)
    archiver.catalogue.change("UPDATE articles SET checked = 1")
    world.serve(long, pages.wall())
    recheck(archiver, long)
    (row,) = archiver.catalogue.rows("SELECT state, checked FROM articles")
    assert row["state"] == "article"
    assert row["checked"] > 1_700_000_000


def test_batch_lost_catalogue_restores_deleted_state_from_post(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    recheck(archiver, ONE)
    (before,) = archiver.catalogue.rows("SELECT state, state_seen FROM articles")
    shutil.rmtree(archiver.folder / "out" / ".archive")
    archiver.batch(archiver.write("list.txt", ONE))
    assert archiver.catalogue.rows("SELECT state, state_seen FROM articles") == [before]
    assert before["state"] == "deleted"


@pytest.mark.parametrize(
    ("days", "published", "is_due"),
    [(6.9, 0, False), (7.1, 0, True), (7.1, 100, False), (25.1, 100, True), (100, 4000, False), (183, 4000, True)],
)
def test_recheck_interval_grows_with_article_age(
    archiver: Command, world: World, days: float, published: float, is_due: bool
) -> None:
    """`recheck: 7d`: every 7 days at first, after a quarter of the age, at least every 182 days."""
    numbered.serve(world, (1,))
    archiver.add(ONE)
    aged(archiver, days=days, published=published)
    assert recheck(archiver) == ({"unchanged": 1} if is_due else {})


def test_recheck_deleted_article_not_requested_again(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    recheck(archiver, ONE)
    aged(archiver, days=1000)
    world.requests.clear()
    assert recheck(archiver) == {}
    assert world.requests == []


def test_run_recheck_setting_rechecks_due_articles(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    archiver.add(ONE, TWO)
    archiver.write("list.txt", ONE)
    settings = "output: out\ninterval: 0\nsources: [{list: list.txt}]\n"
    archiver.write("archiver.yml", settings)
    aged(archiver, days=8)
    world.requests.clear()
    assert archiver("run").err == ""
    assert world.asked(PAGES) == []
    archiver.write("archiver.yml", settings + "recheck: 7d")
    run = archiver("run")
    assert (run.code, run.out, run.err) == (0, "", "")
    assert sorted(world.asked(PAGES)) == [numbered.path(1), numbered.path(2)]
    world.requests.clear()
    archiver("run")
    assert world.asked(PAGES) == []


def test_add_page_saved_before_deletion_keeps_deletion_mark(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    saved = archiver.folder / "saved.html"
    saved.write_bytes(numbered.article(1).body)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    recheck(archiver, ONE)
    marked = text(archiver)
    os.utime(saved, (1_700_000_000, 1_700_000_000))
    assert archiver.add(saved).outcome["outcome"] == "unchanged"
    assert text(archiver) == marked


@pytest.mark.parametrize(("numbers", "code"), [(("1", "9"), 2), (("0", "1"), 2), (("1", "2"), 66)])
def test_history_diff_incomparable_captures_one_line_error(
    archiver: Command, world: World, numbers: tuple[str, str], code: int
) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    world.serve(ONE, pages.notice("该内容已被发布者删除"))
    recheck(archiver, ONE)
    run = archiver("history", "-o", "out", "--diff", *numbers, ONE)
    assert (run.code, run.out, len(run.err.splitlines())) == (code, "", 1)


def test_history_diff_with_json_is_usage_error(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    archiver.add(ONE)
    run = archiver("history", "-o", "out", "--json", "--diff", "1", "2", ONE)
    assert (run.code, run.out, len(run.err.splitlines())) == (2, "", 1)
    assert "--diff is for people" in run.err


def test_settings_invalid_recheck_interval_is_config_error(archiver: Command) -> None:
    archiver.write("archiver.yml", "recheck: often")
    run = archiver("recheck", "-o", "out")
    assert run.code == 78
    assert "write a number with s, m, h or d" in run.err
