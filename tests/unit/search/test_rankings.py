"""What the latest searches found: archiver/search/rankings.py."""

from __future__ import annotations

from archiver.search.rankings import Rankings


class Search:
    """A search that finds `count` posts, and notes how many it was asked for."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.asked: list[int] = []

    def __call__(self, number: int) -> range:
        self.asked.append(number)
        return range(min(number, self._count))


def test_first_takes_the_next_parts_from_what_was_found() -> None:
    rankings, search = Rankings(), Search(2_000)
    for limit in (51, 101, 500):
        assert list(rankings.first(("水",), limit, search)) == list(range(limit))
    assert len(search.asked) == 1
    assert list(rankings.first(("水",), 1_201, search)) == list(range(1_201))
    assert list(rankings.first(("水",), 51, search)) == list(range(51))
    assert len(search.asked) == 2
    assert all(asked >= limit for asked, limit in zip(search.asked, (51, 1_201), strict=True))


def test_first_knows_that_there_are_no_more() -> None:
    rankings, search = Rankings(), Search(7)
    assert list(rankings.first(("水",), 3, search)) == [0, 1, 2]
    assert list(rankings.first(("水",), 9_999, search)) == list(range(7))
    nothing = Search(0)
    assert [list(rankings.first(("茶",), limit, nothing)) for limit in (1, 9_999)] == [[], []]
    assert [len(search.asked), len(nothing.asked)] == [1, 1]


def test_first_tells_searches_apart() -> None:
    rankings = Rankings()
    assert list(rankings.first(("水", 1), 9, Search(2))) == [0, 1]
    assert list(rankings.first(("水", 2), 9, Search(1))) == [0]


def test_rankings_forget_what_was_asked_longest_ago() -> None:
    rankings = Rankings(most=1_000)
    searches = [Search(300) for _ in range(3)]
    for number in (0, 1, 0, 2, 0, 1):  # two of 300 ids each have room
        rankings.first((number,), 9, searches[number])
    assert [len(search.asked) for search in searches] == [1, 2, 1]


def test_rankings_are_bounded_in_number_even_if_nothing_was_found() -> None:
    rankings, first = Rankings(most=1_000), Search(0)
    rankings.first((0,), 9, first)
    for number in range(1, 1_000):
        rankings.first((number,), 9, Search(0))
    rankings.first((0,), 9, first)
    assert len(first.asked) == 2
