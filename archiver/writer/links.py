"""What the page's addresses become in a post: the place of a saved file, of another post, or what they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from archiver.models import LocalFile
from archiver.writer.markdown.escape import destination


def nowhere(_link: str) -> str:
    """No article is looked for in the archive."""
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkResolver:
    """The saved files of one article; `prefix` stands before their path, as the site's templates want it.

    `post_of` gives the place of the post that a link's target has in the same archive, '' when it has none.
    """

    files: Mapping[str, LocalFile] = field(default_factory=dict)
    prefix: str = ""
    post_of: Callable[[str], str] = nowhere

    def is_local(self, url: str) -> bool:
        """Whether the medium at `url` was saved."""
        return url in self.files

    def in_markdown(self, url: str) -> str:
        """The address between the parentheses of a picture."""
        return self._place(url) or destination(url)

    def in_html(self, url: str) -> str:
        """The address as the value of an attribute."""
        return self._place(url) or escape(destination(url).replace("&amp;", "&"))

    def link_in_markdown(self, url: str) -> str:
        """The address between the parentheses of a link."""
        return self.post_of(url) or destination(url)

    def link_in_html(self, url: str) -> str:
        """The address as the value of `href`."""
        return self.post_of(url) or escape(destination(url).replace("&amp;", "&"))

    def _place(self, url: str) -> str:
        file = self.files.get(url)
        return f"{self.prefix}/{quote(file.path)}" if file else ""
