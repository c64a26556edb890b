"""Plan which posts and media a change of profile moves, and move them.

A move is killed at any moment without loss, and the same call goes on:

1. The new posts are written to their new paths, and the media get second names. Everything old is as it was.
2. One transaction of the catalogue records all new paths, and that the old files are leftovers.
3. The leftovers are deleted, each only if it is still what archiver wrote, and if its successor is there.

A post that a person edited stays, and so do pictures that it, or another text of a person's, shows.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from archiver.archive.archive import Archive
from archiver.archive.files import ArchiveFiles
from archiver.archive.layouts import layout_of, present_layout, profile_of
from archiver.archive.leftovers import successor_of
from archiver.archive.media import digest_of
from archiver.archive.moved_names import NewNames
from archiver.archive.own_files import is_same_entry
from archiver.archive.posts import matches_digest
from archiver.archive.shown_files import shown_files
from archiver.archive.snapshot_pages import current_capture
from archiver.errors import ConfigError
from archiver.messages.message import message
from archiver.models import ArticleRecord
from archiver.models.layout import FormerFile, Layout, Move, MovedMedium, MovedPost, MoveResult, StayingPost
from archiver.storage.local import as_output_error, read_file
from archiver.storage.quarantine import copy_aside, move_aside
from archiver.writer.aliases import address_on_site
from archiver.writer.links import links_in
from archiver.writer.profiles import Profile

_log = logging.getLogger(__name__)

EDITED = message("edited by hand, so it stays")
NO_PAGE = message("its page was not kept, so it stays: `archiver add` and its address read it again")
_ALTERED = message("it was changed while it was moved, so it stays there as well")
_UNIQUE = message("it is missing or damaged where it was moved to, so it stays there: `archiver verify` says more")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPost:
    """A post to move: its article, the present path of its file, its new path, and its address on the former site.

    The file may lie elsewhere than the article's record says, if a person renamed it.
    """

    article: ArticleRecord
    path: str
    place: str
    former: FormerFile


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftPost:
    """A post that stays at `path`, though the profile does not look there; `said` is the reason."""

    article: ArticleRecord
    path: str
    said: str


@dataclass(kw_only=True, slots=True)
class MovePlan:
    """What a change of profile moves: posts by the keys of their articles, and media by their present paths."""

    posts: dict[str, PlannedPost] = field(default_factory=dict)
    media: dict[str, MovedMedium] = field(default_factory=dict)
    left: dict[str, LeftPost] = field(default_factory=dict)
    stays: list[StayingPost] = field(default_factory=list)  # posts whose paths are the same for both profiles

    def leave(self, key: str, said: str) -> None:
        """Let the post of an article stay where it is, for the reason `said`."""
        post = self.posts.pop(key)
        self.left[key] = LeftPost(article=post.article, path=post.path, said=said)


class ArchiveMove:
    """The move of an archive's files from the layout that it has to that of its profile.

    With `is_forced`, posts that a person edited are moved, too; what was edited goes to .archive/lost.

    Raise ConfigError for a change of profile if an object storage keeps copies of the posts: other machines would not
    notice it.
    """

    def __init__(self, archive: Archive, *, is_forced: bool = False) -> None:
        self.archive, self.files, self._is_forced = archive, archive.files, is_forced
        self.root, self.profile, self._store = archive.files.root, archive.profile, archive.files.store
        self.present: Layout = present_layout(archive.catalogue, archive.profile)
        self.wanted: Layout = layout_of(archive.profile)
        self._written: dict[str, MovedPost] = {}
        if archive.servers.store and self.is_change:
            raise ConfigError(
                message(
                    "an archive with an object storage (`store`) cannot change its profile: "
                    "go back to `profile: {former}`",
                    former=self.present.profile,
                ),
                concerns=f"profile: {self.wanted.profile}",
            )

    @cached_property
    def former(self) -> Profile:
        """The profile for which the archive is laid out."""
        return self.profile if self.present.profile == self.wanted.profile else profile_of(self.present)

    @property
    def is_change(self) -> bool:
        """Whether the archive is laid out for another profile."""
        return self.present.profile != self.wanted.profile

    @cached_property
    def plan(self) -> MovePlan:
        """The plan of the move, made from the catalogue and the files as they are at first use."""
        plan = MovePlan()
        articles = [article for article in self.archive.catalogue.articles.query() if article.post]
        if self.is_change or not all(self._is_in_place(article.post) for article in articles):
            self._plan_posts(plan, articles)
        self._plan_media(plan)
        return plan

    @cached_property
    def places(self) -> dict[str, str]:
        """The new path of each post by its recorded path; '' for a post that stays elsewhere."""
        places = {post.article.post: post.place for post in self.plan.posts.values()}
        return places | {post.article.post: "" for post in self.plan.left.values()}

    @cached_property
    def media_places(self) -> dict[str, str]:
        """The new path of each medium by its present one."""
        return {path: medium.path for path, medium in self.plan.media.items()}

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do: another layout, files in other places, or leftovers of a killed move."""
        plan = self.plan
        return self.is_change or bool(plan.posts or plan.media or plan.left or self._leftovers)

    def _plan_posts(self, plan: MovePlan, articles: Iterable[ArticleRecord]) -> None:
        names = NewNames(self.files, self.archive.catalogue.layout.former_posts())
        before = ArchiveFiles(self.archive.name, profile=self.former)
        moving = []
        for article in articles:
            keeps_path = not self.is_change or names.remembered(article.key) in ("", article.post)
            if keeps_path and self._is_in_place(article.post):
                names.take(article.post)
                former = self._former_file(article, article.post, article.digest)
                plan.stays.append(StayingPost(published_as=self.profile.published_name(article.post), former=former))
            else:
                moving.append(article)
        for article in moving:
            path = before.posts.current_name(article.post, article.key)
            if reason := self._reason_to_stay(article, path):
                plan.left[article.key] = LeftPost(article=article, path=path, said=reason)
                self._plan_left(plan, article)
                continue
            place = names.choose(article, path, before.profile.posts_directory)
            former = self._former_file(article, path, article.digest)
            plan.posts[article.key] = PlannedPost(article=article, path=path, place=place, former=former)

    def _reason_to_stay(self, article: ArticleRecord, path: str) -> str:
        is_edited = self.files.posts.exists(path) and not self._is_ours(path, article.digest)
        if is_edited and not self._is_forced:
            return EDITED
        return "" if current_capture(self.archive.catalogue.captures, article.key) else NO_PAGE

    def _plan_left(self, plan: MovePlan, article: ArticleRecord) -> None:
        if self.is_change and article.post.startswith(f"{self.former.posts_directory}/"):
            former = self._former_file(article, article.post, article.digest)
            plan.stays.append(StayingPost(published_as=self.profile.published_name(article.post), former=former))

    def _plan_media(self, plan: MovePlan) -> None:
        for file in self.archive.catalogue.layout.saved_media():
            name = self._media_name(file.path)
            place = self.profile.media_path(name) if name else file.path
            if place != file.path:
                former = FormerFile(profile=self.present.profile, path=file.path, sha256=file.sha256)
                plan.media[file.path] = MovedMedium(path=place, former=former)

    def _media_name(self, path: str) -> str:
        """Return the name of a medium by its path in the layout of this profile, or of one that the archive had."""
        return next((name for profile in self._profiles if (name := profile.media_name(path))), "")

    @cached_property
    def _profiles(self) -> list[Profile]:
        found = [self.former, self.profile]
        for name in {file.profile for file in self.archive.catalogue.layout.former_posts()}:
            with suppress(ConfigError):  # the package that had it is gone
                found.append(profile_of(Layout(profile=name)))
        return found

    def _is_in_place(self, path: str) -> bool:
        return path.startswith(f"{self.profile.posts_directory}/") and bool(self.profile.published_name(path))

    def _is_ours(self, path: str, recorded: str) -> bool:
        """Return whether nobody edited the post at `path` since archiver wrote it, for this profile or a former one."""
        digests = {recorded, *(file.sha256 for file in self._leftovers if file.path == path)}
        return any(digest and self.files.posts.is_unedited(path, digest) for digest in digests)

    @cached_property
    def _leftovers(self) -> list[FormerFile]:
        return self.archive.catalogue.layout.leftovers()

    def _former_file(self, article: ArticleRecord, path: str, digest: str) -> FormerFile:
        if not (
            self.is_change and path.startswith(f"{self.former.posts_directory}/")
        ):  # it was left by an earlier move
            for file in self._former_posts.get(article.key, ()):
                if file.path == article.post:
                    return replace(file, path=path, sha256=digest)
        address = address_on_site(self.former, path, article.published)
        return FormerFile(profile=self.present.profile, path=path, sha256=digest, key=article.key, address=address)

    @cached_property
    def _former_posts(self) -> dict[str, list[FormerFile]]:
        found: dict[str, list[FormerFile]] = {}
        for file in self.archive.catalogue.layout.former_posts():
            found.setdefault(file.key, []).append(file)
        return found

    def leave(self, post: PlannedPost, said: str) -> None:
        """Let a planned post stay where it is, for the reason `said`."""
        self.plan.leave(post.article.key, said)
        self._plan_left(self.plan, post.article)

    def dead_links(self, post: LeftPost) -> tuple[str, ...]:
        """Return the addresses in a post that stays which lead nowhere once the others are moved."""
        return tuple(
            link for link in links_in(self.files.posts.read_text(post.path))
            if self.former.published_name_at(link) in self._moved_names
        )  # fmt: skip

    @cached_property
    def _moved_names(self) -> set[str]:
        return {self.former.published_name(post.path) for post in self.plan.posts.values()} - {""}

    # --- Phase 1: new files -------------------------------------------------------------------------------------------

    def write_post(self, post: PlannedPost, text: str, share: float) -> str:
        """Write the post of an article for the new profile to its new path; a former one stays.

        A file that lies there already, such as that of a killed move, goes to .archive/lost if it has another text: it
        may be a person's. Return its path there, else ''.
        """
        path, content, copy = self.root / post.place, text.encode(), ""
        digest = sha256(content).hexdigest()
        if not self.archive.is_dry and digest_of(path) != digest:
            if post.place != post.path:
                copy = copy_aside(self.root, post.place)
            self._store.write(path, content)
            self.files.posts.share(post.place, content)
        published_as = self.profile.published_name(post.place)
        self._written[post.article.key] = MovedPost(
            path=post.place, published_as=published_as, digest=digest, share=share, former=post.former
        )  # fmt: skip
        return copy

    def copy_medium(self, medium: MovedMedium) -> None:
        """Let a medium lie at its new path, too. If it is missing, it is expected there from now on."""
        source, path = self.root / medium.former.path, self.root / medium.path
        if self.archive.is_dry or not source.is_file():
            return
        if path.exists():
            if digest_of(path) == digest_of(source):
                return
            copy_aside(self.root, medium.path)
        self._store.duplicate(source, path, shares_bytes=medium.former.path not in self.shown)

    @cached_property
    def shown(self) -> dict[str, set[str]]:
        """The media that stay where they are as well: their paths, and the paths of the texts that show them.

        These are texts of people: their own posts and pages, and posts of the archive that stay.
        """
        paths = [*self.plan.media, *(file.path for file in self._leftovers if not file.key)]
        moved = {path for post in self.plan.posts.values() for path in (post.path, post.place)}
        own = moved | {post.path for post in self.archive.catalogue.files.posts() if self._is_in_place(post.path)}
        own |= {file.path for file in self._leftovers if file.key and self._is_ours(file.path, file.sha256)}
        shown = shown_files(self.root, paths) if paths else {}
        needed = {path: {text for text in texts - own if self._needs(text, path)} for path, texts in shown.items()}
        return {path: texts for path, texts in needed.items() if texts}

    def _needs(self, text: str, path: str) -> bool:
        """Return whether a text of a person's that shows a medium needs it at `path`, its place until now.

        It does not if it is a post of the site to which the files move. Neither does a page that was there while the
        medium lay at its new place before: then a copy has stayed there for it.
        """
        if self.is_change and text.startswith(f"{self.former.posts_directory}/"):
            return True
        medium = self.plan.media.get(path)
        has_stayed = medium is not None and any(file.path == medium.path for file in self._leftovers)
        return not (has_stayed or text.startswith(f"{self.profile.posts_directory}/"))

    # --- Phase 2 and 3: rows, then leftovers --------------------------------------------------------------------------

    def commit(self) -> None:
        """Record the move in the catalogue. Everything that was written becomes durable before."""
        self._store.sync()
        keys = self._written.keys()
        move = Move(
            layout=self.wanted,
            posts=tuple(self._written.values()),
            media=tuple(self.plan.media.values()),
            stays=tuple(post for post in self.plan.stays if self.is_change and post.former.key not in keys),
        )
        self.archive.catalogue.layout.move(move)
        _log.info("moved from %s to %s: %d posts", self.present.profile, self.wanted.profile, len(move.posts))

    def delete_leftovers(self) -> Iterator[MoveResult]:
        """Delete the leftovers; yield a result for each that stays.

        One stays if it is not what archiver wrote any more, or if its file is missing or damaged at its new path. Media
        that a text of a person's shows stay, too, without a result.
        """
        catalogue = self.archive.catalogue
        leftovers = catalogue.layout.leftovers()
        gone = []
        for file in leftovers:
            path = self.root / file.path
            if not path.is_file():
                gone.append(file.path)
            elif not file.key and file.path in self.shown:
                continue
            elif (successor := self._successor_of(file)) and is_same_entry(path, self.root / successor):
                gone.append(file.path)
            elif self._is_as_written(file):
                if successor is None:
                    yield _result_of(file, _UNIQUE)
                    continue
                self._store.delete(path)
                gone.append(file.path)
            elif file.key and self._is_forced:
                move_aside(self.root, file.path)
                gone.append(file.path)
            else:
                yield _result_of(file, _ALTERED)
        self._store.sync()
        catalogue.layout.settle(gone)
        _remove_empty_folders(self.root, gone)

    def _successor_of(self, file: FormerFile) -> str | None:
        return successor_of(self.files, self.archive.catalogue, file, "" if file.key else self._media_name(file.path))

    def _is_as_written(self, file: FormerFile) -> bool:
        with as_output_error(self.root / file.path):
            content = read_file(self.root / file.path)
        return matches_digest(content, file.sha256) if file.key else sha256(content).hexdigest() == file.sha256


def _result_of(file: FormerFile, said: str) -> MoveResult:
    """Return the result for a leftover that stays, for the reason `said`."""
    return MoveResult(what="post" if file.key else "media", outcome="left", path=file.path, key=file.key, said=said)


def _remove_empty_folders(root: Path, paths: Collection[str]) -> None:
    """Delete the folders of deleted files that are empty now, but not `root` itself."""
    folders = {parent for path in paths for parent in PurePosixPath(path).parents if parent.name}
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        with suppress(OSError):  # it is not empty, or is gone
            (root / folder).rmdir()
