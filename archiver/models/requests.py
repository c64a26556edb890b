"""Define the queries and options of commands, except those of fetching (job.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DUE, WAITING = "due", "waiting"  # states of addresses not fetched yet, in addition to models.State
STDOUT = "-"  # as a path: write to stdout
MAX_BOOK = 300_000_000  # bytes of an EPUB book, if no other number is given


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleQuery:
    """The conditions for selecting articles from the catalogue. A field with its default value is no condition.

    - `account` is the name or id (`gh_…`) of the account.
    - `since` and `until`: the article was published at `since` or later, and before `until`.
    - `state` is a value of models.State, or else `due` or `waiting`. These two select no articles, but addresses
      without an article that are to be fetched now (`due`) or later (`waiting`).
    - `incomplete` selects only articles with missing media or missing text.
    - `title` is a text that the title contains. Case and full-width letters make no difference.
    - `tag` is a tag that the post has, and `album` the title of an album of WeChat's that contains the article.
    - `source` is the name of the list, feed or album in archiver.yml by which the article came.

    `order` is `newest`, `oldest` or, for a search, `relevance`; '' is the usual order of the command. `limit` is the
    maximum number of articles, None for no limit.
    """

    account: str = ""  # name or id (gh_…) of the account
    since: datetime | None = None  # published at this time or later
    until: datetime | None = None  # published before this time
    state: str = ""  # state of the page, or `due` or `waiting` for addresses that were not fetched yet
    incomplete: bool = False  # only articles with missing media or missing text
    title: str = ""  # text that the title contains; case and full-width letters make no difference
    tag: str = ""  # tag that the post has
    album: str = ""  # title of an album of WeChat's that contains the article
    source: str = ""  # name of the source in archiver.yml by which the article came
    order: str = ""  # `newest`, `oldest`, or for a search `relevance`; '' is the usual order of the command
    limit: int | None = None  # maximum number of articles


@dataclass(frozen=True, kw_only=True, slots=True)
class BrowseRequest:
    """The conditions for a list of articles in a reader, the newest first. A field with its default is no condition.

    `account`, `since`, `until` and `state` are as in ArticleQuery. `source` is the name of a list, feed or album in
    archiver.yml. `tag` and `album` are a tag of the post and the title of an album of WeChat's. With `undated`, only
    articles without a time of publication are selected. The first `offset` of the articles are left out, and at most
    `limit` returned, or all of them if it is None.
    """

    account: str = ""
    since: datetime | None = None
    until: datetime | None = None
    state: str = ""
    source: str = ""
    tag: str = ""
    album: str = ""
    undated: bool = False
    offset: int = 0
    limit: int | None = 50

    @property
    def end(self) -> int | None:
        """How many articles come before the end of what is returned; None if all are returned."""
        return None if self.limit is None else self.offset + self.limit


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchRequest:
    """The terms to search for, and the conditions on the articles.

    `words` are the arguments of the command as the user typed them; they may contain quotes and minus signs. `articles`
    has the other conditions on the articles, and their order and maximum number. With `exact`, letters must have the
    case and the width that the user typed. With `variants`, simplified and traditional characters count as the same.
    With `reindex`, the search index is first deleted and made again from all posts. The first `offset` articles of the
    result are left out. The posts' files are not compared with the index if that was done in the last `max_age`
    seconds; what commands of archiver changed is always found.
    """

    words: tuple[str, ...]
    articles: ArticleQuery = field(default_factory=ArticleQuery)
    exact: bool = False
    variants: bool = False
    reindex: bool = False
    offset: int = 0
    max_age: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRequest:
    """The articles to export and the files to write.

    `files` maps each format (`warc`, `wacz`, `epub`, `jsonl`, `csv`) to the path of its file. The path `-` means
    stdout; it is allowed for `jsonl` and `csv`. For documents (`html`, `pdf`, `docx`), it is the path of a folder. With
    `embed`, pictures become part of HTML documents instead of lying beside them. Several EPUB books are written instead
    of one that would have more than `max_size` bytes. `articles` selects the articles. Alternatively, `only` names them
    by key, address or path of the post; giving both is an error.
    """

    files: Mapping[str, str]  # path by format: of a file (warc, wacz, epub, jsonl, csv), of a folder (html, pdf, docx)
    articles: ArticleQuery = field(default_factory=ArticleQuery)
    only: tuple[str, ...] = ()  # keys, addresses or post files of the articles; if given, they replace `articles`
    embed: bool = False  # pictures become part of HTML documents
    max_size: int | None = None  # of an EPUB book in bytes; None: MAX_BOOK


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildOptions:
    """The options for rebuilding posts.

    With `is_dry`, changes are reported but not written. With `diff`, each result has a diff of the changed post. `jobs`
    is the number of worker processes. If all posts are rebuilt, those of the articles with the keys `left_out` are not.
    """

    is_dry: bool = False  # report the changes but write nothing
    diff: bool = False  # return a diff of each changed post
    jobs: int = 1  # number of worker processes
    left_out: frozenset[str] = frozenset()  # keys of articles whose posts are not rebuilt, if all others are


@dataclass(frozen=True, kw_only=True, slots=True)
class DoctorRequest:
    """What the command `doctor` looks at besides this machine.

    `address` is the address of an article, or the path of a saved page. With `is_online` and no address, the page of
    the newest article in the archive is requested. `bundle` is the path of the report to write, '' for none.
    """

    address: str = ""
    is_online: bool = False
    bundle: str = ""
