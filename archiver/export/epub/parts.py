"""Arrange the articles of an export for books: their order, and how many go into one book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archiver.export.epub.pictures import is_converted
from archiver.models import CHINA, ArticleRecord

_EACH = 2_500  # bytes that a chapter takes besides its text: its head, and what the book says of it
_EACH_PICTURE = 400  # bytes that a picture takes besides its own: what the book says of it
_GROWTH = 3  # times that a converted picture may become larger


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """An article that becomes a chapter.

    `size` is about the number of bytes that its text takes in a book, and `pictures` has those of its pictures by their
    paths.
    """

    article: ArticleRecord
    size: int
    pictures: Mapping[str, int]

    @property
    def published_day(self) -> str:
        """The day of publication in China, such as `2020-06-17`; '' if it is unknown."""
        published = self.article.published
        return f"{published.astimezone(CHINA):%Y-%m-%d}" if published else ""


def chapter_order(article: ArticleRecord) -> tuple[str, bool, datetime | None, str]:
    """Return the key by which the articles of a book are sorted: by account, then by time, unknown times last."""
    published = article.published
    return article.account, published is None, published, article.key


def picture_sizes(files: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return about how many bytes pictures take in a book, by their paths. `files` has their paths and sizes."""
    return {path: size * (_GROWTH if is_converted(path) else 1) + _EACH_PICTURE for path, size in files}


def divide(chapters: Sequence[Chapter], most: int) -> list[list[Chapter]]:
    """Divide chapters, which are in the order of the book, into books of at most `most` bytes.

    A chapter that is larger makes a book of its own.
    """
    parts: list[list[Chapter]] = []
    held: set[str] = set()
    size = 0
    for chapter in chapters:
        added = _added(chapter, held)
        if not parts or size + added > most:
            parts.append([])
            held, size = set(), 0
            added = _added(chapter, held)
        parts[-1].append(chapter)
        held |= chapter.pictures.keys()
        size += added
    return parts


def _added(chapter: Chapter, held: set[str]) -> int:
    """Return the bytes that a chapter adds to a book that holds the pictures at the paths `held`."""
    return chapter.size + _EACH + sum(size for path, size in chapter.pictures.items() if path not in held)
