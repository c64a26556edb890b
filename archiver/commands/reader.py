"""Read an archive for the pages of `archiver serve`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, BinaryIO

from archiver.archive.search_index import ArchiveIndex
from archiver.commands import books, browse, compare, readable
from archiver.commands.show import article_detail
from archiver.context import Context
from archiver.errors import InputError
from archiver.export.feeds import atom_document, json_document, opds_document, opml_document, search_document
from archiver.messages.message import message
from archiver.models import ArticleRecord
from archiver.models.books import Shelf, Volume
from archiver.models.browsing import (
    ArticleGroup,
    ArticleList,
    DayCounts,
    GroupedBy,
    GroupList,
    Labels,
    ListedArticle,
    Neighbours,
    ReadableArticle,
    ReaderAddresses,
    Revision,
    SearchableText,
    TextComparison,
)
from archiver.models.feeds import ArticleFeed, FeedFormat, LatestArticles, SubscriptionGroup
from archiver.models.reports import ArticleDetail
from archiver.models.requests import BrowseRequest
from archiver.search import shards


class ArchiveReader:
    """The lists, texts and comparisons of an archive that a reader shows, part by part.

    All methods that read the archive raise InputError if there is none, except `exists`. In those with the parameter
    `name`, it is the key of an article, one of its addresses, or the path of its post; they raise InputError for an
    article that is not in the archive.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def exists(self) -> bool:
        """Return whether there is an archive."""
        return self._context.archive.exists()

    def browse(self, request: BrowseRequest) -> ArticleList:
        """Return a part of the articles that a request selects, the newest first, and the number of all of them.

        A request with a tag or an album needs the index of the search, which is made if there is none.
        """
        return browse.browse(self._context, request)

    def latest(self, request: BrowseRequest) -> LatestArticles:
        """Return a part of the articles that a request selects, those first that came into the archive last.

        An article that is kept again because it changed comes first again. No text is read. A request with a tag or an
        album needs the index of the search, which is made if there is none.
        """
        return browse.latest(self._context, request)

    def feed(self, feed: ArticleFeed, form: FeedFormat) -> bytes:
        """Return the document of a feed in the format `form`: `atom`, or `json` for JSON Feed."""
        return atom_document(feed) if form == "atom" else json_document(feed)

    def subscriptions(self, title: str, groups: Iterable[SubscriptionGroup]) -> bytes:
        """Return a list of feeds that programs import (OPML). `title` is that of the list."""
        return opml_document(title, groups)

    def volumes(self, request: BrowseRequest) -> tuple[Volume, ...]:
        """Return the books of the articles that a request selects, each small enough to be made on request.

        A request with a tag or an album needs the index of the search, which is made if there is none.
        """
        return browse.volumes(self._context, request)

    def book(self, title: str, articles: Iterable[ArticleRecord]) -> BinaryIO:
        """Return an EPUB book of articles as an open file without a name, which is gone as soon as nobody reads it.

        It lies in the folder for temporary files. Raise OutputError if it cannot be written.
        """
        return books.make_book(self._context, title, articles)

    def shelf(self, shelf: Shelf) -> bytes:
        """Return the document of a feed of the catalogue of books (OPDS)."""
        return opds_document(shelf)

    def shelf_search(self, title: str, template: str) -> bytes:
        """Return the description of the search for books. In `template`, `{searchTerms}` stands for the words."""
        return search_document(title, template)

    def pictures(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the path of a picture of each of the articles with these keys; those without one are left out."""
        return browse.pictures(self._context, keys)

    def listed(self, keys: Sequence[str]) -> tuple[ListedArticle, ...]:
        """Return the articles with these keys with an excerpt and a picture of each, in the same order.

        Unknown keys and removed articles are left out.
        """
        return browse.listed(self._context, keys)

    def pictured(self, keys: Sequence[str]) -> tuple[ListedArticle, ...]:
        """Return the same as `listed` without the excerpts."""
        return browse.pictured(self._context, keys)

    def groups(self, by: GroupedBy) -> tuple[ArticleGroup, ...]:
        """Return the accounts, sources, tags or albums of the articles, that of most articles first.

        Tags and albums need the index of the search, which is made if there is none.
        """
        return browse.groups(self._context, by).groups

    def group_names(self, by: GroupedBy) -> tuple[str, ...]:
        """Return the names of what `groups` returns, in the same order; this is faster."""
        return browse.group_names(self._context, by)

    def group_list(self, by: GroupedBy, offset: int, limit: int) -> GroupList:
        """Return a part of what `groups` returns, and the number of all groups."""
        return browse.groups(self._context, by, offset, limit)

    def labels(self) -> dict[str, Labels]:
        """Return the tags and albums of each article by its key, as the posts have them now.

        This needs the index of the search, which is made if there is none.
        """
        return browse.labels(self._context)

    def searchable(self, keys: Sequence[str]) -> list[SearchableText]:
        """Return the words of the articles with these keys, in the same order; those of missing posts are left out.

        This needs the index of the search, which is made if there is none.
        """
        return browse.searchable(self._context, keys)

    def entries(self, text: SearchableText) -> set[str]:
        """Return the entries that an article has in an index for scripts (search/shards.py)."""
        return shards.entries(text.title) | shards.entries(text.text)

    def shards(self, articles: Iterable[Iterable[str]], size: int) -> list[bytes]:
        """Return the index of articles with these entries in files of about `size` bytes (search/shards.py)."""
        return shards.shards(articles, size)

    def days(self) -> DayCounts:
        """Return the numbers of articles by their day of publication."""
        return self._context.archive.require_catalogue().browsing.by_day()

    def has_search_index(self) -> bool:
        """Return whether the index of the search is there, so that a search need not read all posts first."""
        self._context.archive.require_catalogue()
        return ArchiveIndex(self._context.archive).is_made()

    def medium_digest(self, path: str) -> str:
        """Return the SHA-256 of the media file at `path`, such as `postimg/a.png`; '' if the catalogue knows none."""
        archive = self._context.archive
        name = archive.profile.media_name(path)
        found, digest, _ = archive.require_catalogue().files.current_medium(name)
        return digest if found == path else ""

    def medium(self, path: str, digest: str) -> bytes | None:
        """Return the content of a media file with this SHA-256; None if it is missing, unreadable or altered."""
        missing: list[str] = []
        content = books.intact_media(self._context, missing.append).read(path, digest)
        return None if missing else content

    def detail(self, key: str) -> ArticleDetail:
        """Return everything that the catalogue has about the article with this key, without its format notes.

        Raise InputError if there is no such article, or if it was removed.
        """
        catalogue = self._context.archive.require_catalogue()
        article = catalogue.articles.find_by_key(key)
        if article is None or article.taken_out:
            raise InputError(message("not in this archive"), concerns=key)
        return article_detail(catalogue, article)

    def lost_media(self, key: str) -> list[dict[str, Any]]:
        """Return the rows of the media of an article that were not saved, as `detail` has them."""
        rows = self._context.archive.require_catalogue().media.of_article(key)
        return [row for row in rows if not row["path"]]

    def with_stored_pages(self) -> set[str]:
        """Return the keys of the articles that may be shown as they looked, since a page of theirs was stored."""
        return self._context.archive.require_catalogue().browsing.with_stored_pages()

    def with_lost_media(self) -> set[str]:
        """Return the keys of the articles of which `lost_media` returns something."""
        return self._context.archive.require_catalogue().browsing.with_lost_media()

    def readable(
        self, name: str | ArticleRecord, addresses: ReaderAddresses, limit: int = readable.MOST_SHOWN
    ) -> ReadableArticle:
        """Return the text of an article's post as HTML of a closed list of tags, which is safe to include in a page.

        `name` may be the article's record, too. `addresses` are those to write for media and articles of the archive.
        Of a post with more than `limit` characters only the beginning is returned, as plain text.
        """
        return readable.readable(self._context, name, addresses, limit)

    def keys_of_links(self, links: Collection[str]) -> dict[str, str]:
        """Return the keys of the articles to which links of posts lead, by the links; '' if there is no such article.

        Links that can lead to no article are left out.
        """
        return readable.keys_of_links(self._context, links)

    def neighbours(self, key: str) -> Neighbours:
        """Return the articles that the account of an article published just before and just after it."""
        return self._context.archive.require_catalogue().browsing.neighbours(key)

    def revisions(self, name: str) -> list[Revision]:
        """Return the captures of an article, the oldest first, with whether each changed the text of the article."""
        return compare.revisions(self._context, name)

    def compare(self, name: str, old: int, new: int) -> TextComparison:
        """Return the lines and words that differ between two captures of an article, which are counted from 1.

        Raise UsageError if there is no such capture. Raise InputError if one of the two has no stored page or holds no
        article.
        """
        return compare.compare(self._context, name, old, new)
