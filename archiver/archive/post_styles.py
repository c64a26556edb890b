"""The style of each post: the settings, the options of its source, and links to the archive's own articles."""

from __future__ import annotations

from dataclasses import dataclass

from archiver import urls
from archiver.archive.archive import Archive
from archiver.credentials import redact_words
from archiver.models import Article, Target
from archiver.models.job import SourceOptions
from archiver.settings import Settings
from archiver.writer.links import no_post
from archiver.writer.renderer import PostStyle


@dataclass(frozen=True, slots=True)
class PostStyles:
    """The styles of one archive's posts. `source`: of articles that nobody archived before."""

    archive: Archive
    settings: Settings
    source: SourceOptions

    def style_of(self, article: Article) -> PostStyle:
        """Return the style of a post; the source that its article came by first decides, whoever reads it again."""
        settings, known = self.settings, self.archive.catalogue.articles.find(article)
        first = redact_words(known.source) if known else None
        source = next((one.options for one in settings.sources if one.title == first), self.source)
        own = {"tags": source.tags and list(source.tags), "author": source.author}
        return PostStyle(
            front_matter=settings.front_matter | {key: value for key, value in own.items() if value is not None},
            account_line=settings.source_block.account,
            link_line=settings.source_block.link,
            gone_line=settings.source_block.gone,
            post_path_of=self._post_path_of if settings.link_local else no_post,
        )

    def _post_path_of(self, link: str) -> str:
        """Return the path of the post of the article that a link leads to, '' when the archive has none."""
        target = Target(source=link, url=urls.canonicalize(link))
        record = self.archive.catalogue.urls.find([target]).get(target.url)
        article = record.article if record else None
        return article.post if article and not article.taken_out else ""
