"""`archiver search`: what posts show now is found, and nothing else; the index is a cache that any command mends."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.command import Command, Run
from tests.support.wechat import World, numbered


@pytest.fixture
def out(archiver: Command, world: World) -> Path:
    """An archive of three articles."""
    for number, words in ((1, "雨水要存在暗处。"), (2, "大模型写作。"), (3, "AI 画画，用 C++。")):
        world.serve(numbered.address(number), numbered.article(number, words=words))
    assert archiver.add(*map(numbered.address, (1, 2, 3))).code == 0
    return archiver.folder / "out"


def search(archiver: Command, *words: str) -> list[str]:
    run = archiver("search", "-o", "out", "--json", *words)
    assert run.code == 0, run.err
    return sorted(hit["key"] for hit in run.outcomes)


def keys(*numbers: int) -> list[str]:
    return [numbered.key(number) for number in numbers]


def post(out: Path, number: int) -> Path:
    (found,) = (out / "_posts").rglob(f"*-{number:03}.md")
    return found


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_search_finds_articles_by_their_words(archiver: Command, out: Path) -> None:
    assert search(archiver, "雨水") == keys(1)
    assert search(archiver, "测试", "-雨水", "-AI") == keys(2)
    assert search(archiver, "c++") == keys(3)
    assert search(archiver, "公众号") == []  # stands in the source block alone, which is archiver's


def test_search_json_has_documented_fields(archiver: Command, out: Path) -> None:
    hit = archiver("search", "-o", "out", "--json", "ai").outcome
    assert set(hit) == {"key", "title", "account", "published", "post", "snippet", "marks"}
    assert [hit["snippet"][start:end] for start, end in hit["marks"]] == ["AI"]
    assert (out / hit["post"]).is_file()


def test_search_prints_hit_for_people(archiver: Command, out: Path) -> None:
    first, snippet, path = archiver("search", "-o", "out", "暗处").out.splitlines()
    assert first == f"2023-05-24  测试号  测试 001  {numbered.key(1)}"
    assert "雨水要存在暗处。" in snippet
    assert path.strip() == f"_posts/{post(out, 1).name}"


def test_search_without_hit_exits_zero(archiver: Command, out: Path) -> None:
    run = archiver("search", "-o", "out", "没有这个词")
    assert (run.code, run.out) == (0, "")
    assert "nothing found" in run.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "say what to search for"),
        (("-o", "nowhere", "x"), 66, "no such archive"),
        (("-o", "out", "--state", "nonsense", "x"), 2, "no such state"),
        (("-o", "out", "--acount", "x"), 2, "no such option: --acount"),
    ],
)
def test_search_bad_call_is_named(
    archiver: Command, out: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    run = archiver("search", *arguments)
    assert run.code == code
    assert said in run.err


def test_search_unknown_account_suggests_similar_names(archiver: Command, out: Path) -> None:
    run = archiver("search", "-o", "out", "雨水", "--account", "测试")
    assert "there are 测试号" in run.err


def test_search_limit_says_that_there_is_more(archiver: Command, out: Path) -> None:
    run = archiver("search", "-o", "out", "--json", "--limit", "1", "测试")
    assert len(run.outcomes) == 1
    assert "--limit" in run.err


def test_search_sees_later_articles_edits_and_removals(archiver: Command, world: World, out: Path) -> None:
    assert search(archiver, "雨水") == keys(1)
    world.serve(numbered.address(4), numbered.article(4, words="雨水又来。"))
    assert archiver.add(numbered.address(4)).code == 0
    assert search(archiver, "雨水") == keys(1, 4)
    assert archiver("rm", "--yes", "-o", "out", numbered.key(4)).code == 0
    assert search(archiver, "雨水") == keys(1)
    edit(post(out, 1), "雨水", "井水")
    assert (search(archiver, "雨水"), search(archiver, "井水")) == ([], keys(1))
    aside = post(out, 2).rename(out.parent / "aside.md")
    assert search(archiver, "大模型") == []
    aside.rename(out / "_posts" / "2023-05-24-测试-002.md")
    assert search(archiver, "大模型") == keys(2)


def test_search_index_follows_each_command(archiver: Command, world: World, out: Path) -> None:
    """The queue is empty after the command that filled it, so that the next search is quick."""
    search(archiver, "雨水")
    world.serve(numbered.address(1), numbered.article(1, words="改过的字。"))
    assert archiver("recheck", "--interval", "0", "-o", "out", numbered.key(1)).code == 0
    assert archiver.catalogue.rows("SELECT * FROM search_queue") == []
    assert search(archiver, "改过") == keys(1)
    assert search(archiver, "雨水") == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff" * path.stat().st_size),
        lambda path: path.write_bytes(path.read_bytes()[:8192]),
        lambda path: path.write_bytes(path.read_bytes()[:60] + b"\0\0\0\x63" + path.read_bytes()[64:]),
    ],
    ids=["deleted", "empty", "overwritten", "truncated", "other version"],
)
def test_search_makes_harmed_index_anew(archiver: Command, out: Path, harm) -> None:
    assert search(archiver, "雨水") == keys(1)
    harm(out / ".archive" / "search.db")
    assert search(archiver, "雨水") == keys(1)
    assert search(archiver, "大模型") == keys(2)


def test_harmed_index_fails_no_other_command(archiver: Command, world: World, out: Path) -> None:
    search(archiver, "雨水")
    (out / ".archive" / "search.db").write_bytes(b"\xff" * 9999)
    world.serve(numbered.address(4), numbered.article(4, words="雨水又来。"))
    assert archiver.add(numbered.address(4)).code == 0
    assert search(archiver, "雨水") == keys(1, 4)


def test_search_reindex_reads_everything(archiver: Command, out: Path) -> None:
    search(archiver, "雨水")
    path = post(out, 1)
    before = path.stat()
    edit(path, "雨水", "井水")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a tool does that hides its work
    assert search(archiver, "--reindex", "井水") == keys(1)


def test_verify_does_not_name_the_index(archiver: Command, out: Path) -> None:
    search(archiver, "雨水")
    assert archiver("verify", "-o", "out").out == ""


def test_search_after_kill_while_index_is_made(archiver: Command, out: Path) -> None:
    process = archiver.start("search", "-o", "out", "雨水")
    while not (out / ".archive" / "search.db").exists() and process.poll() is None:
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert search(archiver, "雨水") == keys(1)


def test_search_damage_that_only_reading_shows_is_mended(archiver: Command, out: Path) -> None:
    assert search(archiver, "C++") == keys(3)
    with closing(sqlite3.connect(out / ".archive" / "search.db")) as index, index:
        index.execute("UPDATE texts SET text = 'c++ ' || text")
    assert search(archiver, "C++") == keys(3)
    with closing(sqlite3.connect(out / ".archive" / "search.db")) as index, index:
        index.execute("UPDATE texts SET changes = x'00'")
    assert search(archiver, "C++") == keys(3)


def test_search_tag_and_title(archiver: Command, out: Path) -> None:
    edit(post(out, 2), '  - "其他"', '  - "茶 水"')
    assert search(archiver, "测试", "--tag", "茶 水") == keys(2)
    assert search(archiver, "测试", "--title", "003") == keys(3)


def test_search_exact_needs_case_as_typed(archiver: Command, out: Path) -> None:
    assert search(archiver, "ai") == keys(3)
    assert search(archiver, "--exact", "ai") == []
    assert search(archiver, "--exact", "AI") == keys(3)
    assert search(archiver, "--exact", "测试", "-ai") == keys(1, 2, 3)
    assert search(archiver, "--exact", "测试", "-AI") == keys(1, 2)


def test_search_variants_finds_traditional_forms(archiver: Command, out: Path) -> None:
    pytest.importorskip("opencc")
    run: Run = archiver("search", "-o", "out", "寫作")
    assert "--variants" in run.err
    assert search(archiver, "--variants", "寫作") == keys(2)
