"""Links as a source: `archiver list --linked`, and what a source `links` of `archiver run` may ask for."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from archiver.commands import follow_links
from archiver.context import Context
from archiver.link_policy import Link, missing_links
from tests.support.command import Command
from tests.support.wechat import PAGES, World, linked, numbered, pages
from tests.support.wechat.linked import OTHER_BIZ, long_link


def configure(archiver: Command, *addresses: str, links: dict[str, object] | None = None, **options: object) -> None:
    """Write archiver.yml, with a list of these addresses and a source `links`."""
    archiver.write("addresses.txt", *addresses)
    sources = [{"list": "addresses.txt", "tags": ["清单"]}, {"links": links or {}, **options}]
    content = {"output": "out", "interval": 0, "sources": sources}
    (archiver.folder / "archiver.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def reported(archiver: Command) -> dict[str, Any]:
    """Return the last run's report about the source `links`."""
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    source: dict[str, Any] = report["sources"][-1]
    return source


def run(archiver: Command, *addresses: str, **options: Any) -> dict[str, Any]:
    """Run archiver with such an archiver.yml; return the report about the source `links`."""
    configure(archiver, *addresses, **options)
    archiver("run", "--report", "report.json")
    return reported(archiver)


def asked(world: World) -> list[str]:
    """The short addresses that were asked for, and the keys of the long ones."""
    return [f"https://{PAGES}{request.path}" for request in world.requests if request.host == PAGES]


def listed(archiver: Command, *options: str) -> list[dict[str, Any]]:
    found = archiver("list", "--linked", "-o", "out", "--json", *options)
    assert found.code == 0, found.err
    return found.outcomes


def urls(archiver: Command, *options: str) -> list[str]:
    return [record["url"] for record in listed(archiver, *options)]


# list --linked


@pytest.fixture
def out(archiver: Command, world: World) -> Path:
    """An archive of articles 1 and 2, which link to one another and to articles that are not here."""
    linked.serve(world, 1, long_link(7), numbered.address(2), numbered.address(5), long_link(6), numbered.address(1))
    linked.serve(world, 2, long_link(1), long_link(6) + "&chksm=abc&scene=21#wechat_redirect", "https://example.org/")
    assert archiver.add(numbered.address(1), numbered.address(2)).code == 0
    return archiver.folder / "out"


def test_list_linked_names_missing_articles_short_links_first(archiver: Command, out: Path) -> None:
    assert urls(archiver) == [numbered.address(5), long_link(7), long_link(6)]


def test_list_linked_tells_where_each_was_seen(archiver: Command, out: Path) -> None:
    first, second = ({"key": numbered.key(number), "title": f"测试 {number:03}"} for number in (1, 2))
    assert [(record["key"], record["linked_by"]) for record in listed(archiver)] == [
        ("", [first]),
        (numbered.key(7), [first]),
        (numbered.key(6), [first, second]),
    ]
    lines = archiver("list", "--linked", "-o", "out").out.splitlines()
    assert lines == [
        f"{numbered.address(5)}  in “测试 001” ({numbered.key(1)})",
        f"{long_link(7)}  in “测试 001” ({numbered.key(1)})",
        f"{long_link(6)}  in 2 articles, first in “测试 001” ({numbered.key(1)})",
    ]


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["lines", "json"])
def test_list_linked_is_a_list_for_batch(archiver: Command, world: World, out: Path, options: tuple[str, ...]) -> None:
    printed = archiver("list", "--linked", "-o", "out", *options).out
    numbered.serve(world, (5,))
    for number in (6, 7):
        world.serve(long_link(number), numbered.article(number))
    taken = archiver("batch", "-o", "out", "--interval", "0", "--json", "-", stdin=printed.encode())
    assert (taken.code, taken.counts, taken.err.count("line")) == (0, {"archived": 3}, 0)
    assert {outcome["source"] for outcome in taken.outcomes} == {numbered.address(5), long_link(7), long_link(6)}
    assert listed(archiver) == []


def test_list_linked_title_with_an_address_is_no_second_one(archiver: Command, world: World) -> None:
    title = f"见 {numbered.address(9)}"
    body = linked.page(1, [numbered.address(5)]).body.decode().replace("测试 001", title)
    world.serve(numbered.address(1), pages.page(body))
    archiver.add(numbered.address(1))
    assert archiver("list", "-o", "out", "--title", "见").out
    assert archiver("list", "--linked", "-o", "out").out == f"{numbered.address(5)}  in {numbered.key(1)}\n"


def test_list_linked_post_that_is_a_pipe_is_not_read(archiver: Command, world: World) -> None:
    archiver.write("archiver.yml", "snapshots: false")
    linked.serve(world, 1, numbered.address(5))
    archiver.add(numbered.address(1))
    (post,) = (archiver.folder / "out/_posts").rglob("*.md")
    content = post.read_bytes()
    post.unlink()
    os.mkfifo(post)

    def write() -> None:
        with suppress(BrokenPipeError):
            post.write_bytes(content)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        assert urls(archiver) == []
    finally:
        reader = os.open(post, os.O_RDONLY | os.O_NONBLOCK)
        writer.join()
        os.close(reader)


def test_list_linked_post_that_is_larger_than_any_is_not_read(archiver: Command, world: World) -> None:
    archiver.write("archiver.yml", "snapshots: false")
    linked.serve(world, 1, numbered.address(5))
    archiver.add(numbered.address(1))
    (post,) = (archiver.folder / "out/_posts").rglob("*.md")
    assert urls(archiver) == [numbered.address(5)]
    with post.open("ab") as file:
        file.truncate(17 * 2**20)
    assert urls(archiver) == []


def test_list_linked_leaves_out_what_is_settled(archiver: Command, world: World, out: Path) -> None:
    world.serve(numbered.address(5), pages.notice("该内容已被发布者删除"))
    archiver.add(numbered.address(5))  # gone for good
    world.serve(long_link(6), numbered.article(6))
    archiver.add(long_link(6))
    assert archiver("rm", "--yes", "-o", "out", numbered.key(6)).code == 0
    linked.serve_wall(world, 7)
    archiver.add(long_link(7))  # may come another day
    assert [(record["url"], record["state"]) for record in listed(archiver)] == [(long_link(7), "verification")]
    assert archiver("list", "--linked", "-o", "out").out.endswith(" [verification]\n")


def test_list_linked_filters_select_the_linking_articles(archiver: Command, world: World, out: Path) -> None:
    linked.serve(world, 3, numbered.address(8), biz=OTHER_BIZ, account="别的号")
    archiver.add(numbered.address(3))
    assert urls(archiver, "--account", "别的号") == [numbered.address(8)]
    assert urls(archiver, "--title", "002") == [long_link(6)]
    assert urls(archiver, "--tag", "没有") == []
    assert urls(archiver, "--limit", "2") == [numbered.address(5), numbered.address(8)]
    assert urls(archiver, "--since", "2090-01-01") == []


@pytest.mark.parametrize("state", ["due", "waiting", "taken-out"])
def test_list_linked_of_no_articles_exits_2(archiver: Command, out: Path, state: str) -> None:
    assert archiver("list", "--linked", "-o", "out", "--state", state).code == 2


def test_list_linked_reads_pages_of_edited_and_deleted_posts(archiver: Command, world: World, out: Path) -> None:
    before = listed(archiver)
    edited, deleted = archiver.posts
    edited.write_text("---\ntitle: x\n---\nmine: [y](https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA)\n")
    deleted.unlink()
    assert listed(archiver) == before


def test_list_linked_reads_edited_posts_without_pages(archiver: Command, world: World) -> None:
    (archiver.folder / "archiver.yml").write_text("snapshots: false\n")
    linked.serve(world, 1, numbered.address(5))
    archiver.add(numbered.address(1))
    [post] = archiver.posts
    post.write_text(f"{post.read_text()}\nMore: [x]({numbered.address(6)})\n")
    assert urls(archiver) == [numbered.address(5), numbered.address(6)]


def test_list_linked_asks_nobody_and_writes_nothing(archiver: Command, world: World, out: Path) -> None:
    world.requests.clear()
    before = archiver.catalogue.rows("SELECT * FROM addresses ORDER BY url")
    listed(archiver)
    assert world.requests == []
    assert archiver.catalogue.rows("SELECT * FROM addresses ORDER BY url") == before


# Which links are followed


def test_links_same_account_follows_its_links_and_short_ones(archiver: Command, world: World) -> None:
    linked.serve(world, 1, long_link(2), long_link(3, OTHER_BIZ), numbered.address(4))
    linked.serve(world, 4, biz=OTHER_BIZ)
    world.serve(long_link(2), numbered.article(2))
    assert run(archiver, numbered.address(1), links={"account": "same"})["archived"] == 2
    assert asked(world) == [numbered.address(1), numbered.address(4), long_link(2)]


def test_links_same_account_does_not_go_on_in_another(archiver: Command, world: World) -> None:
    """A short link led to another account, in whose articles this source has no business."""
    linked.serve(world, 1, numbered.address(4))
    linked.serve(world, 4, numbered.address(5), biz=OTHER_BIZ)
    report = run(archiver, numbered.address(1), links={"depth": 9})
    assert (report["requested"], report["archived"], report["ended_by"]) == (1, 1, "")


def test_links_any_account_follows_all(archiver: Command, world: World) -> None:
    linked.serve(world, 1, long_link(3, OTHER_BIZ), numbered.address(4))
    linked.serve(world, 4, numbered.address(5), biz=OTHER_BIZ)
    linked.serve(world, 5)
    world.serve(long_link(3, OTHER_BIZ), linked.page(3, [], biz=OTHER_BIZ))
    assert run(archiver, numbered.address(1), links={"account": "any", "depth": 2})["archived"] == 3
    assert asked(world)[1:] == [numbered.address(4), numbered.address(5), long_link(3, OTHER_BIZ)]


def test_links_named_account_is_known_by_a_kept_article(archiver: Command, world: World) -> None:
    linked.serve(world, 1, long_link(2), long_link(3, OTHER_BIZ))
    linked.serve(world, 9, biz=OTHER_BIZ, account="别的号")
    world.serve(long_link(3, OTHER_BIZ), linked.page(3, [], biz=OTHER_BIZ, account="别的号"))
    run(archiver, numbered.address(1), numbered.address(9), links={"account": "别的号"})
    assert asked(world)[2:] == [long_link(3, OTHER_BIZ)]


def test_links_unknown_account_is_an_error_of_the_source(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2))
    report = run(archiver, numbered.address(1), links={"account": "没有"})
    assert "no article of 没有" in report["error"]
    assert len(asked(world)) == 1


def test_links_depth_counts_from_articles_of_other_sources(archiver: Command, world: World) -> None:
    for number in (1, 2, 3):
        linked.serve(world, number, numbered.address(number + 1))
    assert run(archiver, numbered.address(1))["archived"] == 1
    assert run(archiver, numbered.address(1))["archived"] == 0  # article 2 came by a link
    linked.serve(world, 7, numbered.address(8))
    linked.serve(world, 8)
    archiver.batch(archiver.write("more.txt", numbered.address(7)))
    assert run(archiver, numbered.address(1))["archived"] == 1
    assert asked(world) == [numbered.address(number) for number in (1, 2, 7, 8)]


@pytest.mark.parametrize("link_local", [False, True])
def test_links_depth_is_known_where_posts_lead_to_posts(archiver: Command, world: World, link_local: bool) -> None:
    """With `link_local`, the post of article 1 leads to that of article 2 after a rebuild."""
    for number in (1, 2):
        linked.serve(world, number, numbered.address(number + 1))
    linked.serve(world, 3)
    run(archiver, numbered.address(1), links={"limit": 1, "depth": 2})
    if link_local:
        assert archiver("rebuild", "--all", "--link-local").code == 0
        assert numbered.address(2) not in archiver.posts[0].read_text(encoding="utf-8")
    assert run(archiver, numbered.address(1), links={"limit": 1, "depth": 2})["archived"] == 1
    assert asked(world)[-1] == numbered.address(3)


def test_links_are_off_unless_named(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2))
    archiver.write("addresses.txt", numbered.address(1))
    archiver.write("archiver.yml", "{output: out, interval: 0, sources: [{list: addresses.txt}]}")
    assert archiver("run").code == 0
    assert len(asked(world)) == 1


@pytest.mark.parametrize(("options", "expected"), [({}, ["其他"]), ({"tags": ["往期"]}, ["往期"])])
def test_links_articles_have_their_own_tags(
    archiver: Command, world: World, options: dict[str, object], expected: list[str]
) -> None:
    linked.serve(world, 1, numbered.address(2))
    linked.serve(world, 2)
    run(archiver, numbered.address(1), **options)
    tags = {path.name[-6:-3]: yaml.safe_load(path.read_text().split("---\n")[1])["tags"] for path in archiver.posts}
    assert tags == {"001": ["清单"], "002": expected}


# Walls, failures, limits


def test_links_wall_of_short_link_cools_the_host_down(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2), numbered.address(3))
    for number in (2, 3):
        world.serve(numbered.address(number), pages.wall())
    assert run(archiver, numbered.address(1))["ended_by"] == "cool-down"
    assert len(asked(world)) == 2
    assert archiver.machine.rows("SELECT cool FROM hosts") == [{"cool": 1800.0}]


def test_links_are_worked_out_anew_only_after_an_article_came(
    archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked.serve(world, 1, *(numbered.address(number) for number in range(2, 7)))
    for number in (2, 3, 5, 6):
        world.serve(numbered.address(number), pages.notice("该内容已被发布者删除"))
    linked.serve(world, 4)
    times: list[int] = []

    def counted(*arguments: Any) -> list[list[Link]]:
        times.append(len(times))
        return missing_links(*arguments)

    monkeypatch.setattr(follow_links, "missing_links", counted)
    report = run(archiver, numbered.address(1))
    assert (report["listed"], report["requested"], report["archived"]) == (5, 5, 1)
    assert len(times) == 2  # for article 1, and after article 4


def test_links_stopped_run_ends_the_source(archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    linked.serve(world, 1, numbered.address(2), numbered.address(3))
    archiver.add(numbered.address(1))
    monkeypatch.setattr(Context, "is_stopped", property(lambda _context: True))
    configure(archiver, links={})
    assert archiver("run", "--report", "report.json").code == 0
    report = reported(archiver)
    assert (report["requested"], report["ended_by"]) == (0, "budget")
    assert asked(world) == [numbered.address(1)]


def test_links_wall_leaves_the_address_to_who_names_it(archiver: Command, world: World) -> None:
    [link] = linked.serve_wall(world, 7)
    linked.serve(world, 1, link)
    assert run(archiver, numbered.address(1))["ended_by"] == "wall"
    archiver.catalogue.change("UPDATE addresses SET tried = tried - 172800")  # two days ago, past every pause
    assert run(archiver, numbered.address(1))["requested"] == 0
    named = archiver.batch("--retry", archiver.write("named.txt", link))
    assert (named.code, named.outcome["state"]) == (75, "verification")
    assert asked(world) == [numbered.address(1), link, link]
    assert archiver.machine.rows("SELECT long_walls FROM hosts") == [{"long_walls": 1}]


def test_links_wall_is_waited_after_by_who_names_it(archiver: Command, world: World) -> None:
    """The pause after the wall of a long link is six hours."""
    [link] = linked.serve_wall(world, 7)
    linked.serve(world, 1, link)
    run(archiver, numbered.address(1))
    named = archiver.batch(archiver.write("named.txt", link))
    assert named.code == 75
    assert named.outcome["error"].startswith("not due before")
    archiver.catalogue.change("UPDATE addresses SET tried = tried - 21600 WHERE url = ?", link)
    world.serve(link, numbered.article(7))
    assert archiver.batch("named.txt").counts == {"archived": 1}


def test_links_wall_is_remembered_by_a_recovered_catalogue(archiver: Command, world: World) -> None:
    [link] = linked.serve_wall(world, 7)
    linked.serve(world, 1, link)
    run(archiver, numbered.address(1))
    archiver.catalogue.lose()
    archiver("verify", "--repair")
    assert link in urls(archiver)
    archiver.catalogue.change("UPDATE addresses SET due = 0 WHERE due IS NOT NULL")
    world.requests.clear()
    assert run(archiver, numbered.address(1))["requested"] == 0
    assert asked(world) == []


def test_links_failed_address_waits_and_is_due_to_its_source_alone(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2))
    world.serve(numbered.address(2), pages.notice("系统出错"))
    assert run(archiver, numbered.address(1))["requested"] == 1
    assert run(archiver, numbered.address(1))["requested"] == 0  # not due
    assert archiver("status", "-o", "out", "--json").outcome["addresses"]["given_up_recently"] == {}
    archiver.catalogue.change("UPDATE addresses SET tried = tried - 7200")
    archiver.write("empty.txt")
    without = archiver.write("without.yml", "{output: out, interval: 0, sources: [{list: empty.txt}]}")
    assert archiver("run", "--config", without).code == 0
    assert len(asked(world)) == 2
    linked.serve(world, 2)
    assert run(archiver, numbered.address(1))["archived"] == 1


def test_links_deleted_article_is_asked_for_once(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2))
    world.serve(numbered.address(2), pages.notice("该内容已被发布者删除"))
    report = run(archiver, numbered.address(1))
    assert (report["requested"], report["archived"], report["ended_by"]) == (1, 0, "")
    assert run(archiver, numbered.address(1))["listed"] == 0
    assert len(asked(world)) == 2


def test_links_leave_to_a_list_what_it_named(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2))
    world.serve(numbered.address(2), pages.notice("系统出错"))
    assert run(archiver, numbered.address(1), numbered.address(2))["requested"] == 0
    assert asked(world) == [numbered.address(1), numbered.address(2)]


def test_links_budget_of_the_run_ends_them(archiver: Command, world: World) -> None:
    linked.serve(world, 1, numbered.address(2), numbered.address(3))
    for number in (2, 3):
        linked.serve(world, number)
    archiver.add(numbered.address(1))
    configure(archiver)
    archiver("run", "--limit", "1", "--report", "report.json")
    report = reported(archiver)
    assert (report["listed"], report["requested"], report["archived"], report["ended_by"]) == (2, 1, 1, "budget")
    # What was not asked for is due to nobody, also when the source is named no more.
    assert archiver("list", "-o", "out", "--state", "due").out == ""
    archiver.write("empty.txt")
    without = archiver.write("without.yml", "{output: out, interval: 0, sources: [{list: empty.txt}]}")
    world.requests.clear()
    archiver("run", "--config", without)
    assert asked(world) == []
