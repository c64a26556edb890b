"""A save that lost WeChat's ids is the article that it shows, whether the article or the save came first."""

from __future__ import annotations

import os
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import Command
from tests.support.wechat import World, pages

ADDRESS = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"
KEY = "MzA5MDAwMDAwMQ==:2247480001:1"
TEXT = "<p>足够长的一句话，两个网页都有。</p>"
SINGLEFILE = "<!--\n Page saved with SingleFile \n url: {} \n saved date: Thu Jul 18 2024 10:05:00 GMT+0800 (CST)\n-->"
CHROME = "<!-- saved from url=(0053){} -->"
SAVED = 1_685_160_000  # 2023-05-27 12:00 in China, when the files were saved; the article is of the 24th


def article(*, address: str = ADDRESS, body: str = TEXT, mid: str = "2247480001", day: int = 24) -> bytes:
    """The page as WeChat sends it."""
    raw = pages.article(body, mid=mid, more=f'var msg_link = "{address}";').body
    return raw.replace(b'"1684904904"', f'"{1_684_904_904 + (day - 24) * 86_400}"'.encode())


def save(
    body: str = TEXT, *, note: str = "", head: str = "", date: str = "2023年05月24日 13:08", title: str = "测试文章"
) -> bytes:
    """The same page without its scripts. Whoever saved it noted the address in a comment, or `og:url` is still there."""
    return (
        f'<!DOCTYPE html> <html class>{note}<head>{head}</head><body id="activity-detail" class="zh_CN"><div id="js_article">'
        f'<h1 id="activity-name">{title}</h1><a id="js_name">测试号</a><em id="publish_time">{date}</em>'
        f'<div class="rich_media_content" id="js_content">{body}</div></div></body></html>'
    ).encode()


def add(archiver: Command, name: str, content: bytes) -> dict[str, Any]:
    (archiver.folder / name).write_bytes(content)
    os.utime(archiver.folder / name, (SAVED, SAVED))
    run = archiver.add("--no-media", name)
    assert run.code == 0, run.err
    return run.outcome


def keys(archiver: Command) -> list[str]:
    return [str(row["key"]) for row in archiver.catalogue.rows("SELECT key FROM articles ORDER BY key")]


def front_matter(post: Path) -> dict[str, Any]:
    front: dict[str, Any] = yaml.safe_load(post.read_text().split("\n---\n")[0].removeprefix("---\n"))["wechat"]
    return front


SAVES = {
    "SingleFile": save(note=SINGLEFILE.format(ADDRESS)),
    "Chrome": save(note=CHROME.format(ADDRESS)),
    "a copy of archive.org": save(note=CHROME.format(f"https://web.archive.org/web/20240718020500/{ADDRESS}")),
    "only og:url": save(head=f'<meta property="og:url" content="{ADDRESS}">'),
    "before an edit": save("<p>旧的文字</p>", note=SINGLEFILE.format(ADDRESS), title="旧标题"),
    "no address": save(),
    "no address, counted back": save(date="3天前"),
    "no address, no time": save(date="2023-05-24"),
    "no address, no date": save(date=""),
}


@pytest.mark.parametrize("is_save_first", [False, True], ids=["article first", "save first"])
@pytest.mark.parametrize("name", SAVES)
def test_add_makes_one_post_of_an_article_and_its_save(offline: Command, name: str, is_save_first: bool) -> None:
    raw = article(address="" if name.startswith("no address") else ADDRESS)
    both = [("article.html", raw), ("save.html", SAVES[name])]
    outcomes = [add(offline, *each)["outcome"] for each in (reversed(both) if is_save_first else both)]
    assert outcomes[0] == "archived"
    assert outcomes[1] in ("updated", "unchanged")
    assert keys(offline) == [KEY]
    wechat = front_matter(*offline.posts)
    assert (wechat["biz"], wechat["mid"], wechat["idx"]) == tuple(KEY.split(":"))
    assert wechat["published"] == "2023-05-24T13:08:24+08:00"
    assert "key" not in wechat


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_add_makes_one_post_of_many_saves(offline: Command, order: tuple[int, ...]) -> None:
    many = [article(), SAVES["SingleFile"], SAVES["no address"]]
    for number in order:
        add(offline, f"{number}.html", many[number])
    assert keys(offline) == [KEY]
    assert len(offline.posts) == 1


def test_add_makes_one_post_of_two_saves_of_an_address(offline: Command) -> None:
    add(offline, "one.html", SAVES["before an edit"])
    assert add(offline, "two.html", SAVES["SingleFile"])["outcome"] == "updated"
    (key,) = keys(offline)
    assert key.startswith("sha256:")
    assert len(offline.posts) == 1


def test_add_by_address_then_by_save(archiver: Command, world: World) -> None:
    world.serve(ADDRESS, pages.article(TEXT))
    assert archiver.add(ADDRESS).outcome["key"] == KEY
    world.requests.clear()
    outcome = add(archiver, "save.html", SAVES["SingleFile"])
    assert (outcome["key"], outcome["warnings"], world.requests) == (KEY, [], [])
    assert len(archiver.posts) == 1


def test_add_by_save_then_by_address(archiver: Command, world: World) -> None:
    assert add(archiver, "save.html", SAVES["before an edit"])["key"].startswith("sha256:")
    world.serve(ADDRESS, pages.article(TEXT))
    run = archiver.add(ADDRESS)
    assert (run.outcome["outcome"], run.outcome["key"]) == ("updated", KEY)
    assert len(archiver.posts) == 1


# Other articles


def test_add_keeps_a_save_of_another_article_apart(offline: Command) -> None:
    add(offline, "article.html", article())
    add(offline, "text.html", save("<p>Another text.</p>"))
    add(offline, "address.html", save("<p>另一篇</p>", note=CHROME.format(ADDRESS.replace("A", "B"))))
    assert len(keys(offline)) == len(offline.posts) == 3


def test_add_tells_a_text_that_was_published_twice_by_its_day(offline: Command) -> None:
    add(offline, "one.html", article(address=""))
    add(offline, "two.html", article(address="", mid="2247480002", day=31))
    assert add(offline, "save.html", save(date="2023年05月31日 13:08"))["key"] == "MzA5MDAwMDAwMQ==:2247480002:1"
    assert add(offline, "none.html", save(date=""))["key"].startswith("sha256:")
    assert len(offline.posts) == 3


def test_add_does_not_take_the_picture_of_a_day_for_that_of_another(offline: Command) -> None:
    picture = '<p><img data-src="https://mmbiz.qpic.cn/mmbiz_png/Day{}/640"></p>'
    add(offline, "one.html", article(address="", body=picture.format(1)))
    assert add(offline, "same.html", save(picture.format(1)))["key"] == KEY
    assert add(offline, "next.html", save(picture.format(2), date="2023年05月25日 13:08"))["key"].startswith("sha256:")
    assert len(offline.posts) == 2


def test_add_believes_the_ids_of_a_page_more_than_its_address(offline: Command) -> None:
    add(offline, "one.html", article())
    assert add(offline, "two.html", article(mid="2247480002"))["key"] == "MzA5MDAwMDAwMQ==:2247480002:1"
    assert len(offline.posts) == 2


def test_add_does_not_bring_back_what_was_taken_out_by_a_save_of_it(offline: Command) -> None:
    add(offline, "article.html", article())
    assert offline("rm", "--yes", "-o", "out", KEY).code == 0
    for name in ("SingleFile", "no address"):
        (offline.folder / "save.html").write_bytes(SAVES[name])
        assert offline.add("--no-media", "save.html").outcome["outcome"] == "skipped"
    assert offline.posts == []


# What is made of it again


@pytest.mark.parametrize("name", ["SingleFile", "no address", "no address, counted back"])
def test_rebuild_keeps_the_post_that_a_save_made(offline: Command, name: str) -> None:
    add(offline, "article.html", article(address="" if name.startswith("no address") else ADDRESS))
    add(offline, "save.html", SAVES[name])
    before = offline.posts[0].read_bytes()
    assert "1 unchanged" in offline("rebuild", "--all", "-o", "out").err
    assert offline.posts[0].read_bytes() == before


@pytest.mark.parametrize("is_save_first", [False, True], ids=["article first", "save first"])
def test_repair_of_a_lost_catalogue_knows_the_save(offline: Command, is_save_first: bool) -> None:
    both = [("article.html", article()), ("save.html", SAVES["SingleFile"])]
    for each in reversed(both) if is_save_first else both:
        add(offline, *each)
    before = {post: post.read_bytes() for post in offline.posts}
    offline.catalogue.lose()
    assert offline("verify", "--repair", "-o", "out").code == 0
    assert offline("verify", "-o", "out").code == 0
    assert keys(offline) == [KEY]
    assert {post: post.read_bytes() for post in offline.posts} == before


@pytest.mark.parametrize("name", ["SingleFile", "no address"])
@pytest.mark.parametrize("is_save_ours", [False, True], ids=["the article is here", "the save is here"])
def test_import_knows_the_save_of_an_article(offline: Command, name: str, is_save_ours: bool) -> None:
    raw = article(address="" if name == "no address" else ADDRESS)
    ours, theirs = (SAVES[name], raw) if is_save_ours else (raw, SAVES[name])
    add(offline, "ours.html", ours)
    (offline.folder / "theirs.html").write_bytes(theirs)
    assert offline("add", "--no-media", "-o", "other", "theirs.html").code == 0
    assert offline("import", "-o", "out", "other").code == 0
    assert keys(offline) == [KEY]
    assert len(offline.posts) == 1
    assert offline("verify", "-o", "out").code == 0
