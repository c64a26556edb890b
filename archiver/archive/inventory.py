"""What lies in an archive against what its catalogue says: files, links, unknown files, the database itself.

Nothing is written. A file that the catalogue does not know is `unrecorded` when it proves itself (a page by its name, a
post by the article that it names, a picture by a post that shows it), else a `stray`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

from archiver import urls
from archiver.archive.captures import SnapshotStore, StoredPage, digest_in
from archiver.archive.file_checks import Check, Links, check_medium, check_page, check_post, checked
from archiver.archive.files import ArchiveFiles
from archiver.archive.own_files import files_below, is_same_file, is_younger, lots_of, own_files
from archiver.archive.recovery import PageReader
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue
from archiver.errors import DamagedCatalogue, InputError
from archiver.models import ArticleRecord, AuditSubject, ExpectedFile, Finding
from archiver.storage.local import OWN_FOLDER
from archiver.writer.names import IMAGES, MEDIA
from archiver.writer.profiles.base import Profile

CATALOGUE = f"{OWN_FOLDER}/catalogue.db"
UNRECORDED = "proven, but not in the catalogue"
_LOT = 500  # paths that the catalogue is asked about together
_THREADS = max(4, os.cpu_count() or 1)  # some wait for the disk while others hash


def _nothing(_count: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """An archive and its catalogue, of all articles or of those with these `keys`; `looked` learns of each file."""

    root: Path
    catalogue: Catalogue
    profile: Profile
    keys: Collection[str] | None = None
    looked: Callable[[int], None] = _nothing
    counts: Counter[str] = field(default_factory=Counter)  # posts, media, pages that were looked at
    files: ArchiveFiles = field(init=False)
    snapshots: SnapshotStore = field(init=False)

    def __post_init__(self) -> None:
        """Its folder, read."""
        object.__setattr__(self, "files", ArchiveFiles(self.root, profile=self.profile))
        object.__setattr__(self, "snapshots", self.files.snapshots)

    def everything(self) -> Iterator[Finding]:
        """Yield all there is to find: what others are made from comes first."""
        try:
            yield from self.faults()
            yield from self.pages()
            yield from self.media()
            yield from self.posts()
            yield from self.unknown()
        except DamagedCatalogue as error:
            yield Finding(problem="database", what="catalogue", path=CATALOGUE, said=str(error.args[0]))

    def faults(self) -> Iterator[Finding]:
        """Yield what the database finds wrong with itself; one article has none of its own."""
        if self.keys is None:
            for said in self.catalogue.files.integrity_errors():
                yield Finding(problem="database", what="catalogue", path=CATALOGUE, said=said)

    def pages(self) -> Iterator[Finding]:
        """Yield snapshots that are missing or damaged, each once however many captures it has."""
        seen: set[str] = set()
        check = partial(check_page, self.snapshots)
        for holding, findings in self._checked(self._pages_once(seen), check):
            if findings and not self._was_moved(holding):
                yield from findings

    def _pages_once(self, seen: set[str]) -> Iterator[ExpectedFile]:
        for one in self.catalogue.files.pages(self.keys):
            if one.sha256 not in seen:
                seen.add(one.sha256)
                self.counts["pages"] += 1
                yield replace(one, path=self._page_path(one.sha256))

    def _was_moved(self, holding: ExpectedFile) -> bool:
        """Return whether a page is not expected any more: its article was taken out, or it was forgotten meanwhile."""
        return not self.catalogue.files.expects_page(holding.sha256)

    def media(self) -> Iterator[Finding]:
        """Yield pictures, sounds and films that are missing or altered."""
        inventory = self.catalogue.files
        check = partial(check_medium, self.root)
        for holding, findings in self._checked(self._counted("media", inventory.media(self.keys)), check):
            if findings:
                fresh = (one for one in inventory.media([holding.key]) if one.path == holding.path)
                yield from self._again(findings, fresh, check)

    def posts(self) -> Iterator[Finding]:
        """Yield posts that are missing or altered, and files they show that nobody has."""
        inventory = self.catalogue.files
        check = partial(check_post, self.root, Links(self.root, self.profile.media_in))
        for holding, findings in self._checked(self._counted("posts", inventory.posts(self.keys)), check):
            if findings:
                yield from self._again(findings, map(self._where_it_is, inventory.posts([holding.key])), check)

    def unknown(self) -> Iterator[Finding]:
        """Yield files that the catalogue does not know; one article has none of its own."""
        yield from self.unrecorded()
        yield from self.unknown_media()

    def unknown_media(self) -> Iterator[Finding]:
        """Yield files of media that the catalogue does not know."""
        if self.keys is not None:
            return
        since = self.catalogue.other_runs_since()
        try:
            yield from (one for one in self._media() if not is_younger(self.root, one.path, since))
        except InputError as error:  # what it shows is not known: no picture is a stray
            path = Path(error.concerns)
            place = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else error.concerns
            yield Finding(problem="unreadable", what="post", path=place, said=str(error.args[0]))

    def unrecorded(self) -> Iterator[Finding]:
        """Yield removals, posts and pages that the catalogue does not know, and whether it is an old one."""
        if self.keys is not None:
            return
        since = self.catalogue.other_runs_since()
        newest, known_until = None, self.catalogue.recovered.last_recorded()
        for finding, time in chain(self._removals(), self._posts(), self._pages()):
            if not is_younger(self.root, finding.path, since):
                newest = max(filter(None, (newest, time)), default=None)
                yield finding
        if newest and known_until and newest > known_until and since is None:
            times = f"{known_until:%Y-%m-%d %H:%M}, {newest:%Y-%m-%d %H:%M}"
            said = f"older than what lies here ({times}): a backup, or a run died"
            yield Finding(problem="database", what="catalogue", path=CATALOGUE, said=said)

    def _counted(self, kind: str, inventory: Iterable[ExpectedFile]) -> Iterator[ExpectedFile]:
        for holding in inventory:
            self.counts[kind] += 1
            yield holding

    def _checked(self, inventory: Iterable[ExpectedFile], check: Check) -> Iterator[tuple[ExpectedFile, list[Finding]]]:
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="verify") as pool:
            for holding, findings in checked(inventory, check, pool):
                self.looked(1)
                yield holding, findings

    def _again(self, findings: list[Finding], inventory: Iterable[ExpectedFile], check: Check) -> Iterator[Finding]:
        """Yield what is found by looking once more: another run may have written the file meanwhile, or be at it."""
        first = findings[0]
        if first.problem == "altered" and is_younger(self.root, first.path, self.catalogue.other_runs_since()):
            return
        for found in chain.from_iterable(map(check, inventory)):
            is_told_of_itself = found.problem == "link" and self.catalogue.files.articles_showing(found.path)
            if (found.problem != "link" or found in findings) and not is_told_of_itself:
                yield found

    def _where_it_is(self, post: ExpectedFile) -> ExpectedFile:
        """Return a post by the name that a person gave it since."""
        return replace(post, path=self.files.posts.current_name(post.path, post.key))

    def _removals(self) -> Iterator[tuple[Finding, datetime | None]]:
        for path, tombstone in Tombstones(self.files.store).all():
            article = self.catalogue.articles.find_by_key(tombstone.key)
            if article is None or not article.taken_out:
                said = f"{UNRECORDED}: taken out on {tombstone.removed:%Y-%m-%d}"
                yield _unrecorded("removal", path, said, tombstone.key), tombstone.removed

    def _posts(self) -> Iterator[tuple[Finding, datetime | None]]:
        for lot in lots_of(files_below(self.root, self.profile.posts_directory), _LOT):
            for name in _without(lot, self.catalogue.files.known_posts(lot)):
                if finding := self._unknown_post(name):
                    yield finding, None

    def _unknown_post(self, name: str) -> Finding | None:
        """Return what is to be said of a file of `_posts`; a blogger's own is none of our business."""
        key = self.files.posts.key_of(name) if (self.root / name).is_file() else ""
        if not key:
            return None
        kept = self.catalogue.articles.find_by_key(key)
        if kept is None or (not kept.post and not kept.taken_out) or (kept.taken_out and self.is_back(kept)):
            if urls.is_text(name):
                return _unrecorded("post", name, f"{UNRECORDED}: it names its article", key)
            return _stray(name)
        place = self.files.posts.current_name(kept.post, key)
        return None if place == name or is_same_file(self.root, place, name) else _stray(name)

    def is_back(self, article: ArticleRecord) -> bool:
        """Return whether an article that the catalogue calls taken out lies here, and no file says that it was.

        The catalogue is an old one then, or damaged: nothing that lies here goes by its word alone.
        """
        if article.taken_out is None or Tombstones(self.files.store).has(article.key):
            return False
        return self.files.posts.exists(self.files.posts.current_name("?", article.key))

    def _pages(self) -> Iterator[tuple[Finding, datetime | None]]:
        inventory = self.catalogue.files
        has_removed = bool(self.catalogue.recovered.removed_articles())
        for lot in lots_of(own_files(self.root, OWN_FOLDER), _LOT):
            digests = {path: digest_in(path) for path in lot}
            known = inventory.known_pages(set(digests.values()))
            lost = inventory.lost_pages(set(digests.values()))
            for path, digest in digests.items():
                is_named = self._is_page_path(path, digest)
                if not is_named or digest not in known or digest in lost:
                    yield from self._unknown_page(path, digest if is_named else "", has_removed=has_removed)

    def _unknown_page(self, path: str, digest: str, *, has_removed: bool) -> Iterator[tuple[Finding, datetime | None]]:
        """Yield what is to be said of a file that is no page the catalogue knows, and when the page came."""
        try:
            stored = self.snapshots.load(digest) if digest else None
        except InputError as error:
            if isinstance(error.__cause__, OSError):  # that it cannot be read now proves nothing
                said = str(error.args[0])
                yield Finding(problem="unreadable", what="snapshot", path=path, said=said), None
                return
            stored = None
        if stored is None:
            if not (digest and self.catalogue.files.known_pages({digest})):  # else its loss is noted already
                yield _stray(path), None
            return
        if has_removed and self._is_of_removed(digest, stored):  # to read a page is the costly part
            yield _stray(path), None
            return
        times = [capture.received for capture in stored.captures if capture.received]
        said = f"{UNRECORDED}: its name is the digest of its page"
        yield _unrecorded("snapshot", path, said), max(times, default=None)

    def _is_of_removed(self, digest: str, stored: StoredPage) -> bool:
        """Return whether a page is of an article that was taken out."""
        reader = PageReader(digest=digest, stored=stored, captures=stored.captures[:1])
        found, _ = reader.read(0)
        known = (self.catalogue.articles.find(article) for _, article in found)
        return any(kept is not None and kept.taken_out and not self.is_back(kept) for kept in known)

    def _media(self) -> Iterator[Finding]:
        unknown: dict[str, bool] = {}  # files, each with whether a medium may take it for its own
        is_same = partial(is_same_file, self.root)
        for folder in (IMAGES, MEDIA):
            for lot in lots_of(files_below(self.root, folder), _LOT):
                known = self.catalogue.files.known_media(lot, is_same)
                unknown.update({path: path in known for path in lot if not known.get(path)})
        shown = shown_files(self.root, unknown)
        for path, is_claimed in unknown.items():
            posts = shown.get(path, set())
            key = next((key for post in sorted(posts) if (key := self._key_of(post))), "")
            if key:
                yield _unrecorded("media", path, f"{UNRECORDED}: {min(posts)} shows it", key)
            elif not posts and not is_claimed:  # a picture that a person's own post shows is that person's
                yield _stray(path)

    def _key_of(self, post: str) -> str:
        return self.files.posts.key_of(post) if post.startswith(f"{self.profile.posts_directory}/") else ""

    def _page_path(self, digest: str) -> str:
        return self.snapshots.path(digest).relative_to(self.root).as_posix()

    def _is_page_path(self, path: str, digest: str) -> bool:
        try:
            place = self._page_path(digest)
        except InputError:
            return False
        return path == place or is_same_file(self.root, place, path)


def _unrecorded(what: AuditSubject, path: str, said: str, key: str = "") -> Finding:
    return Finding(problem="unrecorded", what=what, path=path, key=key, said=said)


def _stray(path: str) -> Finding:
    return Finding(problem="stray", what="file", path=path, said="nothing wants it, and nothing proves it")


def _without(paths: Iterable[str], known: set[str]) -> Iterator[str]:
    return (path for path in paths if path not in known)
