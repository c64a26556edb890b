"""`archiver batch`: lists in the forms people keep them, and what the archive knows already."""

from __future__ import annotations

import pytest

from tests.support.command import Command, Run
from tests.support.wechat import PAGES, World, albums, numbered, pages

ONE, TWO, THREE = numbered.addresses((1, 2, 3))
BAD = "https://example.org/s/AbCdEfGhIjKlMnOpQrStUv"

FORMS = {
    "text": (f"# Friday's list\n\n{ONE}\n{BAD}\n\n{TWO}\n", 4),
    "CRLF after a byte order mark": (f"\ufeff{ONE}\r\n{TWO}\r\n{BAD}\r\n", 3),
    "Markdown tasks": (f"- [ ] [一]({ONE})\n- [x] <{TWO}>\n* {BAD}\n", 3),
    "CSV": (f"题,url\n一,{ONE}\n二,{BAD}\n三,{TWO}\n", 3),
    "CSV, CRLF after a byte order mark": (f'\ufeff"题, 目",url\r\n一,{ONE}\r\n二,{TWO}\r\n三,{BAD}\r\n', 4),
    "TSV": (f"url\t题\n{ONE}\t一\n{BAD}\t二\n{TWO}\t三\n", 3),
    "JSON lines": (f'{{"url": "{ONE}"}}\n{{"url": "{BAD}"}}\n{{"url": "{TWO}"}}\n', 2),
}


def _errors(run: Run) -> list[str]:
    return [outcome["error"] for outcome in run.outcomes if outcome["error"]]


def _pages_asked(world: World) -> list[str]:
    return sorted(world.asked(PAGES))


@pytest.mark.parametrize(("content", "bad_line"), FORMS.values(), ids=FORMS)
def test_batch_bad_line_is_numbered_and_rest_archived(
    archiver: Command, world: World, content: str, bad_line: int
) -> None:
    numbered.serve(world, (1, 2))
    (archiver.folder / "list").write_bytes(content.encode())
    run = archiver.batch("list")
    assert (run.code, run.counts) == (2, {"archived": 2, "failed": 1})
    assert [error.partition(":")[0] for error in _errors(run)] == [f"line {bad_line}"]
    assert _pages_asked(world) == [numbered.path(1), numbered.path(2)]
    assert len(archiver.posts) == 2


def test_batch_reads_list_from_stdin(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    run = archiver(*archiver.batch_call("-"), stdin=f"{ONE}\n{TWO}\n".encode())
    assert (run.code, run.counts) == (0, {"archived": 2})


def test_batch_missing_list_is_input_error(offline: Command) -> None:
    run = offline.batch("list.txt")
    assert (run.code, run.out, len(run.err.splitlines())) == (66, "", 1)
    assert "list.txt" in run.err


def test_batch_list_mixes_urls_and_saved_pages(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    (archiver.folder / "saved.html").write_bytes(numbered.article(2).body)
    run = archiver.batch(archiver.write("list.txt", ONE, "saved.html"))
    assert (run.code, run.counts) == (0, {"archived": 2})
    assert _pages_asked(world) == [numbered.path(1)]


def test_batch_known_articles_make_no_request(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, (1, 2, 3)))
    first = archiver.batch(named)
    before = len(world.requests)
    again = archiver.batch(named)
    assert (first.counts, again.counts) == ({"archived": 3}, {"skipped": 3})
    assert (again.code, len(world.requests) - before) == (0, 0)
    assert {outcome["post"] for outcome in again.outcomes} == {outcome["post"] for outcome in first.outcomes}


def test_batch_duplicate_url_requested_once(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    run = archiver.batch(archiver.write("list.txt", ONE, f"{ONE}?scene=1#rd", f"看 {ONE}"))
    assert (run.code, run.counts) == (0, {"archived": 1})
    assert world.asked(PAGES) == [numbered.path(1)]


def test_batch_two_urls_of_one_article_one_post(archiver: Command, world: World) -> None:
    world.serve(ONE, numbered.article(1))
    world.serve(TWO, numbered.article(1))
    run = archiver.batch(archiver.write("list.txt", ONE, TWO))
    assert run.code == 0
    assert {outcome["key"] for outcome in run.outcomes} == {numbered.key(1)}
    assert len(archiver.posts) == 1
    assert archiver.catalogue.rows("SELECT count(*) AS n FROM articles") == [{"n": 1}]
    before = len(world.requests)
    assert archiver.batch("list.txt").counts == {"skipped": 2}
    assert len(world.requests) == before


def test_batch_long_link_of_known_article_is_skipped(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.add(ONE)
    before = len(world.requests)
    run = archiver.batch(archiver.write("list.txt", f"{albums.long_link(1)}&chksm=8a&scene=21#wechat_redirect"))
    assert (run.code, run.outcome["outcome"], run.outcome["key"]) == (0, "skipped", numbered.key(1))
    assert run.outcome["url"] == ONE
    assert len(world.requests) == before


def test_batch_article_archived_by_add_is_skipped(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    archiver.add(ONE)
    before = len(world.requests)
    assert archiver.batch(archiver.write("list.txt", ONE)).counts == {"skipped": 1}
    assert len(world.requests) == before


def test_batch_refresh_rereads_known_articles(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, (1, 2)))
    archiver.batch(named)
    world.serve(TWO, numbered.article(2, words="后来改了。"))
    run = archiver.batch("--refresh", named)
    told = {outcome["url"]: outcome["outcome"] for outcome in run.outcomes}
    assert told == {ONE: "unchanged", TWO: "updated"}
    assert len(archiver.posts) == 2
    written = "".join(post.read_text(encoding="utf-8") for post in archiver.posts)
    assert written.count("后来改了。") == 1


def test_batch_limit_leaves_rest_due(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(5)))
    run = archiver.batch("--limit", "2", named)
    assert (run.code, run.counts) == (0, {"archived": 2, "skipped": 3})
    assert (len(world.asked(PAGES)), len(archiver.posts)) == (2, 2)
    due = archiver("list", "--output", "out", "--state", "due", "--json").outcomes
    assert len(due) == 3
    again = archiver.batch(named)
    assert again.counts == {"archived": 3, "skipped": 2}
    assert _pages_asked(world) == [numbered.path(number) for number in range(5)]


def test_batch_max_time_zero_makes_no_request(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(3)))
    run = archiver.batch("--max-time", "0", named)
    assert (run.code, run.counts, world.requests) == (0, {"skipped": 3}, [])
    assert archiver.catalogue.rows("SELECT count(*) AS n FROM addresses WHERE due IS NOT NULL") == [{"n": 3}]


def test_batch_failed_file_can_be_fed_back(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    world.serve(TWO, pages.notice("该内容已被发布者删除"))
    named = archiver.write("list.txt", ONE, TWO, BAD, f"- [ ] {THREE}?scene=2")
    run = archiver.batch("--failed", "again.txt", named)
    assert run.counts == {"archived": 1, "failed": 2, "skipped": 1}  # deleted is recorded, not failed
    left = (archiver.folder / "again.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(left) == sorted([BAD, f"{THREE}?scene=2"])
    world.serve(THREE, numbered.article(3))
    again = archiver.batch("--retry", "--failed", "again.txt", "again.txt")
    assert again.counts == {"archived": 1, "failed": 1}
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8") == f"{BAD}\n"


def test_batch_failed_file_contains_articles_over_limit(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(4)))
    archiver.batch("--limit", "1", "--failed", "again.txt", named)
    run = archiver.batch("--failed", "again.txt", "again.txt")
    assert run.counts == {"archived": 3}
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("failed", ["again.txt", "lists/again.txt"])
def test_batch_failed_file_saved_page_paths_resolve(archiver: Command, failed: str) -> None:
    (archiver.folder / "lists").mkdir()
    for name in ("wall.html", "lists/wall.html"):
        (archiver.folder / name).write_bytes(pages.wall().body)
    named = archiver.write("lists/list.txt", "wall.html", "../wall.html", BAD)
    assert archiver.batch("--failed", failed, named).counts == {"failed": 3}
    first = (archiver.folder / failed).read_text(encoding="utf-8").splitlines()
    assert BAD in first
    again = archiver.batch("--failed", failed, failed)
    assert [one["state"] for one in again.outcomes if one["source"] != BAD] == ["verification"] * 2
    assert sorted((archiver.folder / failed).read_text(encoding="utf-8").splitlines()) == sorted(first)


def test_batch_summary_counts_outcomes_by_state(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    run = archiver("batch", "--interval", "0", "--output", "out", archiver.write("list.txt", ONE, TWO, BAD))
    assert sorted(run.out.splitlines()) == [f"out/_posts/{post.name}" for post in archiver.posts]
    table = [line.split() for line in run.err.splitlines()]
    assert ["archived", "article", "2"] in table
    assert ["failed", "no", "page", "1"] in table
