"""Define posts as rendered, posts as files to write, and the result of writing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

WriteOutcome = Literal["archived", "updated", "unchanged", "skipped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A post to be written: its path relative to the archive's folder, and the text of the file."""

    name: str  # path relative to the output folder
    text: str  # the whole file


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedPost:
    """The text of an article's post, before its path is chosen.

    `text_coverage` is the share of the article's visible text that the post contains, from 0 to 1. `day` is the date
    for the post's file name: the day of publication or, if that is unknown, of the capture, in Chinese time.
    """

    text: str
    text_coverage: float  # share (0 to 1) of the article's visible characters that the text contains
    day: date  # of publication, else of capture, in Chinese time; part of the post's file name


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteResult:
    """The result of writing a post to its file.

    `outcome` is `skipped` if the file was not overwritten because a person had edited it. `path` is the path of the
    file, which begins with the path of the archive's folder. `digest` is the SHA-256 of the text that archiver last
    wrote to the file; a file with another digest was edited.

    `post` is the new post, even if it was not written. `previous` is the text of the file before the call, '' if there
    was no file. With Overwrite.ALWAYS, these two are not recorded: they are None and ''.
    """

    outcome: WriteOutcome  # skipped: a person has edited the file, so it was not overwritten
    path: str
    digest: str = ""  # SHA-256 of the text that archiver last wrote; a file with another digest was edited
    post: Post | None = None  # the post that was to be written
    previous: str = ""  # the text of the file before this call
