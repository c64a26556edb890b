"""Read another archive, a backup, or a folder of posts and images, to import from it. Nothing is written there.

It may be laid out for another profile than our archive, such as Hugo's.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from archiver.archive.files import ArchiveFiles
from archiver.archive.layouts import present_layout, profile_of
from archiver.archive.media import digest_of, is_whole_file, kind_of
from archiver.archive.own_files import files_below
from archiver.archive.post_directories import post_files
from archiver.archive.posts import key_in, matches_digest
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue, Location
from archiver.catalogue.location import FILE
from archiver.catalogue.salvage import Salvage, read_damaged
from archiver.errors import ArchiverError, InputError, OutputError, UsageError
from archiver.messages.message import message
from archiver.models import Capture, LocalFile, Tombstone
from archiver.storage.local import OWN_FOLDER, read_file
from archiver.writer.profiles import Profile, SiteOptions, built_in_profiles

_PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".wacz", ".warc")


class OtherArchive:
    """Another archive in the folder `root`, which is only read. `profile` is that of our archive.

    Use it as a context manager: at the end of the `with` block, the temporary copy of its catalogue is deleted.
    """

    def __init__(self, root: Path, now: Callable[[], datetime], profile: Profile) -> None:
        self.root = root
        self._now = now
        self._our_profile = profile
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @cached_property
    def files(self) -> ArchiveFiles:
        """The files of the other archive, where its own profile has them."""
        return ArchiveFiles(self.root, profile=self._profile, is_dry=True)

    @property
    def has_our_profile(self) -> bool:
        """Whether the other archive is laid out for the profile of ours."""
        return self._profile.name == self._our_profile.name

    @cached_property
    def _profile(self) -> Profile:
        """The profile for which the other archive is laid out.

        Its catalogue says which. Without a catalogue, it is the profile under whose folder there are posts of articles:
        ours, or else the first of the built-in ones; and ours if there is none.

        Raise ConfigError if the profile belongs to a package that is not installed.
        """
        ours = self._our_profile
        if self.catalogue:
            layout = present_layout(self.catalogue, ours)
            return ours if layout.profile == ours.name else profile_of(layout)
        candidates = (ours, *built_in_profiles(SiteOptions()))
        return next((profile for profile in candidates if self._has_posts(profile)), ours)

    def _has_posts(self, profile: Profile) -> bool:
        files = ArchiveFiles(self.root, profile=profile, is_dry=True)
        with suppress(ArchiverError):  # an unreadable folder is reported where its files are read
            return any(files.posts.key_of(name) for name in post_files(self.root, profile))
        return False

    @property
    def _folders(self) -> tuple[str, ...]:
        return (self.files.profile.posts_directory, *self.files.profile.media_directories)

    @cached_property
    def _copy(self) -> Path | None:
        """A temporary folder with copies of the catalogue and its write-ahead log; None if there is no catalogue.

        The copies are opened instead of the originals, since opening a database can change it.
        """
        if not (self.root / OWN_FOLDER / FILE).is_file():
            return None
        folder = Path(self._opened.enter_context(tempfile.TemporaryDirectory(prefix="archiver-")))
        try:
            for ending in ("", "-wal"):
                if (path := self.root / OWN_FOLDER / f"{FILE}{ending}").is_file():
                    shutil.copyfile(path, folder / path.name)
        except OSError as error:
            raise OutputError(
                message("cannot be copied ({reason})", reason=error.strerror or error), concerns=str(folder)
            ) from error
        return folder

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """The catalogue of the other archive, read from a temporary copy; None if there is none or it is damaged."""
        if self._copy is None:
            return None
        catalogue = Catalogue(Location(file=self._copy / FILE), self._now)
        self._opened.callback(catalogue.close)
        try:
            catalogue.open()
            is_sound = not [*catalogue.files.integrity_errors(), *catalogue.unreadable_rows()]
        except ArchiverError:
            return None
        return catalogue if is_sound else None

    @cached_property
    def salvage(self) -> Salvage:
        """The readable rows of the other archive's catalogue, even if it is damaged; no rows if there is none."""
        return read_damaged(self._copy / FILE) if self._copy else Salvage()

    def removals(self) -> Iterator[Tombstone]:
        """Yield a record (Tombstone) for each article that was removed from the other archive.

        They come from its tombstone files and from its catalogue.
        """
        known = set()
        for _, tombstone in Tombstones(self.files.store).all():
            known.add(tombstone.key)
            yield tombstone
        if self.catalogue:
            for article in self.catalogue.recovered.removed_articles():
                if article.key not in known:
                    yield self.catalogue.removals.tombstone(article.key)

    def posts(self) -> Iterator[tuple[str, str]]:
        """Yield (path, article key) for each post. Paths are relative to `root`.

        A post that does not name its article is omitted, unless the other archive's catalogue has the post.
        """
        for name in sorted(post_files(self.root, self.files.profile)):
            article = None
            if not (key := key_in(self.files.posts.front_matter_of(name))) and self.catalogue:
                article = self.catalogue.articles.find_by_post(name)
            if key or article:
                yield name, key or (article.key if article else "")

    def everything(self) -> Iterator[str]:
        """Yield the path, relative to `root`, of every file in the folders of posts, media and snapshots.

        Files in .archive/lost and .archive/conflicts are included. Raise InputError if a folder cannot be read.
        """
        for folder in self._folders:
            yield from files_below(self.root, folder, strict=True)
        for folder in ("snapshots", "lost", "conflicts"):
            yield from files_below(self.root, f"{OWN_FOLDER}/{folder}", strict=True)

    def has_page(self, key: str) -> bool:
        """Return whether the other archive has the page from which it made its post of an article.

        `key` is the key of the article. Return True if this is not known.
        """
        shown = self.catalogue.captures.current(key) if self.catalogue else None
        return shown is None or bool(shown.sha256 and not shown.lost)

    def bare_captures(self) -> Iterator[tuple[str, Capture]]:
        """Yield (article key, capture) for each capture without a snapshot; nothing if there is no usable catalogue."""
        for article in self.catalogue.articles.query() if self.catalogue else ():
            for capture in self.catalogue.captures.of_article(article.key) if self.catalogue else ():
                if not capture.sha256:
                    yield article.key, capture

    def is_edited(self, name: str, key: str) -> bool | None:
        """Return whether a person edited a post of the other archive; None if its digest as first written is unknown.

        `name` is the path of the post, `key` the key of its article.
        """
        article = self.catalogue.articles.find_by_key(key) if self.catalogue else None
        digest = article.digest if article else self.salvage.digests.get(name, "")
        if not digest:
            return None
        return not matches_digest(read_file(self.root / name), digest)

    def media(self) -> Iterator[tuple[LocalFile, list[str], bool]]:
        """Yield (file, article keys, is_intact) for each media file.

        - The file has its path, relative to `root`, its size in bytes and its SHA-256. The SHA-256 is '' if the file
          cannot be read.
        - The keys are those of the articles that show the file.
        - `is_intact` says whether the file has the digest that the catalogue records. If there is no such record or no
          sound catalogue, it says whether the file is a complete image, sound or film.

        A file that only the user's own texts show is omitted. A file that nothing shows is included, since a post that
        is imported later may show it.
        """
        folders = self.files.profile.media_directories
        paths = [path for folder in folders for path in files_below(self.root, folder, strict=True)]
        shown = shown_files(self.root, paths, lenient=True)
        recorded = {str(row["path"]): row for row in self.salvage.media if row["path"]}
        for path in paths:
            keys = {key for post in shown.get(path, ()) if (key := self.files.posts.key_of(post))}
            if self.catalogue:
                keys |= set(self.catalogue.files.articles_showing(path))
            if shown.get(path) and not keys:
                continue
            file, row = self.root / path, recorded.get(path)
            digest = digest_of(file)
            is_recorded = bool(digest and row and self.catalogue)
            kind = kind_of(self.files.profile.media_name(path))
            is_proven = digest == row["sha256"] if row and is_recorded else is_whole_file(file, kind)
            size = file.stat().st_size if digest else 0
            yield LocalFile(path=path, size=size, sha256=digest), sorted(keys), is_proven

    def count(self) -> int:
        """Return the number of files in the folders of posts, media and snapshots, including the user's own files."""
        return sum(1 for folder in (*self._folders, f"{OWN_FOLDER}/snapshots") for _ in files_below(self.root, folder))

    def size(self) -> int:
        """Return the total size in bytes of all files in the folders of posts, media and snapshots."""
        folders = (*self._folders, f"{OWN_FOLDER}/snapshots")
        return sum((self.root / path).lstat().st_size for folder in folders for path in files_below(self.root, folder))

    def check(self) -> None:
        """Raise UsageError or InputError if `root` is not the folder of an archive; the message says what to do."""
        path = self.root
        if path.is_file():
            if path.suffix.lower() in _PACKED:
                raise UsageError(message("is packed: unpack it and name the folder"), concerns=str(path))
            raise UsageError(
                message("is a file: a list of addresses is archived by `archiver batch`"), concerns=str(path)
            )
        if not path.is_dir():
            raise InputError(message("no such folder"), concerns=str(path))
        posts, images, _ = self._folders
        if self.has_our_profile and not any((path / name).is_dir() for name in (posts, OWN_FOLDER, images)):
            raise InputError(
                message(
                    "no archive: it has neither {posts} nor {images} nor {own}",
                    posts=posts,
                    images=images,
                    own=OWN_FOLDER,
                ),
                concerns=str(path),
            )
