"""A Markdown file, before and after it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

WriteOutcome = Literal["archived", "updated", "unchanged", "skipped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A Markdown file, ready to be written; `name` is relative to the output folder."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedPost:
    """The text of an article's post that has no place yet."""

    text: str
    text_coverage: float  # share, from 0 to 1, of the visible characters of the article that the text shows
    day: date  # when the article was published, else captured, in China: the post is named by it


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteResult:
    """The result of writing a post; `skipped` means that a person has edited the file, which was left alone."""

    outcome: WriteOutcome
    path: str
    digest: str = ""  # SHA-256 of the text that we last wrote: a file with another one was edited
    post: Post | None = None  # the post that was to be written
    previous: str = ""  # the text of the file before
