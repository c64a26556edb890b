"""Render the texts of articles for several documents, each once in a run."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from io import BufferedRandom
from tempfile import TemporaryFile

from archiver.app import Archiver
from archiver.messages import Language, translations
from archiver.models import ArticleRecord
from archiver.models.browsing import ReadableArticle, ReaderAddresses
from archiver.site.generator.addresses import StaticLinks
from archiver.site.generator.selection import Selection


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedText:
    """The text of an article for one document.

    `links` are the keys of articles to which it links, with a sign before them, `+` for articles of the site and `-`
    for others; and with a `?` before them, links that lead to no article yet. `media` are the paths of the files that
    it shows.
    """

    article: ReadableArticle
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


@dataclass(kw_only=True)
class ArticleTexts:
    """The texts of the articles of a site.

    A text is rendered with a mark in place of the folder of the site, which no article can know. If `is_kept`, it is
    written to a temporary file, since the feeds need it several times more: all of them together are too large for the
    memory. `close` deletes that file.
    """

    archive: Archiver
    selection: Selection
    language: Language
    is_kept: bool = False
    _mark: str = field(default_factory=lambda: f"{secrets.token_hex(16)}/")
    _known: dict[str, tuple[RenderedText, int, int]] = field(default_factory=dict)
    _file: BufferedRandom | None = None
    _end: int = 0

    def close(self) -> None:
        """Delete the temporary file."""
        if self._file:
            self._file.close()

    def text(self, article: ArticleRecord, root: str) -> RenderedText:
        """Return the text of an article for a document from which `root` leads to the folder of the site."""
        found = self._stored(article.key) or self._render(article)
        return replace(found, article=replace(found.article, html=found.article.html.replace(self._mark, root)))

    def _render(self, article: ArticleRecord) -> RenderedText:
        links, media = StaticLinks(self._mark), dict[str, None]()
        linked = dict[str, None]()

        def media_url(path: str) -> str:
            media[path] = None
            return links.media(path)

        def article_url(key: str) -> str:
            is_here = key in self.selection.digests
            linked[f"{'+' if is_here else '-'}{key}"] = None
            return links.article(key) if is_here else self.selection.original.get(key, "")

        missing = translations(self.language).gettext("A picture or recording that was not saved")
        addresses = ReaderAddresses(media_url=media_url, article_url=article_url, missing=missing)
        text = self.archive.reader.readable(article, addresses)
        unresolved = tuple(f"?{link}" for link in text.unresolved)
        rendered = RenderedText(article=text, links=(*linked, *unresolved), media=tuple(media))
        if self.is_kept:
            self._store(article.key, rendered)
        return rendered

    def _store(self, key: str, text: RenderedText) -> None:
        self._file = self._file or TemporaryFile()  # noqa: SIM115 - it is open for the whole run
        content = text.article.html.encode(errors="surrogatepass")
        self._file.seek(self._end)
        self._file.write(content)
        self._known[key] = replace(text, article=replace(text.article, html="")), self._end, len(content)
        self._end += len(content)

    def _stored(self, key: str) -> RenderedText | None:
        if key not in self._known or self._file is None:
            return None
        text, start, length = self._known[key]
        self._file.seek(start)
        html = self._file.read(length).decode(errors="surrogatepass")
        return replace(text, article=replace(text.article, html=html))
