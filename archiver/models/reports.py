"""Results of commands other than the outcomes of articles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archiver.errors import Exit
from archiver.models.capture import Capture
from archiver.models.outcome import Outcome
from archiver.models.record import ArticleRecord, UrlRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildResult:
    """The result of rebuilding the post of one article."""

    outcome: Outcome
    diff: str = ""  # unified diff of a post that changed or would change, if requested


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovalResult:
    """The result of removing an article, or of a dry run. Its fields are the keys of the JSON line of `rm --json`."""

    key: str
    title: str
    files: tuple[str, ...] = ()  # paths of the deleted files, relative to the archive's folder
    kept: str = ""  # the path to which a post that was edited by hand was moved


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDetail:
    """Everything recorded of one article, or of an address without an article."""

    article: ArticleRecord | None
    addresses: tuple[UrlRecord, ...]
    captures: tuple[Capture, ...] = ()
    media: tuple[dict[str, Any], ...] = ()


@dataclass(kw_only=True, slots=True)
class ExportResult:
    """The result of an export; filled while it runs."""

    files: tuple[str, ...] = ()
    articles: int = 0
    missing: list[str] = field(default_factory=list)  # what could not be exported although the catalogue has it

    @property
    def exit_code(self) -> Exit:
        """Return OK, or FAILED when something could not be exported."""
        return Exit.FAILED if self.missing else Exit.OK


@dataclass(kw_only=True, slots=True)
class SourceReport:
    """The result of one source in a run."""

    name: str
    listed: int = 0  # number of articles that it named
    new: int = 0  # number of these that were not in the archive
    error: str = ""


@dataclass(kw_only=True, slots=True)
class RunReport:
    """The results of the sources of a run; filled while it runs."""

    sources: list[SourceReport] = field(default_factory=list)
    requests: int = 0  # number of requests made to list albums
    warnings: list[str] = field(default_factory=list)
