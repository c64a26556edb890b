"""Choose the addresses that a post contains: saved files and other posts in place of addresses on the web.

If a medium was not saved, or an article is not in the archive, the original address is kept. `links_in` finds the
addresses of links in a finished post.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import quote

from archiver.models import Article, LocalFile, MediaResults, StoredFiles
from archiver.writer.markdown.escape import destination
from archiver.writer.names import media_name

_DRAWING = "data:image/svg+xml"
_LONGEST_DRAWING = 2**15  # characters of the address of a drawing that was not saved as a file
_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
_LINK_IN_FRONT_MATTER = re.compile(
    r'^(?:  source_url|    url|wechat_source_url|wechat_reprinted_from_url): "([^"\\]*)"$', re.MULTILINE
)  # 阅读原文, and of a reprint
_FENCED_CODE = re.compile(r"^([ >]*)(`{3,}|~{3,})[^\n]*\n.*?^\1\2", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r'(?<!\\)\]\(([^()\s]+)\)|<a href="([^"]*)"')


def _no_post(_link: str) -> str:
    """Return '' for the address of any link: "the archive has no post for this link".

    This is the default of `LinkResolver.post_url`. With it, every link of a post keeps its original address.
    """
    return ""


def root_url(path: str) -> str:
    """Return the address of a file on a site whose root is the archive's folder.

    `path` is relative to this folder: `media/a b.mp3` gives `/media/a%20b.mp3`.
    """
    return f"/{quote(path)}"


def files_by_url(article: Article, media: MediaResults) -> StoredFiles:
    """Return a dict of an article's saved media: address of the medium in the article's body → its file.

    `media` maps the name of each medium (`names.media_name`) to its file, or to the reason why there is none. Media
    without a file are left out.
    """
    results = {medium.url: media.get(media_name(medium)) for medium in article.media}
    return {url: file for url, file in results.items() if isinstance(file, LocalFile)}


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkResolver:
    """A resolver of addresses: it takes an address in the article's body and returns the one to write in the post.

    Args:
        files: Maps the address of each saved medium in the body to its file.
        media_url: Takes the path of a saved file, relative to the archive's folder. Returns the address of this file on
            the site, already escaped.
        post_url: Takes the address of a link. Returns the address on the site, already escaped, of the post to which
            the link leads; '' if the archive has no such post.
    """

    files: Mapping[str, LocalFile] = field(default_factory=dict)
    media_url: Callable[[str], str] = root_url
    post_url: Callable[[str], str] = _no_post

    def is_local(self, url: str) -> bool:
        """Return whether the medium at the address `url` in the body was saved, so that the post can show the file."""
        return url in self.files

    def is_drawing(self, url: str) -> bool:
        """Return whether `url` is the `data:` address of a drawing that was not saved as a file.

        The post then has to contain the drawing itself, as this address.
        """
        return url.startswith(_DRAWING) and url not in self.files

    def is_too_long(self, url: str) -> bool:
        """Return whether `url` contains a drawing that was not saved and is too large to be a part of the post."""
        return len(url) > _LONGEST_DRAWING and self.is_drawing(url)

    def in_markdown(self, url: str) -> str:
        """Return the escaped address to write for an image in Markdown.

        This is the address of the saved file; without a saved file it is `url`, the address in the body.
        """
        return self._local_url(url) or destination(url)

    def in_html(self, url: str) -> str:
        """Return the escaped address to write for a medium in an HTML attribute.

        This is the address of the saved file; without a saved file it is `url`, the address in the body.
        """
        return self._local_url(url) or escape(destination(url).replace("&amp;", "&"))

    def link_in_markdown(self, url: str) -> str:
        """Return the escaped address to write for a link in Markdown.

        This is the address of the archive's post for `url`; without such a post it is `url` itself.
        """
        return self.post_url(url) or destination(url)

    def link_in_html(self, url: str) -> str:
        """Return the escaped address to write for a link in an HTML attribute.

        This is the address of the archive's post for `url`; without such a post it is `url` itself.
        """
        return self.post_url(url) or escape(destination(url).replace("&amp;", "&"))

    def _local_url(self, url: str) -> str:
        file = self.files.get(url)
        return self.media_url(file.path) if file else ""


def links_in(post: str) -> list[str]:
    """Return the addresses to which an article links, each once, as its unedited post has them.

    `post` is the text of the post. The links are those in the text, then the link to the original text (阅读原文) and
    that of a reprint, which are in the front matter. Addresses of images are among the links in the text.
    """
    found = _FRONT_MATTER.match(post)
    text = _FENCED_CODE.sub("", post[found.end() :] if found else post)
    links = [unescape(in_markdown or in_html) for in_markdown, in_html in _LINK.findall(text)]
    return list(dict.fromkeys([*links, *(_LINK_IN_FRONT_MATTER.findall(found[1]) if found else ())]))
