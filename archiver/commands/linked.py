"""Implement `list --linked`: the articles to which archived articles link, and which the archive lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice

from archiver import policy, urls
from archiver.archive.article_links import ArticleLinks
from archiver.catalogue import key_of_long_url
from archiver.catalogue.articles import REMOVED
from archiver.commands.list import list_articles
from archiver.commands.search import keys_labelled
from archiver.context import Context
from archiver.errors import UsageError
from archiver.messages.message import message
from archiver.models import ArticleName, LinkedUrl, Target, UrlRecord
from archiver.models.requests import DUE, WAITING, ArticleQuery


def list_linked(context: Context, query: ArticleQuery) -> Iterator[LinkedUrl]:
    """Yield the addresses of the articles to which the articles that `query` selects link, and which the archive lacks.

    Short addresses come first, then long ones, each in the order of the articles. Articles that are kept or were
    removed, and those that are known to be gone, are left out. An article with several addresses is yielded once.
    `query.limit` is the maximum number of addresses. Raise UsageError if `query` selects no articles but addresses, or
    removed articles, whose links are not known.
    """
    if query.state in (DUE, WAITING, REMOVED):
        raise UsageError(
            message("--state {state} selects no articles that are kept, whose links could be listed", state=query.state)
        )
    links = ArticleLinks(context.archive)
    targets: dict[str, dict[str, Target]] = {}  # by identity of the article and by address
    names: dict[str, dict[str, ArticleName]] = {}  # by identity of the linked article and by key of the linking one
    catalogue, min_coverage = context.archive.require_catalogue(), context.settings.completeness
    for article in list_articles(catalogue, query, partial(keys_labelled, context), min_coverage):
        for target in links.of_article(article):
            identity = key_of_long_url(target.url) or target.url
            targets.setdefault(identity, {}).setdefault(target.url, target)
            names.setdefault(identity, {})[article.key] = ArticleName(key=article.key, title=article.title)
    records = catalogue.urls.find(target for variants in targets.values() for target in variants.values())
    found = (
        _linked_url([*variants], records, names[identity].values())
        for identity, variants in targets.items()
        if all(_is_missing(records.get(url)) for url in variants)
    )
    yield from islice(sorted(found, key=lambda linked: not urls.is_short(linked.url)), query.limit)


def _is_missing(record: UrlRecord | None) -> bool:
    return record is None or not (record.article or policy.is_given_up(record))


def _linked_url(variants: list[str], records: Mapping[str, UrlRecord], names: Iterable[ArticleName]) -> LinkedUrl:
    """Return the first of an article's addresses, with the record of that which was asked for, if one was."""
    record = next((records[url] for url in variants if url in records), UrlRecord(url=variants[0]))
    return LinkedUrl(
        url=variants[0], key=key_of_long_url(variants[0]), state=record.state, reason=record.reason,
        tried=record.tried, linked_by=tuple(names),
    )  # fmt: skip
