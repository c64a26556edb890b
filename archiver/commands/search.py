"""Implement the command `search`: find articles by the words of their posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from archiver.archive.search_index import ArchiveIndex
from archiver.context import Context
from archiver.errors import UsageError
from archiver.messages.message import message
from archiver.models.reports import SearchHit, SearchResult
from archiver.models.requests import DUE, WAITING, SearchRequest
from archiver.search.index import SearchIndex
from archiver.search.normalization import normalize
from archiver.search.query import Query, parse_query
from archiver.search.selection import Filter
from archiver.search.snippets import make_snippet
from archiver.search.suggestions import similar_names
from archiver.search.times import as_seconds, as_time
from archiver.search.variants import load_variants

Counted = Callable[[int], None]


def search(context: Context, request: SearchRequest, planned: Counted, done: Counted) -> SearchResult:
    """Return the articles that a search finds. If the index must be made, all posts are read first.

    `planned` is then called with the number of these posts, and `done` with the number of posts read since its last
    call. Raise UsageError if there is nothing to search for, if the state in the request is one of addresses (due,
    waiting), or if `variants` needs a package that is not installed. Raise InputError if there is no archive.
    """
    if request.articles.state in (DUE, WAITING):
        raise UsageError(
            message(
                "--state {state} is a state of addresses, which have no text to search", state=request.articles.state
            )
        )
    query = _query(request, with_variants=request.variants)
    if not query.required and not query.excluded and not request.reindex:
        raise UsageError(message("say what to search for: one or more words"))
    context.archive.require_catalogue()
    index = ArchiveIndex(context.archive, request.max_age)
    return index.read(partial(_search, query=query, request=request), planned, done, reindex=request.reindex)


def _search(index: SearchIndex, query: Query, request: SearchRequest) -> SearchResult:
    if not query.required and not query.excluded:
        return SearchResult()
    limit, offset = request.articles.limit, request.offset
    end = None if limit is None else offset + limit + 1
    found = list(islice(_ids(index, query, request, end), offset, end))
    ids = found[:limit]
    posts = zip(ids, index.posts(ids), strict=True)
    hits = tuple(
        SearchHit(
            key=post.key, title=post.title, account=post.account, published=as_time(post.published), post=post.path,
            snippet=(snippet := make_snippet(index.text(post_id), query.required)).text, marks=snippet.marks,
        )
        for post_id, post in posts
    )  # fmt: skip
    result = SearchResult(hits=hits, more=len(found) > len(ids))
    return result if hits else _suggest(index, request, result)


def keys_labelled(context: Context, tag: str, album: str) -> set[str]:
    """Return the keys of the articles whose posts have a tag and name an album now; '' stands for any."""
    conditions = Filter(tag=tag, album=album)
    return ArchiveIndex(context.archive).read(lambda index: index.keys(conditions), lambda _: None, lambda _: None)


def _ids(index: SearchIndex, query: Query, request: SearchRequest, limit: int | None = None) -> Iterator[int]:
    """Yield the ids of the posts that a search finds. Nobody reads more than `limit` of them."""
    selection = request.articles
    conditions = Filter(
        account=selection.account, since=as_seconds(selection.since), until=as_seconds(selection.until),
        state=selection.state, title=normalize(selection.title), tag=selection.tag, album=selection.album,
    )  # fmt: skip
    order = selection.order or "relevance"
    if not request.exact:
        return index.find(query, conditions, order=order, limit=limit)
    ids = index.find(replace(query, excluded=()), conditions, order=order)
    return (post_id for post_id in ids if _matches_as_typed(index, post_id, query))


def _matches_as_typed(index: SearchIndex, post_id: int, query: Query) -> bool:
    """Return whether a post matches the query if each term is taken exactly as typed: same case, same width."""
    (post,) = index.posts([post_id])
    texts = (post.title, index.text(post_id).original())
    has_required = all(any(term.typed in text for text in texts) for term in query.required)
    return has_required and not any(term.typed in text for term in query.excluded for text in texts)


def _query(request: SearchRequest, *, with_variants: bool) -> Query:
    return parse_query(request.words, load_variants() if with_variants else None)


def _suggest(index: SearchIndex, request: SearchRequest, result: SearchResult) -> SearchResult:
    """Return `result`, which is empty, with a hint at what would find something.

    If the request names an unknown account, the hint is the names of similar accounts. Otherwise it is the number of
    articles that the search would find with `variants`. There is no hint if the request has `variants` already or
    OpenCC is not installed.
    """
    account = request.articles.account
    if account and account not in (names := index.accounts()):
        return replace(result, accounts=similar_names(account, names))
    if request.variants:
        return result
    try:
        query = _query(request, with_variants=True)
    except UsageError:  # the package that knows the variants is not installed
        return result
    return replace(result, variants=sum(1 for _ in _ids(index, query, request)))
