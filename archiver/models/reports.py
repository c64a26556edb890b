"""Define the results of commands, except the outcomes of single articles (outcome.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from archiver.errors import Exit
from archiver.models.capture import Capture
from archiver.models.outcome import Outcome
from archiver.models.page_format import FormatNote
from archiver.models.record import ArticleRecord, UrlRecord

# What ends a source `links`: its own limit, the verification page on a long address, a cool-down, a limit of the whole
# run (budget, --limit, --max-time), or files or a catalogue that cannot be written.
LinksEnd = Literal["", "limit", "wall", "cool-down", "budget", "failure"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StyledArticle:
    """An article as it looked in its page.

    `html` is a whole HTML document. `media` are the files that it shows or links to, as paths relative to the archive's
    folder.
    """

    key: str
    title: str
    html: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildResult:
    """The result of rebuilding the post of one article.

    `diff` is a unified diff of the post; '' if the post is unchanged or no diff was requested.
    """

    outcome: Outcome
    diff: str = ""  # unified diff of the post; '' if it is unchanged or no diff was requested


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovalResult:
    """The result of removing an article, or of a dry run of the removal.

    `files` are the paths of the deleted files or, in a dry run, of those that would be deleted. A post that a person
    edited is not deleted but moved to the quarantine: `kept` is then its new path or, in a dry run, its present one;
    otherwise ''. Paths are relative to the archive's folder. The fields are the keys of a JSON line of `rm --json`.
    """

    key: str
    title: str
    files: tuple[str, ...] = ()  # paths of the deleted files, relative to the archive's folder
    kept: str = ""  # path to which a hand-edited post was moved, '' if there was none


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleDetail:
    """All records of the catalogue about one article, or about an address without an article.

    For such an address, `article` is None and the only record is in `addresses`. A dict in `media` is a row of the
    catalogue's table of media, by column name (such as `path` and `size`). `format_notes` are the signs that WeChat has
    changed its format, in the stored page from which the post was made.
    """

    article: ArticleRecord | None  # None: the address has no article
    addresses: tuple[UrlRecord, ...]
    captures: tuple[Capture, ...] = ()
    media: tuple[dict[str, Any], ...] = ()
    format_notes: tuple[FormatNote, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchHit:
    """An article that a search found.

    `post` is the path of its post, relative to the archive's folder. `snippet` is a piece of the post's text in one
    line. `marks` has (start, end) for each place in `snippet` where a searched term is, in characters and with `end`
    exclusive.
    """

    key: str
    title: str
    account: str
    published: datetime | None
    post: str
    snippet: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """The articles that a search found.

    `more` is True if the search would find more articles without its limit.

    If nothing was found, one of two hints may be set. `variants` is the number of articles that the same search would
    find if simplified and traditional characters counted as the same. `accounts` has names that resemble the account
    that the user named, if the archive does not know that account. Without a hint these are 0 and ().
    """

    hits: tuple[SearchHit, ...] = ()
    more: bool = False
    variants: int = 0
    accounts: tuple[str, ...] = ()


@dataclass(kw_only=True, slots=True)
class ExportResult:
    """The result of an export. Its fields are updated while the export runs.

    `files` are the paths of the written files, and `articles` is the number of exported articles. `missing` has a
    message for each page or medium that is in the catalogue, but whose file is missing, unreadable or altered, so that
    it could not be exported. `remarks` has what the user should know of a complete export, such as that there are
    several books.
    """

    files: tuple[str, ...] = ()  # paths of the written files
    articles: int = 0  # number of exported articles
    missing: list[str] = field(default_factory=list)  # a message for each recorded file that could not be exported
    remarks: list[str] = field(default_factory=list)  # what the user should know, though nothing is missing

    @property
    def exit_code(self) -> Exit:
        """The exit code of the command: FAILED if a file could not be exported, else OK."""
        return Exit.FAILED if self.missing else Exit.OK


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishResult:
    """The result of publishing an archive to the folder `folder`: the numbers of files there, written and deleted.

    `left` are the paths of files that are somebody's, or that somebody edited, and so were not touched. `missing` are
    those of posts and media that the archive does not have as they were recorded. The fields are the keys of the JSON
    object that `publish --json` prints.
    """

    folder: str
    files: int
    written: int
    deleted: int
    left: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """The exit code of the command: FAILED if a file was left or is missing, else OK."""
        return Exit.FAILED if self.left or self.missing else Exit.OK


@dataclass(kw_only=True, slots=True)
class SourceReport:
    """The result of listing one source (a list, album or feed in archiver.yml) in a run.

    `listed` is the number of articles that the source named, and `new` how many of these must be archived now. `error`
    says why the source could not be listed, or is '', and `code` names the kind of that error. `is_complete` is False
    if an error or a limit, such as the budget of the run, ended the listing early.
    """

    name: str
    listed: int = 0  # number of articles that the source listed
    new: int = 0  # number of listed articles that must be archived now
    error: str = ""  # why the source could not be listed
    code: str = ""  # of the error
    is_complete: bool = True  # False: an error or a limit ended the listing early


@dataclass(kw_only=True, slots=True)
class LinksReport(SourceReport):
    """The result of following links in a run: the report about a source `links` in archiver.yml.

    `listed` is the number of articles that are linked and not kept, and `new` how many of them may be asked for now.
    `requested` is the number of addresses that were asked for, and `archived` how many of them gave an article.
    `ended_by` says what ended the source; '' if nothing was left to ask for.
    """

    requested: int = 0
    archived: int = 0
    ended_by: LinksEnd = ""


@dataclass(kw_only=True, slots=True)
class RunReport:
    """The results of listing the sources of a run. The fields are updated while the sources are listed.

    `requests` is the number of requests that were sent to list albums. `warnings` has lines of text for the user.
    `was_walled` says whether the last page that WeChat sent to anybody before this run was its wall.
    """

    sources: list[SourceReport] = field(default_factory=list)
    requests: int = 0  # number of requests that were sent to list albums
    was_walled: bool = False
    warnings: list[str] = field(default_factory=list)
