"""Requests to commands: queries and options beyond those of fetching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DUE, WAITING = "due", "waiting"  # states of addresses that are still to be fetched, besides those of models.State
STDOUT = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleQuery:
    """A selection of articles in the catalogue; a field left at its default does not restrict it."""

    account: str = ""  # its name, or its id (gh_…)
    since: datetime | None = None  # published then or later
    until: datetime | None = None  # published before
    state: str = ""  # of its page, or `due` or `waiting` for addresses that are still to be fetched
    incomplete: bool = False  # only articles with missing media or missing text


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRequest:
    """The articles to export and the files to write."""

    files: Mapping[str, str]  # path by format (warc, wacz, jsonl, csv); `-` is stdout, for jsonl and csv
    articles: ArticleQuery = field(default_factory=ArticleQuery)
    only: tuple[str, ...] = ()  # keys, addresses or post files, instead of `articles`


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildOptions:
    """Options for rebuilding posts."""

    is_dry: bool = False  # only report what would be written
    diff: bool = False  # return a diff of each changed post
    jobs: int = 1  # number of processes
