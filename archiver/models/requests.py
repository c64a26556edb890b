"""Define the queries and options of commands, except those of fetching (job.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DUE, WAITING = "due", "waiting"  # states of addresses not fetched yet, in addition to models.State
STDOUT = "-"  # as a path: write to stdout


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleQuery:
    """The conditions for selecting articles from the catalogue. A field with its default value is no condition."""

    account: str = ""  # name or id (gh_…) of the account
    since: datetime | None = None  # published at this time or later
    until: datetime | None = None  # published before this time
    state: str = ""  # state of the page, or `due` or `waiting` for addresses that were not fetched yet
    incomplete: bool = False  # only articles with missing media or missing text


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRequest:
    """The articles to export and the files to write.

    `files` maps each format (`warc`, `wacz`, `jsonl`, `csv`) to the path of its file.
    """

    files: Mapping[str, str]  # path by format (warc, wacz, jsonl, csv); `-` is stdout, for jsonl and csv
    articles: ArticleQuery = field(default_factory=ArticleQuery)
    only: tuple[str, ...] = ()  # keys, addresses or post files of the articles; if given, they replace `articles`


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildOptions:
    """The options for rebuilding posts."""

    is_dry: bool = False  # report the changes but write nothing
    diff: bool = False  # return a diff of each changed post
    jobs: int = 1  # number of worker processes
