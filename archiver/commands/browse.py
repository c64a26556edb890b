"""Select what the reader lists: articles part by part, and their groups by account, tag, album, source and day."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from archiver.archive.search_index import ArchiveIndex
from archiver.context import Context
from archiver.export.epub import volumes as epub_volumes
from archiver.models import ArticleRecord
from archiver.models.books import Volume
from archiver.models.browsing import (
    ArticleGroup,
    ArticleList,
    GroupedBy,
    GroupList,
    Labels,
    ListedArticle,
    SearchableText,
)
from archiver.models.feeds import LatestArticles
from archiver.models.requests import BrowseRequest
from archiver.search.index import SearchIndex
from archiver.search.normalization import NormalizedText, normalize
from archiver.search.query import Query
from archiver.search.selection import Filter
from archiver.search.tables import IndexedPost
from archiver.search.times import as_seconds, as_time

MAX_AGE = 60.0  # seconds for which the posts' files count as unchanged since they were compared with the index
_SMALLEST_PICTURE = 8_000  # bytes; smaller ones are mostly ornaments


def browse(context: Context, request: BrowseRequest) -> ArticleList:
    """Return a part of the articles that a request selects, the newest first, and their number.

    The index of the search is needed only for a request with a tag or an album; if there is none, it is made first.
    Raise InputError if there is no archive.
    """
    catalogue = context.archive.require_catalogue()
    if not request.tag and not request.album:
        records, total = catalogue.browsing.newest(request), catalogue.browsing.count(request)
        return ArticleList(articles=_listed(context, records), total=total)

    def keys(index: SearchIndex) -> tuple[list[str], int]:
        found = list(index.find(Query(), _filter(request), order="newest"))
        part = found[request.offset : request.end]
        return [post.key for post in index.posts(part)], len(found)

    selected, total = _index(context).read(keys, _ignore, _ignore)
    return ArticleList(articles=_listed(context, catalogue.browsing.with_keys(selected)), total=total)


def latest(context: Context, request: BrowseRequest) -> LatestArticles:
    """Return a part of the articles that a request selects, those first that came into the archive last.

    The index of the search is needed as `browse` needs it. No post is read, only the times and sizes of their files.
    Raise InputError if there is no archive.
    """
    browsing = context.archive.require_catalogue().browsing
    keys = _labelled(context, request)
    found = browsing.latest(request, keys)
    total = browsing.count(request) if keys is None else len(keys)
    articles = tuple(replace(each, stamp=_stamp(context.archive.root, each.article.post)) for each in found)
    return LatestArticles(articles=articles, total=total, changed=browsing.last_change())


def _stamp(root: Path, post: str) -> str:
    """Return a text that differs if the file of a post differs; '' if there is no file."""
    try:
        found = os.stat(f"{root}/{post}") if post else None  # noqa: PTH116 - a Path takes longer, and there are many
    except OSError:
        return ""
    return f"{found.st_mtime_ns}-{found.st_size}" if found else ""


def groups(context: Context, by: GroupedBy, offset: int = 0, limit: int | None = None) -> GroupList:
    """Return a part of the accounts, sources, tags or albums of the articles, that of most articles first.

    Raise InputError if there is no archive.
    """
    browsing = context.archive.require_catalogue().browsing
    if by == "account" or by == "source":
        named = browsing.by_account() if by == "account" else browsing.by_source()
        return GroupList(groups=tuple(named[offset : None if limit is None else offset + limit]), total=len(named))
    found, total = _index(context).read(lambda index: index.groups(by, offset, limit), _ignore, _ignore)
    part = (ArticleGroup(name=name, count=count, latest=as_time(latest)) for name, count, latest in found)
    return GroupList(groups=tuple(part), total=total)


def group_names(context: Context, by: GroupedBy) -> tuple[str, ...]:
    """Return the names of all accounts, sources, tags or albums in the order of `groups`.

    Raise InputError if there is no archive.
    """
    if by == "account" or by == "source":
        return tuple(group.name for group in groups(context, by).groups)
    context.archive.require_catalogue()
    return tuple(_index(context).read(lambda index: index.group_names(by), _ignore, _ignore))


def volumes(context: Context, request: BrowseRequest) -> tuple[Volume, ...]:
    """Return the books of the articles that a request selects, each small enough to be made on request.

    The index of the search is needed as `browse` needs it. Raise InputError if there is no archive.
    """
    browsing = context.archive.require_catalogue().browsing
    name = f"#{request.tag}" if request.tag else request.account or request.album or request.source
    return epub_volumes.volumes(name, browsing.days_of(request, _labelled(context, request)))


def pictures(context: Context, keys: Sequence[str]) -> dict[str, str]:
    """Return the path of a picture of each of the articles with these keys, by key; those without one are left out."""
    return context.archive.require_catalogue().browsing.first_pictures(keys, _SMALLEST_PICTURE)


def _labelled(context: Context, request: BrowseRequest) -> set[str] | None:
    """Return the keys of the articles with the tag or in the album of a request; None if it has neither."""
    if not request.tag and not request.album:
        return None
    return _index(context).read(lambda index: index.keys(_filter(request)), _ignore, _ignore)


def labels(context: Context) -> dict[str, Labels]:
    """Return the tags and albums of each article by its key, as the posts have them now.

    Raise InputError if there is no archive.
    """

    def read(index: SearchIndex) -> dict[str, Labels]:
        posts = index.posts(list(index.find(Query(), Filter(), order="newest")))
        return {post.key: Labels(tags=post.tags, albums=post.albums) for post in posts}

    context.archive.require_catalogue()
    return ArchiveIndex(context.archive).read(read, _ignore, _ignore)


def searchable(context: Context, keys: Sequence[str]) -> list[SearchableText]:
    """Return the words of the articles with these keys, in the same order.

    Articles whose posts are missing are left out. Raise InputError if there is no archive.
    """

    def read(index: SearchIndex) -> list[SearchableText]:
        ids = index.ids_of(keys)
        return [_searchable(post, index.text(post_id)) for post_id, post in zip(ids, index.posts(ids), strict=True)]

    context.archive.require_catalogue()
    return _index(context).read(read, _ignore, _ignore)


def _searchable(post: IndexedPost, text: NormalizedText) -> SearchableText:
    changes: list[int | str] = []
    position = 0
    units = len if _units(text.text) == len(text.text) else _units
    for change in text.changes:
        between, changed = text.text[position : change.start], text.text[change.start : change.end]
        changes += (units(between), units(changed), change.original)
        position = change.end
    return SearchableText(key=post.key, title=normalize(post.title), text=text.text, changes=tuple(changes))


def _units(text: str) -> int:
    """Return the length of a text in units of UTF-16."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def listed(context: Context, keys: Sequence[str]) -> tuple[ListedArticle, ...]:
    """Return the articles with these keys as a list shows them, in the same order; unknown keys are left out."""
    return _listed(context, context.archive.require_catalogue().browsing.with_keys(keys))


def pictured(context: Context, keys: Sequence[str]) -> tuple[ListedArticle, ...]:
    """Return the articles with these keys with a picture of each and without excerpts; unknown keys are left out."""
    records = context.archive.require_catalogue().browsing.with_keys(keys)
    return _with_pictures(context, records, {})


def _listed(context: Context, records: Sequence[ArticleRecord]) -> tuple[ListedArticle, ...]:
    keys = [record.key for record in records]
    no_excerpts: dict[str, str] = {}
    excerpts = _index(context).peek(lambda index: index.beginnings(keys), no_excerpts)
    return _with_pictures(context, records, excerpts)


def _with_pictures(
    context: Context, records: Sequence[ArticleRecord], excerpts: Mapping[str, str]
) -> tuple[ListedArticle, ...]:
    found = pictures(context, [record.key for record in records])
    return tuple(
        ListedArticle(article=record, excerpt=excerpts.get(record.key, ""), picture=found.get(record.key, ""))
        for record in records
    )


def _index(context: Context) -> ArchiveIndex:
    return ArchiveIndex(context.archive, MAX_AGE)


def _filter(request: BrowseRequest) -> Filter:
    return Filter(
        account=request.account, since=as_seconds(request.since), until=as_seconds(request.until), state=request.state,
        tag=request.tag, album=request.album,
    )  # fmt: skip


def _ignore(_: int) -> None:
    """Do nothing with a number that tells of progress."""
