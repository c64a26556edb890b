"""The archive's folder: what lies in it already, and writing to it whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from archiver import urls
from archiver.errors import OutputError
from archiver.models import Article, LocalFile, Media, Post
from archiver.writer import names
from archiver.writer.frontmatter import head, read_front_matter

_OWN = ".archive"  # Jekyll skips dot folders
_DIGESTS = f"{_OWN}/posts"
_FOLDERS = (names.POSTS, names.IMAGES, names.MEDIA, _OWN, _DIGESTS)
_LONGEST = 240  # bytes of a file name that leave room for an ending
_HEAD = 64 * 1024  # bytes of a post in which its front matter ends
_ADDRESS = re.compile(r'^  url: "(https://[^"\\]+)"$', re.MULTILINE)
_IDS = re.compile(r'^  (biz|mid|idx): "([A-Za-z0-9+/=]+)"$', re.MULTILINE)
_ARCHIVED = re.compile(r"^  archived: .*\n", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What became of a post: `archived`, `updated`, `unchanged`, or `skipped` since a person edited it."""

    outcome: str
    path: str


class Output:
    """One archive on disk. Every failure of the disk's is an OutputError that names the path."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

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

    def name_of(self, article: Article, day: date) -> str:
        """The name under which this article lies here already, or a new one that no post takes."""
        earlier = self._earlier(article)
        return earlier or names.post_name(article, day, self._published)

    def recall(self, article: Article) -> Article:
        """The article by the short address that its earlier post names, when its page told only the long one.

        Short addresses are served to everybody, long ones meet the wall (trap T3): what was known is kept.
        """
        known = _ADDRESS.search(self._heads.get(self._earlier(article), ""))
        if known and urls.is_short(known[1]) and not urls.is_short(article.url):
            return replace(article, url=known[1])
        return article

    def post_of(self, link: str) -> str:
        """The name of the post whose article a link of WeChat's leads to, '' when it is not in this archive."""
        ids = urls.identity(link)
        return self._posts_by_target.get(link) or self._posts_by_target.get((ids.biz, ids.mid, ids.idx), "")

    @cached_property
    def _posts_by_target(self) -> dict[str | tuple[str, ...], str]:
        """Names of the posts that lie here when first asked, by their article's address and by its ids."""
        found: dict[str | tuple[str, ...], str] = {}
        for name, block in self._heads.items():
            if address := _ADDRESS.search(block):
                found[address[1]] = name
            ids = dict(_IDS.findall(block))
            if len(ids) == 3:
                found[ids["biz"], ids["mid"], ids["idx"]] = name
        return found

    def save_post(self, post: Post, *, force: bool = False) -> Written:
        """Writes a post, unless it stands there already or a person has worked on it."""
        path, content = self.root / post.name, post.text.encode()
        with _guarded(path):
            old = path.read_bytes() if path.exists() else None
            outcome = self._judge(post, old, force)
            if outcome in ("archived", "updated"):
                _write(path, content)
            if outcome != "skipped":
                self._record(post.name, old if old is not None and outcome == "unchanged" else content)
        self._heads[post.name] = head(post.text)
        return Written(outcome=outcome, path=str(path))

    def find_media(self, medium: Media) -> LocalFile | None:
        """The file in which this very medium lies here already.

        Ask for an article's media in their order: of two names that differ only by case the first is kept.
        """
        name = self._media_names.get(self._media_name(medium))
        if name is None:
            return None
        path = self.root / name
        with _guarded(path):
            content = path.read_bytes() if path.is_file() else b""
        return _local_file(name, content) if content else None

    def save_media(self, medium: Media, content: bytes, extension: str) -> LocalFile:
        """Writes a medium under its own name."""
        stem = self._media_name(medium)
        name = self._media_names[stem] = f"{stem}.{extension}"
        with _guarded(self.root / name):
            _write(self.root / name, content)
        return _local_file(name, content)

    def _judge(self, post: Post, old: bytes | None, force: bool) -> str:
        if old is None:
            return "archived"
        if _comparable(old) == _comparable(post.text.encode()):
            return "unchanged"
        edited = sha256(old).hexdigest() != self._recorded(post.name)
        return "skipped" if edited and not force else "updated"

    def _earlier(self, article: Article) -> str:
        """The post that has this article's ids, or that was made when its page did not tell them."""
        without_ids = replace(article, biz="").key
        wanted = {"biz": article.biz, "mid": article.mid, "idx": article.idx}
        adopted = ""
        for name, block in self._heads.items():
            if article.key != without_ids and article.mid in block and _says(block, wanted):
                return name
            if without_ids in block and _says(block, {"key": without_ids}):
                adopted = name
        return adopted

    @cached_property
    def _heads(self) -> dict[str, str]:
        """The front matter of every post, by its name; '' where it has none."""
        return {name: _head(self.root / name) for name in self._files(names.POSTS)}

    @property
    def _published(self) -> frozenset[str]:
        return frozenset(names.published_as(PurePosixPath(name).name) for name in self._heads)

    def _media_name(self, medium: Media) -> str:
        """The medium's name; a safe one where another file is called the same but for case."""
        name = names.media_name(medium)
        owner = self._owners.setdefault(name.lower(), name)
        return name if owner == name else names.safe_name(name)

    @cached_property
    def _media_names(self) -> dict[str, str]:
        """The files of the media folders, by name without extension."""
        files = [*self._files(names.IMAGES), *self._files(names.MEDIA)]
        return {name.rpartition(".")[0]: name for name in files}

    @cached_property
    def _owners(self) -> dict[str, str]:
        """Which medium's name a folded name belongs to: macOS and Windows keep one file for both."""
        return {name.lower(): name for name in self._media_names}

    def _files(self, folder: str) -> list[str]:
        """Files below a folder that Jekyll would read, from the archive's root, sorted."""
        found = []
        for where, folders, files in os.walk(self.root / folder):
            folders[:] = [name for name in folders if not _is_skipped(name)]
            here = Path(where).relative_to(self.root).as_posix()
            found += [f"{here}/{name}" for name in files if not _is_skipped(name)]
        return sorted(found)

    def _digest_file(self, name: str) -> Path:
        name = PurePosixPath(name).name
        bounded = name if len(os.fsencode(name)) <= _LONGEST else sha256(os.fsencode(name)).hexdigest()
        return self.root / _DIGESTS / f"{bounded}.sha256"

    def _recorded(self, name: str) -> str:
        path = self._digest_file(name)
        return path.read_text().partition(" ")[0] if path.exists() else ""

    def _record(self, name: str, content: bytes) -> None:
        """Keeps the digest by which our post is known, as `sha256sum -c` reads it in the archive's root."""
        digest = sha256(content).hexdigest()
        if digest != self._recorded(name):
            _write(self._digest_file(name), f"{digest}  {name}\n".encode())


def _says(block: str, wanted: dict[str, str]) -> bool:
    wechat = read_front_matter(f"---\n{block}---\n").get("wechat")
    return isinstance(wechat, dict) and all(str(wechat.get(key)) == value for key, value in wanted.items())


def _is_skipped(name: str) -> bool:
    """Whether Jekyll skips a name (jekyll §4): editors' copies, and our own unfinished files."""
    return name.startswith(("_", ".", "#", "~")) or name.endswith("~")


def _head(path: Path) -> str:
    with _guarded(path), path.open("rb") as file:
        return head(file.read(_HEAD).decode(errors="replace"))


def _comparable(content: bytes) -> str:
    """A post's text but for the time of its capture, and for what editors and git do to line ends."""
    text = content.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").rstrip()
    block = head(text)
    return text.replace(block, _ARCHIVED.sub("", block), 1) if block else text


def _local_file(name: str, content: bytes) -> LocalFile:
    return LocalFile(path=name, size=len(content), sha256=sha256(content).hexdigest())


def _write(path: Path, content: bytes) -> None:
    """Puts `content` at `path` at once: a reader, or a crash, sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def _make_folder(folder: Path) -> list[Path]:
    """Makes a folder; the folders that were missing, the innermost first."""
    with _guarded(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    return missing


def _try_to_write(folder: Path) -> None:
    """Writes to a folder and takes it back; one that is missing will be made when it is needed."""
    trial = folder / f".{secrets.token_hex(8)}.tmp"
    with _guarded(folder):
        if folder.exists():
            trial.touch(exist_ok=False)
            trial.unlink()


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"cannot be written ({reason}): free the place, or choose another folder with --output",
            concerns=str(path),
        ) from error
