"""The index in many small files: archiver/search/shards.py."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import accumulate

import pytest

from archiver.search.shards import entries, shards


def numbers(content: bytes) -> Iterator[int]:
    """The numbers in bytes of seven bits each."""
    value = shift = 0
    for byte in content:
        value += (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0


def bits(content: bytes) -> list[int]:
    """The numbers of the bits that are set."""
    return [8 * place + bit for place, byte in enumerate(content) for bit in range(8) if byte >> bit & 1]


def read(shard: bytes, count: int) -> dict[str, list[int]]:
    """The lists in a shard of an index of `count` texts, as the module describes it."""
    found = {}
    while shard:
        name, rest = shard[1 : 1 + shard[0]], shard[1 + shard[0] :]
        end = next(place for place, byte in enumerate(rest) if byte < 128) + 1
        length = next(numbers(rest[:end]))
        content = rest[end : end + length]
        is_bitmap = length >= count / 8
        found[name.decode()] = bits(content) if is_bitmap else [*accumulate(numbers(content))]
        shard = rest[end + length :]
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("，。", set()),
        ("水", {"水"}),
        ("公众号", {"公", "众", "号", "公众", "众号"}),
        ("公众，号", {"公", "众", "号", "公众"}),
        ("ai大模型", {"a", "ai", "大", "模", "型", "大模", "模型"}),
        ("c++", {"c", "c+", "c++"}),
        ("archiver-x", {"a", "ar", "arc", "arch", "archi", "archiv", "archive", "archiver", "x"}),
        ("internationalization", {"i", "in", "int", "inte", "inter", "intern", "interna", "internat"}),
        ("\U00020000\U00020001", {"\U00020000", "\U00020001", "\U00020000\U00020001"}),
    ],
)
def test_entries_of_text(text: str, expected: set[str]) -> None:
    assert entries(text) == expected


def test_shards_list_the_texts_of_each_entry() -> None:
    texts = [{"水"}, {"雨"}, {"水", "雨"}, set[str](), {"水"}]
    assert [read(shard, 5) for shard in shards(texts, 100)] == [{"水": [0, 2, 4], "雨": [1, 2]}]


def test_shards_have_entries_by_their_checksum() -> None:
    texts = [{chr(0x4E00 + number) for number in range(500)}]
    found = shards(texts, 200)
    assert len(found) == 13  # 500 entries with 5 bytes of name and list each
    for number, shard in enumerate(found):
        assert all(zlib.crc32(name.encode()) % len(found) == number for name in read(shard, 1))
    assert sum(len(read(shard, 1)) for shard in found) == 500


def test_shards_write_large_numbers_and_long_lists() -> None:
    texts = [{"水"} if number % 2 or number > 300 else set[str]() for number in range(1_000)]
    texts.append({"雨"})
    (shard,) = shards(texts, 10**6)
    assert read(shard, 1_001) == {
        "水": [number for number in range(1_000) if number % 2 or number > 300],
        "雨": [1_000],
    }


@pytest.mark.parametrize(
    ("count", "listed", "content"),
    [
        (1, [0], "01 01"),
        (8, [7], "01 80"),
        (9, [8], "01 08"),  # a list of one byte: two would be the bitmap
        (9, [0, 8], "02 01 01"),
        (24, [0, 9, 23], "03 01 02 80"),
        (25, [0, 9, 23], "03 00 09 0e"),
        (1_600, [*range(0, 1_600, 8)], f"c8 01{' 01' * 200}"),
        (1_600, [*range(8, 1_600, 8)], f"c7 01 08{' 08' * 198}"),
    ],
)
def test_shards_have_a_bitmap_where_no_list_is_shorter(count: int, listed: list[int], content: str) -> None:
    texts = [{"a"} if number in set(listed) else set[str]() for number in range(count)]
    assert shards(texts, 10**6) == [b"\x01a" + bytes.fromhex(content)]


def test_shards_are_the_same_in_whatever_order_entries_come() -> None:
    names = [chr(0x4E00 + number) for number in range(50)]
    assert shards([names, names[:5]], 50) == shards([names[::-1], names[:5]], 50)


def test_shards_of_nothing_are_one_empty_shard() -> None:
    assert shards([], 100) == [b""]
    assert shards([set()], 100) == [b""]
