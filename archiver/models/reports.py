"""What a command did or found, beside the outcomes of articles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archiver.errors import Exit
from archiver.models.capture import Capture
from archiver.models.outcome import Outcome
from archiver.models.record import ArticleRecord, UrlRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildResult:
    """How one article ended whose post was made again."""

    outcome: Outcome
    diff: str = ""  # unified, of a post that changed or would, where it was wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovalResult:
    """An article that was taken out, or would be; the JSON line of `rm --json` is this, field by field."""

    key: str
    title: str
    files: tuple[str, ...] = ()  # that are deleted, from the archive's folder
    kept: str = ""  # where a post that was edited by hand is now


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDetail:
    """Everything that is known of one article, or of an address that led to none."""

    article: ArticleRecord | None
    addresses: tuple[UrlRecord, ...]
    captures: tuple[Capture, ...] = ()
    media: tuple[dict[str, Any], ...] = ()


@dataclass(kw_only=True, slots=True)
class ExportResult:
    """What an export wrote; filled while it is written."""

    files: tuple[str, ...] = ()
    articles: int = 0
    missing: list[str] = field(default_factory=list)  # what is not in them, though the catalogue says it is kept

    @property
    def exit_code(self) -> Exit:
        """Return OK when all that was kept is in the files."""
        return Exit.FAILED if self.missing else Exit.OK


@dataclass(kw_only=True, slots=True)
class SourceReport:
    """What one source gave in a run."""

    name: str
    listed: int = 0  # articles it named
    new: int = 0  # of which the archive did not have
    error: str = ""


@dataclass(kw_only=True, slots=True)
class RunReport:
    """What a run's sources gave; filled while it runs."""

    sources: list[SourceReport] = field(default_factory=list)
    requests: int = 0  # that listed albums
    warnings: list[str] = field(default_factory=list)
