"""Implement the command `show`: return everything that is recorded about an article or an address."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from archiver.archive.files import ArchiveFiles
from archiver.archive.lookup import find_article, find_url, unknown_article
from archiver.archive.snapshot_pages import SnapshotPages, current_capture
from archiver.catalogue import Catalogue
from archiver.errors import InputError
from archiver.extractor import extract
from archiver.models import ArticleRecord, Target
from archiver.models.page_format import FormatNote
from archiver.models.reports import ArticleDetail
from archiver.settings import Settings


def show(catalogue: Catalogue, name: str, settings: Settings) -> ArticleDetail:
    """Return everything that the catalogue has about an article, or about an address that led to no article.

    `name` is an address, or the key of an article, or the path of a post. Raise InputError if the catalogue knows no
    such article or address.
    """
    record = find_url(catalogue, name)
    if article := find_article(catalogue, name, settings):
        return replace(article_detail(catalogue, article), format_notes=_format_notes(catalogue, article, settings))
    if record:
        return ArticleDetail(article=None, addresses=(record,))
    raise unknown_article(name)


def article_detail(catalogue: Catalogue, article: ArticleRecord) -> ArticleDetail:
    """Return everything that the catalogue has about an article. No stored page is read, so it has no format notes."""
    return ArticleDetail(
        article=article,
        addresses=tuple(catalogue.urls.of_article(article.key)),
        captures=tuple(catalogue.captures.of_article(article.key)),
        media=tuple(catalogue.media.of_article(article.key)),
    )


def _format_notes(catalogue: Catalogue, article: ArticleRecord, settings: Settings) -> tuple[FormatNote, ...]:
    """Return the signs of a changed format in the stored page of an article; () if the page is not there or damaged."""
    capture = current_capture(catalogue.captures, article.key)
    if capture is None:
        return ()
    snapshots = ArchiveFiles(settings.output, store=settings.store).snapshots
    with suppress(InputError):
        return extract(SnapshotPages(snapshots, capture).fetch(Target(source=article.key)).page).format_notes
    return ()
