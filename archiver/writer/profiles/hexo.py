"""Define the profile of Hexo: posts in `source/_posts`, whose names have no date, and media in `source`.

By default Hexo takes the whole file name for the title in an address (`new_post_name: :title.md`), and puts the date
before it (`permalink: :year/:month/:day/:title/`). A date in the file name would be in the address twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from archiver.writer.markdown.dialect import HEXO
from archiver.writer.markdown.segments import change_lines
from archiver.writer.names import IMAGES, MEDIA
from archiver.writer.profiles.file_names import post_file_name
from archiver.writer.profiles.media_folders import MediaFolders
from archiver.writer.profiles.site_profile import SiteProfile


@dataclass(frozen=True, slots=True)
class HexoProfile(SiteProfile):
    """The profile of sites that are built with Hexo; see `Profile` for the purpose of each member."""

    name = "hexo"
    posts_directory = "source/_posts"
    dialect = HEXO
    folders = MediaFolders("source")
    keys = {"title": "{title}", "date": "{date}", "author": "转载", "tags": ["其他"]}  # noqa: RUF012 - never changed
    draft = {"published": False}  # noqa: RUF012
    date_format = "%Y-%m-%d %H:%M:%S"  # Hexo reads it in the zone of the site, so that it shows this time everywhere
    post_pattern = "/{year}/{month}/{day}/{slug}/"

    def file_name(self, title: str, day: date, ending: str, fallback: str) -> str:  # noqa: ARG002 - the address has it
        """Return the file name of a post, without its day."""
        return post_file_name(title, "", ending, fallback, frozenset("_"))

    def native(self, markdown: str) -> str:
        """Return `markdown` with the prefix of the site left out of the addresses of pictures, but not of HTML.

        Hexo itself puts its `root` before the addresses of pictures in Markdown (`marked.prependRoot`).
        """
        if not self.prefix.startswith("/"):
            return markdown
        shown = re.compile(rf"(!\[[^\]]*\]\(){re.escape(self.prefix)}(?=/(?:{IMAGES}|{MEDIA})/)")
        return change_lines(markdown, lambda line: shown.sub(r"\1", line))

    def ignores(self, name: str) -> bool:
        """Return whether Hexo ignores a name: one that begins with `.`, `#` or `_`, or ends with `~` or `%`."""
        return name.startswith((".", "#", "_")) or name.endswith(("~", "%"))
