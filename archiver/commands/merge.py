"""`import`: another archive merged into this one. What lies there is only read; whatever dies, the same call goes on.

Removals come first, then pages with their captures, media, and posts; each file lies here before the catalogue is told.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path, PurePosixPath

from archiver.archive.captures import StoredPage, identity
from archiver.archive.media import digest_of, is_whole_file, kind_of
from archiver.archive.other import OtherArchive
from archiver.archive.own_files import SYSTEM_FILES
from archiver.archive.post_names import others_at
from archiver.archive.posts import comparable, is_written, key_in
from archiver.archive.recovery import PageReader, archived_in, posts_of
from archiver.archive.tombstones import Tombstones
from archiver.catalogue.salvage import Salvage
from archiver.commands.rebuild import rebuild_one
from archiver.commands.remove import undo
from archiver.commands.rooms import rooms_for
from archiver.context import Context
from archiver.errors import InputError
from archiver.models import ArticleRecord, Capture, LocalFile, MergeOutcome, MergeResult, MergeSubject
from archiver.storage.local import OWN_FOLDER, as_output_error, check_space, read_file
from archiver.storage.quarantine import copy_aside
from archiver.writer.names import IMAGES, MEDIA, POSTS, number_in, safe_name

CONFLICTS = f"{OWN_FOLDER}/conflicts"
_LOT = 64  # pages that are made durable together


@dataclass(frozen=True, kw_only=True)
class Merge:
    """One archive that is merged into ours. A dry one only tells what would be done."""

    context: Context
    other: OtherArchive
    restore_removed: bool = False
    is_dry: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _changed: dict[str, None] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)  # files there that were told of
    _doubtful: list[tuple[str, str]] = field(default_factory=list)  # posts there, with their keys
    _links: list[tuple[list[str], LocalFile]] = field(default_factory=list)  # media, to be recorded once articles are

    def everything(self) -> Iterator[MergeResult]:
        """Yield what became of each thing that lies there."""
        self._check()
        steps = (
            self._restored, self._removals, self._pages, self._media, self._posts, self._history, self._made_again,
            self._conflicts, self._left,
        )  # fmt: skip
        for step in steps:
            for merged in step():
                self.counts[merged.what, merged.outcome] += 1
                self._seen.add(merged.path)
                yield merged
        if not self.is_dry:
            self.context.catalogue.restore(Salvage(addresses=self.other.salvage.addresses))

    def _check(self) -> None:
        root, other = Path(self.context.settings.output).resolve(), self.other.root.resolve()
        if other == root:
            raise InputError("is this archive itself", concerns=str(self.other.root))
        for folder in (
            () if root.is_relative_to(other) else (POSTS, IMAGES, MEDIA, OWN_FOLDER, f"{OWN_FOLDER}/snapshots")
        ):
            if (root / folder).resolve().is_relative_to(other):
                raise InputError(f"{folder} of this archive leads there by a link", concerns=str(self.other.root))
        if not self.is_dry:
            check_space(root, self.other.size())

    def _restored(self) -> Iterator[MergeResult]:
        """What was taken out here comes in again, when that is wanted."""
        posts = (key for _, key in self.other.posts())
        rows = self.other.catalogue.articles.keys() if self.other.catalogue else ()
        for key in dict.fromkeys(chain(posts, rows)) if self.restore_removed else ():
            known = self.context.catalogue.articles.get(key)
            if known is not None and known.taken_out:
                if not self.is_dry:
                    undo(self.context, key)
                yield MergeResult(what="removal", outcome="updated", path="", key=key, said="taken in again")

    def _removals(self) -> Iterator[MergeResult]:
        """What was taken out there stays out here, too, unless it is here."""
        tombstones = Tombstones(self.context.output.store)
        for tombstone in self.other.removals():
            known = self.context.catalogue.articles.get(tombstone.key)
            if known is not None:
                said = "" if known.taken_out else "taken out there, and kept here"
                yield MergeResult(what="removal", outcome="unchanged", path="", key=tombstone.key, said=said)
                continue
            if not self.is_dry:
                tombstones.write(tombstone)
                self.context.catalogue.recovered.removal(tombstone)
            yield MergeResult(what="removal", outcome="imported", path="", key=tombstone.key, said="taken out there")

    def _pages(self) -> Iterator[MergeResult]:
        lot: list[Callable[[], None]] = []
        for digest in self.other.snapshots.all():
            yield self._guarded("page", self.other.snapshots.path(digest), lambda: self._page(digest, lot))  # noqa: B023
            if len(lot) >= _LOT:
                self._record(lot)
        self._record(lot)

    def _record(self, lot: list[Callable[[], None]]) -> None:
        self.context.output.sync()
        for record in lot:
            record()
        lot.clear()

    def _page(self, digest: str, lot: list[Callable[[], None]]) -> MergeResult:
        stored = self.other.snapshots.load(digest)
        path = self._path_of(self.other.snapshots.path(digest))
        captures = self._captures(digest, stored)
        reader = PageReader(digest=digest, stored=stored, captures=captures)
        found, notices = reader.read(self._written(digest))
        key = next((article.key for _, article in found), "")
        if found and self._stays_out(key):
            return MergeResult(what="page", outcome="skipped", path=path, key=key, said="taken out here")
        here = self._here(digest)
        is_known = here is not None and here.is_sealed and {*map(identity, captures)} <= {*map(identity, here.captures)}
        if is_known and self.context.catalogue.files.known_pages({digest}):
            return MergeResult(what="page", outcome="unchanged", path=path, key=key)
        if not self.is_dry:
            self._write_page(digest, stored, captures, is_here=here is not None)
            known = self.context.catalogue.recovered
            lot += [lambda one=one: known.capture(*one) for one in found]  # type: ignore[misc]
            lot += [lambda one=one: known.capture(one.capture, None, one.reason) for one in notices]  # type: ignore[misc]
        if key:
            self._changed[key] = None
        return MergeResult(what="page", outcome="imported", path=path, key=key)

    def _write_page(self, digest: str, stored: StoredPage, captures: tuple[Capture, ...], *, is_here: bool) -> None:
        known = (*self.context.catalogue.captures.with_digest(digest), *captures)
        if not is_here:
            self.context.snapshots.keep(stored.content, *known)
            written = self._written(digest)
            with as_output_error(path := self.context.snapshots.path(digest)):
                os.utime(path, (written, written))  # without a record it tells when the page came
        elif known:
            self.context.snapshots.add_records(digest, known)

    def _captures(self, digest: str, stored: StoredPage) -> tuple[Capture, ...]:
        """Return what is recorded of a page, by its file and by the catalogue there."""
        rows = self.other.catalogue.captures.with_digest(digest) if self.other.catalogue else []
        recorded = {(one.captured, one.url, one.saved): one for one in (*rows, *stored.captures)}
        return tuple(one for one in recorded.values() if not one.estimated)

    def _written(self, digest: str) -> float:
        return self.other.snapshots.path(digest).stat().st_mtime

    def _here(self, digest: str) -> StoredPage | None:
        try:
            return self.context.snapshots.load(digest)
        except InputError:
            return None

    def _media(self) -> Iterator[MergeResult]:
        for file, keys, is_proven in self.other.media():
            wanted = [key for key in keys if not self._stays_out(key)]
            if keys and not wanted:
                yield MergeResult(what="media", outcome="skipped", path=file.path, key=keys[0], said="taken out here")
            else:
                yield self._guarded("media", self.other.root / file.path, lambda: self._medium(file, wanted, is_proven))  # noqa: B023

    def _medium(self, file: LocalFile, keys: list[str], is_proven: bool) -> MergeResult:
        outcome, said, place = self._compare_medium(file, is_proven=is_proven)
        if outcome in ("imported", "updated") and not self.is_dry:
            if outcome == "updated":
                copy_aside(self.context.output.root, file.path)
            self.context.output.save_media(file.path, read_file(self.other.root / file.path))
        if outcome == "conflict":
            place = self._put_to_conflicts(file.path, PurePosixPath(file.path).parent.name)
        if outcome in ("imported", "updated", "unchanged"):
            self._changed.update(dict.fromkeys(keys) if outcome != "unchanged" else {})
            if not self.is_dry:
                self.context.output.sync()
                self._links.append((keys, file))
        key = keys[0] if keys else ""
        return MergeResult(what="media", outcome=outcome, path=file.path, key=key, said=said, place=place)

    def _record_medium(self, keys: list[str], file: LocalFile) -> None:
        """Record a medium, under a safe name as well where another is called the same but for case."""
        name, _, ending = file.path.rpartition(".")
        stems, _ = self.context.catalogue.media.claim({name: safe_name(name)})
        place = f"{stems[name]}.{ending}"
        if place != file.path and digest_of(self.context.output.root / place) != file.sha256:
            self.context.output.save_media(place, read_file(self.context.output.root / file.path))
            self.context.output.sync()
        self.context.catalogue.recovered.media(keys, {name: replace(file, path=place)})

    def _compare_medium(self, file: LocalFile, *, is_proven: bool) -> tuple[MergeOutcome, str, str]:
        """Return what is to be done with a medium, and why: of two files the one that is proven is the right one."""
        here = self.context.output.root / file.path
        if file.sha256 and digest_of(here) == file.sha256:
            return "unchanged", "", file.path
        if not file.sha256:
            return "failed", "it cannot be read", ""
        if not is_proven:
            return "failed", "damaged there: it is not what was saved, and not taken", ""
        if not here.is_file():
            return "imported", "", file.path
        _, recorded, _ = self.context.catalogue.files.medium(file.path)
        mine = digest_of(here)
        is_mine_proven = mine == recorded if recorded else is_whole_file(here, kind_of(file.path))
        if is_mine_proven:
            return "conflict", "another file of this name is here, and stays", ""
        return "updated", "what was here was damaged", file.path

    def _posts(self) -> Iterator[MergeResult]:
        for name, key in self.other.posts():
            yield self._guarded("post", self.other.root / name, lambda: self._post(name, key))  # noqa: B023
        for keys, file in self._links:
            if keys and not self.is_dry:
                self._record_medium(keys, file)

    def _post(self, name: str, key: str) -> MergeResult:
        if not key_in(self.other.output.head_of(name)):  # its catalogue knows it: what stands in it is a person's work
            place = self._put_to_conflicts(name, key)
            said = "its front matter does not name its article any more"
            return MergeResult(what="post", outcome="conflict", path=name, key=key, said=said, place=place)
        if self._stays_out(key):
            return MergeResult(what="post", outcome="skipped", path=name, key=key, said="taken out here")
        with rooms_for(self.context).writing():
            known = self.context.catalogue.articles.get(key)
            place = self.context.output.lasting_name(known.post, key) if known and known.post else ""
            if not place or not self.context.output.has(place):
                return self._new_post(name, key, place)
            assert known is not None
            return self._both(name, known, place)

    def _new_post(self, name: str, key: str, place: str) -> MergeResult:
        place = place or self.context.output.free_name(
            _names(name, key), (key,), others_at(self.context.output, self.context.catalogue)
        )
        if not self.is_dry:
            self._write_post(name, key, place)
        self._changed[key] = None
        return MergeResult(what="post", outcome="imported", path=name, key=key, place=place)

    def _write_post(self, name: str, key: str, place: str) -> None:
        content = read_file(self.other.root / name)
        with self.context.output.folders.writing(place):
            self.context.output.write(self.context.output.root / place, content)
        self.context.output.sync()
        self.context.catalogue.recovered.posts(posts_of(self.context.output, [place], self.context.now()))
        if self.other.is_edited(name, key) is False:
            self.context.catalogue.recovered.post_digest(key, self.context.output.digest_of(place))

    def _both(self, name: str, known: ArticleRecord, place: str, *, is_last: bool = False) -> MergeResult:
        """Of a post that lies here and there: a person's work stays, ours where there are two."""
        if known.share is None:  # an import before this one died before it was made again
            self._changed[known.key] = None
        mine = (self.context.output.root / place).read_bytes()
        theirs = read_file(self.other.root / name)
        if comparable(mine) == comparable(theirs):
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=place)
        is_mine_edited = not known.digest or not is_written(mine, known.digest)
        is_edited = self.other.is_edited(name, known.key)
        if is_edited is False and not self.other.has_page(known.key):
            return self._newer(name, known, place, is_mine_edited=is_mine_edited)
        if is_edited is False:  # made from a page, which is here now
            self._changed[known.key] = None
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=place)
        if is_edited and not is_mine_edited:
            if not self.is_dry:
                copy_aside(self.context.output.root, place)
                self.context.output.write(self.context.output.root / place, theirs)
                self.context.output.sync()
            said = "edited by hand there"
            return MergeResult(what="post", outcome="updated", path=name, key=known.key, said=said, place=place)
        if is_edited is None and not self.is_dry and not is_last:  # nothing tells yet whether that is an edit
            self._changed[known.key] = None
            self._doubtful.append((name, known.key))
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=place)
        kept = self._put_to_conflicts(name, known.key)
        said = f"edited by hand here and there: {place} stays" if is_edited else f"differs from {place}, which stays"
        return MergeResult(what="post", outcome="conflict", path=name, key=known.key, said=said, place=kept)

    def _newer(self, name: str, known: ArticleRecord, place: str, *, is_mine_edited: bool) -> MergeResult:
        """Of two posts without the page of theirs the one of the later page stays, a copy of the other is kept."""
        mine = archived_in(self.context.output.text_of(place))
        theirs = archived_in(self.other.output.text_of(name))
        if is_mine_edited or (mine and theirs and mine >= theirs):
            kept = self._put_to_conflicts(name, known.key)
            said = f"its page is not kept there; {place} stays"
            return MergeResult(what="post", outcome="conflict", path=name, key=known.key, said=said, place=kept)
        if not self.is_dry:
            copy_aside(self.context.output.root, place)
            content = read_file(self.other.root / name)
            self.context.output.write(self.context.output.root / place, content)
            self.context.output.sync()
            self.context.catalogue.recovered.post_digest(known.key, self.context.output.digest_of(place))
        said = "of a later page, which is not kept there"
        return MergeResult(what="post", outcome="updated", path=name, key=known.key, said=said, place=place)

    def _history(self) -> Iterator[MergeResult]:
        """Captures whose pages were not kept are history all the same."""
        for key, capture in self.other.bare_captures():
            if not self.is_dry and not self._stays_out(key):
                self.context.catalogue.recovered.bare_capture(key, capture)
        yield from ()

    def _left(self) -> Iterator[MergeResult]:
        """What nobody took, nor knew already, is named: it would go with the other archive."""
        for path in self.other.everything():
            if path not in self._seen and PurePosixPath(path).name not in SYSTEM_FILES:
                yield MergeResult(
                    what="file", outcome="left", path=path, said="not an article's, or not where it should lie"
                )

    def _made_again(self) -> Iterator[MergeResult]:
        """Posts show the page that came last; posts that are what their page says are known as ours."""
        for key in [] if self.is_dry else list(self._changed):
            kept = self.context.catalogue.articles.get(key)
            if kept is None or kept.taken_out:
                continue
            shown, recovered = self.context.catalogue.captures.shown(key), self.context.catalogue.recovered
            is_later = shown is not None and shown.captured > kept.archived
            if shown and is_later:  # the post tells when the capture came that it shows
                recovered.archived(key, shown.captured)
            outcome = rebuild_one(self.context, key).outcome
            if is_later and outcome.outcome == "unchanged":
                recovered.archived(key, kept.archived)
            if outcome.outcome == "failed":
                yield MergeResult(what="post", outcome="failed", path="", key=key, said=outcome.error)
            if outcome.outcome in ("updated", "archived"):
                place = Path(outcome.post).relative_to(self.context.settings.output).as_posix()
                yield MergeResult(
                    what="post", outcome="updated", path="", key=key, said="shows the last page", place=place
                )

    def _conflicts(self) -> Iterator[MergeResult]:
        """What still differs from ours, now that ours shows what all pages say, may be an edit."""
        for name, key in self._doubtful:
            known = self.context.catalogue.articles.get(key)
            place = self.context.output.lasting_name(known.post, key) if known else ""
            if known and place and self.context.output.has(place):
                merged = self._both(name, known, place, is_last=True)
                if merged.outcome != "unchanged":
                    yield merged

    def _stays_out(self, key: str) -> bool:
        known = self.context.catalogue.articles.get(key)
        return known is not None and known.taken_out is not None and not self.restore_removed

    def _put_to_conflicts(self, path: str, key: str) -> str:
        """Keep a file of theirs beside ours, in a folder of this key; return where, '' of a dry one."""
        if self.is_dry:
            return ""
        content = read_file(self.other.root / path)
        name = PurePosixPath(path).name
        target = PurePosixPath(CONFLICTS) / re.sub(r"[^\w=-]+", "-", key) / name
        number = 1
        while (place := self.context.output.root / target).exists() and place.read_bytes() != content:
            number += 1
            target = target.with_name(f"{name}.{number}")
        self.context.output.write(place, content)
        self.context.output.sync()
        return target.as_posix()

    def _path_of(self, path: Path) -> str:
        return path.relative_to(self.other.root).as_posix()

    def _guarded(self, what: MergeSubject, path: Path, work: Callable[[], MergeResult]) -> MergeResult:
        """Return what `work` gives; a file that cannot be read costs itself alone, a disk that is full everything."""
        try:
            return work()
        except InputError as error:
            return MergeResult(what=what, outcome="failed", path=self._path_of(path), said=str(error.args[0]))
        except OSError as error:
            said = f"cannot be read ({error.strerror or error})"
            return MergeResult(what=what, outcome="failed", path=self._path_of(path), said=said)


def _names(name: str, key: str) -> Iterator[str]:
    """Yield names for a post of this article, its own first."""
    yield name
    path = PurePosixPath(name)
    yield path.with_name(f"{path.stem}-{number_in(key)}{path.suffix}").as_posix()
