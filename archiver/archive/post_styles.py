"""Choose the style of a post: additional front matter, lines about the article's origin, and links to other posts.

The lines about the origin name the account and link to the article on WeChat. The choice depends on archiver.yml: on
the general settings, and on the options of the list, feed or album that named the article.
"""

from __future__ import annotations

from dataclasses import dataclass

from archiver import urls
from archiver.archive.archive import Archive
from archiver.archive.layouts import former_addresses
from archiver.credentials import redact_words
from archiver.models import Article, ArticleRecord, Target
from archiver.models.job import SourceOptions
from archiver.settings import Settings
from archiver.writer.front_matter import read_front_matter
from archiver.writer.renderer import LinkedPost, PostStyle, no_post

_CHOSEN_TAGS, _CHOSEN_DRAFT = "archiver_tags", "archiver_draft"  # keys of posts


def chosen_options(front_matter: str, folder: str = "") -> SourceOptions:
    """Return the options of `add` or `batch` that a post remembers in its front matter, as if they were given again.

    `front_matter` has the lines between the two lines of `---`. `folder` is the folder of the post, below that of all
    posts.
    """
    has_any = _CHOSEN_TAGS in front_matter or _CHOSEN_DRAFT in front_matter
    values = read_front_matter(f"---\n{front_matter}---\n") if has_any else {}
    tags = values.get(_CHOSEN_TAGS)
    return SourceOptions(
        folder=folder,
        tags=tuple(map(str, tags)) if isinstance(tags, list) and tags else None,
        is_draft=_CHOSEN_DRAFT in values,
    )


@dataclass(frozen=True, slots=True)
class PostStyles:
    """A chooser of the styles of posts in one archive.

    `settings` are those in archiver.yml. A source is a list, feed or album in archiver.yml, which can set tags and an
    author for the posts of its articles. `source` has the options of the source whose articles are being archived.
    """

    archive: Archive
    settings: Settings
    source: SourceOptions

    def style_of(self, article: Article) -> PostStyle:
        """Return the style of an article's post, as archiver.yml sets it.

        The style has four parts: additional front matter such as tags; the lines that name the account and link to
        WeChat; a function that finds the post in the archive to which a link in the article can lead; and the addresses
        of the post on the sites of former profiles.

        Tags and author come from the options of a source: a list, feed or album in archiver.yml. The source is the one
        that first named the article. If the article is new, or archiver.yml no longer has this source, the options are
        those in `PostStyles.source`.
        """
        settings, known = self.settings, self.archive.catalogue.articles.find(article)
        first_source = redact_words(known.source) if known else None
        source = next((each.options for each in settings.sources if each.title == first_source), self.source)
        overrides = {"tags": source.tags and list(source.tags), "author": source.author}
        chosen = self._chosen(known.post if known else "") if source is self.source and not source.name else {}
        set_ones = {key: value for key, value in overrides.items() if value is not None}
        return PostStyle(
            front_matter=settings.front_matter | set_ones | chosen,
            account_line=settings.source_block.account,
            link_line=settings.source_block.link,
            statement_line=settings.source_block.statement,
            gone_line=settings.source_block.gone,
            post_of=self._post_of if settings.link_local else no_post,
            former_addresses=self._former_addresses(known) if known else (),
        )

    def _former_addresses(self, article: ArticleRecord) -> tuple[str, ...]:
        former = self.archive.catalogue.layout.former_posts(article.key)
        return former_addresses(former, self.archive.profile, article.post, article.published)

    def _chosen(self, post: str) -> dict[str, object]:
        """Return the front matter that options of `add` or `batch` gave to a post, now or when it was first written.

        The post itself remembers them, in keys of their own, so that a rebuild does not lose them. `post` is the path
        of the post, '' for a new one.
        """
        earlier = chosen_options(self.archive.files.posts.front_matter_of(post) if post else "")
        tags = list(self.source.tags or earlier.tags or ())
        chosen: dict[str, object] = {"tags": tags, _CHOSEN_TAGS: tags} if tags else {}
        if self.source.is_draft or earlier.is_draft:
            chosen |= {**self.archive.profile.draft, _CHOSEN_DRAFT: True}
        return chosen

    def _post_of(self, link: str) -> LinkedPost | None:
        """Return the post of the article at the address `link`; None if the archive has no such post."""
        target = Target(source=link, url=urls.canonicalize(link))
        record = self.archive.catalogue.urls.find([target]).get(target.url)
        article = record.article if record else None
        if article is None or article.taken_out:
            return None
        return LinkedPost(path=article.post, published=article.published)
