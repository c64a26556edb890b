"""Define the profile of Hugo: posts in `content/posts`, media in `static`, and HTML in shortcodes.

Hugo drops HTML from Markdown by default (`markup.goldmark.renderer.unsafe`), but shows what a shortcode writes. So all
HTML of a post is an argument of the shortcode `wechat-html`, which `archiver init --profile hugo` adds to the site.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.writer.markdown.dialect import HUGO
from archiver.writer.markdown.segments import change_html, change_lines
from archiver.writer.profiles.media_folders import MediaFolders
from archiver.writer.profiles.site_profile import SiteProfile

_BEFORE, _AFTER = "{{< wechat-html `", "` >}}"
_USED = re.compile(re.escape(_BEFORE) + r"([^`]*)" + re.escape(_AFTER))


@dataclass(frozen=True, slots=True)
class HugoProfile(SiteProfile):
    """The profile of sites that are built with Hugo; see `Profile` for the purpose of each member."""

    name = "hugo"
    posts_directory = "content/posts"
    dialect = HUGO
    folders = MediaFolders("static")
    keys = {"title": "{title}", "date": "{date}", "author": "转载", "tags": ["其他"]}  # noqa: RUF012 - never changed
    draft = {"draft": True}  # noqa: RUF012
    date_format = "%Y-%m-%dT%H:%M:%S+08:00"
    post_pattern = "/posts/{slug}/"
    site_files = {"layouts/shortcodes/wechat-html.html": "{{- .Get 0 | safeHTML -}}\n"}  # noqa: RUF012

    def slug_at(self, path: str) -> str:
        """Return the path of the post below `content/posts` without `.md`, in lower case, as Hugo publishes it."""
        return SiteProfile.slug_at(self, path).lower()

    def cover_keys(self, address: str) -> Mapping[str, object]:
        """Return the key from which Hugo's own templates make the picture of a post."""
        return {"images": [address]}

    def native(self, markdown: str) -> str:
        """Return `markdown` with all HTML in shortcodes."""
        return change_lines(markdown, lambda line: change_html(line, _in_shortcode))

    def portable(self, text: str) -> str:
        """Return `text` with the HTML that is in shortcodes, without them."""
        return _USED.sub(r"\1", text)


def _in_shortcode(html: str) -> str:
    return f"{_BEFORE}{html.replace('`', '&#96;')}{_AFTER}"
