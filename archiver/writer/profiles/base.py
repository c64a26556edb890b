"""Define the interface of profiles: what a kind of site requires of its posts and media.

To add a profile, write a module with a class that has the members of `Profile`, and register it in
`profiles/__init__.py` or as an entry point of the group `archiver.profiles`. All paths are relative to the archive's
folder and are written with `/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from archiver.models import Article
from archiver.writer.markdown.dialect import Dialect

KEY_START = 10  # length of the result of `published_key_start`, in characters


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteOptions:
    """The options of one site in archiver.yml; None means the default of the profile."""

    media_prefix: str | None = None  # prefix of the path of a medium in its address
    post_url: str | None = None  # address of a post: a pattern with {year}, {month}, {day} and {slug}


class Profile(Protocol):
    """The interface of a profile, which represents one kind of site.

    Results depend on the arguments alone: a profile does not open files or read the clock. It is created from
    `SiteOptions`, is immutable, and is shared by threads.
    """

    @property
    def name(self) -> str:
        """The name of the profile in archiver.yml, as the value of `profile:`."""

    @property
    def posts_directory(self) -> str:
        """The directory that contains all posts, directly or in subdirectories."""

    @property
    def dialect(self) -> Dialect:
        """The syntax that the site's programs read in a post besides Markdown and HTML."""

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        """Yield possible paths for the new post of an article, the best first; the last one is unique to the article.

        The caller uses the first path whose `published_key` no other post has. The paths must not depend on existing
        files.

        Args:
            article: The article.
            day: The day in China on which the article was published, or captured if that is not known.
            folder: A directory below `posts_directory`, '' for none.
        """

    def media_url(self, path: str) -> str:
        """Return the address that a post uses for the medium at `path`, escaped for both Markdown and HTML."""

    def media_in(self, text: str) -> list[str]:
        """Return the paths of the archive's media that the text of a post shows, each once, in order of appearance.

        This is the inverse of `media_url`. It also recognises addresses that people write by hand, and addresses that
        earlier versions of the profile wrote.
        """

    def post_url(self, path: str) -> str:
        """Return the address that a post uses to link to the post at `path`.

        Return '' if the site does not publish the file.
        """

    def front_matter(self, article: Article, captured: datetime, overrides: Mapping[str, object]) -> str:
        """Return the front matter of a post, with a newline at its end; '' if the site needs none.

        It should contain the mapping `wechat` (`metadata.provenance`), which identifies the article of a post. Without
        it, the archive cannot tell its posts from other files in an import, after a post was renamed, or after the
        catalogue was lost.

        Args:
            article: The article.
            captured: When its page was captured, with a time zone; used as the date of a post whose page has no date.
            overrides: The mapping `front_matter:` of archiver.yml, values by key; None removes a key.
        """

    def published_key(self, path: str) -> str:
        """Return a key that is equal for posts which overwrite each other on the site; '' for a file that is no post.

        Only the file name in `path` is used; `path` may consist of the file name alone.
        """

    def published_key_start(self, path: str) -> str:
        """Return the first KEY_START characters of `published_key(path)`, by which posts are indexed in memory.

        It is called for every file of a blog, so it should be faster than `published_key`. For a file that is no post
        it may return any text.
        """

    def ignores(self, name: str) -> bool:
        """Return whether the site ignores files and directories with this name below `posts_directory`."""
