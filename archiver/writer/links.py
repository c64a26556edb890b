"""Replace addresses of a page by those of saved files and of other posts; keep all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from archiver.models import Article, LocalFile, MediaResults, StoredFiles
from archiver.writer.markdown.escape import destination
from archiver.writer.names import media_name


def no_post(_link: str) -> str:
    """Return '' for any link, which means that the archive has no post for it."""
    return ""


def root_url(path: str) -> str:
    """Return the address of a file on a site whose root is the archive's folder."""
    return f"/{quote(path)}"


def files_by_url(article: Article, media: MediaResults) -> StoredFiles:
    """Return the saved files of an article; the keys are the addresses of the media in its body.

    `media` has for the name of each medium its file or the reason why there is none. Media without a file are left out.
    """
    results = {medium.url: media.get(media_name(medium)) for medium in article.media}
    return {url: file for url, file in results.items() if isinstance(file, LocalFile)}


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkResolver:
    """A resolver that returns the address to write in a post for each address in its page.

    Args:
        files: The saved media by their addresses in the page.
        media_url: Returns the address of a saved file on the site, from its path in the archive.
        post_url: Returns the address on the site of the post for a link of the page, '' if the archive has none.
    """

    files: Mapping[str, LocalFile] = field(default_factory=dict)
    media_url: Callable[[str], str] = root_url
    post_url: Callable[[str], str] = no_post

    def is_local(self, url: str) -> bool:
        """Return whether the medium at `url` was saved."""
        return url in self.files

    def in_markdown(self, url: str) -> str:
        """Return the address to write for an image in Markdown, escaped.

        This is the address of the saved file, else `url`.
        """
        return self._local_url(url) or destination(url)

    def in_html(self, url: str) -> str:
        """Return the address to write for a medium in an HTML attribute, escaped.

        This is the address of the saved file, else `url`.
        """
        return self._local_url(url) or escape(destination(url).replace("&amp;", "&"))

    def link_in_markdown(self, url: str) -> str:
        """Return the address to write for a link in Markdown, escaped.

        This is the address of the post in the archive, else `url`.
        """
        return self.post_url(url) or destination(url)

    def link_in_html(self, url: str) -> str:
        """Return the address to write for a link in an HTML attribute, escaped.

        This is the address of the post in the archive, else `url`.
        """
        return self.post_url(url) or escape(destination(url).replace("&amp;", "&"))

    def _local_url(self, url: str) -> str:
        file = self.files.get(url)
        return self.media_url(file.path) if file else ""
