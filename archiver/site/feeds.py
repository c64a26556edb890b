"""Make a feed of articles: its title, its addresses, and an entry with the whole text of each article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Literal

from archiver.app import Archiver, BrowseRequest
from archiver.messages import Language, translations
from archiver.models.browsing import GroupedBy, ReadableArticle, ReaderAddresses
from archiver.models.feeds import ArticleFeed, FeedAddresses, FeedEntry, FeedFormat, KeptArticle, LatestArticles
from archiver.site.links import PageLinks
from archiver.site.paging import PAGE_SIZE, Paging, offset_of
from archiver.site.words import Words

FeedKind = Literal["all", "accounts", "tags", "albums", "sources"]
CONDITIONS: Mapping[FeedKind, GroupedBy] = {
    "accounts": "account",
    "tags": "tag",
    "albums": "album",
    "sources": "source",
}
_BEGINNING_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # when an archive without articles changed last


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedSubject:
    """What a feed is a feed of: everything, or the articles of an account, with a tag, in an album or of a source."""

    kind: FeedKind
    name: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the feed's address and of its identifier."""
        return (self.kind, self.name) if self.name else (self.kind,)

    @property
    def query(self) -> dict[str, str]:
        """The condition that articles of the feed meet, by its name."""
        return {CONDITIONS[self.kind]: self.name} if self.name else {}

    def listing(self, links: PageLinks) -> str:
        """Return the address of the page that lists the same articles."""
        return links.listing(**self.query) if self.name else links.page("/")

    def request(self, number: int) -> BrowseRequest:
        """Return the request for the articles of a part of the feed; parts are counted from 1."""
        return BrowseRequest(**self.query, offset=offset_of(number), limit=PAGE_SIZE)  # type: ignore[arg-type]

    def title(self, language: Language) -> str:
        """Return the title of the feed in a language."""
        gettext = translations(language).gettext
        titles = {
            "all": gettext("All archived articles"),
            "tags": gettext("Tag “{name}”"),
            "albums": gettext("Album “{name}”"),
            "sources": gettext("Source “{name}”"),
        }
        return titles.get(self.kind, "{name}").replace("{name}", self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedStyle:
    """How a feed is written: its format, the language of what is not the articles' own, and its addresses.

    `links` are absolute. `media_url` returns the address of the medium at a path.
    """

    form: FeedFormat
    language: Language
    links: PageLinks
    media_url: Callable[[str], str]

    def address(self, subject: FeedSubject, number: int = 1) -> str:
        """Return the address of a part of a feed."""
        return self.links.feed(*subject.parts, form=self.form, page=number if number > 1 else "")


def make_feed(
    subject: FeedSubject,
    part: LatestArticles,
    paging: Paging,
    style: FeedStyle,
    read: Callable[[KeptArticle], ReadableArticle],
) -> ArticleFeed:
    """Return a part of a feed. `read` returns the text of an article with the addresses of `style`."""
    last, number = paging.last or 1, paging.number
    return ArticleFeed(
        subject=subject.parts,
        title=subject.title(style.language),
        language=style.language.html_lang,
        updated=max((each.kept for each in part.articles), default=_BEGINNING_OF_TIME),
        addresses=FeedAddresses(
            own=style.address(subject, number),
            home=subject.listing(style.links),
            first=style.address(subject),
            previous=style.address(subject, number - 1) if number > 1 else "",
            next=style.address(subject, number + 1) if paging.has_next else "",
            last=style.address(subject, last),
        ),
        entries=tuple(_entry(each, read(each), style) for each in part.articles),
    )


def reader_addresses(style: FeedStyle) -> ReaderAddresses:
    """Return the addresses to write in the texts of a feed."""
    gettext = translations(style.language).gettext
    return ReaderAddresses(
        media_url=style.media_url,
        article_url=style.links.article,
        missing=gettext("A picture or recording that was not saved"),
    )


def read_text(archive: Archiver, each: KeptArticle, style: FeedStyle) -> ReadableArticle:
    """Return the text of an article with the addresses of a feed."""
    return archive.reader.readable(each.article, reader_addresses(style))


def _entry(each: KeptArticle, text: ReadableArticle, style: FeedStyle) -> FeedEntry:
    article = each.article
    gettext = translations(style.language).gettext
    return FeedEntry(
        key=article.key,
        title=article.title or gettext("Untitled"),
        url=style.links.article(article.key),
        original=article.url if article.url.startswith(("https://", "http://")) else "",
        updated=each.kept,
        published=article.published,
        authors=tuple(dict.fromkeys(filter(None, (article.account, text.author)))),
        tags=tuple(dict.fromkeys((*text.tags, *text.albums))),
        summary=text.digest,
        html="".join(f"<p><em>{escape(note)}</em></p>\n" for note in _notes(each, text, style)) + text.html,
    )


def _notes(each: KeptArticle, text: ReadableArticle, style: FeedStyle) -> list[str]:
    """Return what a reader should know before the text: that WeChat shows it no longer, or that its post is lost."""
    words, gone = Words(style.language), each.article.gone
    gettext = translations(style.language).gettext
    notes = []
    if gone:
        said = words.gone(gone.state).format(day=words.formats.date(gone.seen))
        notes.append(f"{said} {gettext('This is the copy that was kept.')}")
    if text.is_missing:
        notes.append(gettext("The file of this post is missing, so its text is not shown here."))
    return notes
