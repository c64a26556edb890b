"""What an archive should hold, and what is found to be otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedFile:
    """A file that the catalogue says lies in the archive."""

    path: str  # from the archive's folder
    sha256: str  # of its bytes, of a snapshot's page; '' of a post that was found here
    key: str = ""  # of the article whose it is, or of one of them; '' of a page that held none


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is not as the catalogue has it; the JSON line of `verify --json` is this."""

    problem: str  # missing | altered | unreadable | link | unrecorded | stray | database
    what: str  # post | media | snapshot | removal | file | catalogue
    path: str  # from the archive's folder
    key: str = ""  # of the article whose it is
    said: str = ""  # in words
    repaired: bool | None = None  # by --repair; None: it was not asked to
    exit_code: int = 1  # what this finding alone would end the command with; not in the JSON line


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeResult:
    """What became of one thing of another archive; the JSON line of `import --json` is this, field by field."""

    what: str  # removal | page | media | post | file
    outcome: str  # imported | updated | unchanged | skipped | conflict | failed | left
    path: str  # there, from its folder
    key: str = ""  # of its article
    said: str = ""  # in words
    place: str = ""  # where it lies here, from the archive's folder
