"""Define data types for checking and merging archives: a file to check, and the results of `verify` and `import`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Problem = Literal["missing", "altered", "unreadable", "link", "unrecorded", "stray", "database"]
AuditSubject = Literal["post", "media", "snapshot", "removal", "file", "catalogue"]
MergeSubject = Literal["removal", "page", "media", "post", "file"]
MergeOutcome = Literal["imported", "updated", "unchanged", "skipped", "conflict", "failed", "left"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedFile:
    """A file that the archive should contain according to the catalogue.

    `path` is relative to the archive's folder. It is '' for a snapshot, whose path follows from the digest. `sha256` is
    the digest of the file's bytes; for a snapshot, that of the decompressed page. It is '' if the digest is unknown, as
    for a recovered post. `key` is the key of an article that uses the file, or ''.
    """

    path: str  # relative to the archive's folder
    sha256: str  # of its bytes; for a snapshot, of the decompressed page; '' (unknown) for a recovered post
    key: str = ""  # of an article that uses it; '' for the snapshot of a page without an article


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A difference between the files and the catalogue, as `verify` reports it.

    `problem` is the kind of difference, such as `missing`. `what` says what is at `path`, such as `post`. `key` is the
    key of the article to which the file belongs, or ''. `said` is an explanation for the user. `repaired` says whether
    a repair succeeded, and is None if none was requested. `exit_code` is the exit code of the command if this is its
    only finding. The fields, except `exit_code`, are the keys of a JSON line of `verify --json`.
    """

    problem: Problem
    what: AuditSubject
    path: str  # relative to the archive's folder
    key: str = ""  # of the article that the file belongs to, '' if there is none
    said: str = ""  # explanation for the user
    repaired: bool | None = None  # whether --repair repaired it; None: --repair was not given
    exit_code: int = 1  # the command's exit code if this were its only finding; not in the JSON line


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeResult:
    """The result of importing one file or record from another archive.

    `what` is the kind of the file or record, such as `post` or `removal`. `outcome` says what happened, such as
    `imported` or `unchanged`, and `said` explains it to the user. `path` is the path in the other archive, and `place`
    the path in this one. `key` is the key of its article, or ''. The fields are the keys of a JSON line of
    `import --json`.
    """

    what: MergeSubject
    outcome: MergeOutcome
    path: str  # in the other archive, relative to that archive's folder
    key: str = ""  # of the article that it belongs to, '' if there is none
    said: str = ""  # explanation for the user
    place: str = ""  # its path in this archive, relative to this archive's folder; '' if it has none
