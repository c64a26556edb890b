"""Make a feed of articles: its title, its addresses, and an entry with the whole text of each article."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import Literal

from archiver.app import Archiver, BrowseRequest
from archiver.messages import Language, mark_message, translations
from archiver.models.browsing import ArticleGroup, GroupedBy, GroupList, ReadableArticle, ReaderAddresses
from archiver.models.feeds import (
    ArticleFeed,
    FeedAddresses,
    FeedEntry,
    FeedFormat,
    KeptArticle,
    LatestArticles,
    Subscription,
    SubscriptionGroup,
)
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
KIND_TITLES: Mapping[FeedKind, str] = {  # in the order of pages
    "accounts": mark_message("Accounts"),
    "albums": mark_message("Albums"),
    "tags": mark_message("Tags"),
    "sources": mark_message("Sources"),
}
INDEXED_KINDS = ("albums", "tags")  # those that the index of the search knows
MAX_NAME = 500  # characters of the name of an account, a tag …
_MOST_SHOWN = 50  # groups of a kind on a page
_MOST_OF_POST = 200_000  # characters of a post that is rendered for a feed
_MOST_OF_ENTRY = 300_000  # characters of HTML that an entry may have
_MOST_OF_DOCUMENT = 2_000_000  # characters of HTML, after which no further post is rendered for a document
BEGINNING_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # when an archive without articles changed last


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


EVERYTHING = FeedSubject(kind="all")


NamesOf = Callable[[GroupedBy], Sequence[str]]  # returns the accounts, tags …, that of most articles first


def largest_groups(
    list_of: Callable[[GroupedBy, int, int], GroupList],
) -> list[tuple[FeedKind, str, Sequence[ArticleGroup], int]]:
    """Return of each kind its name, its title, the groups that have most articles, and the number of all groups.

    `list_of` returns a part of the groups: those from a place on, at most so many.
    """
    found = {kind: list_of(CONDITIONS[kind], 0, _MOST_SHOWN) for kind in KIND_TITLES}
    return [(kind, KIND_TITLES[kind], each.groups, each.total) for kind, each in found.items()]


def subscriptions_to(
    kinds: Iterable[FeedKind], names_of: NamesOf, links: PageLinks, language: Language
) -> list[SubscriptionGroup]:
    """Return the feeds of some kinds; of all kinds, with the feed of everything before them. `links` are absolute."""
    gettext = translations(language).gettext

    groups = [
        SubscriptionGroup(
            title=gettext(KIND_TITLES[kind]),
            subscriptions=tuple(
                Subscription(title=name, url=links.feed(kind, name), home=links.listing(**{CONDITIONS[kind]: name}))
                for name in names_of(CONDITIONS[kind])
            ),
        )
        for kind in kinds
    ]
    if len(groups) == len(KIND_TITLES):
        everything = Subscription(
            title=EVERYTHING.title(language), url=links.feed(*EVERYTHING.parts), home=EVERYTHING.listing(links)
        )
        groups.insert(0, SubscriptionGroup(subscriptions=(everything,)))
    return groups


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
    read: Callable[[KeptArticle, int], ReadableArticle],
) -> ArticleFeed:
    """Return a part of a feed.

    `read` returns the text of an article with the addresses of `style`, cut if the post has more characters than its
    second argument.
    """
    last, number = paging.last or 1, paging.number
    return ArticleFeed(
        subject=subject.parts,
        title=subject.title(style.language),
        language=style.language.html_lang,
        updated=max((each.kept for each in part.articles), default=BEGINNING_OF_TIME),
        addresses=FeedAddresses(
            own=style.address(subject, number),
            home=subject.listing(style.links),
            first=style.address(subject),
            previous=style.address(subject, number - 1) if number > 1 else "",
            next=style.address(subject, number + 1) if paging.has_next else "",
            last=style.address(subject, last),
        ),
        entries=tuple(_entry(each, text, style) for each, text in _texts(part.articles, read)),
    )


def reader_addresses(style: FeedStyle) -> ReaderAddresses:
    """Return the addresses to write in the texts of a feed."""
    gettext = translations(style.language).gettext
    return ReaderAddresses(
        media_url=style.media_url,
        article_url=style.links.article,
        missing=gettext("A picture or recording that was not saved"),
    )


def read_text(archive: Archiver, each: KeptArticle, style: FeedStyle, limit: int) -> ReadableArticle:
    """Return the text of an article with the addresses of a feed, but no text if its post is longer than `limit`."""
    text = archive.reader.readable(each.article, reader_addresses(style), limit)
    return replace(text, html="") if text.is_cut else text


def _texts(
    articles: Iterable[KeptArticle], read: Callable[[KeptArticle, int], ReadableArticle]
) -> Iterator[tuple[KeptArticle, ReadableArticle]]:
    """Yield the articles with their texts. What is too long for its entry counts for the document, too: it has cost."""
    characters = 0
    for each in articles:
        text = read(each, _MOST_OF_POST if characters < _MOST_OF_DOCUMENT else 0)
        characters += len(text.html)
        is_cut = text.is_cut or len(text.html) > _MOST_OF_ENTRY
        yield each, replace(text, html="", is_cut=True) if is_cut else text


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
        html="".join(f"<p><em>{escape(note)}</em></p>\n" for note in _notes(each, text, style))
        + (_summary(each, text, style) if text.is_cut else text.html),
    )


def _summary(each: KeptArticle, text: ReadableArticle, style: FeedStyle) -> str:
    """Return what stands in place of a text that is too long: WeChat's summary, and a link to the reader's page."""
    gettext = translations(style.language).gettext
    note, read = gettext("This text is too long for a feed."), gettext("Read it in the archive.")
    digest = f"<p>{escape(text.digest)}</p>\n" if text.digest else ""
    link = f'<a href="{escape(style.links.article(each.article.key))}">{escape(read)}</a>'
    return f"{digest}<p><em>{escape(note)}</em> {link}</p>\n"


def _notes(each: KeptArticle, text: ReadableArticle, style: FeedStyle) -> list[str]:
    """Return what a reader should know before the text: that WeChat shows it no longer, or that its post is lost."""
    words, gone = Words(style.language), each.article.gone
    gettext = translations(style.language).gettext
    notes = []
    if gone:
        said = words.gone(gone.state).format(day=words.formats.date(gone.seen))
        copy = gettext("This is the copy that was kept.")
        notes.append(gettext("{first} {second}").format(first=said, second=copy))
    if text.is_missing:
        notes.append(gettext("The file of this post is missing, so its text is not shown here."))
    return notes
