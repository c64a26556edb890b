"""`show`: all that the catalogue knows of one article."""

from __future__ import annotations

from archiver.archive.lookup import find_article, find_url, unknown_article
from archiver.catalogue import Catalogue
from archiver.models.reports import ArticleDetail


def show(catalogue: Catalogue, name: str, output: str) -> ArticleDetail:
    """Return what is known under a key, an address or the file of a post; raise InputError when that is nothing."""
    record = find_url(catalogue, name)
    if article := find_article(catalogue, name, output):
        return ArticleDetail(
            article=article, addresses=tuple(catalogue.urls.of(article.key)),
            captures=tuple(catalogue.captures.of(article.key)), media=tuple(catalogue.media.of(article.key)),
        )  # fmt: skip
    if record:
        return ArticleDetail(article=None, addresses=(record,))
    raise unknown_article(name)
