"""The contract of a profile: what a kind of site wants of the posts and media that are written for it.

To add an output, write one module with a class of these members, and name it in `profiles/__init__.py` or as an entry
point of the group `archiver.profiles`. All paths count from the archive's folder and are written with `/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from archiver.models import Article
from archiver.writer.markdown.dialect import Dialect

KEY_START = 10  # characters of a published key that `published_key_start` gives


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteOptions:
    """What archiver.yml says of one site; None leaves the choice to the profile."""

    media_prefix: str | None = None  # what a post writes before the path of a medium
    post_url: str | None = None  # where the site publishes a post; a pattern with {year}, {month}, {day} and {slug}


class Profile(Protocol):
    """One kind of site.

    Its answers depend on the arguments alone: it opens no file and knows no clock. A profile is made from
    `SiteOptions` and is not changed afterwards; threads share it.
    """

    @property
    def name(self) -> str:
        """The name by which `profile:` of archiver.yml chooses it."""

    @property
    def posts_directory(self) -> str:
        """The directory that holds all posts, at any depth."""

    @property
    def dialect(self) -> Dialect:
        """What the site's programs read in a post besides Markdown and HTML."""

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        """Yield paths for the new post of an article, the best first; the last one is unique to the article.

        The paths depend on the arguments alone, never on what exists: the caller takes the first whose
        `published_key` no other post has. `day` is when the article was published, else captured, in China;
        `folder` is a directory below `posts_directory`, '' for none.
        """

    def media_url(self, path: str) -> str:
        """Return what a post writes as the address of the medium at `path`, safe in Markdown and in HTML."""

    def media_in(self, text: str) -> list[str]:
        """Return the paths of the media of the archive that the text of a post shows, each once, in their order.

        The inverse of `media_url`. Addresses that people write by hand, or that earlier versions of the profile wrote,
        are found as well.
        """

    def post_url(self, path: str) -> str:
        """Return what a post writes as the address of the post at `path`; '' for one that is not published."""

    def front_matter(self, article: Article, captured: datetime, overrides: Mapping[str, object]) -> str:
        """Return what stands above the text of a post, with a newline at its end; '' for nothing.

        `captured` (aware) dates a post whose page does not. `overrides` is `front_matter:` of archiver.yml: values
        by key, None removes a key.

        A post tells whose it is by the mapping `wechat` (`metadata.provenance`). Without it a lost catalogue, a
        renamed post and an import cannot tell it from a person's own.
        """

    def published_key(self, path: str) -> str:
        """Return a key that is equal for posts which overwrite each other on the site; '' for a file that is no post.

        Only the last part of `path` counts; it may stand alone.
        """

    def published_key_start(self, path: str) -> str:
        """Return the first KEY_START characters of `published_key(path)`: by these, posts are looked up in memory.

        It is called for every file of a blog, so it should be cheaper than `published_key`. For a file that is no post
        any text may be returned.
        """

    def ignores(self, name: str) -> bool:
        """Return whether the site passes over files and directories of this name below `posts_directory`."""
