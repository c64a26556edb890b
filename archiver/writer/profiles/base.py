"""Define the interface of profiles: what a kind of site requires of its posts and media.

To add a profile, write a module with a class that has the members of `Profile`, and register it in
`profiles/__init__.py` or as an entry point of the group `archiver.profiles`. All paths are relative to the archive's
folder and are written with `/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from archiver.models import Article
from archiver.writer.markdown.dialect import Dialect

COVER, NO_HEADER = "cover", "none"
KEY_START = 10  # length of the result of `published_name_start`, in characters


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteOptions:
    """The options of one site in archiver.yml; None means the default of the profile.

    Args:
        media_prefix: The part of a medium's address before the path of its file.
        post_url: The pattern of a post's address, with the placeholders {year}, {month}, {day} and {slug}.
        header_image: The header image of posts: COVER for the cover of the article, NO_HEADER for none, or the path of
            a picture of the site.
        time_zone: The time zone in which the site generator counts the days in the addresses of posts.
    """

    media_prefix: str | None = None
    post_url: str | None = None
    header_image: str | None = None
    time_zone: tzinfo | None = None


class Profile(Protocol):
    """The interface of a profile, which represents one kind of site, such as Jekyll.

    A profile is created from `SiteOptions`, is immutable, and is shared by threads. Its methods do not open files or
    read the clock: their results depend only on the options and the arguments.
    """

    @property
    def name(self) -> str:
        """The name of the profile in archiver.yml, as the value of `profile:`."""

    @property
    def posts_directory(self) -> str:
        """The directory that contains all posts, directly or in subdirectories; relative to the archive's folder."""

    @property
    def media_directories(self) -> tuple[str, ...]:
        """The directories that contain all media: that of images, and that of sounds and films.

        They are relative to the archive's folder, and none of them contains another.
        """

    @property
    def dialect(self) -> Dialect:
        """The template syntax that the site generator reads in a post besides Markdown and HTML."""

    @property
    def draft(self) -> Mapping[str, object]:
        """The front matter that keeps the site from publishing a post, key to value."""

    @property
    def site_files(self) -> Mapping[str, str]:
        """The files that the site needs so that posts are shown, path to content; `archiver init` writes them once."""

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        """Yield possible paths for the new post of an article, the best first; the last one is unique to the article.

        The caller uses the first path at which the new post would not overwrite another post on the site (it compares
        the results of `Profile.published_name`). The paths are relative to the archive's folder and must not depend on
        existing files.

        Args:
            article: The article.
            day: The day in China on which the article was published, or captured if that is not known.
            folder: A directory below `posts_directory`, '' for none.
        """

    def media_path(self, name: str) -> str:
        """Return the path of the media file that is called `name`, relative to the archive's folder.

        A name such as `postimg/a.png` is the same in all profiles; see `names.media_name`. `MediaFolders` implements
        this method and `media_name`.
        """

    def media_name(self, path: str) -> str:
        """Return the name of the media file at `path`; '' if it does not lie in one of `media_directories`."""

    def media_url(self, path: str) -> str:
        """Return the address that a post uses for a media file, escaped for both Markdown and HTML.

        `path` is the path of the file relative to the archive's folder.
        """

    def media_in(self, text: str) -> list[str]:
        """Return the paths of the archive's media files that a post shows, each once, in order of appearance.

        `text` is the text of the post. All addresses from `media_url` are recognised, including those that earlier
        versions of the profile wrote. So are addresses that people write by hand, such as `/media/a.mp3` without a
        prefix.
        """

    def medium_at(self, address: str) -> str:
        """Return the path of the media file that a post shows by `address`; '' if this is not one of the archive's.

        `address` is unescaped. It is a result of `media_url`, or was written by hand. The path may come from anybody,
        so it proves nothing; see `contained_file`.
        """

    def post_url(self, path: str, published: datetime | None = None) -> str:
        """Return the address that other posts use to link to the post at `path`.

        `path` is relative to the archive's folder. `published` is the time at which its article was published, with a
        time zone; None if it is not known. Return '' if the site does not publish the file, or if its address needs a
        date that is not known.
        """

    def published_name_at(self, address: str) -> str:
        """Return the `published_name` of the post to which `address`, a result of `post_url`, leads; '' for others.

        `address` is unescaped.
        """

    def native(self, markdown: str) -> str:
        """Return the text of a post, without front matter, as this site generator shows it by its default settings.

        `markdown` is portable Markdown as `body_markdown` writes it, in which HTML stands for what Markdown lacks. A
        generator that drops HTML needs something else in its place.
        """

    def portable(self, text: str) -> str:
        """Return the text of a post in Markdown and HTML that every reader understands: undo `native`.

        Whatever only this site generator reads, such as its shortcodes, becomes what it stands for. Text that has
        nothing of this kind is returned unchanged, front matter as well.
        """

    def front_matter(
        self, article: Article, captured: datetime, overrides: Mapping[str, object], *, header_image: str = ""
    ) -> str:
        """Return the front matter of a post, with a newline at its end; '' if the site needs none.

        It should contain the key `wechat` with the value of `metadata.provenance`, which identifies the article of a
        post. The archive needs this to recognise its posts in an import, after a post was renamed, or after the
        catalogue was lost.

        Args:
            article: The article.
            captured: When the page was captured, with a time zone. It is the date of the post if the page has no date.
            overrides: The mapping `front_matter:` of archiver.yml, key to value; None removes a key.
            header_image: The path of the file of the article's cover, relative to the archive's folder; '' if it was
                not saved. The post has it as its header image if the site wants covers (`SiteOptions.header_image`).
        """

    def published_name(self, path: str) -> str:
        """Return a text that is equal for two posts if they would overwrite each other on the site.

        It stands for the address of the post, such as `2024-07-18-title`. With it, the archive finds a file name for a
        new post that does not hide another post. `path` is the path of the post, of which only the file name is used.
        Return '' if the site does not publish the file as a post.
        """

    def published_name_start(self, path: str) -> str:
        """Return the first ten characters (KEY_START) of `published_name(path)`, without computing the rest.

        This is for speed. To find a file name for a new post, the archive groups all posts by this text. It computes
        `published_name` only for the group of the new post. If the site does not publish the file as a post, any text
        may be returned.
        """

    def ignores(self, name: str) -> bool:
        """Return whether the site ignores files and directories with this name below `posts_directory`."""
