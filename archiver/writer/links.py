"""Replace the addresses in a page by those of saved files and other posts; addresses without either are kept."""

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

    `media` maps the name of each medium to its file, or to the reason why there is none. Media without a file are left
    out.
    """
    results = {medium.url: media.get(media_name(medium)) for medium in article.media}
    return {url: file for url, file in results.items() if isinstance(file, LocalFile)}


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkResolver:
    """A resolver of addresses: it takes an address in the page and returns the one to write in the post.

    Args:
        files: The saved media by their addresses in the page.
        media_url: Takes the path of a saved file in the archive and returns its address on the site.
        post_url: Takes a link of the page. Returns the address, on the site, of the post that the link leads to; '' if
            the archive has no such post.
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
