"""Posts of an archive: written by its settings, with links to its own articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archiver import urls
from archiver.archive.archive import Archive
from archiver.credentials import redact_words
from archiver.extractor.completeness import text_coverage
from archiver.models import CHINA, Article, LocalFile, MediaResults, Target
from archiver.models.job import SourceOptions
from archiver.ports import RenderedPost
from archiver.settings import Settings
from archiver.writer import PostStyle, post_text
from archiver.writer.links import nowhere
from archiver.writer.names import media_name, post_address


@dataclass(frozen=True, slots=True)
class PostRenderer:
    """Renderer whose posts follow the settings, and the options of the source by which the article came."""

    archive: Archive
    settings: Settings
    source: SourceOptions

    def render(self, article: Article, media: MediaResults, captured: datetime) -> RenderedPost:
        """Return the post of an article with the files of its media. `captured`: when its page came, aware."""
        results = {medium.url: media.get(media_name(medium)) for medium in article.media}
        files = {url: file for url, file in results.items() if isinstance(file, LocalFile)}
        text = post_text(article, files, captured, self._style(article))
        day = (article.published or captured).astimezone(CHINA).date()
        return RenderedPost(text=text, day=day, text_coverage=text_coverage(article, text))

    def _style(self, article: Article) -> PostStyle:
        """Return the style; the options of the source that the article came by first hold, whoever reads it again."""
        settings, known = self.settings, self.archive.catalogue.articles.earlier(article)
        first = redact_words(known.source) if known else None
        source = next((one.options for one in settings.sources if one.title == first), self.source)
        own = {"tags": source.tags and list(source.tags), "author": source.author}
        return PostStyle(
            front_matter=settings.front_matter | {key: value for key, value in own.items() if value is not None},
            account_line=settings.source_block.account,
            link_line=settings.source_block.link,
            gone_line=settings.source_block.gone,
            prefix=settings.site_prefix,
            post_of=self._post_of if settings.link_local else nowhere,
        )

    def _post_of(self, link: str) -> str:
        """Return where the site has the post of the article that a link leads to, '' when it has none."""
        target = Target(source=link, url=urls.canonicalize(link))
        record = self.archive.catalogue.urls.known([target]).get(target.url)
        article = record.article if record else None
        name = article.post if article and not article.taken_out else ""
        return post_address(name, self.settings.post_address) if name else ""
