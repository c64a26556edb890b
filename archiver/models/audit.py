"""The files that an archive should hold, and the results of `verify` and `import`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Problem = Literal["missing", "altered", "unreadable", "link", "unrecorded", "stray", "database"]
AuditSubject = Literal["post", "media", "snapshot", "removal", "file", "catalogue"]
MergeSubject = Literal["removal", "page", "media", "post", "file"]
MergeOutcome = Literal["imported", "updated", "unchanged", "skipped", "conflict", "failed", "left"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedFile:
    """A file that should lie in the archive according to the catalogue."""

    path: str  # relative to the archive's folder
    sha256: str  # of its bytes, for a snapshot of the page in it; '' for a recovered post
    key: str = ""  # of the article it belongs to, or of one of several; '' for the snapshot of a page without article


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A difference between archive and catalogue. Its fields are the keys of the JSON line of `verify --json`."""

    problem: Problem
    what: AuditSubject
    path: str  # relative to the archive's folder
    key: str = ""  # of the article it belongs to
    said: str = ""  # explanation for the user
    repaired: bool | None = None  # whether --repair succeeded; None: it was not requested
    exit_code: int = 1  # the command's exit code if this were its only finding; not in the JSON line


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeResult:
    """The result of importing one thing from another archive. Its fields are the keys of `import --json`."""

    what: MergeSubject
    outcome: MergeOutcome
    path: str  # in the other archive, relative to its folder
    key: str = ""  # of the article it belongs to
    said: str = ""  # explanation for the user
    place: str = ""  # path in this archive, relative to its folder
