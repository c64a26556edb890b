"""`archiver batch`: lists in the forms people keep them, and what the archive knows already."""

from __future__ import annotations

import pytest

from tests.support.command import Command, Run
from tests.support.wechat import PAGES, World, albums, numbered, pages

ONE, TWO, THREE = numbered.addresses((1, 2, 3))
BAD = "https://mp.weixin.qq.com/s/AbCdEf"
OTHER = "https://example.org/s/AbCdEfGhIjKlMnOpQrStUv"

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


def test_batch_notes_are_counted_in_one_line(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    run = archiver.batch(
        archiver.write("list.md", "---", "title: 收藏", "---", f"- {ONE}", "好文章", f"看 {TWO}", OTHER)
    )
    assert (run.code, run.counts) == (0, {"archived": 2})
    assert [line for line in run.err.splitlines() if "list.md" in line] == [
        "archiver: list.md: 3 lines without an address of WeChat's (2, 5, 7)"
    ]


def test_batch_many_notes_are_not_named(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    run = archiver.batch(archiver.write("list.md", *["好文章"] * 6, ONE))
    assert run.err.splitlines()[0] == "archiver: list.md: 6 lines without an address of WeChat's"


def test_batch_one_note_on_stdin_is_one_line(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    run = archiver(*archiver.batch_call("-"), stdin=f"{ONE}\n{OTHER}\n".encode())
    assert run.err.splitlines()[0] == "archiver: stdin: 1 line without an address of WeChat's (2)"


def test_run_notes_in_a_list_are_no_failure(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.write("list.md", "好文章", ONE, OTHER)
    archiver.write("archiver.yml", "interval: 0", "sources:", "  - list: list.md")
    run = archiver("run", "--output", "out", "--json")
    assert (run.code, run.counts) == (0, {"archived": 1})
    assert (archiver("run", "--output", "out").err, len(archiver.posts)) == ("", 1)


def test_batch_saved_page_error_names_add(offline: Command) -> None:
    (offline.folder / "a page.html").write_bytes(numbered.article(1).body)
    run = offline.batch("a page.html")
    assert (run.code, run.out) == (2, "")
    assert run.err == "archiver: a page.html: a saved page, not a list: `archiver add 'a page.html' -o out`\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE}\n",
        f"标题,链接\n一,{ONE}\n",
        f'[{{"url": "{ONE}"}}]',
        f"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<A HREF='{ONE}'>一</A>",
    ],
)
def test_add_list_error_names_batch(offline: Command, text: str) -> None:
    offline.write("list.txt", text)
    run = offline.add("list.txt")
    assert (run.code, run.outcome["error"]) == (2, "a list of addresses, not a page: `archiver batch list.txt`")


def test_add_text_without_addresses_is_no_list(offline: Command) -> None:
    offline.write("list.txt", "好文章")
    assert "batch" not in offline.add("list.txt").outcome["error"]


def test_add_file_address_reads_saved_page(offline: Command) -> None:
    page = offline.folder / "章 一.html"
    page.write_bytes(numbered.article(1).body)
    run = offline.add("--no-media", page.as_uri())
    assert (run.code, run.counts) == (0, {"archived": 1})


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


def test_batch_failed_file_has_only_what_can_succeed(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    world.serve(TWO, pages.notice("该内容已被发布者删除"))
    (archiver.folder / "wall.html").write_bytes(pages.wall().body)
    named = archiver.write(
        "list.txt", BAD, f"- [ ] {THREE}?scene=2", "wall.html", "missing.html", ONE, TWO, OTHER, "好文章"
    )
    run = archiver.batch("--failed", "again.txt", named)
    assert (run.code, run.counts) == (2, {"archived": 1, "failed": 4, "skipped": 1})  # deleted is recorded, not failed
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8") == f"{THREE}?scene=2\n"
    world.serve(THREE, numbered.article(3))
    again = archiver.batch("--retry", "--failed", "again.txt", "again.txt")
    assert (again.code, again.counts) == (0, {"archived": 1})
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8") == ""


def test_batch_failed_file_has_the_order_of_the_list(archiver: Command, world: World) -> None:
    addresses = numbered.addresses(range(9))
    numbered.serve(world, (3, 4))
    archiver.batch("--failed", "again.txt", archiver.write("list.txt", *reversed(addresses)))
    left = [address for number, address in enumerate(addresses) if number not in (3, 4)]
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8").split() == left[::-1]


def test_batch_failed_file_contains_articles_over_limit(archiver: Command, world: World) -> None:
    named = archiver.write("list.txt", *numbered.serve(world, range(4)))
    archiver.batch("--limit", "1", "--failed", "again.txt", named)
    run = archiver.batch("--failed", "again.txt", "again.txt")
    assert run.counts == {"archived": 3}
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8") == ""


def test_batch_summary_counts_outcomes_by_state(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    run = archiver("batch", "--interval", "0", "--output", "out", archiver.write("list.txt", ONE, TWO, BAD))
    assert sorted(run.out.splitlines()) == [f"out/_posts/{post.name}" for post in archiver.posts]
    assert run.err.splitlines()[1:] == ["      2  archived", "      1  failed: no address of an article"]
