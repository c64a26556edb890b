"""What a command is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DUE, WAITING = "due", "waiting"  # states of addresses that a later run asks for
STDOUT = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleQuery:
    """Which rows of the catalogue are wanted; what is not given restricts nothing."""

    account: str = ""  # its name, or its id (gh_…)
    since: datetime | None = None  # published then or later
    until: datetime | None = None  # published before
    state: str = ""  # of its page; `due` and `waiting` for addresses that are still to be asked
    incomplete: bool = False  # media that were lost, or text that the post does not show


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRequest:
    """Which articles go into which files."""

    files: Mapping[str, str]  # a path by its format: warc, wacz, jsonl, csv; tables may go to `-`, stdout
    articles: ArticleQuery = field(default_factory=ArticleQuery)
    only: tuple[str, ...] = ()  # keys, addresses or posts, instead of `articles`


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildOptions:
    """How posts are made again."""

    is_dry: bool = False  # only say what would be written
    diff: bool = False  # and in which lines it differs
    jobs: int = 1  # processes
