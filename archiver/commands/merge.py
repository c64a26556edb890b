"""Implement the command `import`: merge other archives into ours. The other archives are only read.

From each archive, the removals of articles are merged first, then snapshots, media and posts. Each file is durable
before the catalogue records it, so an import that was killed can be completed by repeating the import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from pathlib import Path, PurePosixPath

from archiver.archive.captures import StoredPage, identity
from archiver.archive.files import ArchiveFiles
from archiver.archive.media_merger import MediaMerger
from archiver.archive.other import OtherArchive
from archiver.archive.own_files import SYSTEM_FILES
from archiver.archive.post_merger import PostMerger
from archiver.archive.recovery import PageReader
from archiver.archive.tombstones import Tombstones
from archiver.catalogue import Catalogue
from archiver.catalogue.salvage import Salvage
from archiver.commands.merge_summary import merge_summary
from archiver.commands.rebuild import rebuild_one
from archiver.commands.remove import undo
from archiver.commands.translated_posts import PostTranslator
from archiver.context import Context
from archiver.errors import InputError
from archiver.messages.message import message
from archiver.models import Capture, MergeResult, MergeSubject
from archiver.storage.local import OWN_FOLDER, check_space

_BATCH_SIZE = 64  # number of pages that are synced to disk together


def merge(
    context: Context, others: Iterable[str], *, restore_removed: bool, planned: Callable[[int], None]
) -> Iterator[MergeResult | str]:
    """Merge other archives into ours; yield a MergeResult for each file and each removal, and summary lines (str).

    A removal is the record that the user removed an article, so that it is not archived again. `others` are the folders
    of the other archives. With `restore_removed`, articles that were removed from ours come back if another archive has
    them. With the context of a dry run, nothing is written. First, `planned` is called with the number of files in the
    other archives; a progress line can use this.

    Raise InputError or UsageError, before anything is written, if a folder is not an archive. Raise Busy if another run
    works on our archive.
    """
    profile = context.archive.profile
    with ExitStack() as opened:
        archives = [opened.enter_context(OtherArchive(Path(other), context.now, profile)) for other in others]
        for other in archives:
            other.check()
        planned(sum(other.count() for other in archives))
        opened.enter_context(_locked(context))
        for other in archives:
            merger = Merge(context=context, other=other, restore_removed=restore_removed)
            yield from merger.everything()
            yield from merge_summary(merger.counts, str(other.root), is_dry=context.is_dry)


@contextmanager
def _locked(context: Context) -> Iterator[None]:
    """Prepare and lock our archive for the `with` block. In a dry run, nothing is done."""
    if context.is_dry:
        yield
        return
    context.prepare()
    context.archive.own.mkdir(parents=True, exist_ok=True)
    with context.archive.run_lock():
        yield


@dataclass(frozen=True, kw_only=True)
class Merge:
    """The merge of one other archive into ours. In a dry run, nothing is written, but results are yielded as usual.

    With `restore_removed`, articles that the user removed from our archive come back if the other archive has them.
    `counts` is for the summary: it has the number of results by kind and outcome, such as ("post", "imported").
    """

    context: Context
    other: OtherArchive
    restore_removed: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _changed: dict[str, None] = field(default_factory=dict)  # ordered set of the keys of articles to rebuild
    _seen: set[str] = field(default_factory=set)  # paths in the other archive for which a result was yielded

    @cached_property
    def _merger(self) -> PostMerger:
        return PostMerger(
            archive=self.context.archive, other=self.other, changed=self._changed, stays_out=self._stays_out,
            is_dry=self.context.is_dry,
        )  # fmt: skip

    @cached_property
    def _media_merger(self) -> MediaMerger:
        return MediaMerger(
            archive=self.context.archive, other=self.other, changed=self._changed, is_dry=self.context.is_dry
        )  # fmt: skip

    @cached_property
    def _translator(self) -> PostTranslator:
        return PostTranslator(context=self.context, other=self.other, merger=self._merger, changed=self._changed)

    @property
    def _catalogue(self) -> Catalogue:
        return self.context.archive.catalogue

    @property
    def _files(self) -> ArchiveFiles:
        return self.context.archive.files

    def everything(self) -> Iterator[MergeResult]:
        """Merge the whole other archive; yield a result for each file and each removal that the other archive has."""
        self._check()
        steps = (
            self._undo_removals, self._removals, self._pages, self._media, self._posts, self._history,
            self._rebuild_posts, self._merger.conflicts, self._unused_files,
        )  # fmt: skip
        for step in steps:
            for result in step():
                self.counts[result.what, result.outcome] += 1
                self._seen.add(result.path)
                yield result
        if not self.context.is_dry:
            self._catalogue.restore(Salvage(addresses=self.other.salvage.addresses))

    def _check(self) -> None:
        """Raise InputError if the two archives share a folder, OutputError if the disk has too little free space."""
        root, other = self.context.archive.root.resolve(), self.other.root.resolve()
        if other == root:
            raise InputError(message("is this archive itself"), concerns=str(self.other.root))
        profile = self.context.archive.profile
        folders = (profile.posts_directory, *profile.media_directories, OWN_FOLDER, f"{OWN_FOLDER}/snapshots")
        for folder in () if root.is_relative_to(other) else folders:
            if (root / folder).resolve().is_relative_to(other):
                raise InputError(
                    message("{folder} of this archive leads there by a link", folder=folder),
                    concerns=str(self.other.root),
                )
        if not self.context.is_dry:
            check_space(root, self.other.size())

    def _undo_removals(self) -> Iterator[MergeResult]:
        """Undo the removal of articles that were removed from our archive, if the other archive has them.

        Yield a result for each article. Its files are not imported here, but by later steps of the merge. Do nothing if
        `restore_removed` is False.
        """
        posts = (key for _, key in self.other.posts())
        rows = self.other.catalogue.articles.keys() if self.other.catalogue else ()
        for key in dict.fromkeys(chain(posts, rows)) if self.restore_removed else ():
            known = self._catalogue.articles.find_by_key(key)
            if known is not None and known.taken_out:
                if not self.context.is_dry:
                    undo(self.context, key)
                yield MergeResult(what="removal", outcome="updated", path="", key=key, said=message("taken in again"))

    def _removals(self) -> Iterator[MergeResult]:
        """Import the removals of the other archive, so that articles removed there are not archived here later.

        Yield a result for each removed article. If our catalogue knows the article already, nothing is changed: the
        article stays in our archive, or stays removed, and the result is "unchanged".
        """
        tombstones = Tombstones(self._files.store)
        for tombstone in self.other.removals():
            known = self._catalogue.articles.find_by_key(tombstone.key)
            if known is not None:
                said = "" if known.taken_out else message("taken out there, and kept here")
                yield MergeResult(what="removal", outcome="unchanged", path="", key=tombstone.key, said=said)
                continue
            if not self.context.is_dry:
                tombstones.write(tombstone)
                self._catalogue.recovered.add_removal(tombstone)
            yield MergeResult(
                what="removal", outcome="imported", path="", key=tombstone.key, said=message("taken out there")
            )

    def _pages(self) -> Iterator[MergeResult]:
        batch: list[Callable[[], object]] = []
        for digest in self.other.files.snapshots.all():
            place = Path(self.other.files.snapshots.place(digest))
            yield self._guarded("page", place, lambda: self._page(digest, batch))  # noqa: B023
            if len(batch) >= _BATCH_SIZE:
                self._record(batch)
        self._record(batch)

    def _record(self, batch: list[Callable[[], object]]) -> None:
        self._files.sync()
        for record in batch:
            record()
        batch.clear()

    def _page(self, digest: str, batch: list[Callable[[], object]]) -> MergeResult:
        stored = self.other.files.snapshots.load(digest)
        path = self.other.files.snapshots.listed_name(digest)
        captures = self._captures(digest, stored)
        reader = PageReader(digest=digest, stored=stored, captures=captures)
        found, notices = reader.read(self._modified(digest))
        key = next(((self._catalogue.articles.find(article) or article).key for _, article in found), "")
        if found and self._stays_out(key):
            return MergeResult(what="page", outcome="skipped", path=path, key=key, said=message("taken out here"))
        ours = self._our_page(digest)
        is_known = ours is not None and ours.is_sealed and {*map(identity, captures)} <= {*map(identity, ours.captures)}
        if is_known and self._catalogue.files.known_pages({digest}):
            return MergeResult(what="page", outcome="unchanged", path=path, key=key)
        if not self.context.is_dry:
            self._write_page(digest, stored, captures, has_page=ours is not None)
            recovered = self._catalogue.recovered
            batch += [partial(recovered.add_capture, capture, article) for capture, article in found]
            batch += [partial(recovered.add_capture, notice.capture, None, notice.reason) for notice in notices]
        if key:
            self._changed[key] = None
        return MergeResult(what="page", outcome="imported", path=path, key=key)

    def _write_page(self, digest: str, stored: StoredPage, captures: tuple[Capture, ...], *, has_page: bool) -> None:
        known = (*self._catalogue.captures.with_digest(digest), *captures)
        if not has_page:
            self._files.snapshots.keep(stored.content, *known)
            self._files.snapshots.set_modified(digest, self._modified(digest))
        elif known:
            self._files.snapshots.add_records(digest, known)

    def _captures(self, digest: str, stored: StoredPage) -> tuple[Capture, ...]:
        """Return all captures of a page that the other archive has recorded.

        Captures are recorded in two places: in the other catalogue, and in the snapshot file (`stored`). A capture that
        is in both is returned once. `digest` is the SHA-256 of the page. Captures with a guessed time are left out,
        because they are no record of when the page came.
        """
        rows = self.other.catalogue.captures.with_digest(digest) if self.other.catalogue else []
        recorded = {(each.captured, each.url, each.saved): each for each in (*rows, *stored.captures)}
        return tuple(capture for capture in recorded.values() if not capture.estimated)

    def _modified(self, digest: str) -> float:
        stat = self.other.files.snapshots.stat(digest)
        return stat.modified if stat else self.context.now().timestamp()

    def _our_page(self, digest: str) -> StoredPage | None:
        try:
            return self._files.snapshots.load(digest)
        except InputError:
            return None

    def _media(self) -> Iterator[MergeResult]:
        for file, keys, is_proven in self.other.media():
            wanted = [key for key in keys if not self._stays_out(key)]
            if keys and not wanted:
                yield MergeResult(
                    what="media", outcome="skipped", path=file.path, key=keys[0], said=message("taken out here")
                )
            else:
                work = partial(self._media_merger.merge, file, wanted, is_proven=is_proven)
                yield self._guarded("media", self.other.root / file.path, work)

    def _posts(self) -> Iterator[MergeResult]:
        merge = self._merger.merge if self.other.has_our_profile else self._translator.merge
        for name, key in self.other.posts():
            yield self._guarded("post", self.other.root / name, lambda: merge(name, key))  # noqa: B023
        self._media_merger.record_links()

    def _history(self) -> Iterator[MergeResult]:
        """Record the captures of the other archive that have no snapshot, so that the history stays complete.

        This is an iterator like the other steps of the merge, but yields nothing.
        """
        for key, capture in self.other.bare_captures():
            if not self.context.is_dry and not self._stays_out(key):
                self._catalogue.recovered.add_capture_without_page(key, capture)
        yield from ()

    def _unused_files(self) -> Iterator[MergeResult]:
        """Yield a result for each file of the other archive that no other step handled.

        These results warn the user that the file would be lost if the other archive was deleted.
        """
        for path in self.other.everything():
            if path not in self._seen and PurePosixPath(path).name not in SYSTEM_FILES:
                yield MergeResult(
                    what="file", outcome="left", path=path, said=message("not an article's, or not where it should lie")
                )

    def _rebuild_posts(self) -> Iterator[MergeResult]:
        """Rebuild the posts of the articles that this merge changed; yield a result for each changed post or failure.

        Each post is made from the latest page of its article. A post that a person edited stays. If the rebuild gives
        the same text as the post, nobody edited the post; the catalogue notes this, so that later commands may
        overwrite it. Do nothing in a dry run.
        """
        for key in [] if self.context.is_dry else list(self._changed):
            article = self._catalogue.articles.find_by_key(key)
            if article is None or article.taken_out:
                continue
            current, recovered = self._catalogue.captures.current(key), self._catalogue.recovered
            is_later = current is not None and current.captured > article.archived
            if current and is_later:  # so that the post shows this time
                recovered.set_archived(key, current.captured)
            outcome = rebuild_one(self.context, key).outcome
            if is_later and outcome.outcome == "unchanged":
                recovered.set_archived(key, article.archived)
            if outcome.outcome == "failed":
                yield MergeResult(what="post", outcome="failed", path="", key=key, said=outcome.error)
            if outcome.outcome in ("updated", "archived") and key not in self._translator.written:
                path = Path(outcome.post).relative_to(self.context.archive.name).as_posix()
                yield MergeResult(
                    what="post", outcome="updated", path="", key=key, said=message("shows the last page"), place=path
                )

    def _stays_out(self, key: str) -> bool:
        """Return whether the article with this key was removed from our archive and is not to be restored."""
        known = self._catalogue.articles.find_by_key(key)
        return known is not None and known.taken_out is not None and not self.restore_removed

    def _guarded(self, what: MergeSubject, path: Path, work: Callable[[], MergeResult]) -> MergeResult:
        """Call `work` and return its result; if a file cannot be read, return a result with the outcome "failed".

        `what` and `path` are the kind and the path of the file in the other archive, for the failed result. An
        OutputError is not caught.
        """
        try:
            return work()
        except InputError as error:
            said = str(error.args[0])
        except OSError as error:
            said = message("cannot be read ({reason})", reason=error.strerror or error)
        return MergeResult(what=what, outcome="failed", path=path.relative_to(self.other.root).as_posix(), said=said)
