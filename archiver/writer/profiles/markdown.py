"""Define the profile of plain Markdown: files that any editor or viewer shows, with addresses relative to the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from archiver.models import Article
from archiver.writer.markdown.dialect import Dialect
from archiver.writer.profiles.media_folders import MediaFolders
from archiver.writer.profiles.site_profile import SiteProfile


@dataclass(frozen=True, slots=True)
class MarkdownProfile(SiteProfile):
    """The profile of a folder of Markdown files without a site; see `Profile` for the purpose of each member.

    All posts lie directly in `articles`, beside the folders of media, since a relative address must not depend on where
    a post lies. The whole can be moved, and read from any place.
    """

    name = "markdown"
    posts_directory = "articles"
    dialect = Dialect()
    folders = MediaFolders()
    keys = {"title": "{title}", "date": "{date}", "author": "{author}", "tags": []}  # noqa: RUF012 - never changed
    draft = {"draft": True}  # noqa: RUF012
    date_format = "%Y-%m-%dT%H:%M:%S+08:00"
    post_pattern = "{slug}.md"

    @property
    def prefix(self) -> str:
        """The way from a post to the folders of media: `..`, or the option of the site."""
        return ".." if self.site.media_prefix is None else self.site.media_prefix

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:  # noqa: ARG002 - see the class
        """Yield three possible paths for the post of an article, none of them in a folder below `articles`."""
        return SiteProfile.post_paths(self, article, day)
