"""Implement the command `list`: select articles and addresses from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import chain, islice

from archiver.catalogue import Catalogue
from archiver.errors import UsageError
from archiver.messages.message import message
from archiver.models import ArticleRecord, UrlRecord
from archiver.models.requests import DUE, WAITING, ArticleQuery
from archiver.search.normalization import normalize

KeysLabelled = Callable[[str, str], Collection[str]]  # a tag and an album, each '' for any → keys of articles


def list_records(
    catalogue: Catalogue, query: ArticleQuery, min_coverage: float, keys_labelled: KeysLabelled
) -> Iterator[ArticleRecord | UrlRecord]:
    """Yield the articles that `query` selects, then addresses that led to no article; at most `query.limit` of both.

    The articles are in order of publication, the oldest first, or the newest first if `query.order` is "newest".

    Addresses are yielded only if the query has a state, such as "deleted", and no other condition, since all other
    conditions are about articles. The states DUE and WAITING are about addresses only. Raise UsageError if the query
    has one of these two states together with a condition about articles.

    `query.incomplete` selects articles that lack images, or whose posts show too little of the page's text: a share of
    less than `min_coverage` (0 to 1). `keys_labelled` returns the keys of the articles with a tag and in an album.
    """
    is_of_articles = replace(query, state="", order="", limit=None) != ArticleQuery()
    if is_of_articles and query.state in (DUE, WAITING):
        raise UsageError(
            message("--state {state} lists addresses, of which no account, day or picture is known", state=query.state)
        )
    records = list_articles(catalogue, query, keys_labelled, min_coverage)
    urls = iter(()) if is_of_articles else _urls(catalogue, query.state)
    yield from islice(chain(records, urls), query.limit)


def list_articles(
    catalogue: Catalogue, query: ArticleQuery, keys_labelled: KeysLabelled, min_coverage: float = 0.0
) -> Iterator[ArticleRecord]:
    """Yield the articles that `query` selects, in its order, the oldest first if it has none. Its limit is ignored.

    `min_coverage` and `keys_labelled` are those of `list_records`.
    """
    records = catalogue.articles.query(
        account=query.account, since=query.since, until=query.until, state=query.state,
        incomplete_below=min_coverage if query.incomplete else None,
    )  # fmt: skip
    if query.title:
        title = normalize(query.title)
        records = (record for record in records if title in normalize(record.title))
    if query.source:
        records = (record for record in records if record.source == query.source)
    if query.tag or query.album:
        keys = keys_labelled(query.tag, query.album)
        records = (record for record in records if record.key in keys)
    yield from reversed(list(records)) if query.order == "newest" else records


def _urls(catalogue: Catalogue, state: str) -> Iterator[UrlRecord]:
    if state == DUE:
        yield from catalogue.urls.due_now()
    elif state == WAITING:
        yield from catalogue.urls.waiting()
    elif state:
        yield from catalogue.urls.in_state(state)
