"""The search index in its file: archiver/search/index.py."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import Busy
from archiver.search import normalization
from archiver.search.index import SearchIndex
from archiver.search.query import parse_query
from archiver.search.selection import Filter
from archiver.search.snippets import WIDTH, make_snippet
from archiver.search.tables import DamagedIndex, IndexedPost

TEXTS = {
    "一": ("雨水怎么存", "雨水要存在暗处，免得长藻。用 C++ 写。"),
    "二": ("大模型", "AI 大模型和 GPT-4，发 email。"),
    "三": ("旅行", "头髮。AI大模型，微信公众号"),
}


def entry(key: str, **values: object) -> IndexedPost:
    place = list(TEXTS).index(key) if key in TEXTS else 9
    usual = {
        "path": f"_posts/{key}.md", "modified": 1, "size": 2, "title": TEXTS.get(key, ("题", ""))[0], "account": "甲",
        "account_id": "gh_1", "published": 1000 * (place + 1), "state": "article", "tags": (),
    }  # fmt: skip
    return IndexedPost(key=key, **(usual | values))  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "search.db"
    with SearchIndex(path, create=True) as index:
        index.build((entry(key), text) for key, (_, text) in TEXTS.items())
    return path


def found(path: Path, *words: str, order: str = "oldest", **conditions: object) -> list[str]:
    with SearchIndex(path) as index:
        ids = list(index.find(parse_query(words), Filter(**conditions), order=order))  # type: ignore[arg-type]
        return [post.key for post in index.posts(ids)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["雨水"], ["一"]),
        (["水"], ["一"]),
        (["藻"], ["一"]),
        (["号"], ["三"]),
        (["公众号"], ["三"]),
        (["众公"], []),
        (["大模型"], ["二", "三"]),
        (["AI大模型"], ["三"]),
        (["AI 大模型"], ["二", "三"]),
        (['"ai 大模型"'], ["二"]),
        (["ai"], ["二", "三"]),
        (["mail"], []),
        (["ema"], ["二"]),
        (["gpt-4"], ["二"]),
        (["gpt4"], []),
        (["c++"], ["一"]),
        (["c+++"], []),
        (["。"], ["一", "二", "三"]),
        (["，"], ["一", "二", "三"]),
        (["大模型", "-旅行"], ["二"]),
        (["大模型", "-gpt-4"], ["三"]),
        (["-大模型"], ["一"]),
        (["-，"], []),
        (["旅行", "微信"], ["三"]),
        (["没有这个"], []),
    ],
)
def test_find_terms(path: Path, words: list[str], expected: list[str]) -> None:
    assert found(path, *words) == expected


def test_find_orders(path: Path) -> None:
    assert found(path, "大模型", order="newest") == ["三", "二"]
    assert found(path, "大模型", order="relevance") == ["二", "三"]  # in the title of the first


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["的"], [3, 2, 1, 0]),  # the newest first: the one with most of them is the oldest
        (["猫"], [0, 2]),
        (["的", "猫"], [0, 2]),
        (["猫", "-的"], []),
        (["-的"], []),
        (["-的", "-猫"], []),
        (["的", "-猫"], [3, 1]),
    ],
)
def test_find_character_of_all_posts(tmp_path: Path, words: list[str], expected: list[int]) -> None:
    with SearchIndex(tmp_path / "search.db", create=True) as index:
        texts = ["的的的的 猫猫猫", "我的狗", "我的猫", "你的狗"]
        index.build((entry(str(number), published=number), text) for number, text in enumerate(texts))
    assert found(tmp_path / "search.db", *words, order="relevance") == list(map(str, expected))


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("words", ["雨水", "雨水 -茶", "雨水。", "的", "-茶"])
def test_find_with_a_limit_gives_the_first_of_all(tmp_path: Path, words: str, order: str) -> None:
    texts = [f"{'雨水。的' * (number % 5 + 1)}{'茶' * (number % 3)}" for number in range(40)]
    with SearchIndex(tmp_path / "search.db", create=True) as index:
        index.build((entry(str(number), published=number // 2), text) for number, text in enumerate(texts))
        query = parse_query([words])
        whole = list(index.find(query, Filter(), order=order))
        assert len(whole) > 12
        for limit in (1, 12, 100):
            assert list(index.find(query, Filter(), order=order, limit=limit)) == whole[:limit]


def test_page_of_a_word_of_all_posts_reads_that_page_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    change = normalization.Change

    def counted(*values: Any) -> normalization.Change:
        made.append(1)
        return change(*values)

    monkeypatch.setattr(normalization, "Change", counted)
    with SearchIndex(tmp_path / "search.db", create=True) as index:
        index.build((entry(str(number), published=number), "雨水，很多。" * 200) for number in range(60))
        made.clear()
        read: list[str] = []
        index._connection.set_trace_callback(read.append)
        query = parse_query(["雨水"])
        ids = list(index.find(query, Filter(), limit=10))
        snippets = [make_snippet(index.text(post_id), query.required) for post_id in ids]
    assert len(snippets) == sum("FROM texts" in statement for statement in read) == 10
    assert len(made) <= 10 * WIDTH  # a snippet makes the changes up to its end, not the 200 of each text


def test_find_next_part_ranks_no_post_again_until_the_index_changes(path: Path) -> None:
    query = parse_query(["大模型"])
    with SearchIndex(path) as index, SearchIndex(path) as other:
        asked: list[str] = []
        index._connection.set_trace_callback(asked.append)

        def first(limit: int) -> list[str]:
            asked.clear()
            return [post.key for post in index.posts(list(index.find(query, Filter(), limit=limit)))]

        def has_ranked() -> bool:
            return any("bm25" in statement for statement in asked)

        assert first(1) == ["二"]
        assert has_ranked()
        assert first(2) == ["二", "三"]
        assert not has_ranked()
        other.replace([(entry("一"), "大模型。大模型。大模型。")])
        assert sorted(first(9)) == ["一", "三", "二"]
        assert has_ranked()
        other.replace([], ["一", "二"])
        assert first(9) == ["三"]


def test_find_knows_the_index_that_was_made_anew_from_the_one_before(tmp_path: Path) -> None:
    keys = []
    for key in ("一", "二"):
        with SearchIndex(tmp_path / f"{key}.db", create=True) as index:
            index.build([(entry(key, title="题"), "雨水")])
            keys += [post.key for post in index.posts(list(index.find(parse_query(["雨水"]), Filter(), limit=1)))]
    assert keys == ["一", "二"]


def test_reading_sees_nothing_of_a_write_meanwhile(path: Path) -> None:
    with SearchIndex(path) as index, SearchIndex(path) as other:
        with index.reading():
            ids = list(index.find(parse_query(["雨水"]), Filter(), limit=1))
            other._connection.execute("PRAGMA busy_timeout = 0")
            with pytest.raises(Busy):
                other.replace([], ["一"])
            assert [post.key for post in index.posts(ids)] == ["一"]
        other.replace([], ["一"])
        assert index.ids_of(["一"]) == []


def test_find_conditions(path: Path) -> None:
    with SearchIndex(path) as index:
        index.replace(
            [(entry("二", account="乙", account_id="gh_2", state="deleted", tags=("茶", "水")), TEXTS["二"][1])]
        )
    assert found(path, "大模型", account="乙") == ["二"]
    assert found(path, "大模型", account="gh_1") == ["三"]
    assert found(path, "大模型", state="deleted") == ["二"]
    assert found(path, "大模型", tag="水") == ["二"]
    assert found(path, "大模型", title="旅") == ["三"]
    assert found(path, "大模型", since=2001) == ["三"]
    assert found(path, "大模型", until=3000) == ["二"]


def test_replace_forgets_old_words(path: Path) -> None:
    with SearchIndex(path) as index:
        index.replace([(entry("一", title="新题"), "新的字。")], ["三"])
    assert found(path, "雨水") == found(path, "公众号") == []
    assert found(path, "新的") == found(path, "新题") == ["一"]
    assert found(path, "大模型") == ["二"]


def test_post_without_file_is_not_found_and_has_stamp(path: Path) -> None:
    with SearchIndex(path) as index:
        index.replace([(entry("一", modified=-1, size=-1), "")])
        assert index.count() == 2
        assert {stamp.key: stamp.modified for stamp in index.stamps()} == {"一": -1, "二": 1, "三": 1}
    assert found(path, "雨水") == []
    with SearchIndex(path) as index:
        index.replace([(entry("一"), TEXTS["一"][1])])
    assert found(path, "雨水") == ["一"]


def test_open_missing_index_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedIndex):
        SearchIndex(tmp_path / "search.db")


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"nothing like it" * 1000),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:4096]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)),
    ],
    ids=["other content", "empty", "truncated", "overwritten"],
)
def test_damaged_file_is_noticed(path: Path, harm) -> None:
    harm(path)
    with pytest.raises(DamagedIndex):
        found(path, "雨水")


def test_altered_text_is_noticed(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE texts SET text = replace(text, '藻', '草')")
    with pytest.raises(DamagedIndex):
        found(path, "藻。")


def test_other_version_is_damaged(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(DamagedIndex):
        SearchIndex(path)


def test_build_interrupted_leaves_no_index(tmp_path: Path) -> None:
    def posts():
        yield entry("一"), TEXTS["一"][1]
        raise KeyboardInterrupt

    path = tmp_path / "search.db"
    with SearchIndex(path, create=True) as index, pytest.raises(KeyboardInterrupt):
        index.build(posts())
    with pytest.raises(DamagedIndex):
        SearchIndex(path)


def test_groups_count_tags_and_albums_of_present_posts(tmp_path: Path) -> None:
    entries = [
        entry("一", tags=("水", "其他"), albums=("四季",)),
        entry("二", tags=("其他",)),
        entry("三", tags=("水",), albums=("四季", "其他")),
        entry("四", tags=("水",), albums=("四季",), modified=-1, size=-1),  # its file is missing
    ]
    with SearchIndex(tmp_path / "search.db", create=True) as index:
        index.build((each, "文") for each in entries)
        assert index.groups("tag") == ([("其他", 2, 2000), ("水", 2, 3000)], 2)
        assert index.groups("album") == ([("四季", 2, 3000), ("其他", 1, 3000)], 2)
        assert index.groups("tag", 1, 1) == ([("水", 2, 3000)], 2)
        assert [index.group_names("tag"), index.group_names("album")] == [["其他", "水"], ["四季", "其他"]]
        index.replace([(entry("一", tags=("茶", "茶")), "文")], ["三"])
        assert index.groups("tag") == ([("其他", 1, 2000), ("茶", 1, 1000)], 2)
        assert index.groups("album") == ([], 0)
        index.replace([(entry("三", tags=("水", "其他"), albums=("四季", "其他")), "文")])
        index.replace([(entry("一", albums=("四季",)), "文")])
    assert found(tmp_path / "search.db", album="四季") == ["一", "三"]
    assert found(tmp_path / "search.db", album="其他", tag="水") == ["三"]


def test_beginnings_are_one_line_as_written(tmp_path: Path) -> None:
    with SearchIndex(tmp_path / "search.db", create=True) as index:
        index.build([(entry("一"), "第一行 ＡＢ\n\n第二行"), (entry("二"), "长" * 500)])
        assert index.beginnings(["二", "一", "九"]) == {"一": "第一行 ＡＢ 第二行", "二": "长" * 160}
