"""Add the cover of an article to its media, so that it is saved like the pictures in the text."""

from __future__ import annotations

from dataclasses import replace

from archiver import urls
from archiver.models import Article, Media
from archiver.writer.names import media_name


def with_cover(article: Article) -> Article:
    """Return `article` with its cover among its media; unchanged if it has none, or if the text shows the same."""
    cover = Media(url=article.cover, tries=urls.candidates(article.cover) or (article.cover,))
    if not article.cover or media_name(cover) in map(media_name, article.media):
        return article
    return replace(article, media=(*article.media, cover))
