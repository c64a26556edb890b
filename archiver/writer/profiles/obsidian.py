"""Define the profile of Obsidian: notes with properties, embeds and callouts, whose links are paths in the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archiver.models import Article
from archiver.models.origin import flattened
from archiver.writer.markdown.dialect import OBSIDIAN
from archiver.writer.markdown.segments import change_lines
from archiver.writer.metadata import provenance
from archiver.writer.obsidian_syntax import obsidian_line, obsidian_tags, portable_markdown
from archiver.writer.profiles.media_folders import MediaFolders
from archiver.writer.profiles.site_profile import SiteProfile

_ATTACHMENTS = "attachments"


@dataclass(frozen=True, slots=True)
class ObsidianProfile(SiteProfile):
    """The profile of vaults of Obsidian; see `Profile` for the purpose of each member.

    Addresses are paths from the root of the vault, which the option of the site precedes if the archive lies in a
    folder of the vault (`Clippings/`).
    """

    name = "obsidian"
    posts_directory = "WeChat"
    dialect = OBSIDIAN
    folders = MediaFolders(_ATTACHMENTS)
    keys = {  # noqa: RUF012 - never changed
        "title": "{title}", "created": "{date}", "source": "{url}", "author": "{author}", "tags": ["微信"]
    }  # fmt: skip
    draft = {"draft": True}  # noqa: RUF012
    date_format = "%Y-%m-%dT%H:%M:%S"  # a property of the type "date & time" has no zone
    post_pattern = "{slug}.md"

    @property
    def root(self) -> str:
        """The path of the archive in the vault, with `/` at its end; '' if it is the vault."""
        return self.site.media_prefix or ""

    @property
    def prefix(self) -> str:
        """The part of a medium's address before `/postimg/…` or `/media/…`."""
        return f"{self.root}{_ATTACHMENTS}"

    def slug_at(self, path: str) -> str:
        """Return the path in the vault of the post at `path`, without `.md`; '' if it is no note."""
        return f"{self.root}{path.removesuffix('.md')}" if path.endswith(".md") else ""

    def native(self, markdown: str) -> str:
        """Return `markdown` with embeds for the archive's media, wiki links to its posts, and callouts for cards."""
        return change_lines(
            markdown, lambda line: obsidian_line(line, self.prefix, f"{self.root}{self.posts_directory}")
        )

    def portable(self, text: str) -> str:
        """Return `text` with Markdown and HTML in place of embeds, wiki links and callouts of cards."""
        return portable_markdown(text)

    def finished(self, values: dict[str, object]) -> dict[str, object]:
        """Return the keys of the front matter with tags that Obsidian allows."""
        tags = values.get("tags")
        return values | {"tags": obsidian_tags(tags)} if isinstance(tags, list) else values

    def origin(self, article: Article, captured: datetime) -> Mapping[str, object]:
        """Return the keys that tell which article a post contains; Obsidian shows no nested properties."""
        return flattened(provenance(article, captured))
