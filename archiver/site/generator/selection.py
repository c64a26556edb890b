"""Select the articles of a site, and sort them into the groups that its lists show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256

from archiver.app import Archiver, ArticleQuery, BrowseRequest
from archiver.models import CHINA, ArticleRecord
from archiver.models.browsing import ArticleGroup, GroupedBy, Labels, Neighbours
from archiver.models.feeds import KeptArticle

_EARLIEST = datetime.min.replace(tzinfo=UTC)
UNDATED = "none"  # the date of articles without one, as the reader's addresses have it


@dataclass(kw_only=True)
class Selection:
    """The articles of a site, the newest first.

    `original` has the addresses at WeChat of all articles of the archive, by key; `stamps` differ if the files of posts
    differ. `arrivals` are the articles in the order in which they came into the archive.
    """

    articles: Sequence[ArticleRecord]
    labels: Mapping[str, Labels]
    stamps: Mapping[str, str] = field(default_factory=dict)
    original: Mapping[str, str] = field(default_factory=dict)
    arrivals: Sequence[KeptArticle] = ()

    @classmethod
    def of(cls, archive: Archiver, query: ArticleQuery) -> Selection:
        """Return the articles that a query selects. No post is read but what the index of the search must read anew."""
        labels = archive.reader.labels()
        kept = {each.article.key: each for each in archive.reader.latest(BrowseRequest(limit=None)).articles}
        everything = (each.article for each in kept.values())
        found = archive.list(query) if query != ArticleQuery() else everything
        selected = [each for each in found if isinstance(each, ArticleRecord) and each.key in kept]
        keys = {each.key for each in selected}
        return cls(
            articles=newest_first(selected),
            labels=labels,
            stamps={key: each.stamp for key, each in kept.items()},
            original={key: each.article.url for key, each in kept.items()},
            arrivals=[each for key, each in reversed(kept.items()) if key in keys],
        )

    @cached_property
    def digests(self) -> dict[str, str]:
        """A text for each article, by key, which differs if something that the site shows of the article differs."""
        none = Labels()
        return {
            each.key: digest_of(each, self.stamps.get(each.key), self.labels.get(each.key, none))
            for each in self.articles
        }

    @cached_property
    def neighbours(self) -> dict[str, Neighbours]:
        """The articles before and after each one among those of its account, by its key."""
        return {
            each.key: Neighbours(
                earlier=members[place + 1] if place + 1 < len(members) else None,
                later=members[place - 1] if place else None,
            )
            for members in self.groups("account").values()
            for place, each in enumerate(members)
        }

    def neighbours_of(self, article: ArticleRecord) -> Neighbours:
        """Return the articles before and after one; an article without an account has none."""
        return self.neighbours.get(article.key, Neighbours())

    def groups(self, by: GroupedBy) -> dict[str, list[ArticleRecord]]:
        """Return the articles of each account, source, tag or album, that of most articles first."""
        found: dict[str, list[ArticleRecord]] = {}
        for each in self.articles:
            for name in dict.fromkeys(self._names(each, by)):
                found.setdefault(name, []).append(each)
        return dict(sorted(found.items(), key=lambda group: (-len(group[1]), group[0])))

    def arrivals_of(self, by: GroupedBy) -> dict[str, list[KeptArticle]]:
        """Return the articles of each account, source, tag or album in the order in which they came."""
        found: dict[str, list[KeptArticle]] = {}
        for each in self.arrivals:
            for name in dict.fromkeys(self._names(each.article, by)):
                found.setdefault(name, []).append(each)
        return found

    def periods(self) -> dict[str, list[ArticleRecord]]:
        """Return the articles of each year and month of publication in China, and those without a date."""
        found: dict[str, list[ArticleRecord]] = {}
        for each in self.articles:
            day = each.published.astimezone(CHINA) if each.published else None
            for name in (f"{day:%Y}", f"{day:%Y-%m}") if day else (UNDATED,):
                found.setdefault(name, []).append(each)
        return found

    def _names(self, article: ArticleRecord, by: GroupedBy) -> Iterable[str]:
        if by == "account":
            return filter(None, (article.account,))
        if by == "source":
            return filter(None, (article.source,))
        labels = self.labels.get(article.key, Labels())
        return labels.tags if by == "tag" else labels.albums


def newest_first(articles: Iterable[ArticleRecord]) -> list[ArticleRecord]:
    """Return articles in the order of their publication, those without a time last."""
    return sorted(articles, key=lambda each: (each.published or _EARLIEST, each.key), reverse=True)


def summaries(groups: Mapping[str, Sequence[ArticleRecord]]) -> Iterator[ArticleGroup]:
    """Yield what a list of groups shows of each."""
    for name, members in groups.items():
        times = [each.published for each in members if each.published]
        yield ArticleGroup(name=name, count=len(members), latest=max(times, default=None))


def digest_of(*values: object) -> str:
    """Return a text that differs if one of the values differs."""
    return sha256(repr(values).encode(errors="surrogatepass")).hexdigest()[:32]
