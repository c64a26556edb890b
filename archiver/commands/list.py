"""`list`: the rows of the catalogue that a query wants."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.catalogue import Catalogue
from archiver.errors import UsageError
from archiver.models import ArticleRecord, UrlRecord
from archiver.models.requests import DUE, WAITING, ArticleQuery


def list_records(catalogue: Catalogue, query: ArticleQuery, min_coverage: float) -> Iterator[ArticleRecord | UrlRecord]:
    """Yield articles by their time of publication, then the addresses that led to none, when a state names theirs.

    `min_coverage`: the share of a page's text below which a post is incomplete. Raise UsageError when only addresses
    are in that state, and they are to be chosen by what an article has.
    """
    is_of_articles = bool(query.account or query.since or query.until or query.incomplete)
    if is_of_articles and query.state in (DUE, WAITING):
        raise UsageError(f"--state {query.state} lists addresses, of which no account, day or picture is known")
    yield from catalogue.articles.listed(
        account=query.account, since=query.since, until=query.until, state=query.state,
        below=min_coverage if query.incomplete else None,
    )  # fmt: skip
    if not is_of_articles:
        yield from _urls(catalogue, query.state)


def list_articles(catalogue: Catalogue, query: ArticleQuery) -> Iterator[ArticleRecord]:
    """Yield the articles that a query wants, incomplete ones and others."""
    return catalogue.articles.listed(account=query.account, since=query.since, until=query.until, state=query.state)


def _urls(catalogue: Catalogue, state: str) -> Iterator[UrlRecord]:
    if state == DUE:
        yield from catalogue.urls.due()
    elif state == WAITING:
        yield from catalogue.urls.waiting()
    elif state:
        yield from catalogue.urls.in_state(state)
