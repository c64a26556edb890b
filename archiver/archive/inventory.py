"""Compare an archive with its catalogue: missing and altered files, dead links, unknown files, faults of the database.

Nothing is written. A file that the catalogue does not know is `unrecorded` if it can be identified: a snapshot by its
digest, a post by the article named in it, a media file by a post that shows it. Any other unknown file is a `stray`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path

from archiver import urls
from archiver.archive.captures import StoredPage, snapshot_digest
from archiver.archive.file_checks import Check, Links, check_medium, check_page, check_post, checked
from archiver.archive.files import ArchiveFiles
from archiver.archive.own_files import batched, files_below, is_same_file, modified_since, own_files
from archiver.archive.recovery import PageReader
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue
from archiver.catalogue.location import FILE
from archiver.errors import DamagedCatalogue, InputError
from archiver.messages.message import message
from archiver.models import ArticleRecord, AuditSubject, ExpectedFile, Finding
from archiver.storage.local import OWN_FOLDER
from archiver.writer.profiles.base import Profile

CATALOGUE = f"{OWN_FOLDER}/{FILE}"
UNRECORDED = message("proven, but not in the catalogue")
_BATCH_SIZE = 500  # paths in one query of the catalogue
_SUSPECTS = 50  # files with findings that are looked at again together
_THREADS = max(4, os.cpu_count() or 1)  # at least four, since some threads wait for the disk


def _keys_of(suspects: Iterable[tuple[ExpectedFile, list[Finding]]]) -> set[str]:
    return {expected.key for expected, _ in suspects}


def _ignore(_count: int) -> None:
    """Do nothing; this is the default of `Inventory.on_checked`, which reports progress."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The comparison of an archive with its catalogue.

    `root` is the archive's folder. `keys` limits the comparison to the articles with these keys; None means all
    articles. `on_checked` is called repeatedly, with the number of files that were checked since its last call.
    `counts` has the numbers of checked files under "posts", "media" and "pages". `store` is the address of the object
    storage that keeps the snapshots, or ''. `files` gives access to the files in `root` and to the snapshots.
    """

    root: Path
    catalogue: Catalogue
    profile: Profile
    keys: Collection[str] | None = None
    on_checked: Callable[[int], None] = _ignore
    counts: Counter[str] = field(default_factory=Counter)  # how many posts, media and pages were checked
    store: str = ""
    files: ArchiveFiles = field(init=False)

    def __post_init__(self) -> None:
        """Set `files`, which is made from `root`, `profile` and `store`."""
        object.__setattr__(self, "files", ArchiveFiles(self.root, profile=self.profile, store=self.store))

    def everything(self) -> Iterator[Finding]:
        """Yield all findings: about the database file, pages, media, posts and unknown files, in this order.

        Pages come before media and posts, which can be recovered from pages. If the database turns out to be damaged,
        the comparison stops and the last finding says so.
        """
        try:
            yield from self.faults()
            yield from self.pages()
            yield from self.media()
            yield from self.posts()
            yield from self.unknown()
        except DamagedCatalogue as error:
            yield Finding(problem="database", what="catalogue", path=CATALOGUE, said=str(error.args[0]))

    def faults(self) -> Iterator[Finding]:
        """Yield a finding for each fault of the database file.

        Yield nothing if this comparison is limited to some articles (`Inventory.keys`).
        """
        if self.keys is None:
            for fault in self.catalogue.files.integrity_errors():
                yield Finding(problem="database", what="catalogue", path=CATALOGUE, said=fault)

    def pages(self) -> Iterator[Finding]:
        """Yield the findings about snapshots. Each snapshot is checked once, even if it has several captures."""
        seen: set[str] = set()
        check = partial(check_page, self.files.snapshots)
        for expected, findings in self._checked(self._distinct_pages(seen), check):
            if findings and self.catalogue.files.expects_page(
                expected.sha256
            ):  # else its article has been removed since
                yield from findings

    def _distinct_pages(self, seen: set[str]) -> Iterator[ExpectedFile]:
        for page in self.catalogue.files.pages(self.keys):
            if page.sha256 not in seen:
                seen.add(page.sha256)
                self.counts["pages"] += 1
                yield replace(page, path=self._page_path(page.sha256))

    def media(self) -> Iterator[Finding]:
        """Yield the findings about media files: images, sounds and films."""
        inventory = self.catalogue.files
        check = partial(check_medium, self.files.media)
        for suspects in self._suspects("media", inventory.media(self.keys), check):
            current = {file.path: file for file in inventory.media(_keys_of(suspects))}
            yield from self._confirmed(((current.get(file.path), findings) for file, findings in suspects), check)

    def posts(self) -> Iterator[Finding]:
        """Yield the findings about posts, and about missing files that posts show.

        A missing file that the catalogue knows is omitted, since `media` yields a finding about it.
        """
        inventory = self.catalogue.files
        check = partial(check_post, self.files.posts, Links(self.profile.media_in, self._existing_media))
        for suspects in self._suspects("posts", inventory.posts(self.keys), check):
            current = {file.key: self._renamed(file) for file in inventory.posts(_keys_of(suspects))}
            confirmed = self._confirmed(((current.get(file.key), findings) for file, findings in suspects), check)
            yield from self._without_known_media(list(confirmed))

    def _existing_media(self, paths: Collection[str]) -> Collection[str]:
        """Return those of the media files `paths` that exist. `media` checks those that the catalogue knows."""
        if self.files.blobs.is_local:
            return {path for path in paths if (self.root / path).is_file()}
        names = {path: self.profile.media_name(path) for path in paths}
        return {path for path, is_saved in self.catalogue.files.known_media(names).items() if is_saved}

    def unknown(self) -> Iterator[Finding]:
        """Yield a finding for each file that the catalogue does not know, media files included.

        Yield nothing if this comparison is limited to some articles (`Inventory.keys`).
        """
        yield from self.unrecorded()
        yield from self.unknown_media()

    def unknown_media(self) -> Iterator[Finding]:
        """Yield a finding for each media file that the catalogue does not know.

        A file that the post of an article shows has the problem "unrecorded". A file that no text shows has the problem
        "stray". Three kinds of files are omitted:

        - Files that only the user's own texts show.
        - Files that no text shows, if the catalogue has a medium of this name without a file: a killed run left them.
        - Files that another run may still be writing.

        If a post or another text of the site cannot be read, it might show any of the files; then yield only one
        finding, about this text. Yield nothing if this comparison is limited to some articles (`Inventory.keys`).
        """
        if self.keys is not None:
            return
        since = self.catalogue.other_runs_since()
        try:
            yield from (finding for finding in self._media() if not modified_since(self.root, finding.path, since))
        except InputError as error:  # an unreadable post may show any picture, so none is reported as a stray
            path = Path(error.concerns)
            name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else error.concerns
            yield Finding(problem="unreadable", what="post", path=name, said=str(error.args[0]))

    def unrecorded(self) -> Iterator[Finding]:
        """Yield a finding for each file that the catalogue does not know, except media files.

        The finding has one of these problems:

        - "unrecorded": a post, snapshot or tombstone that can be added to the catalogue. A tombstone is a file that
          records that the user removed an article.
        - "stray": a file that cannot be added, such as a second post of an article.
        - "unreadable": a snapshot that cannot be read.

        Files that another run may still be writing are omitted. If a snapshot or tombstone is newer than everything in
        the catalogue, one more finding says at the end that the catalogue is out of date. Yield nothing if this
        comparison is limited to some articles (`Inventory.keys`).
        """
        if self.keys is not None:
            return
        since = self.catalogue.other_runs_since()
        newest, known_until = None, self.catalogue.recovered.last_recorded()
        for finding, time in chain(self._removals(), self._posts(), self._pages()):
            if not modified_since(self.root, finding.path, since):
                newest = max(filter(None, (newest, time)), default=None)
                yield finding
        if newest and known_until and newest > known_until and since is None:
            times = f"{known_until:%Y-%m-%d %H:%M}, {newest:%Y-%m-%d %H:%M}"
            said = message("older than what lies here ({times}): a backup, or a run died", times=times)
            yield Finding(problem="database", what="catalogue", path=CATALOGUE, said=said)

    def _counted(self, kind: str, expected_files: Iterable[ExpectedFile]) -> Iterator[ExpectedFile]:
        for expected in expected_files:
            self.counts[kind] += 1
            yield expected

    def _checked(
        self, expected_files: Iterable[ExpectedFile], check: Check
    ) -> Iterator[tuple[ExpectedFile, list[Finding]]]:
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="verify") as pool:
            for expected, findings in checked(expected_files, check, pool):
                self.on_checked(1)
                yield expected, findings

    def _suspects(
        self, kind: str, expected_files: Iterable[ExpectedFile], check: Check
    ) -> Iterator[list[tuple[ExpectedFile, list[Finding]]]]:
        """Check the files of a kind; yield those with findings in batches, so that the catalogue is asked of many."""
        checked_files = self._checked(self._counted(kind, expected_files), check)
        suspects = ((expected, findings) for expected, findings in checked_files if findings)
        return iter(lambda: list(islice(suspects, _SUSPECTS)), [])

    def _confirmed(
        self, suspects: Iterable[tuple[ExpectedFile | None, list[Finding]]], check: Check
    ) -> Iterator[Finding]:
        """Check files a second time; yield the findings that still apply.

        The findings of the first check can be wrong if another run changed the file or the catalogue meanwhile. Each of
        `suspects` has what the catalogue expects of a file now, and the findings of the first check. If the catalogue
        no longer has the file (None), no finding applies. `check` checks a file.

        If the first check found the file altered, but another run may still be writing it, nothing is yielded for it.
        """
        for current, findings in suspects:
            first = findings[0]
            if current is None:
                continue
            if first.problem == "altered" and modified_since(self.root, first.path, self.catalogue.other_runs_since()):
                continue
            yield from (found for found in check(current) if found.problem != "link" or found in findings)

    def _without_known_media(self, findings: list[Finding]) -> Iterator[Finding]:
        """Yield the findings, without links to missing media files that the catalogue has: `media` reports these."""
        known = self.catalogue.files.shown_media({found.path for found in findings if found.problem == "link"})
        return (found for found in findings if found.problem != "link" or found.path not in known)

    def _renamed(self, post: ExpectedFile) -> ExpectedFile:
        """Return `post` with the path that the file has now; the user may have renamed it after it was recorded."""
        return replace(post, path=self.files.posts.current_name(post.path, post.key))

    def _removals(self) -> Iterator[tuple[Finding, datetime | None]]:
        for path, tombstone in Tombstones(self.files.store).all():
            article = self.catalogue.articles.find_by_key(tombstone.key)
            if article is None or not article.taken_out:
                said = message(
                    "{unrecorded}: taken out on {removed:%Y-%m-%d}", unrecorded=UNRECORDED, removed=tombstone.removed
                )
                yield _unrecorded("removal", path, said, tombstone.key), tombstone.removed

    def _posts(self) -> Iterator[tuple[Finding, datetime | None]]:
        for batch in batched(files_below(self.root, self.profile.posts_directory), _BATCH_SIZE):
            for name in _without(batch, self.catalogue.files.known_posts(batch)):
                if finding := self._unknown_post(name):
                    yield finding, None

    def _unknown_post(self, name: str) -> Finding | None:
        """Return the finding about a post that is not in the catalogue. `name` is the path of the post.

        Return None if archiver did not write the post, or if it is the renamed post of a known article.
        """
        key = self.files.posts.key_of(name) if (self.root / name).is_file() else ""
        if not key:
            return None
        article = self.catalogue.articles.find_by_key(key)
        if (
            article is None
            or (not article.post and not article.taken_out)
            or (article.taken_out and self.is_removal_outdated(article))
        ):
            if urls.is_text(name):
                return _unrecorded(
                    "post", name, message("{unrecorded}: it names its article", unrecorded=UNRECORDED), key
                )
            return _stray(name)
        current = self.files.posts.current_name(article.post, key)
        return None if current == name or is_same_file(self.root, current, name) else _stray(name)

    def is_removal_outdated(self, article: ArticleRecord) -> bool:
        """Return whether the catalogue wrongly says that the user removed an article.

        A removal writes a tombstone, the file that records it, and takes the article's post away. So the catalogue is
        wrong if the post exists and the tombstone does not. The catalogue is then out of date or damaged, and the files
        of the article must be kept.
        """
        if article.taken_out is None or self.store or Tombstones(self.files.store).has(article.key):
            return False  # with an object storage, another machine may have removed the article
        return self.files.posts.exists(self.files.posts.current_name("?", article.key))

    def _pages(self) -> Iterator[tuple[Finding, datetime | None]]:
        inventory = self.catalogue.files
        has_removed = bool(self.catalogue.recovered.removed_articles())
        kept_elsewhere = self.files.snapshots.names() if self.store else ()
        for batch in batched(chain(own_files(self.root, OWN_FOLDER), kept_elsewhere), _BATCH_SIZE):
            digests = {path: snapshot_digest(path) for path in batch}
            known = inventory.known_pages(set(digests.values()))
            lost = inventory.lost_pages(set(digests.values()))
            for path, digest in digests.items():
                is_named = self._is_page_path(path, digest)
                if not is_named or digest not in known or digest in lost:
                    yield from self._unknown_page(path, digest if is_named else "", has_removed=has_removed)

    def _unknown_page(self, path: str, digest: str, *, has_removed: bool) -> Iterator[tuple[Finding, datetime | None]]:
        """Yield (finding, time) for a file in the folder .archive that is not a known snapshot; yield at most one pair.

        The finding has one of these problems:

        - "unrecorded": an intact snapshot.
        - "unreadable": a snapshot that cannot be read.
        - "stray": any other file, and an intact snapshot of an article that the user removed.

        A damaged snapshot of a page in the catalogue yields nothing, since `pages` reports it.

        The time is that of the last receipt of the page, None if unknown. `digest` is the digest in the file's name, ''
        if `path` is not the path of a snapshot. `has_removed` is False if the user never removed an article: then the
        slow test for removed articles is skipped.
        """
        try:
            stored = self.files.snapshots.load(digest) if digest else None
        except InputError as error:
            if isinstance(error.__cause__, OSError):  # it may be intact and only temporarily unreadable
                said = str(error.args[0])
                yield Finding(problem="unreadable", what="snapshot", path=path, said=said), None
                return
            stored = None
        if stored is None:
            if not (digest and self.catalogue.files.known_pages({digest})):  # else `pages` reports it as damaged
                yield _stray(path), None
            return
        if has_removed and self._is_of_removed(digest, stored):  # tested first, since extracting a page is slow
            yield _stray(path), None
            return
        times = [capture.received for capture in stored.captures if capture.received]
        said = message("{unrecorded}: its name is the digest of its page", unrecorded=UNRECORDED)
        yield _unrecorded("snapshot", path, said), max(times, default=None)

    def _is_of_removed(self, digest: str, stored: StoredPage) -> bool:
        """Return whether a snapshot holds an article that the user removed. `digest` is the digest of its page."""
        reader = PageReader(digest=digest, stored=stored, captures=stored.captures[:1])
        found, _ = reader.read(0)
        known = (self.catalogue.articles.find(article) for _, article in found)
        return any(each is not None and each.taken_out and not self.is_removal_outdated(each) for each in known)

    def _media(self) -> Iterator[Finding]:
        unknown: dict[str, bool] = {}  # by path: whether the catalogue has a medium of this name
        is_same = partial(is_same_file, self.root)
        for folder in self.profile.media_directories:
            for batch in batched(files_below(self.root, folder), _BATCH_SIZE):
                names = {path: self.profile.media_name(path) for path in batch}
                known = self.catalogue.files.known_media(names, is_same)
                unknown.update({path: path in known for path in batch if not known.get(path)})
        shown = shown_files(self.root, unknown)
        for path, is_claimed in unknown.items():
            posts = shown.get(path, set())
            key = next((key for post in sorted(posts) if (key := self._key_of(post))), "")
            if key:
                yield _unrecorded(
                    "media", path, message("{unrecorded}: {post} shows it", unrecorded=UNRECORDED, post=min(posts)), key
                )
            elif not posts and not is_claimed:  # a picture shown only by the user's own posts is the user's
                yield _stray(path)

    def _key_of(self, post: str) -> str:
        return self.files.posts.key_of(post) if post.startswith(f"{self.profile.posts_directory}/") else ""

    def _page_path(self, digest: str) -> str:
        return self.files.snapshots.listed_name(digest)

    def _is_page_path(self, path: str, digest: str) -> bool:
        try:
            expected = self._page_path(digest)
        except InputError:
            return False
        return path == expected or (not self.store and is_same_file(self.root, expected, path))


def _unrecorded(what: AuditSubject, path: str, said: str, key: str = "") -> Finding:
    return Finding(problem="unrecorded", what=what, path=path, key=key, said=said)


def _stray(path: str) -> Finding:
    return Finding(problem="stray", what="file", path=path, said=message("nothing wants it, and nothing proves it"))


def _without(paths: Iterable[str], known: set[str]) -> Iterator[str]:
    return (path for path in paths if path not in known)
