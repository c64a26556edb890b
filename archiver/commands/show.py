"""Implement the command `show`: return everything that the catalogue has about an article or an address."""

from __future__ import annotations

from archiver.archive.lookup import find_article, find_url, unknown_article
from archiver.catalogue import Catalogue
from archiver.models.reports import ArticleDetail
from archiver.settings import Settings


def show(catalogue: Catalogue, name: str, settings: Settings) -> ArticleDetail:
    """Return everything that the catalogue has about an article, or about an address that led to no article.

    `name` is an address, or the key of an article, or the path of a post. Raise InputError if the catalogue knows no
    such article or address.
    """
    record = find_url(catalogue, name)
    if article := find_article(catalogue, name, settings):
        return ArticleDetail(
            article=article, addresses=tuple(catalogue.urls.of_article(article.key)),
            captures=tuple(catalogue.captures.of_article(article.key)),
            media=tuple(catalogue.media.of_article(article.key)),
        )  # fmt: skip
    if record:
        return ArticleDetail(article=None, addresses=(record,))
    raise unknown_article(name)
