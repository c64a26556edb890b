"""Define what the profiles of most site generators have in common, so that each states only what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import ClassVar
from urllib.parse import quote

from archiver.models import CHINA, Article
from archiver.writer.front_matter import dump_front_matter
from archiver.writer.markdown.dialect import Dialect
from archiver.writer.metadata import provenance, site_values
from archiver.writer.profiles.base import COVER, NO_HEADER, SiteOptions
from archiver.writer.profiles.file_names import article_number, post_file_name
from archiver.writer.profiles.media_folders import MediaFolders, name_in_address, names_in
from archiver.writer.profiles.post_urls import filled_pattern, parts_in_address


@dataclass(frozen=True, slots=True)
class SiteProfile:
    """A profile whose posts are called `YYYY-MM-DD-<slug>.md`, and whose media have addresses below the site's root.

    See `Profile` for the purpose of each member. A subclass sets the class variables, and overrides what differs:

    - `folders` are the folders of media.
    - `keys` is the front matter, as in `JekyllProfile`; `draft` has the keys that keep a post from being published.
    - `date_format` is the format of the front matter's date, for `strftime`, in Chinese time.
    - `post_pattern` is the usual address of a post, with the placeholders {year}, {month}, {day} and {slug}. The slug
      is the path of the file below `posts_directory` without `.md`.
    """

    site: SiteOptions = field(default_factory=SiteOptions)

    name: ClassVar[str]
    posts_directory: ClassVar[str]
    dialect: ClassVar[Dialect]
    folders: ClassVar[MediaFolders]
    keys: ClassVar[Mapping[str, object]]
    draft: ClassVar[Mapping[str, object]]
    date_format: ClassVar[str]
    post_pattern: ClassVar[str]
    site_files: ClassVar[Mapping[str, str]] = {}

    @property
    def media_directories(self) -> tuple[str, ...]:
        """The directories of images, and of sounds and films."""
        return self.folders.directories

    @property
    def prefix(self) -> str:
        """The part of a medium's address before `/postimg/…` or `/media/…`: the option of the site, '' by default."""
        return self.site.media_prefix or ""

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        """Yield three possible paths for the post of an article, the best first; see Profile.post_paths.

        The second has `-<mid>-<idx>` after the slug, WeChat's ids, and the third a digest of the article's key.
        """
        where = f"{self.posts_directory}/{folder}" if folder else self.posts_directory
        number = article_number(article)
        for ending in ("", number, sha256(article.key.encode()).hexdigest()[:8]):
            yield f"{where}/{self.file_name(article.title, day, ending, number)}"

    def file_name(self, title: str, day: date, ending: str, fallback: str) -> str:
        """Return the file name of a post; `ending` and `fallback` are those of `post_file_name`.

        A dot is no part of the name, since generators take it for the beginning of an extension or of a language.
        """
        return post_file_name(title, f"{day.isoformat()}-", ending, fallback, frozenset("_"))

    def media_path(self, name: str) -> str:
        """Return the path of the media file that is called `name`."""
        return self.folders.path_of(name)

    def media_name(self, path: str) -> str:
        """Return the name of the media file at `path`; '' if it lies elsewhere."""
        return self.folders.name_of(path)

    def media_url(self, path: str) -> str:
        """Return the address of the media file at `path`: the prefix, `/` and the percent-encoded name."""
        return f"{self.prefix}/{quote(self.folders.name_of(path))}"

    def media_in(self, text: str) -> list[str]:
        """Return the paths of the media files that a post shows, each once; `text` is the text of the post."""
        return list(map(self.folders.path_of, names_in(self.portable(text), (self.prefix, ""))))

    def medium_at(self, address: str) -> str:
        """Return the path of the media file at `address`; '' if this is not an address of one."""
        name = name_in_address(address, (self.prefix, ""))
        return self.folders.path_of(name) if name else ""

    def post_url(self, path: str, published: datetime | None = None) -> str:
        """Return the address of the post at `path`, made from the pattern of the site; see Profile.post_url."""
        slug, pattern = self.slug_at(path), self.site.post_url or self.post_pattern
        if not slug or (published is None and "{day}" in pattern):
            return ""
        day = published.astimezone(CHINA) if published else date.min
        parts = {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}", "slug": quote(slug)}
        return filled_pattern(pattern, parts)

    def slug_at(self, path: str) -> str:
        """Return the part of a post's address that comes from its path; '' if the site does not publish the file."""
        below = path.removeprefix(f"{self.posts_directory}/")
        return below.removesuffix(".md") if below.endswith(".md") else ""

    def published_name_at(self, address: str) -> str:
        """Return the published name of the post to which `address` leads; '' for another address."""
        slug = parts_in_address(address, self.site.post_url or self.post_pattern).get("slug", "")
        return slug.rpartition("/")[2].casefold()

    def native(self, markdown: str) -> str:
        """Return `markdown` itself: most generators show HTML in a post."""
        return markdown

    def portable(self, text: str) -> str:
        """Return `text` itself."""
        return text

    def front_matter(
        self, article: Article, captured: datetime, overrides: Mapping[str, object], *, header_image: str = ""
    ) -> str:
        """Return the front matter of a post: `keys`, those added by `overrides`, and `wechat:`."""
        day = (article.published or captured).astimezone(CHINA).strftime(self.date_format)
        chosen = self.site.header_image or NO_HEADER
        picture = (header_image and self.media_url(header_image)) if chosen == COVER else chosen
        cover = self.cover_keys(picture) if picture and picture != NO_HEADER else {}
        values = self.finished(site_values({**self.keys, **cover, **overrides}, article, day))
        return dump_front_matter({**values, **self.origin(article, captured)})

    def finished(self, values: dict[str, object]) -> dict[str, object]:
        """Return the keys of the front matter, with what the site does not allow replaced."""
        return values

    def cover_keys(self, address: str) -> Mapping[str, object]:
        """Return the keys that show the picture at `address` as that of the post."""
        return {"cover": address}

    def origin(self, article: Article, captured: datetime) -> Mapping[str, object]:
        """Return the keys that tell which article a post contains."""
        return {"wechat": provenance(article, captured)}

    def published_name(self, path: str) -> str:
        """Return the file name of the post at `path` without `.md`, case-folded; '' if the site does not publish it.

        The folder is ignored, so that a post can be moved to another one.
        """
        return self.slug_at(path).rpartition("/")[2].casefold()

    def published_name_start(self, path: str) -> str:
        """Return the first ten characters of `published_name(path)`."""
        return self.published_name(path)[:10]

    def ignores(self, name: str) -> bool:
        """Return whether the site ignores a name: one that begins with `.` or `#`, or ends with `~`."""
        return name.startswith((".", "#")) or name.endswith("~")
