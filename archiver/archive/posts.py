"""The posts of one archive: their names, their text, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from archiver.archive.post_directories import PostDirectories, post_files
from archiver.errors import OutputError
from archiver.models import Article, Post, WriteOutcome, WriteResult
from archiver.models.job import Overwrite
from archiver.storage.local import LocalStore, as_output_error, open_file
from archiver.writer.front_matter import front_matter_text, read_front_matter

_HEAD = 64 * 1024  # bytes of a post in which its front matter ends
_ARCHIVED = re.compile(r"^  archived: .*\n", re.MULTILINE)


class PostFiles:
    """The posts that lie in one archive. A name is a path from the archive's folder."""

    def __init__(self, root: Path, store: LocalStore, directories: PostDirectories) -> None:
        self.root, self.directories, self.profile = root, directories, directories.profile
        self._store = store

    def new_name(self, article: Article, day: date, folder: str, others: Callable[[str], list[str]]) -> str:
        """Return a name that no other post takes for an article that the catalogue does not know.

        `others` gives the posts of one `published_as` that the catalogue knows. A file that is this very article,
        written by a run that died before its catalogue row, is the name.
        """
        keys = (article.key, article.key_without_ids)
        return self.free_name(self.profile.post_paths(article, day, folder), keys, others)

    def free_name(self, wanted: Iterable[str], keys: Collection[str], others: Callable[[str], list[str]]) -> str:
        """Return the first of the `wanted` names that no other post takes, or the post of one of these keys."""
        name = ""
        for name in wanted:
            address = self.profile.published_key(name)
            taken = {*self.directories.published_as(address), *others(address)}  # a run may record others in between
            taken |= {name} if self.exists(name) else set()
            own = next((post for post in taken if self._is_of(keys, post)), "")
            if own or not taken:
                return own or name
        return name

    def current_name(self, name: str, key: str) -> str:
        """Return the name of an article's earlier post, also when a person renamed it since; '' without one."""
        if not name or self.exists(name):
            return name
        return self._names_by_key.get(key, name)

    def save(self, post: Post, *, recorded: str = "", overwrite: Overwrite = Overwrite.UNEDITED) -> WriteResult:
        """Write a post, unless the same stands there already.

        A post whose bytes are not those of the `recorded` SHA-256 was edited by a person and stays, unless `overwrite`
        allows it.
        """
        path, content = self.root / post.name, post.text.encode()
        if overwrite is Overwrite.ALWAYS:
            self._store.write(path, content)
            return WriteResult(outcome="updated", path=str(path), digest=_digest(content))
        with as_output_error(path):
            previous = path.read_bytes() if path.is_file() else None
        outcome = _write_outcome(content, previous, recorded, overwrite)
        if outcome in ("archived", "updated"):
            with self.directories.writing(post.name):
                self._store.write(path, content)
        digest = {"skipped": recorded, "unchanged": _digest(previous or b"")}.get(outcome, _digest(content))
        return WriteResult(
            outcome=outcome, path=str(path), digest=digest, post=post,
            previous=(previous or b"").decode(errors="replace"),
        )  # fmt: skip

    def key_of(self, name: str) -> str:
        """Return the key of the article that a post is of, '' of one that is not ours or cannot be read."""
        return key_in(self.front_matter_of(name))

    def front_matter_of(self, name: str) -> str:
        """Return the lines of a post's front matter, '' of one that has none or cannot be read."""
        try:
            return _read_front_matter_lines(self.root / name)
        except OutputError:
            return ""

    def digest_of(self, name: str) -> str:
        """Return the SHA-256 of a post, '' where there is none."""
        path = self.root / name
        with as_output_error(path):
            return _digest(path.read_bytes()) if path.is_file() else ""

    def read_text(self, name: str) -> str:
        """Return a post, '' where there is none."""
        path = self.root / name
        with as_output_error(path):
            return path.read_bytes().decode(errors="replace") if path.is_file() else ""

    def exists(self, name: str) -> bool:
        """Return whether a file of this name lies here."""
        return (self.root / name).is_file()

    def front_matters(self) -> Iterator[tuple[str, str]]:
        """Yield every post's name and the lines of its front matter, '' where it has none."""
        for name in sorted(post_files(self.root, self.profile)):
            if self.exists(name):
                yield name, _read_front_matter_lines(self.root / name)

    def _is_of(self, keys: Collection[str], post: str) -> bool:
        path = self.root / post
        return path.is_file() and key_in(_read_front_matter_lines(path)) in keys

    @cached_property
    def _names_by_key(self) -> dict[str, str]:
        """Our posts that lie here, by article; read only when one is not where it was written."""
        return {key: name for name, lines in self.front_matters() if (key := key_in(lines))}


def key_in(front_matter: str) -> str:
    """Return the key of the article that a post's front matter names, '' for a post that is not ours."""
    if "wechat:" not in front_matter:
        return ""
    wechat = read_front_matter(f"---\n{front_matter}---\n").get("wechat")
    if not isinstance(wechat, dict):
        return ""
    ids = [str(wechat.get(name) or "") for name in ("biz", "mid", "idx")]
    return ":".join(ids) if all(ids) else str(wechat.get("key") or "")


def _write_outcome(content: bytes, previous: bytes | None, recorded: str, overwrite: Overwrite) -> WriteOutcome:
    """Decide what becomes of a post where another lies."""
    if previous is None:
        return "archived"
    if comparable(previous) == comparable(content):
        return "unchanged"
    return "updated" if overwrite is Overwrite.FORCED or is_written(previous, recorded) else "skipped"


def _read_front_matter_lines(path: Path) -> str:
    with as_output_error(path), open_file(path) as file:
        return front_matter_text(file.read(_HEAD).decode(errors="replace"))


def comparable(content: bytes) -> str:
    """Return a post's text but for the time of its capture, and for what editors and git do to line ends."""
    text = content.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").rstrip()
    lines = front_matter_text(text)
    return text.replace(lines, _ARCHIVED.sub("", lines), 1) if lines else text


def is_written(content: bytes, recorded: str) -> bool:
    """Return whether a post is the one of this SHA-256, but for the line ends and the mark that git and editors add."""
    plain = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return recorded in (_digest(content), _digest(plain))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
