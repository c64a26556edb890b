"""Resolve the addresses of a page for its post: to a saved file, to another post, or else unchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from archiver.models import Article, LocalFile, MediaResults, StoredFiles
from archiver.writer.markdown.escape import destination
from archiver.writer.names import media_name


def no_post(_link: str) -> str:
    """Return '', as for a link whose target has no post in the archive."""
    return ""


def root_url(path: str) -> str:
    """Return the address of a file for a site whose root is the archive's folder."""
    return f"/{quote(path)}"


def files_by_url(article: Article, media: MediaResults) -> StoredFiles:
    """Return the saved files of `media`, a result for each medium's name, by the addresses that the body shows."""
    results = {medium.url: media.get(media_name(medium)) for medium in article.media}
    return {url: file for url, file in results.items() if isinstance(file, LocalFile)}


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkResolver:
    """The addresses that an article's post has in place of those in its page.

    `files` holds the saved media by their addresses in the page, and `media_url` returns the address of a file on the
    site from its path. `post_url` takes a link of the page and returns the address on the site of the post that the
    archive has of its target, '' when there is none.
    """

    files: Mapping[str, LocalFile] = field(default_factory=dict)
    media_url: Callable[[str], str] = root_url
    post_url: Callable[[str], str] = no_post

    def is_local(self, url: str) -> bool:
        """Return whether the medium at `url` was saved."""
        return url in self.files

    def in_markdown(self, url: str) -> str:
        """Return the address between the parentheses of an image."""
        return self._local_url(url) or destination(url)

    def in_html(self, url: str) -> str:
        """Return the address as the value of an attribute."""
        return self._local_url(url) or escape(destination(url).replace("&amp;", "&"))

    def link_in_markdown(self, url: str) -> str:
        """Return the address between the parentheses of a link."""
        return self.post_url(url) or destination(url)

    def link_in_html(self, url: str) -> str:
        """Return the address as the value of `href`."""
        return self.post_url(url) or escape(destination(url).replace("&amp;", "&"))

    def _local_url(self, url: str) -> str:
        file = self.files.get(url)
        return self.media_url(file.path) if file else ""
