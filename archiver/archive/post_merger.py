"""Merge the posts of another archive into ours. A version that a person edited is never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from archiver.archive.archive import Archive
from archiver.archive.conflicts import keep_conflict
from archiver.archive.other import OtherArchive
from archiver.archive.post_names import recorded_posts_at
from archiver.archive.posts import comparable, key_in, matches_digest
from archiver.archive.recovery import archived_time_in, post_records
from archiver.messages.message import message
from archiver.models import ArticleRecord, MergeResult
from archiver.storage.local import read_file
from archiver.storage.quarantine import copy_aside
from archiver.writer.names import number_in


@dataclass(frozen=True, kw_only=True)
class PostMerger:
    """A merger of the posts of another archive into ours.

    `changed` is an ordered set (a dict without values), to which `merge` adds the keys of articles whose posts must be
    rebuilt afterwards. `stays_out` takes a key and returns whether the article is skipped because it was removed from
    our archive.
    """

    archive: Archive
    other: OtherArchive
    changed: dict[str, None]
    stays_out: Callable[[str], bool]
    is_dry: bool = False
    _doubtful: list[tuple[str, str]] = field(default_factory=list)  # (name, key) of posts to compare again

    def merge(self, name: str, key: str) -> MergeResult:
        """Copy a post of the other archive to ours, or compare it with our post of the same article; return the result.

        `name` is the path of the post, relative to the other archive's folder. `key` is the key of its article. Two
        kinds of posts are neither copied nor compared:

        - A post that no longer names its article, because a person edited it: it is a conflict, and is copied to
          .archive/conflicts.
        - A post of an article that was removed from our archive, if `stays_out` says so: it is skipped.
        """
        if not key_in(self.other.files.posts.front_matter_of(name)):  # edited: only the catalogue has its key
            copy = self.keep_conflict(name, key)
            said = message("its front matter does not name its article any more")
            return MergeResult(what="post", outcome="conflict", path=name, key=key, said=said, place=copy)
        known = self.our_record(key)
        key = known.key if known else key
        if self.stays_out(key):
            return MergeResult(what="post", outcome="skipped", path=name, key=key, said=message("taken out here"))
        with self.archive.post_lock():
            known = self.archive.catalogue.articles.find_by_key(key)
            our_name = self.archive.files.posts.current_name(known.post, key) if known and known.post else ""
            if not our_name or not self.archive.files.posts.exists(our_name):
                return self._copy(name, key, our_name)
            assert known is not None
            return self._compare(name, known, our_name)

    def our_record(self, key: str) -> ArticleRecord | None:
        """Return our record of the article that has this key in the other archive; None if we do not have the article.

        The other archive may only have a saved page that lost its ids, so that its key differs from ours. That page was
        imported before the posts, and was recognised then.
        """
        articles = self.archive.catalogue.articles
        shown = self.other.catalogue.captures.current(key) if self.other.catalogue else None
        by_page = articles.find_by_snapshot(shown.sha256) if shown and shown.sha256 else None
        return articles.find_by_key(key) or by_page

    def _copy(self, name: str, key: str, our_name: str) -> MergeResult:
        our_name = our_name or self.archive.files.posts.free_name(
            _names(name, key), (key,), recorded_posts_at(self.archive.files.posts, self.archive.catalogue)
        )
        if not self.is_dry:
            self._write_post(name, key, our_name)
        self.changed[key] = None
        return MergeResult(what="post", outcome="imported", path=name, key=key, place=our_name)

    def _write_post(self, name: str, key: str, our_name: str) -> None:
        content = read_file(self.other.root / name)
        with self.archive.files.posts.directories.writing(our_name):
            self.archive.files.store.write(self.archive.files.root / our_name, content)
        is_unedited = self.other.is_edited(name, key) is False
        if is_unedited:
            self.archive.files.posts.share(our_name, content)
        self.archive.files.sync()
        self.archive.catalogue.recovered.add_posts(post_records(self.archive.files, [our_name], self.archive.now()))
        if is_unedited:
            self.archive.catalogue.recovered.set_post_digest(key, self.archive.files.posts.digest_of(our_name))

    def _compare(self, name: str, known: ArticleRecord, our_name: str, *, is_last: bool = False) -> MergeResult:
        """Decide between our post of an article and their post of it; replace ours if necessary, and return the result.

        `name` is the path of their post, `our_name` the path of ours, and `known` our record of the article. If the
        posts are the same, ours stays. Otherwise it matters whether a person edited them:

        - Only theirs was edited: it replaces ours, which is copied to .archive/lost.
        - Both were edited: a conflict. Ours stays, and theirs is copied to .archive/conflicts.
        - Theirs was not edited: ours stays and is marked for rebuilding from the page of theirs, which was imported. If
          the other archive does not have this page, `_keep_newer` decides instead.
        - Unknown whether theirs was edited: ours is marked for rebuilding, and the posts are compared again afterwards.
          `is_last` is True in this second comparison. If the posts still differ then, this is a conflict. In a dry run,
          nothing is rebuilt, and this is a conflict at once.
        """
        if known.share is None:  # an earlier import was killed before it rebuilt the post
            self.changed[known.key] = None
        ours = (self.archive.files.root / our_name).read_bytes()
        theirs = read_file(self.other.root / name)
        if comparable(ours) == comparable(theirs):
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=our_name)
        is_ours_edited = not known.digest or not matches_digest(ours, known.digest)
        is_edited = self.other.is_edited(name, known.key)
        if is_edited is False and not self.other.has_page(known.key):
            return self._keep_newer(name, known, our_name, is_ours_edited=is_ours_edited)
        if is_edited is False:  # theirs can be rebuilt from its page, which was imported
            self.changed[known.key] = None
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=our_name)
        if is_edited and not is_ours_edited:
            if not self.is_dry:
                copy_aside(self.archive.files.root, our_name)
                self.archive.files.store.write(self.archive.files.root / our_name, theirs)
                self.archive.files.sync()
            said = message("edited by hand there")
            return MergeResult(what="post", outcome="updated", path=name, key=known.key, said=said, place=our_name)
        if is_edited is None and not self.is_dry and not is_last:  # compared again after our post was rebuilt
            self.changed[known.key] = None
            self._doubtful.append((name, known.key))
            return MergeResult(what="post", outcome="unchanged", path=name, key=known.key, place=our_name)
        copy = self.keep_conflict(name, known.key)
        said = (
            message("edited by hand here and there: {our_name} stays", our_name=our_name)
            if is_edited
            else message("differs from {our_name}, which stays", our_name=our_name)
        )
        return MergeResult(what="post", outcome="conflict", path=name, key=known.key, said=said, place=copy)

    def _keep_newer(self, name: str, known: ArticleRecord, our_name: str, *, is_ours_edited: bool) -> MergeResult:
        """Choose between our version of a post and theirs by the times of their pages; return the result.

        Use this if the other archive lacks the page of its post, so that the post cannot be rebuilt. Each post says in
        its front matter when its page was received.

        - Ours is kept if a person edited it (`is_ours_edited`), or if its page is not older. Theirs is then copied to
          .archive/conflicts.
        - Otherwise, or if one of the times is unknown, theirs replaces ours. Ours is then copied to .archive/lost.

        `name` is the path of their post, `our_name` the path of ours, and `known` our record of the article.
        """
        ours = archived_time_in(self.archive.files.posts.read_text(our_name))
        theirs = archived_time_in(self.other.files.posts.read_text(name))
        if is_ours_edited or (ours and theirs and ours >= theirs):
            copy = self.keep_conflict(name, known.key)
            said = message("its page is not kept there; {our_name} stays", our_name=our_name)
            return MergeResult(what="post", outcome="conflict", path=name, key=known.key, said=said, place=copy)
        if not self.is_dry:
            copy_aside(self.archive.files.root, our_name)
            content = read_file(self.other.root / name)
            self.archive.files.store.write(self.archive.files.root / our_name, content)
            self.archive.files.posts.share(our_name, content)
            self.archive.files.sync()
            self.archive.catalogue.recovered.set_post_digest(known.key, self.archive.files.posts.digest_of(our_name))
        said = message("of a later page, which is not kept there")
        return MergeResult(what="post", outcome="updated", path=name, key=known.key, said=said, place=our_name)

    def conflicts(self) -> Iterator[MergeResult]:
        """Compare again the posts about which `merge` could not decide; yield a result for each pair that differs.

        `merge` cannot decide between our post and that of the other archive if it is unknown whether a person edited
        the latter. The caller must first rebuild the posts of all articles in `PostMerger.changed`. A post of the other
        archive that then equals our rebuilt post was not edited, and is no conflict.
        """
        for name, key in self._doubtful:
            known = self.archive.catalogue.articles.find_by_key(key)
            our_name = self.archive.files.posts.current_name(known.post, key) if known else ""
            if known and our_name and self.archive.files.posts.exists(our_name):
                result = self._compare(name, known, our_name, is_last=True)
                if result.outcome != "unchanged":
                    yield result

    def keep_conflict(self, name: str, key: str) -> str:
        """Copy a post of the other archive to .archive/conflicts; return the path of the copy, '' in a dry run.

        `name` is the path of the post, `key` the key of its article.
        """
        return "" if self.is_dry else keep_conflict(self.archive.files, self.other.root / name, key)


def _names(name: str, key: str) -> Iterator[str]:
    """Yield two possible paths for a post that is copied to our archive; the second is for when the first is taken.

    The first path is `name`, the path of the post in the other archive. The second has a number made from `key`, the
    key of the article: `_posts/2024-05-01-tea.md` -> `_posts/2024-05-01-tea-2650-1.md`.
    """
    yield name
    path = PurePosixPath(name)
    yield path.with_name(f"{path.stem}-{number_in(key)}{path.suffix}").as_posix()
