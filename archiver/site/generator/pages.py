"""Fill the reader's templates for the pages of a site."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain, zip_longest

from markupsafe import Markup

from archiver.app import Archiver
from archiver.errors import InputError
from archiver.messages import Language
from archiver.models import ArticleRecord
from archiver.models.browsing import ArticleGroup, ArticleList, GroupedBy, ListedArticle
from archiver.models.reports import StyledArticle
from archiver.site.feeds import CONDITIONS, EVERYTHING, FeedKind
from archiver.site.generator.addresses import StaticLinks, article_file, page_file
from archiver.site.generator.parts import ListPart
from archiver.site.generator.selection import UNDATED, Selection
from archiver.site.generator.texts import ArticleTexts
from archiver.site.paging import PAGE_SIZE, offset_of, paging_of
from archiver.site.rendering import Templates
from archiver.site.words import Words

# What a page may do: show the site's style sheet, pictures and frames, and lead to the search. There is no script.
# `file:` is for a site that is opened from a folder; there, browsers differ in what they take for 'self'.
_POLICY = (
    "default-src 'none'; style-src 'self' file:; img-src 'self' file:; media-src 'self' file:; frame-src 'self' file:; "
    "form-action 'self' file:; base-uri 'none'"
)
# The page of the search has a script of the site, which reads the files of the index.
_SEARCH_POLICY = f"{_POLICY}; script-src 'self' file:; connect-src 'self' file:"
_PAGES = ("/", "/accounts", "/dates", "/tags", "/albums", "/sources", "/search")  # besides the feeds
_OWN_FRAMES = ("static_search.html", "not_found.html")  # templates of single pages
_MOST_LOST = 20  # lost pictures that are listed by name
MOST_ASIDE = 12  # accounts and months beside the newest articles


@dataclass(kw_only=True)
class FilledPage:
    """A page of the site, and what it needs: articles to which it links, and media that it shows.

    `links` are keys with a sign before them, `+` for articles of the site and `-` for others; and with a `?` before
    them, links that lead to no article yet.
    """

    html: str = ""
    links: dict[str, None] = field(default_factory=dict)
    media: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPage:
    """A file of the site that is made if it is not there yet: what it is made of, and the function that fills it."""

    file: str
    inputs: str
    fill: Callable[[], FilledPage]


@dataclass(frozen=True, kw_only=True)
class SitePages:
    """The pages of a site in one language. `base_url` is its address, '' if it is not known."""

    archive: Archiver
    selection: Selection
    language: Language
    texts: ArticleTexts
    base_url: str = ""
    templates: Templates = field(default_factory=Templates)
    _listed: dict[str, ListedArticle] = field(default_factory=dict)
    _frames: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _entries: dict[tuple[str, bool], str] = field(default_factory=dict)
    _mark: str = field(default_factory=lambda: secrets.token_hex(16))  # no text of an article has it

    def home(self, part: ListPart, accounts: Sequence[ArticleGroup], months: Sequence[str]) -> FilledPage:
        """Return a part of the newest articles, with some accounts and months, such as `2025-11`."""
        found = self._list(part)
        page = self._fill(
            page_file("/", page=part.number), "home.html", here="/", found=found, paging=part,
            accounts=accounts[:MOST_ASIDE], has_more_accounts=len(accounts) > MOST_ASIDE,
            months=[tuple(map(int, name.split("-"))) for name in months],
        )  # fmt: skip
        return _with_pictures(page, found)

    def listing(self, by: str, name: str, part: ListPart) -> FilledPage:
        """Return a part of the articles of an account, source, tag, album or date."""
        heading = name
        if by == "date":
            date = [] if name == UNDATED else [int(part) for part in name.split("-")]
            heading = Words(self.language).period(date)
        found = self._list(part)
        page = self._fill(
            page_file("/articles", page=part.number, **{by: name}), "articles.html", found=found, filters={by: name},
            headings=[heading], paging=part,
        )  # fmt: skip
        return _with_pictures(page, found)

    def groups(self, by: GroupedBy, groups: Sequence[ArticleGroup], number: int) -> FilledPage:
        """Return a part of the list of accounts, sources, tags or albums."""
        part = groups[offset_of(number) :][:PAGE_SIZE]
        path, paging = f"/{by}s", paging_of(number, len(groups))
        return self._fill(
            page_file(path, page=number if number > 1 else ""), "groups.html", here=path, by=by, groups=part,
            paging=paging if number == 1 else replace(paging, total=None),
        )  # fmt: skip

    def dates(self, periods: Mapping[str, Sequence[object]]) -> FilledPage:
        """Return the years and months of the articles."""
        years: dict[int, dict[int, int]] = {}
        for name, members in periods.items():
            if "-" in name:
                year, month = map(int, name.split("-"))
                years.setdefault(year, {})[month] = len(members)
        undated = len(periods.get(UNDATED, ()))
        return self._fill(page_file("/dates"), "dates.html", here="/dates", years=years, undated=undated)

    def feeds(
        self, absolute: StaticLinks, groups: Sequence[tuple[FeedKind, str, Sequence[ArticleGroup], int]]
    ) -> FilledPage:
        """Return the page that names the feeds of everything and of the largest `groups`."""
        return self._fill(
            page_file("/feeds"), "feeds.html", here="/feeds", everything=EVERYTHING.title(self.language),
            absolute=absolute, groups=groups, by=CONDITIONS, asks_password=False,
        )  # fmt: skip

    def search(self) -> FilledPage:
        """Return the page whose script searches the index of the site."""
        file = page_file("/search")
        return self._fill(file, "static_search.html", here="/search", policy=_SEARCH_POLICY)

    def not_found(self) -> FilledPage:
        """Return the page that web spaces show for an address where there is nothing.

        It may be shown at any address, so its links begin with that of the site, if it is known.
        """
        links = StaticLinks(f"{self.base_url.rstrip('/')}/" if self.base_url else "")
        return self._fill("404.html", "not_found.html", links=links)

    def text(self, article: ArticleRecord) -> FilledPage:
        """Return an article as text."""
        file = article_file(article.key)
        text = self.texts.text(article, StaticLinks.of_file(file).root)
        lost = self.archive.reader.lost_media(article.key) if article.key in self._with_lost_media else []
        page = self._fill(
            file, "article.html", article=article, part="", text=text.article,
            neighbours=self.selection.neighbours_of(article),
            lost=lost[:_MOST_LOST], lost_count=len(lost),
        )  # fmt: skip
        page.links, page.media = dict.fromkeys(text.links), dict.fromkeys(text.media)
        return page

    def look(self, article: ArticleRecord, *, has_stored_page: bool) -> FilledPage:
        """Return the page with the article as it looked, in a frame."""
        return self._fill(
            article_file(article.key, "look"), "look.html", article=article, part="look", capture="",
            has_stored_page=has_stored_page,
            neighbours=self.selection.neighbours_of(article),
        )  # fmt: skip

    def styled(self, article: ArticleRecord) -> FilledPage | None:
        """Return the document of an article as it looked, for the frame; None if its page is not stored."""
        if article.key not in self._with_stored_pages:
            return None
        links = StaticLinks.of_file(article_file(article.key, "styled"))
        try:
            found: StyledArticle = self.archive.styled(article.key, media_url=links.media)
        except InputError:
            return None
        return FilledPage(html=found.html, media=dict.fromkeys(found.media))

    def _list(self, part: ListPart) -> ArticleList:
        unread = [each.key for each in part.articles if each.key not in self._listed]
        if unread:  # most articles are in several lists
            self._listed.update((each.article.key, each) for each in self.archive.reader.listed(unread))
        return ArticleList(articles=tuple(self._listed[each.key] for each in part.articles if each.key in self._listed))

    def _fill(self, file: str, template: str, *, here: str = "", **values: object) -> FilledPage:
        """Return a page. What is around its content is the same in many pages, and filled once."""
        root = StaticLinks.of_file(file).root
        common = self._common(root, here) | {"made_entry": partial(self._entry, root)}
        if template in _OWN_FRAMES:
            return FilledPage(html=self.templates.fill(template, self.language, common | values))
        if (root, here) not in self._frames:
            filled = self.templates.fill("frame.html", self.language, common | {"mark": self._mark})
            self._frames[root, here] = filled.split(self._mark)
        inner = common | values | {"layout": "fragment.html", "mark": self._mark}
        parts = self.templates.fill(template, self.language, inner).split(self._mark)
        frame = self._frames[root, here]
        return FilledPage(html="".join(chain.from_iterable(zip_longest(frame, parts, fillvalue=""))))

    def _common(self, root: str, here: str = "") -> dict[str, object]:
        links = StaticLinks(root)
        return {
            "language": self.language, "words": Words(self.language), "links": links, "has_page": self._has_page,
            "other_languages": (), "here": links.page(here) if here else None, "policy": _POLICY, "logout_token": "",
        }  # fmt: skip

    def _entry(self, root: str, each: ListedArticle, without_account: bool) -> Markup:
        """Return an article of a list. Most articles are in several lists, and are filled once."""
        known = (each.article.key, without_account)
        if known not in self._entries:
            values = self._common(self._mark) | {"each": each, "without_account": without_account}
            self._entries[known] = self.templates.fill("entry.html", self.language, values)
        return Markup(self._entries[known].replace(self._mark, root))  # noqa: S704 - the template has escaped it

    @cached_property
    def _with_stored_pages(self) -> Collection[str]:
        return self.archive.reader.with_stored_pages()

    @cached_property
    def _with_lost_media(self) -> Collection[str]:
        return self.archive.reader.with_lost_media()

    def _has_page(self, path: str) -> bool:
        has_feeds = bool(self.base_url)  # their links must be absolute
        return (path == "/feeds" and has_feeds) or path in _PAGES


def _with_pictures(page: FilledPage, found: ArticleList) -> FilledPage:
    page.media = {each.picture: None for each in found.articles if each.picture}
    return page
