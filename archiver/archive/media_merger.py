"""Merge the media of another archive into ours. A file of ours that is intact is never replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from archiver.archive.archive import Archive
from archiver.archive.conflicts import keep_conflict
from archiver.archive.media import is_whole_file, kind_of
from archiver.archive.other import OtherArchive
from archiver.messages.message import message
from archiver.models import LocalFile, MergeOutcome, MergeResult
from archiver.storage.local import read_file
from archiver.storage.quarantine import copy_aside
from archiver.writer.names import safe_name


@dataclass(frozen=True, kw_only=True)
class MediaMerger:
    """A merger of the media of another archive into ours, after its pages were imported.

    `changed` is an ordered set (a dict without values), to which `merge` adds the keys of articles whose posts must be
    rebuilt afterwards.
    """

    archive: Archive
    other: OtherArchive
    changed: dict[str, None]
    is_dry: bool = False
    _links: list[tuple[Sequence[str], LocalFile]] = field(default_factory=list)  # (keys of articles, their medium)

    def merge(self, theirs: LocalFile, keys: Sequence[str], *, is_proven: bool) -> MergeResult:
        """Copy a media file of the other archive to ours, where our profile has it; return the result.

        `keys` are those of the articles that show it. `is_proven` is True if the file is known to be intact. Our file
        of this name stays if it is intact; if it has another content, theirs is copied to .archive/conflicts. So is a
        file that only posts show which cannot be made here.
        """
        key = keys[0] if keys else ""
        if keys and not self.other.has_our_profile and not any(map(self._has_article, keys)):
            place = self._keep_conflict(theirs.path)
            no_post = message("only posts show it whose pages are not kept there")
            return MergeResult(what="media", outcome="conflict", path=theirs.path, key=key, said=no_post, place=place)
        name = self.other.files.profile.media_name(theirs.path)
        file = replace(theirs, path=self.archive.profile.media_path(name))
        outcome, said, path = self._compare(file, is_proven=is_proven)
        if outcome in ("imported", "updated") and not self.is_dry:
            if outcome == "updated":
                copy_aside(self.archive.files.root, file.path)
            self.archive.files.media.write(file.path, read_file(self.other.root / theirs.path))
        if outcome == "conflict":
            path = self._keep_conflict(theirs.path)
        if outcome in ("imported", "updated", "unchanged"):
            self.changed.update(dict.fromkeys(keys) if outcome != "unchanged" else {})
            if not self.is_dry:
                self.archive.files.sync()
                self._links.append((keys, file))
        return MergeResult(what="media", outcome=outcome, path=theirs.path, key=key, said=said, place=path)

    def record_links(self) -> None:
        """Record in our catalogue which articles show the merged media, once the posts were merged."""
        for keys, file in self._links:
            if keys and not self.is_dry:
                self._record(keys, file)

    def _has_article(self, key: str) -> bool:
        """Return whether our archive has an article, or, in a dry run, would get it by its page."""
        if self.archive.catalogue.articles.find_by_key(key):
            return True
        return self.is_dry and self.other.has_page(key)

    def _record(self, keys: Sequence[str], file: LocalFile) -> None:
        """Record in our catalogue that the articles with these keys show the medium `file`, which is in our archive.

        If the catalogue has another medium whose name differs only in case, the file is first copied to a new name, and
        this name is recorded. Otherwise a disk that ignores case would take both names for one file.
        """
        profile = self.archive.profile
        name, _, ending = profile.media_name(file.path).rpartition(".")
        stems, _ = self.archive.catalogue.media.reserve({name: safe_name(name)})
        path = profile.media_path(f"{stems[name]}.{ending}")
        media = self.archive.files.media
        if path != file.path and not media.is_intact(path, file.sha256):
            with media.open(file.path, file.sha256) as opened:
                media.write(path, opened.read())
            self.archive.files.sync()
        self.archive.catalogue.recovered.add_media(keys, {name: replace(file, path=path)})

    def _compare(self, file: LocalFile, *, is_proven: bool) -> tuple[MergeOutcome, str, str]:
        """Decide whether to import a media file of the other archive; return (outcome, explanation, path).

        Nothing is written. `file` is the other file, with the path that it has or would have in our archive.
        `is_proven` is True if the other file is known to be intact. The outcomes are:

        - "unchanged": our archive has the same file.
        - "imported": our archive has no file of this name.
        - "updated": our file is damaged, and the other one is to replace it.
        - "conflict": our file is intact but different, and stays.
        - "failed": the other file is damaged or cannot be read.

        `explanation` is for the user, '' if there is nothing to explain. `path` is the path for the file in our
        archive, '' for "failed" and "conflict".
        """
        media = self.archive.files.media
        if media.is_intact(file.path, file.sha256):
            return "unchanged", "", file.path
        if not file.sha256:
            return "failed", message("it cannot be read"), ""
        if not is_proven:
            return "failed", message("damaged there: it is not what was saved, and not taken"), ""
        name = self.archive.profile.media_name(file.path)
        _, recorded, _ = self.archive.catalogue.files.current_medium(name)
        if not media.exists(file.path, recorded):
            return "imported", "", file.path
        ours = self.archive.files.root / file.path
        if media.is_intact(file.path, recorded) if recorded else is_whole_file(ours, kind_of(name)):
            return "conflict", message("another file of this name is here, and stays"), ""
        return "updated", message("what was here was damaged"), file.path

    def _keep_conflict(self, path: str) -> str:
        """Copy a file of the other archive to .archive/conflicts; return the path of the copy, '' in a dry run."""
        folder = PurePosixPath(path).parent.name
        return "" if self.is_dry else keep_conflict(self.archive.files, self.other.root / path, folder)
