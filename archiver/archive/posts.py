"""The archive's folder: what lies in it already, and writing to it whole or not at all."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from archiver.archive.post_directories import PostDirectories, Times, post_files
from archiver.errors import OutputError
from archiver.models import Article, LocalFile, Post, WriteOutcome, WriteResult
from archiver.storage.local import OWN_FOLDER, LocalStore, as_output_error, open_file
from archiver.writer import names
from archiver.writer.front_matter import head, read_front_matter

_FOLDERS = (names.POSTS, names.IMAGES, names.MEDIA, OWN_FOLDER)
_HEAD = 64 * 1024  # bytes of a post in which its front matter ends
_PROVE_THEMSELVES = frozenset(("jpg", "png", "gif", "webp"))  # whose form shows that their end is missing
_ARCHIVED = re.compile(r"^  archived: .*\n", re.MULTILINE)


class Output:
    """One archive on disk. Every failure of the disk's is an OutputError that names the path.

    `run` names this run: it marks unfinished files, so that those of one that died can be told from them. A dry
    one says what it would have written.
    """

    def __init__(
        self, root: str | Path, run: Callable[[], str] = str, told: Callable[[], Times] = dict, *, is_dry: bool = False
    ) -> None:
        self.root = Path(root)
        self.store = LocalStore(self.root, run, is_dry=is_dry)
        self.folders = PostDirectories(self.root, told, is_dry=is_dry)

    def prepare(self) -> None:
        """Nothing, once it is known that files can be written here; nothing stays behind."""
        made = _make_folder(self.root)
        try:
            for folder in (self.root, *(self.root / name for name in _FOLDERS)):
                _try_to_write(folder)
        finally:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()

    def sweep(self, is_alive: Callable[[str], bool]) -> None:
        """Take away what runs that died were writing."""
        self.store.sweep(is_alive)

    def new_name(self, article: Article, day: date, folder: str, others: Callable[[str], list[str]]) -> str:
        """A name that no other post takes for an article that the catalogue does not know.

        `others` gives the posts of one `published_as` that the catalogue knows. A file that is this very article,
        written by a run that died before its catalogue row, is the name.
        """
        keys = (article.key, article.key_without_ids)
        return self.free_name(names.post_names(article, day, folder), keys, others)

    def free_name(self, wanted: Iterable[str], keys: Collection[str], others: Callable[[str], list[str]]) -> str:
        """Return the first of the `wanted` names that no other post takes, or the post of one of these keys."""
        name = ""
        for name in wanted:
            address = names.published_as(PurePosixPath(name).name)
            taken = {*self.folders.published_as(address), *others(address)}  # a run may tell the others in between
            taken |= {name} if self.has(name) else set()
            mine = next((post for post in taken if self._is_of(keys, post)), "")
            if mine or not taken:
                return mine or name
        return name

    def lasting_name(self, name: str, key: str) -> str:
        """The name of an article's earlier post, also when a person gave it another since; '' without one."""
        if not name or (self.root / name).is_file():
            return name
        return self._posts_by_key.get(key, name)

    def save_post(self, post: Post, *, recorded: str = "", force: bool = False) -> WriteResult:
        """Writes a post, unless it stands there already or its bytes are not the `recorded` ones: a person's."""
        path, content = self.root / post.name, post.text.encode()
        with as_output_error(path):
            old = path.read_bytes() if path.is_file() else None
        outcome = _judge(content, old, recorded, force=force)
        if outcome in ("archived", "updated"):
            with self.folders.writing(post.name):
                self.write(path, content)
        known_as = {"skipped": recorded, "unchanged": _digest(old or b"")}.get(outcome, _digest(content))
        return WriteResult(outcome=outcome, path=str(path), digest=known_as)

    def restore_post(self, post: Post) -> WriteResult:
        """Writes a post over whatever lies there, of which somebody has taken a copy."""
        path, content = self.root / post.name, post.text.encode()
        self.write(path, content)
        return WriteResult(outcome="updated", path=str(path), digest=_digest(content))

    def key_of(self, name: str) -> str:
        """The key of the article that a post is of, '' of one that is not ours or cannot be read."""
        try:
            return key_in(_head(self.root / name))
        except OutputError:
            return ""

    def head_of(self, name: str) -> str:
        """Return the front matter of a post, '' of one that has none or cannot be read."""
        try:
            return _head(self.root / name)
        except OutputError:
            return ""

    def digest_of(self, name: str) -> str:
        """The SHA-256 of the post of this name, '' where there is none."""
        path = self.root / name
        with as_output_error(path):
            return _digest(path.read_bytes()) if path.is_file() else ""

    def text_of(self, name: str) -> str:
        """The post that lies here under this name, '' for none."""
        path = self.root / name
        with as_output_error(path):
            return path.read_bytes().decode(errors="replace") if path.is_file() else ""

    def has(self, name: str) -> bool:
        """Whether a file of this name lies here."""
        return (self.root / name).is_file()

    def holds(self, file: LocalFile) -> bool:
        """Whether a file of the catalogue's lies here, as long as it was."""
        try:
            return (self.root / file.path).stat().st_size == file.size
        except OSError:
            return False

    def save_media(self, name: str, content: bytes) -> LocalFile:
        """Write a medium under its name."""
        is_picture = name.rpartition(".")[2] in _PROVE_THEMSELVES
        self.store.write(self.root / name, content, proves_itself=is_picture)
        return _local_file(name, content)

    def forget_media(self, name: str) -> None:
        """Takes a medium away."""
        with as_output_error(self.root / name):
            (self.root / name).unlink(missing_ok=True)

    def heads(self) -> Iterator[tuple[str, str]]:
        """Every post's name and its front matter, '' where it has none."""
        for name in sorted(post_files(self.root)):
            if (self.root / name).is_file():
                yield name, _head(self.root / name)

    def write(self, path: Path, content: bytes) -> None:
        """Put `content` at `path` at once: a reader, or a crash, sees the old file or the new one."""
        self.store.write(path, content)

    def write_page(self, path: Path, content: bytes) -> None:
        """Put a page at `path` whose name is its digest."""
        self.store.write(path, content, proves_itself=True)

    def sync(self) -> None:
        """Return when every file that was written is durable under its name; the catalogue is told afterwards."""
        self.store.sync()

    def _is_of(self, keys: Collection[str], post: str) -> bool:
        path = self.root / post
        return path.is_file() and key_in(_head(path)) in keys

    @cached_property
    def _posts_by_key(self) -> dict[str, str]:
        """The posts of ours that lie here, by their article: read only when one is not where it was written."""
        return {key: name for name, block in self.heads() if (key := key_in(block))}


def key_in(block: str) -> str:
    """The key of the article that a post's front matter says it is of, '' for a post that is not ours."""
    if "wechat:" not in block:
        return ""
    wechat = read_front_matter(f"---\n{block}---\n").get("wechat")
    if not isinstance(wechat, dict):
        return ""
    ids = [str(wechat.get(name) or "") for name in ("biz", "mid", "idx")]
    return ":".join(ids) if all(ids) else str(wechat.get("key") or "")


def _judge(content: bytes, old: bytes | None, recorded: str, *, force: bool) -> WriteOutcome:
    if old is None:
        return "archived"
    if comparable(old) == comparable(content):
        return "unchanged"
    return "updated" if force or is_written(old, recorded) else "skipped"


def _head(path: Path) -> str:
    with as_output_error(path), open_file(path) as file:
        return head(file.read(_HEAD).decode(errors="replace"))


def comparable(content: bytes) -> str:
    """Return a post's text but for the time of its capture, and for what editors and git do to line ends."""
    text = content.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").rstrip()
    block = head(text)
    return text.replace(block, _ARCHIVED.sub("", block), 1) if block else text


def is_written(content: bytes, recorded: str) -> bool:
    """Return whether a post is the one of this SHA-256, but for the line ends and the mark that git and editors add."""
    plain = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return recorded in (_digest(content), _digest(plain))


def _local_file(name: str, content: bytes) -> LocalFile:
    return LocalFile(path=name, size=len(content), sha256=_digest(content))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _make_folder(folder: Path) -> list[Path]:
    """Makes a folder; the folders that were missing, the innermost first."""
    with as_output_error(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:  # it was there a moment ago: a run that begins at once took its trial away
            folder.mkdir(parents=True, exist_ok=True)
    return missing


def _try_to_write(folder: Path) -> None:
    """Writes to a folder, where that is there: a file without a name, of which a run that dies leaves nothing."""
    with (
        as_output_error(folder),
        suppress(FileNotFoundError),
    ):  # a run that begins at once has just taken the folder away
        if folder.exists():
            tempfile.TemporaryFile(dir=folder).close()
