"""Posts of another archive: taken in, or held against ours of the same article. A person's work is never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from archiver.archive.archive import Archive
from archiver.archive.conflicts import keep_conflict
from archiver.archive.other import OtherArchive
from archiver.archive.post_names import others_at
from archiver.archive.posts import comparable, is_written, key_in
from archiver.archive.recovery import archived_in, posts_of
from archiver.models import ArticleRecord, MergeResult
from archiver.storage.local import read_file
from archiver.storage.quarantine import copy_aside
from archiver.writer.names import number_in


@dataclass(frozen=True, kw_only=True)
class PostMerger:
    """Merges the posts of another archive into ours.

    `changed` collects the keys of articles whose posts are to be made again afterwards; `stays_out` says whether an
    article was taken out here.
    """

    archive: Archive
    other: OtherArchive
    changed: dict[str, None]
    stays_out: Callable[[str], bool]
    is_dry: bool = False
    _doubtful: list[tuple[str, str]] = field(default_factory=list)  # posts there, with their keys

    def merge(self, name: str, key: str) -> MergeResult:
        """Take a post in, or hold it against ours; return what became of it."""
        if not key_in(
            self.other.files.posts.front_matter_of(name)
        ):  # its catalogue knows it: what stands in it is a person's work
            place = self._keep(name, key)
            said = "its front matter does not name its article any more"
            return MergeResult(what="post", outcome="conflict", path=name, key=key, said=said, place=place)
        if self.stays_out(key):
            return MergeResult(what="post", outcome="skipped", path=name, key=key, said="taken out here")
        with self.archive.post_lock():
            known = self.archive.catalogue.articles.get(key)
            place = self.archive.files.posts.current_name(known.post, key) if known and known.post else ""
            if not place or not self.archive.files.posts.exists(place):
                return self._new_post(name, key, place)
            assert known is not None
            return self._compare(name, known, place)

    def _new_post(self, name: str, key: str, place: str) -> MergeResult:
        place = place or self.archive.files.posts.free_name(
            _names(name, key), (key,), others_at(self.archive.files.posts, self.archive.catalogue)
        )
        if not self.is_dry:
            self._write_post(name, key, place)
        self.changed[key] = None
        return MergeResult(what="post", outcome="imported", path=name, key=key, place=place)

    def _write_post(self, name: str, key: str, place: str) -> None:
        content = read_file(self.other.root / name)
        with self.archive.files.posts.directories.writing(place):
            self.archive.files.store.write(self.archive.files.root / place, content)
        self.archive.files.sync()
        self.archive.catalogue.recovered.posts(posts_of(self.archive.files, [place], self.archive.now()))
        if self.other.is_edited(name, key) is False:
            self.archive.catalogue.recovered.post_digest(key, self.archive.files.posts.digest_of(place))

    def _compare(self, name: str, known: ArticleRecord, place: str, *, is_last: bool = False) -> MergeResult:
        """Compare a post that lies here and there: a person's work stays, ours where there are two."""
        if known.share is None:  # an import before this one died before it was made again
            self.changed[known.key] = None
        mine = (self.archive.files.root / place).read_bytes()
        theirs = read_file(self.other.root / name)
        if comparable(mine) == comparable(theirs):
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=place)
        is_mine_edited = not known.digest or not is_written(mine, known.digest)
        is_edited = self.other.is_edited(name, known.key)
        if is_edited is False and not self.other.has_page(known.key):
            return self._newer(name, known, place, is_mine_edited=is_mine_edited)
        if is_edited is False:  # made from a page, which is here now
            self.changed[known.key] = None
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=place)
        if is_edited and not is_mine_edited:
            if not self.is_dry:
                copy_aside(self.archive.files.root, place)
                self.archive.files.store.write(self.archive.files.root / place, theirs)
                self.archive.files.sync()
            said = "edited by hand there"
            return MergeResult(what="post", outcome="updated", path=name, key=known.key, said=said, place=place)
        if is_edited is None and not self.is_dry and not is_last:  # nothing tells yet whether that is an edit
            self.changed[known.key] = None
            self._doubtful.append((name, known.key))
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=place)
        kept = self._keep(name, known.key)
        said = f"edited by hand here and there: {place} stays" if is_edited else f"differs from {place}, which stays"
        return MergeResult(what="post", outcome="conflict", path=name, key=known.key, said=said, place=kept)

    def _newer(self, name: str, known: ArticleRecord, place: str, *, is_mine_edited: bool) -> MergeResult:
        """Keep the post of the later page, where the page of theirs is not kept, and a copy of the other."""
        mine = archived_in(self.archive.files.posts.read_text(place))
        theirs = archived_in(self.other.files.posts.read_text(name))
        if is_mine_edited or (mine and theirs and mine >= theirs):
            kept = self._keep(name, known.key)
            said = f"its page is not kept there; {place} stays"
            return MergeResult(what="post", outcome="conflict", path=name, key=known.key, said=said, place=kept)
        if not self.is_dry:
            copy_aside(self.archive.files.root, place)
            content = read_file(self.other.root / name)
            self.archive.files.store.write(self.archive.files.root / place, content)
            self.archive.files.sync()
            self.archive.catalogue.recovered.post_digest(known.key, self.archive.files.posts.digest_of(place))
        said = "of a later page, which is not kept there"
        return MergeResult(what="post", outcome="updated", path=name, key=known.key, said=said, place=place)

    def conflicts(self) -> Iterator[MergeResult]:
        """Yield the posts that still differ from ours, now that ours show what all pages say: they may be edits."""
        for name, key in self._doubtful:
            known = self.archive.catalogue.articles.get(key)
            place = self.archive.files.posts.current_name(known.post, key) if known else ""
            if known and place and self.archive.files.posts.exists(place):
                merged = self._compare(name, known, place, is_last=True)
                if merged.outcome != "unchanged":
                    yield merged

    def _keep(self, name: str, key: str) -> str:
        """Keep a post of theirs beside ours; return where, '' of a dry run."""
        return "" if self.is_dry else keep_conflict(self.archive.files, self.other.root / name, key)


def _names(name: str, key: str) -> Iterator[str]:
    """Yield names for a post of this article, its own first."""
    yield name
    path = PurePosixPath(name)
    yield path.with_name(f"{path.stem}-{number_in(key)}{path.suffix}").as_posix()
