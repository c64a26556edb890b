"""Profiles of other packages, as tests add them: two that lay files elsewhere than Jekyll, and than each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest

from archiver.models import Article
from archiver.writer import profiles
from archiver.writer.front_matter import dump_front_matter
from archiver.writer.markdown.dialect import Dialect
from archiver.writer.metadata import provenance
from archiver.writer.profiles import SiteOptions
from archiver.writer.profiles.jekyll import JekyllProfile
from archiver.writer.profiles.media_folders import MediaFolders

_NO_TEMPLATES = Dialect()


@dataclass(frozen=True)
class ShelfProfile:
    """Posts in `shelf/texts`, called by their titles, and media in `shelf/files`."""

    site: SiteOptions = field(default_factory=SiteOptions)
    name: str = "shelf"
    posts_directory: str = "shelf/texts"
    dialect: Dialect = _NO_TEMPLATES
    folders: MediaFolders = field(default_factory=lambda: MediaFolders("shelf/files"))

    @property
    def media_directories(self) -> tuple[str, ...]:
        return self.folders.directories

    @property
    def site_files(self) -> Mapping[str, str]:
        return {}

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        where = f"{self.posts_directory}/{folder}" if folder else self.posts_directory
        yield f"{where}/{article.title}.md"
        yield f"{where}/{article.title} {article.mid}-{article.idx}.md"

    def media_path(self, name: str) -> str:
        return self.folders.path_of(name)

    def media_name(self, path: str) -> str:
        return self.folders.name_of(path)

    def media_url(self, path: str) -> str:
        return f"/{path}"

    def medium_at(self, address: str) -> str:
        return address.removeprefix("/") if self.media_name(address.removeprefix("/")) else ""

    def media_in(self, text: str) -> list[str]:
        return [word.partition(")")[0] for word in text.split("](/")[1:] if self.media_name(word.partition(")")[0])]

    def post_url(self, path: str, published: datetime | None = None) -> str:
        return f"/read/{self.published_name(path)}/" if path.startswith(f"{self.posts_directory}/") else ""

    def published_name_at(self, address: str) -> str:
        return address.removeprefix("/read/").removesuffix("/") if address.startswith("/read/") else ""

    def native(self, markdown: str) -> str:
        return markdown

    def portable(self, text: str) -> str:
        return text

    def front_matter(
        self, article: Article, captured: datetime, overrides: Mapping[str, object], *, header_image: str = ""
    ) -> str:
        return dump_front_matter({"shelf": article.title, **overrides, "wechat": provenance(article, captured)})

    def published_name(self, path: str) -> str:
        return path.rpartition("/")[2].removesuffix(".md").casefold() if path.endswith(".md") else ""

    def published_name_start(self, path: str) -> str:
        return self.published_name(path)[:10]

    def ignores(self, name: str) -> bool:
        return name.startswith(".")


@dataclass(frozen=True)
class DrawerProfile(ShelfProfile):
    """Posts in `drawer`, media in its folders `postimg` and `media`."""

    name: str = "drawer"
    posts_directory: str = "drawer/posts"
    folders: MediaFolders = field(default_factory=lambda: MediaFolders("drawer"))


@dataclass(frozen=True, slots=True)
class ThemeProfile(JekyllProfile):
    """Jekyll with another front matter: nothing lies elsewhere."""

    @property
    def name(self) -> str:
        return "theme"

    def front_matter(
        self, article: Article, captured: datetime, overrides: Mapping[str, object], *, header_image: str = ""
    ) -> str:
        return JekyllProfile.front_matter(self, article, captured, {**overrides, "theme": "plain"})


def add_profiles(patch: pytest.MonkeyPatch) -> None:
    """Let `profile: shelf`, `drawer` and `theme` stand in archiver.yml."""
    ours = {"shelf": ShelfProfile, "drawer": DrawerProfile, "theme": ThemeProfile}
    patch.setattr(profiles, "_BUILT_IN", {**profiles._BUILT_IN, **ours})
