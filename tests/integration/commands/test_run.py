"""`archiver run`: what archiver.yml names, as cron calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.commands.test_saved_identity import save
from tests.support import eras
from tests.support.command import Command, Run
from tests.support.wechat import PAGES, World, albums, numbered, pages

RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>号</title>{items}</channel></rss>'
LIST, FEED, ALBUM = (1, 2), (3, 4), (5, 6, 7)


def _configure(archiver: Command, *sources: dict[str, Any], **settings: object) -> None:
    """Writes archiver.yml for an archive in `out`."""
    content = {"output": "out", "interval": 0, "sources": list(sources), **settings}
    (archiver.folder / "archiver.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _feed(archiver: Command, *numbers: int) -> None:
    items = "".join(f"<item><title>文</title><link>{numbered.address(number)}</link></item>" for number in numbers)
    archiver.write("feed.xml", RSS.format(items=items))


def _album(world: World, *numbers: int, size: int = 20) -> None:
    """An album of these articles, `size` an answer, which are served under the long links that it lists."""
    albums.serve(world, [albums.item(number) for number in numbers], size=size)
    for number in numbers:
        world.serve(albums.long_link(number), numbered.article(number))


@pytest.fixture
def configured(archiver: Command, world: World) -> Command:
    """A list, a feed and an album, each with options of its own."""
    numbered.serve(world, (*LIST, *FEED))
    archiver.write("addresses.txt", *numbered.addresses(LIST))
    _feed(archiver, *FEED)
    _album(world, *ALBUM, size=2)
    _configure(
        archiver,
        {"list": "addresses.txt"},
        {"feed": "feed.xml", "author": "某人"},
        {"album": albums.ADDRESS, "name": "专栏", "tags": ["专栏", "长文"], "folder": "column"},
    )
    return archiver


def _fronts(archiver: Command) -> dict[int, tuple[Path, dict[str, Any]]]:
    """The place below `_posts` and the front matter of each post, by its article's number."""
    found = {}
    for path in archiver.posts:
        front = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        found[int(front["wechat"]["mid"]) - 2650000000] = (path.relative_to(archiver.folder / "out" / "_posts"), front)
    return found


def _says_nothing(run: Run) -> bool:
    return (run.code, run.out, run.err) == (0, "", "")


def test_run_applies_options_of_each_source(configured: Command) -> None:
    run = configured("run")
    assert run.code == 0
    posts = _fronts(configured)
    assert sorted(posts) == sorted((*LIST, *FEED, *ALBUM))
    assert {number: str(path.parent) for number, (path, _) in posts.items()} == {
        number: "column" if number in ALBUM else "." for number in posts
    }
    assert {number: front["author"] for number, (_, front) in posts.items()} == {
        number: "某人" if number in FEED else "转载" for number in posts
    }
    for number, (_, front) in posts.items():
        assert front["tags"][:2] == ["专栏", "长文"] if number in ALBUM else front["tags"] == ["其他"]


def test_run_prints_posts_and_one_line_summary(configured: Command) -> None:
    run = configured("run")
    assert sorted(run.out.splitlines()) == sorted(str(post.relative_to(configured.folder)) for post in configured.posts)
    assert run.err.splitlines() == ["7 archived"]


def test_run_repeated_requests_album_listing_only(configured: Command, world: World) -> None:
    configured("run")
    world.requests.clear()
    assert _says_nothing(configured("run"))
    assert world.asked(PAGES) == ["/mp/appmsgalbum"]


def test_run_requests_new_articles_only(configured: Command, world: World) -> None:
    configured("run")
    world.requests.clear()
    numbered.serve(world, (8, 9))
    configured.write("addresses.txt", *numbered.addresses((*LIST, 8)))
    _feed(configured, 9, *FEED)
    _album(world, *ALBUM, 10, size=2)
    run = configured("run")
    assert (run.code, run.err.splitlines()) == (0, ["3 archived"])
    asked = world.asked(PAGES)
    assert sorted(path for path in asked if "album" not in path) == ["/s", numbered.path(8), numbered.path(9)]
    assert asked.count("/mp/appmsgalbum") <= 2


def test_run_refresh_rereads_known_articles(configured: Command, world: World) -> None:
    configured("run")
    world.requests.clear()
    changed = {number: numbered.article(number, pictures=(7,)) for number in (1, ALBUM[-1])}
    numbered.serve_picture(world, 7)
    world.serve(numbered.address(1), changed[1])
    world.serve(albums.long_link(ALBUM[-1]), changed[ALBUM[-1]])
    run = configured("run", "--refresh")
    assert (run.code, run.err.splitlines()) == (0, ["2 updated, 5 unchanged"])
    assert len([path for path in world.asked(PAGES) if "album" not in path]) == len((*LIST, *FEED, *ALBUM))


def test_run_without_news_prints_nothing(archiver: Command) -> None:
    archiver.write("addresses.txt")
    _configure(archiver, {"list": "addresses.txt"})
    assert _says_nothing(archiver("run"))


def test_run_reads_feed_from_network(archiver: Command, world: World) -> None:
    link = f"<item><link>{numbered.address(1)}</link></item>"
    world.serve("https://res.wx.qq.com/feed.xml", pages.page(RSS.format(items=link)))
    numbered.serve(world, (1,))
    _configure(archiver, {"feed": "https://res.wx.qq.com/feed.xml"})
    assert archiver("run").err.splitlines() == ["1 archived"]


def test_run_article_in_two_sources_first_wins(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.write("addresses.txt", numbered.address(1))
    _feed(archiver, 1)
    _configure(archiver, {"feed": "feed.xml", "author": "甲"}, {"list": "addresses.txt", "author": "乙"})
    archiver("run")
    assert _fronts(archiver)[1][1]["author"] == "甲"
    assert world.asked(PAGES) == [numbered.path(1)]


# One at a time


def test_run_while_another_runs_exits_75(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    archiver.write("addresses.txt", *numbered.addresses((1, 2)))
    _configure(archiver, {"list": "addresses.txt"})
    with world.held() as wait_for_request:
        first = archiver.start("run")
        assert wait_for_request()
        second = archiver("run")
    first.communicate(timeout=60)
    assert (first.returncode, second.code) == (0, 75)
    assert second.out == ""
    assert len(second.err.splitlines()) == 1
    assert sorted(world.asked(PAGES)) == [numbered.path(1), numbered.path(2)]
    assert len(archiver.posts) == 2
    assert _says_nothing(archiver("run"))


def test_run_after_killed_run_is_not_locked_out(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    archiver.write("addresses.txt", numbered.address(1))
    _configure(archiver, {"list": "addresses.txt"})
    with world.held() as wait_for_request:
        first = archiver.start("run")
        assert wait_for_request()
        first.kill()
        first.communicate(timeout=60)
    assert archiver("run").err.splitlines() == ["1 archived"]


# Limits, and what is left


def test_run_budget_limits_requests(archiver: Command, world: World) -> None:
    archiver.write("addresses.txt", *numbered.serve(world, range(5)))
    _configure(archiver, {"list": "addresses.txt"}, budget=3)
    assert archiver("run").code == 0
    assert len(world.asked(PAGES)) == 3
    assert archiver("run").code == 0
    assert len(world.asked(PAGES)) == 5
    assert _says_nothing(archiver("run"))


def test_run_budget_includes_album_listing(archiver: Command, world: World) -> None:
    _album(world, *range(1, 6))
    _configure(archiver, {"album": albums.ADDRESS}, budget=3)
    archiver("run")
    assert len(world.asked(PAGES)) == 3
    assert len(archiver.posts) == 2


def test_run_completes_articles_left_by_batch(archiver: Command, world: World) -> None:
    archiver.batch("--limit", "1", archiver.write("list.txt", *numbered.serve(world, range(3))))
    archiver.write("addresses.txt")
    _configure(archiver, {"list": "addresses.txt"})
    assert archiver("run").err.splitlines() == ["2 archived"]


def test_run_missing_image_fetched_without_page(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(7,)))
    archiver.write("addresses.txt", numbered.address(1))
    _configure(archiver, {"list": "addresses.txt", "author": "某人"})
    archiver("run")
    numbered.serve_picture(world, 7)
    world.requests.clear()
    assert _says_nothing(archiver("run"))
    _make_pictures_due(archiver)
    assert archiver("run").err.splitlines() == ["1 updated"]
    assert [request.host for request in world.requests] == ["mmbiz.qpic.cn"]
    assert numbered.picture_file(7) in archiver.posts[0].read_text(encoding="utf-8")
    assert _fronts(archiver)[1][1]["author"] == "某人"


def _make_pictures_due(archiver: Command) -> None:
    archiver.catalogue.change("UPDATE media SET due = 0 WHERE due IS NOT NULL")


@pytest.mark.parametrize("address", [numbered.address(1), albums.long_link(1)], ids=["short", "long"])
def test_run_refresh_rereads_article_with_missing_image(archiver: Command, world: World, address: str) -> None:
    """A job for the picture alone would make the post again from the old page."""
    for each in (numbered.address(1), address):
        world.serve(each, numbered.article(1, pictures=(7,)))
    archiver.add(numbered.address(1))
    archiver.write("addresses.txt", address)
    _configure(archiver, {"list": "addresses.txt"}, recheck="7d")
    for each in (numbered.address(1), address):
        world.serve(each, numbered.article(1, words="改过。", pictures=(7,)))
    numbered.serve_picture(world, 7)
    _make_pictures_due(archiver)
    archiver.catalogue.change("UPDATE articles SET checked = 1")
    world.requests.clear()
    assert archiver("run", "--refresh").err.splitlines() == ["1 updated"]
    assert len(world.asked(PAGES)) == 1
    text = archiver.posts[0].read_text(encoding="utf-8")
    assert "改过。" in text
    assert numbered.picture_file(7) in text


def test_run_missing_images_of_articles_without_address_fetched_together(archiver: Command, world: World) -> None:
    for number in (1, 2):
        image = f'<p><img data-src="{numbered.picture(number)}/640?wx_fmt=png" data-w="240"></p>'
        (archiver.folder / f"{number}.html").write_bytes(save(f"<p>第 {number} 篇。</p>{image}", title=f"文 {number}"))
        archiver.add(f"{number}.html")
        numbered.serve_picture(world, number)
    assert archiver.catalogue.rows("SELECT url FROM articles") == [{"url": ""}] * 2
    archiver.write("addresses.txt")
    _configure(archiver, {"list": "addresses.txt"})
    _make_pictures_due(archiver)
    assert archiver("run").err.splitlines()[-1] == "2 updated"
    texts = "".join(post.read_text(encoding="utf-8") for post in archiver.posts)
    assert [numbered.picture_file(number) in texts for number in (1, 2)] == [True, True]


# Trouble


def test_run_verification_page_leaves_rest_to_later_run(archiver: Command, world: World) -> None:
    archiver.write("addresses.txt", *numbered.serve(world, range(10)))
    _configure(archiver, {"list": "addresses.txt"})
    world.wall(pages.wall(), after=4)
    run = archiver("run")
    assert (run.code, len(archiver.posts)) == (75, 4)
    world.wall(None)
    world.requests.clear()
    assert (archiver("run").code, world.asked(PAGES)) == (75, [])
    archiver.machine.change("UPDATE hosts SET walled = walled - 7200")
    assert (archiver("run").code, len(archiver.posts)) == (0, 10)


def test_run_failing_source_does_not_stop_others(archiver: Command, world: World) -> None:
    albums.refuse(world, -1, "system error")
    archiver.write("addresses.txt", *numbered.serve(world, (1,)))
    _configure(archiver, {"album": albums.ADDRESS, "name": "专栏"}, {"list": "addresses.txt"})
    run = archiver("run")
    assert run.code == 1
    assert any("专栏" in line and "system error" in line for line in run.err.splitlines())
    assert len(archiver.posts) == 1


def test_run_deleted_article_reported_once(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), pages.notice("该内容已被发布者删除"))
    archiver.write("addresses.txt", numbered.address(1))
    _configure(archiver, {"list": "addresses.txt"})
    first = archiver("run")
    assert first.code == 0
    assert "该内容已被发布者删除" in first.err
    assert _says_nothing(archiver("run"))
    assert len(world.asked(PAGES)) == 1


def test_run_report_contains_outcomes_and_sources(configured: Command, world: World) -> None:
    world.serve(numbered.address(2), pages.notice("系统出错"))
    configured.write("addresses.txt", *numbered.addresses(LIST), "https://mp.weixin.qq.com/s/x")
    run = configured("run", "--report", "report.json")
    report = json.loads((configured.folder / "report.json").read_text(encoding="utf-8"))
    assert report["exit_code"] == run.code == 2
    assert report["outcomes"] == {"archived": 6, "failed": 2}
    assert sorted(report["posts"]) == sorted(run.out.splitlines())
    assert {one["source"]: one["code"] for one in report["failed"]} == {
        numbered.address(2): "unknown", "https://mp.weixin.qq.com/s/x": "usage",
    }  # fmt: skip
    assert [(one["name"], one["listed"], one["new"]) for one in report["sources"]] == [
        ("addresses.txt", 2, 2),
        ("feed.xml", 2, 2),
        ("专栏", 3, 3),
    ]


def test_run_report_contains_stderr_warnings(archiver: Command, world: World) -> None:
    world.serve(numbered.address(9), numbered.article(9, pictures=(7,)))  # which nobody has
    archiver.write("addresses.txt", numbered.address(9))
    albums.serve(world, [], traps=albums.Traps(count=3))
    _configure(archiver, {"list": "addresses.txt"}, {"album": albums.ADDRESS, "name": "专栏"})
    run = archiver("run", "--report", "report.json")
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    said = [line.removeprefix("archiver: ") for line in run.err.splitlines() if line.startswith("archiver: ")]
    assert sorted(report["warnings"]) == sorted(said)
    assert [
        any(word in line for line in said) for word in ("专栏: the album says", f"{numbered.address(9)}: warning: ")
    ] == [True, True], said


def test_run_report_written_without_news(archiver: Command) -> None:
    archiver.write("addresses.txt")
    _configure(archiver, {"list": "addresses.txt"})
    assert _says_nothing(archiver("run", "--report", "report.json"))
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    assert (report["exit_code"], report["outcomes"], report["posts"]) == (0, {}, [])


def test_run_missing_list_is_input_error(archiver: Command) -> None:
    _configure(archiver, {"list": "addresses.txt"})
    run = archiver("run")
    assert run.code == 66
    assert "addresses.txt" in run.err


def test_run_tells_each_change_of_the_format_once(archiver: Command, world: World) -> None:
    changed = eras.renamed(eras.page_2026(), "nick_name")
    for number in (1, 2):
        world.serve(numbered.address(number), pages.page(changed.replace("2650000001", f"265000000{number}")))
    world.serve(numbered.address(3), pages.page(eras.page_2026().replace("2650000001", "2650000003")))
    archiver.write("addresses.txt", *numbered.addresses((1, 2, 3)))
    _configure(archiver, {"list": "addresses.txt"})
    run = archiver("run", "--report", "report.json")
    assert run.code == 0
    told = [line for line in run.err.splitlines() if "WeChat changed" in line]
    place, member = sorted(told, reverse=True)
    assert place == (
        "archiver: WeChat changed the pages of 2 articles: the account is not in `cgiDataNew.nick_name`, where pages "
        f"since 2025 have it; it is read from `nickname`; `archiver doctor {numbered.address(1)}` says more"
    )
    assert "`cgiDataNew.nick_name_new` is not known" in member
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    assert [(each["kind"], each["articles"], each["page"]) for each in report["format_changes"]] == [
        ("field", 2, numbered.address(1)),
        ("member", 2, numbered.address(1)),
    ]
    assert archiver("run").err == ""  # known articles are not read again
    shown = archiver("show", "-o", "out", "--json", numbered.address(2)).outcome
    assert [note["kind"] for note in shown["format_notes"]] == ["field", "member"]
    lines = [line for line in archiver("show", "-o", "out", numbered.address(2)).out.splitlines() if "format  " in line]
    assert [line.partition(", where ")[0].partition(" is not known")[0] for line in lines] == [
        f"format    WeChat changed the article's page; `archiver doctor {numbered.address(2)} -o out` says more",
        "format    the account is not in `cgiDataNew.nick_name`",
        "format    `cgiDataNew.nick_name_new`",
    ]
    assert archiver("show", "-o", "out", "--json", numbered.address(3)).outcome["format_notes"] == []


def test_run_prints_no_warning_that_asks_nothing(archiver: Command, world: World) -> None:
    world.serve(
        numbered.address(1),
        numbered.article(1, words='</p><mp-common-profile data-nickname="测试号"></mp-common-profile><p>'),
    )
    archiver.write("addresses.txt", numbered.address(1))
    _configure(archiver, {"list": "addresses.txt"})
    assert archiver("run", "--report", "report.json").err.splitlines() == ["1 archived"]
    report = json.loads((archiver.folder / "report.json").read_text(encoding="utf-8"))
    assert [line.partition(": warning: ")[2][:8] for line in report["warnings"]] == ["left out"]
    (key,) = [listed["key"] for listed in archiver("list", "--json").outcomes]
    assert "left out  " in archiver("show", key).out
