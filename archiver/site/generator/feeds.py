"""Write the feeds of a site as files, in parts that do not change when an article comes.

The file whose address programs know, such as `feeds/all.atom`, has the newest articles. What came before stands in
parts that are counted from the oldest one, `feeds/all-1.atom`, and are not written again while no article of theirs
changes. As RFC 5005 describes, `next` leads from the first file to the newest of these parts, and on to the older ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from archiver.messages import translations
from archiver.models.browsing import ArticleGroup, GroupedBy, GroupList, ReadableArticle
from archiver.models.feeds import FeedFormat, KeptArticle, LatestArticles
from archiver.site.feeds import (
    CONDITIONS,
    EVERYTHING,
    KIND_TITLES,
    FeedKind,
    FeedStyle,
    FeedSubject,
    largest_groups,
    make_feed,
    subscriptions_to,
)
from archiver.site.generator.addresses import StaticLinks, feed_file, page_file
from archiver.site.generator.pages import FilledPage, PlannedPage, SitePages
from archiver.site.generator.selection import digest_of, summaries
from archiver.site.paging import PAGE_SIZE, paging_of

_FORMS: tuple[FeedFormat, ...] = ("atom", "json")


@dataclass(frozen=True, slots=True)
class FeedLinks(StaticLinks):
    """The absolute addresses in a feed that has `older` parts besides the first file."""

    older: int = 0

    def feed(self, *subject: str, form: str = "atom", page: object = 1, **_query: object) -> str:
        """Return the address of a part of the feed. Parts are counted from the newest one, which is the first file."""
        number = int(str(page or 1))
        return self.root + feed_file(*subject, form=form, part=self.older + 2 - number if number > 1 else 0)


@dataclass(frozen=True, kw_only=True)
class SiteFeeds:
    """The feeds of a site, whose address is known. `version` differs if the documents of the same articles differ."""

    pages: SitePages
    version: str

    def planned(self) -> Iterator[PlannedPage]:
        """Yield all parts of all feeds, the lists of them that programs import, and the page that names them."""
        arrivals = self.pages.selection.arrivals
        yield from self._parts(EVERYTHING, arrivals)
        for kind, by in CONDITIONS.items():
            for name, members in self.pages.selection.arrivals_of(by).items():
                yield from self._parts(FeedSubject(kind=kind, name=name), members)
        kinds = tuple(KIND_TITLES)
        names = [(by, list(self.pages.selection.groups(by))) for by in CONDITIONS.values()]
        inputs = digest_of(self.version, names)
        yield PlannedPage(file=page_file("/feeds"), inputs=inputs, fill=self._overview)
        yield PlannedPage(file=page_file("/feeds.opml"), inputs=inputs, fill=partial(self._subscriptions, *kinds))
        for kind in kinds:
            yield PlannedPage(
                file=page_file(f"/feeds/{kind}.opml"), inputs=inputs, fill=partial(self._subscriptions, kind)
            )

    def _parts(self, subject: FeedSubject, members: Sequence[KeptArticle]) -> Iterator[PlannedPage]:
        """Yield the parts of a feed. `members` are its articles, that which came first before the others."""
        digests = self.pages.selection.digests
        count = max(1, -(-len(members) // PAGE_SIZE))
        for number in range(1, count + 1):
            older = count - number  # parts
            part = members[older * PAGE_SIZE :][:PAGE_SIZE] if number > 1 else members[-PAGE_SIZE:]
            total = len(members) if number == 1 else 0  # an older part has the same neighbours whatever comes
            has_newer = number > 2
            states = [(digests[each.article.key], each.kept) for each in part]
            for form in _FORMS:
                yield PlannedPage(
                    file=feed_file(*subject.parts, form=form, part=older + 1 if number > 1 else 0),
                    inputs=digest_of(self.version, subject, form, older, has_newer, total, states),
                    fill=partial(self._fill, subject, form, number, tuple(reversed(part)), len(members)),
                )

    def _fill(
        self, subject: FeedSubject, form: FeedFormat, number: int, part: tuple[KeptArticle, ...], total: int
    ) -> FilledPage:
        paging = paging_of(number, total)
        links = FeedLinks(self._root, older=(paging.last or 1) - 1)
        style = FeedStyle(form=form, language=self.pages.language, links=links, media_url=links.media)
        page = FilledPage()

        def read(each: KeptArticle, limit: int) -> ReadableArticle:
            text = self.pages.texts.text(each.article, self._root)
            page.links |= dict.fromkeys(text.links)
            page.media |= dict.fromkeys(text.media)
            is_cut = text.article.is_cut or len(text.article.html) > limit
            return replace(text.article, html="", is_cut=True) if is_cut else text.article

        feed = make_feed(subject, LatestArticles(articles=part, total=total), paging, style, read)
        page.html = self.pages.archive.reader.feed(feed, form).decode()
        return page

    @property
    def _root(self) -> str:
        return f"{self.pages.base_url.rstrip('/')}/"

    def _groups(self, by: GroupedBy) -> Sequence[ArticleGroup]:
        return list(summaries(self.pages.selection.groups(by)))

    def _names(self, by: GroupedBy) -> list[str]:
        return [group.name for group in self._groups(by)]

    def _group_list(self, by: GroupedBy, offset: int, limit: int) -> GroupList:
        groups = self._groups(by)
        return GroupList(groups=tuple(groups[offset : offset + limit]), total=len(groups))

    def _subscriptions(self, *kinds: FeedKind) -> FilledPage:
        language = self.pages.language
        groups = subscriptions_to(kinds, self._names, StaticLinks(self._root), language)
        title = translations(language).gettext("Feeds of the archive")
        return FilledPage(html=self.pages.archive.reader.subscriptions(title, groups).decode())

    def _overview(self) -> FilledPage:
        return self.pages.feeds(StaticLinks(self._root), largest_groups(self._group_list))
