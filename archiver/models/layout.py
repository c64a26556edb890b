"""Define where a profile lays the files of an archive, and what a change of profile moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MovedSubject = Literal["post", "media"]
MoveOutcome = Literal["moved", "left", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The profile for which posts and media are laid out, with its options; None means the profile's default."""

    profile: str
    media_prefix: str | None = None
    post_url: str | None = None
    time_zone: str | None = None  # name of the zone in which the site counts days


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerFile:
    """A file of the archive where it lay for a former profile.

    `path` is relative to the archive's folder, and `sha256` the digest of the file as archiver wrote it. `key` is the
    key of the article whose post it was, '' for a medium. `address` is the address of the post on the site of that
    profile, '' if that is not known.
    """

    profile: str
    path: str
    sha256: str
    key: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedPost:
    """A post that was written for another profile.

    `path` is its new path, `published_as` the new profile's `published_name` of it, `digest` its SHA-256, and `share`
    the share of the page's text that it contains. `former` is the file that it replaces.
    """

    path: str
    published_as: str
    digest: str
    share: float
    former: FormerFile

    @property
    def key(self) -> str:
        """The key of the post's article."""
        return self.former.key


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedMedium:
    """A medium that lies at `path` from now on; `former` is its file before that."""

    path: str
    former: FormerFile


@dataclass(frozen=True, kw_only=True, slots=True)
class StayingPost:
    """A post whose path is the same for another profile, which is `published_as` there; '' if it is not published."""

    published_as: str
    former: FormerFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """All that one transaction records when posts and media are moved, after the new files are durable."""

    layout: Layout
    posts: tuple[MovedPost, ...] = ()
    media: tuple[MovedMedium, ...] = ()
    stays: tuple[StayingPost, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveSummary:
    """How many posts and media a change of profile moves, and from which profile to which."""

    former: str
    profile: str
    posts: int
    media: int

    @property
    def files(self) -> int:
        """The number of all files that are moved."""
        return self.posts + self.media


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveResult:
    """What became of one file in a change of profile, or would become in a dry run.

    A file with the outcome `moved` lies at `place` instead of `path`; `said` tells where another file is that was
    there. A post that is `left` stays at `path`, and a medium that is `left` lies at both; `said` says why. A post
    with the outcome `failed` could not be made for the new profile. `dead_links` are the addresses in a post that
    stays which lead nowhere any more. Paths are relative to the archive's folder. `key` is the key of the post's
    article, '' for a medium. The fields, except `exit_code`, are the keys of a JSON line of `rebuild --json`.
    """

    what: MovedSubject
    outcome: MoveOutcome
    path: str
    place: str = ""
    key: str = ""
    said: str = ""
    dead_links: tuple[str, ...] = ()
    exit_code: int = 0  # the command's exit code if this were its only result; not in the JSON line
