"""Define what the reader shows of an archive: lists of articles, groups of them, texts, and what changed in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from archiver.models.capture import Capture
from archiver.models.record import ArticleRecord, ArticleSummary

PieceKind = Literal["same", "removed", "added"]
GroupedBy = Literal["account", "source", "tag", "album"]
LineKind = Literal["same", "removed", "added", "changed", "skipped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedArticle:
    """An article in a list.

    `excerpt` is the beginning of its text, '' if the search index has not read it. `picture` is the path of a picture
    of the article, relative to the archive's folder, '' if it has none.
    """

    article: ArticleRecord
    excerpt: str = ""
    picture: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleList:
    """A part of the articles that a request selects. `total` is the number of all of them."""

    articles: tuple[ListedArticle, ...] = ()
    total: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchableText:
    """The words of an article in which a search finds something, in the form in which texts and queries are compared.

    `changes` restores the original text: for each change that the form made, its distance from the end of the change
    before, its length, and the original. Lengths are counted as JavaScript counts them, in units of UTF-16.
    """

    key: str
    title: str
    text: str
    changes: tuple[int | str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The tags of an article's post, and the albums of WeChat's that contain the article."""

    tags: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleGroup:
    """The articles of an account, with a tag, in an album or of a source.

    `count` is their number, and `latest` the latest time of publication among them, None if no time is known.
    """

    name: str
    count: int
    latest: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupList:
    """A part of the accounts, tags, albums or sources, that of most articles first. `total` is the number of all."""

    groups: tuple[ArticleGroup, ...] = ()
    total: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCounts:
    """The numbers of articles by their day of publication in China. `undated` is the number without such a day."""

    days: tuple[tuple[date, int], ...] = ()  # the latest first
    undated: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The articles that the same account published just before and just after an article; None if there are none."""

    earlier: ArticleSummary | None = None
    later: ArticleSummary | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderAddresses:
    """The addresses of a reader: of the media file at a path, of the article with a key, and a text.

    Paths are relative to the archive's folder. `missing` is the text of links to media that the archive does not have.
    """

    media_url: Callable[[str], str]
    article_url: Callable[[str], str]
    missing: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadableArticle:
    """The text of an article's post as HTML, with a closed list of tags and attributes.

    `html` is safe to include in a page. It is '' if the file of the post is missing (`is_missing`). `tags` and `albums`
    are those in the front matter of the post. `author` and `digest` are the article's author and WeChat's short summary
    of it; '' if it has none. `language` is what the front matter gives as `lang`, such as `en`.

    `unresolved` are the links that could lead to an article of the archive, which does not have it.

    `is_cut` says that the post is too long to be shown: `html` is then the beginning of its Markdown as plain text.
    """

    html: str = ""
    is_missing: bool = False
    is_cut: bool = False
    tags: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    author: str = ""
    digest: str = ""
    language: str = ""
    unresolved: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A capture of an article with its number, counted from 1, and whether its text differs from the one before.

    `is_changed` is None if that is unknown: it is the first capture with the article, its page is not stored, or it
    holds no article.
    """

    number: int
    capture: Capture
    is_changed: bool | None = None

    @property
    def is_comparable(self) -> bool:
        """Whether the capture has a text that can be compared with that of another one."""
        return self.capture.state == "article" and bool(self.capture.sha256) and not self.capture.lost


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a line: in both texts (`same`), only in the old one (`removed`) or only in the new one (`added`)."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedLine:
    """A line of the comparison of two texts.

    `kind` is `changed` if the line is in both texts, but with other words. With `skipped`, it stands for `count` equal
    lines that are left out, and has no pieces.
    """

    kind: LineKind
    pieces: tuple[TextPiece, ...] = ()
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TextComparison:
    """What differs between the texts of two captures of an article. `lines` is empty if the texts are equal."""

    old: Revision
    new: Revision
    lines: tuple[ComparedLine, ...] = field(default=())
