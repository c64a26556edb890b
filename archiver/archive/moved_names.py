"""Choose the paths of posts for another profile: those that they had there before, or else new ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from archiver.archive.files import ArchiveFiles
from archiver.archive.post_directories import post_files
from archiver.models import CHINA, Article, ArticleRecord
from archiver.models.article import ids_in_key
from archiver.models.layout import FormerFile


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedArticle(Article):
    """An article of which only what names its post is known, from its record. `recorded_key` is its key."""

    recorded_key: str

    @property
    def key(self) -> str:
        """The key of the article."""
        return self.recorded_key


class NewNames:
    """A chooser of paths below the folder of posts of `files.profile`, so that no two posts are published as one.

    `former` are the former files of all articles.
    """

    def __init__(self, files: ArchiveFiles, former: Iterable[FormerFile]) -> None:
        self._files, self._profile = files, files.profile
        self._taken: set[str] = set()  # published names of the posts that were chosen, or that stay
        self._remembered: dict[str, str] = {}
        for file in former:
            is_own = file.profile == self._profile.name
            if is_own or (file.key not in self._remembered and self._is_published(file.path)):
                self._remembered[file.key] = file.path

    def _is_published(self, path: str) -> bool:
        return path.startswith(f"{self._profile.posts_directory}/") and bool(self._profile.published_name(path))

    def remembered(self, key: str) -> str:
        """Return the path that the post of an article had for this profile, or one with the same folder; '' if none."""
        return self._remembered.get(key, "")

    def take(self, path: str) -> None:
        """Let the post at `path` keep its path."""
        self._taken.add(self._profile.published_name(path))

    def choose(self, article: ArticleRecord, path: str, directory: str) -> str:
        """Return the new path of the post at `path`, which lies below the folder of posts `directory` now."""
        place = ""
        for place in self._wanted(article, path, directory):  # the last one is unique to the article
            if self._is_free(place, article, path):
                break
        self._taken.add(self._profile.published_name(place))
        return place

    def _wanted(self, article: ArticleRecord, path: str, directory: str) -> Iterator[str]:
        if remembered := self.remembered(article.key):
            yield remembered
        biz, mid, idx = ids_in_key(article.key) or ("", "", "")
        named = RecordedArticle(title=article.title, biz=biz, mid=mid, idx=idx, recorded_key=article.key)
        folder = path.removeprefix(f"{directory}/").rpartition("/")[0] if path.startswith(f"{directory}/") else ""
        day = (article.published or article.archived).astimezone(CHINA).date()
        yield from self._profile.post_paths(named, day, folder)

    def _is_free(self, name: str, article: ArticleRecord, path: str) -> bool:
        published_as = self._profile.published_name(name)
        if published_as in self._taken:
            return False
        there = {*self._on_disk.get(published_as, ()), *([name] if self._files.posts.exists(name) else [])} - {path}
        return all(self._files.posts.key_of(each) == article.key and each == name for each in there)

    @cached_property
    def _on_disk(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for post in post_files(self._files.root, self._profile):
            found.setdefault(self._profile.published_name(post), []).append(post)
        return found
