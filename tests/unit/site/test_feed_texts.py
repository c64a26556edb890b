"""The texts of feeds that are remembered."""

from __future__ import annotations

from archiver.models.browsing import ReadableArticle
from archiver.site.feed_texts import COST, FeedTexts


class Posts:
    """Counts how often a text is read."""

    def __init__(self, length: int) -> None:
        self.read = 0
        self._length = length

    def __call__(self) -> ReadableArticle:
        self.read += 1
        return ReadableArticle(html="x" * self._length)


def test_text_is_read_once() -> None:
    texts, posts = FeedTexts(2 * (COST + 10)), Posts(10)
    assert texts.get("a", posts) is texts.get("a", posts)
    assert posts.read == 1
    texts.get("b", posts)
    assert posts.read == 2


def test_text_used_longest_ago_goes_first() -> None:
    texts, posts = FeedTexts(2 * (COST + 10)), Posts(10)
    for name in ("a", "b", "a", "c"):
        texts.get(name, posts)
    assert posts.read == 3
    texts.get("a", posts)
    assert posts.read == 3
    texts.get("b", posts)
    assert posts.read == 4


def test_text_larger_than_all_room_is_given_and_not_kept() -> None:
    texts, posts, remembered = FeedTexts(2 * (COST + 10)), Posts(COST + 30), Posts(10)
    texts.get("c", remembered)
    assert len(texts.get("a", posts).html) == COST + 30
    texts.get("a", posts)
    assert posts.read == 2
    texts.get("c", remembered)
    assert remembered.read == 1
    small = Posts(10)
    texts.get("b", small)
    texts.get("b", small)
    assert small.read == 1


def test_texts_of_lost_posts_are_dropped_too() -> None:
    texts, lost = FeedTexts(10 * COST), Posts(0)
    for number in range(11):
        texts.get(number, lost)
    texts.get(0, lost)
    assert lost.read == 12
