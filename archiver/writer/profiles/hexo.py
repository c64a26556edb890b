"""Define the profile of Hexo: posts in `source/_posts`, whose names have no date, and media in `source`.

By default Hexo takes the whole file name for the title in an address (`new_post_name: :title.md`), and puts the date
before it (`permalink: :year/:month/:day/:title/`). A date in the file name would be in the address twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from archiver.writer.markdown.dialect import HEXO
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

    def ignores(self, name: str) -> bool:
        """Return whether Hexo ignores a name: one that begins with `.`, `#` or `_`, or ends with `~` or `%`."""
        return name.startswith((".", "#", "_")) or name.endswith(("~", "%"))
