"""Manage the post files of one archive: choose their names, write them, and read which article each belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from archiver.archive.post_directories import PostDirectories, post_files
from archiver.archive.shared_posts import SharedPosts
from archiver.errors import OutputError
from archiver.models import Article, Post, WriteOutcome, WriteResult
from archiver.models.job import Overwrite
from archiver.models.origin import origin_of
from archiver.storage.local import LocalStore, as_output_error, open_file
from archiver.writer.front_matter import front_matter_text, read_front_matter

_HEAD_SIZE = 64 * 1024  # the most bytes that are read of a post to find its front matter
_ARCHIVED = re.compile(r"^(?:  |wechat_)archived: .*\n", re.MULTILINE)


class PostFiles:
    """The post files of one archive. The name of a post is its path, relative to the archive's folder.

    `shared` has the posts in an object storage; None if the archive has none.
    """

    def __init__(
        self, root: Path, store: LocalStore, directories: PostDirectories, shared: SharedPosts | None = None
    ) -> None:
        self.root, self.directories, self.profile = root, directories, directories.profile
        self._store, self._shared = store, shared

    def new_name(self, article: Article, day: date, folder: str, others: Callable[[str], list[str]]) -> str:
        """Return a free name for the post of an article that is not in the catalogue.

        A name is free if no other post would be published at the same address. `day` is the date of the post, `folder`
        a subfolder of the folder of posts. `others` finds other posts in the catalogue: it takes an address as a
        Profile.published_name, such as `2024-05-01-tea`, and returns the names of the posts there.

        If an earlier run wrote the post but was killed before it recorded the article, return the name of that post.
        """
        keys = (article.key, article.key_without_ids)
        return self.free_name(self.profile.post_paths(article, day, folder), keys, others)

    def free_name(self, wanted: Iterable[str], keys: Collection[str], others: Callable[[str], list[str]]) -> str:
        """Return the first of the `wanted` names that is free: no other post is published at the same address.

        There are two exceptions:

        - One of these addresses already has a post of the same article, written by a run that was killed: return the
          name of that post. `keys` are the possible keys of the article.
        - No name is free: return the last one, which the caller made unique to the article.

        `others` finds other posts in the catalogue: it takes an address as a Profile.published_name, such as
        `2024-05-01-tea`, and returns the names of the posts there.
        """
        name = ""
        for name in wanted:
            address = self.profile.published_name(name)
            taken = {
                *self.directories.published_as(address),
                *others(address),
            }  # another run may record posts meanwhile
            taken |= {name} if self.exists(name) else set()
            existing = next((post for post in taken if self._is_of(keys, post)), "")
            if existing or not taken:
                return existing or name
        return name

    def current_name(self, name: str, key: str) -> str:
        """Return the present name of an article's post, which the user may have renamed.

        `name` is the recorded name, `key` the key of the article. Return `name` unchanged if it is '', or if the
        article's post is not found.
        """
        if not name or self.exists(name):
            return name
        return self._names_by_key.get(key, name)

    def save(self, post: Post, *, recorded: str = "", overwrite: Overwrite = Overwrite.UNEDITED) -> WriteResult:
        """Write a post unless its file has the same text already or was edited by a person; return the result.

        `recorded` is the SHA-256 of the post when archiver last wrote it, '' if unknown. A file with another digest
        counts as edited; differences that git and editors make on their own do not count (`matches_digest`). With
        Overwrite.FORCED, an edited file is overwritten, too. With Overwrite.ALWAYS, the file is not looked at: it is
        always written, and the outcome is "updated".
        """
        path, content = self.root / post.name, post.text.encode()
        if overwrite is Overwrite.ALWAYS:
            self._store.write(path, content)
            self.share(post.name, content)
            return WriteResult(outcome="updated", path=str(path), digest=_digest(content))
        with as_output_error(path):
            here = path.read_bytes() if path.is_file() else None
        previous = self.latest(here, recorded)
        if self._shared and previous and self._shared.wrote(previous):
            recorded = _digest(previous)
        outcome = _write_outcome(content, previous, recorded, overwrite)
        kept = previous if outcome in ("unchanged", "skipped") else content
        if kept is not None and kept != here:
            with self.directories.writing(post.name):
                self._store.write(path, kept)
        if kept is not None and outcome != "skipped":
            self.share(post.name, kept)
        digest = {"skipped": recorded, "unchanged": _digest(previous or b"")}.get(outcome, _digest(content))
        return WriteResult(
            outcome=outcome, path=str(path), digest=digest, post=post,
            previous=(previous or b"").decode(errors="replace"),
        )  # fmt: skip

    def latest(self, here: bytes | None, recorded: str) -> bytes | None:
        """Return the content of a post: that of its file, or what another machine has written since.

        `here` is the content of the file in this machine's folder, None if there is none. `recorded` is the SHA-256 of
        the post when archiver last wrote it. A file that a person edited stays the content of the post.
        """
        if self._shared is None or not recorded:
            return here
        if here is not None and (matches_digest(here, recorded) or not self._shared.wrote(here)):
            return here
        shared = self._shared.get(recorded)
        return here if shared is None else shared

    def content_of(self, name: str, recorded: str) -> bytes | None:
        """Return the content of a post: that of its file, edited or not, or what another machine wrote; else None.

        `recorded` is the SHA-256 of the post when archiver last wrote it. Raise OutputError if the file cannot be read.
        """
        path = self.root / name
        with as_output_error(path):
            here = path.read_bytes() if path.is_file() else None
        return self.latest(here, recorded)

    def share(self, name: str, content: bytes) -> None:
        """Store the post that was written to the file `name` in the object storage, if there is one."""
        if self._shared:
            self._shared.put(name, content)

    def withdraw(self, name: str, digest: str) -> None:
        """Take an earlier version of a post, or a removed post, out of the object storage, if there is one."""
        if self._shared:
            self._shared.empty(name, digest)

    def is_shared(self, digest: str) -> bool:
        """Return whether the object storage has the post with this digest; True if there is none or '' is unknown."""
        return self._shared is None or not digest or self._shared.get(digest) is not None

    def key_of(self, name: str) -> str:
        """Return the key of a post's article; '' if archiver did not write the post or if the post cannot be read."""
        return key_in(self.front_matter_of(name))

    def front_matter_of(self, name: str) -> str:
        """Return the lines of a post's front matter; '' if the post has none or cannot be read."""
        try:
            return _read_front_matter_lines(self.root / name)
        except OutputError:
            return ""

    def digest_of(self, name: str) -> str:
        """Return the SHA-256 of a post's file in hex; '' if there is no file.

        Raise OutputError if the file cannot be read.
        """
        path = self.root / name
        with as_output_error(path):
            return _digest(path.read_bytes()) if path.is_file() else ""

    def is_unedited(self, name: str, recorded: str) -> bool:
        """Return whether nobody edited a post since archiver wrote it (`matches_digest`); False if there is no file.

        `recorded` is the SHA-256 of the post when archiver last wrote it; if it is '', that is unknown, and the post
        counts as edited. Raise OutputError if the file cannot be read.
        """
        path = self.root / name
        with as_output_error(path):
            return path.is_file() and matches_digest(path.read_bytes(), recorded)

    def read_text(self, name: str) -> str:
        """Return the text of a post, front matter included; '' if there is no file.

        Invalid UTF-8 is replaced by U+FFFD. Raise OutputError if the file cannot be read.
        """
        path = self.root / name
        with as_output_error(path):
            return path.read_bytes().decode(errors="replace") if path.is_file() else ""

    def exists(self, name: str) -> bool:
        """Return whether the file of the post `name` exists."""
        return (self.root / name).is_file()

    def front_matters(self) -> Iterator[tuple[str, str]]:
        """Yield (name, lines of the front matter) for every post; the lines are '' if there is no front matter."""
        for name in sorted(post_files(self.root, self.profile)):
            if self.exists(name):
                yield name, _read_front_matter_lines(self.root / name)

    def _is_of(self, keys: Collection[str], post: str) -> bool:
        path = self.root / post
        return path.is_file() and key_in(_read_front_matter_lines(path)) in keys

    @cached_property
    def _names_by_key(self) -> dict[str, str]:
        """The posts that archiver wrote: key of the article -> name of its post.

        Every post is read for this. So it is used only to find a renamed post.
        """
        return {key: name for name, lines in self.front_matters() if (key := key_in(lines))}


def key_in(front_matter: str) -> str:
    """Return the article key in a post's front matter; '' if archiver did not write the post.

    `front_matter` has the lines between the two lines of `---`.
    """
    if "wechat:" not in front_matter and "wechat_" not in front_matter:
        return ""
    origin = origin_of(read_front_matter(f"---\n{front_matter}---\n"))
    ids = [str(origin.get(name) or "") for name in ("biz", "mid", "idx")]
    return ":".join(ids) if all(ids) else str(origin.get("key") or "")


def _write_outcome(content: bytes, previous: bytes | None, recorded: str, overwrite: Overwrite) -> WriteOutcome:
    """Return what happens to a post file when `content` is saved to it.

    - "archived": a new file is written, since there is none (`previous` is None).
    - "unchanged": the file stays, since it has the same text already.
    - "skipped": the file has another text and stays, since a person edited it.
    - "updated": the file has another text and is overwritten, since nobody edited it, or since `overwrite` is FORCED.

    `previous` is the present content of the file. `recorded` is the SHA-256 of the file when archiver last wrote it, ''
    if unknown. A file with another SHA-256 counts as edited.
    """
    if previous is None:
        return "archived"
    if comparable(previous) == comparable(content):
        return "unchanged"
    return "updated" if overwrite is Overwrite.FORCED or matches_digest(previous, recorded) else "skipped"


def _read_front_matter_lines(path: Path) -> str:
    with as_output_error(path), open_file(path) as file:
        return front_matter_text(file.read(_HEAD_SIZE).decode(errors="replace"))


def comparable(content: bytes) -> str:
    """Return the text of a post in a form in which it can be compared with another version of the post.

    The time of capture, a byte order mark and white space at the end are removed, and line ends become LF. Differences
    in these do not mean that a person edited the post, since editors and git make such changes on their own.
    """
    text = content.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").rstrip()
    lines = front_matter_text(text)
    return text.replace(lines, _ARCHIVED.sub("", lines), 1) if lines else text


def matches_digest(content: bytes, recorded: str) -> bool:
    """Return whether a post is unedited: its content has the SHA-256 `recorded`.

    It also counts as unedited if its content has this SHA-256 once the byte order mark is removed and line ends are LF,
    because git and editors change these on their own.
    """
    plain = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return recorded in (_digest(content), _digest(plain))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
