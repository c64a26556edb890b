"""Implement the command `publish`: write the posts and media of the archive to a folder, as a site has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

from archiver.archive.files import ArchiveFiles
from archiver.archive.own_files import batched
from archiver.archive.published_tree import PublishedTree, TreeFile
from archiver.context import Context
from archiver.errors import UsageError
from archiver.messages.message import message
from archiver.models.audit import ExpectedFile
from archiver.models.reports import PublishResult

_THREADS = 8
_AT_ONCE = 64  # files whose contents are in memory at the same time


def publish(context: Context, folder: Path, looked: Callable[[int], None]) -> PublishResult:
    """Bring the tree of posts and media in `folder` up to date with the archive; return what was done.

    Raise UsageError if `folder` is that of the archive.
    """
    archive = context.archive
    catalogue = archive.require_catalogue()
    if folder.resolve() == archive.root.resolve():
        raise UsageError(message("this is the archive: name another folder"), concerns=str(folder))
    tree, files = PublishedTree(folder), archive.files
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="publish") as pool:
        for group in batched(_expected(files, catalogue.files.posts(), catalogue.files.media()), _AT_ONCE):
            changed = [file for file in group if not tree.is_current(file)]
            for file, content in zip(changed, pool.map(lambda file: file.read(), changed), strict=True):
                tree.put(file, content)
            looked(len(group))
    tree.finish()
    done = tree.changes
    return PublishResult(
        folder=str(folder), files=done.files, written=done.written, deleted=done.deleted, left=tuple(done.left),
        missing=tuple(done.missing),
    )  # fmt: skip


def _expected(files: ArchiveFiles, posts: Iterable[ExpectedFile], media: Iterable[ExpectedFile]) -> Iterator[TreeFile]:
    for post in posts:
        yield _post(files, post)
    for medium in media:
        yield TreeFile(path=medium.path, sha256=medium.sha256, read=partial(_medium, files, medium))


def _post(files: ArchiveFiles, post: ExpectedFile) -> TreeFile:
    """Return the file of a post. One that a person edited is published as it is."""
    if (files.root / post.path).is_file():
        content = files.posts.content_of(post.path, post.sha256)
        digest = sha256(content or b"").hexdigest()
        return TreeFile(path=post.path, sha256=digest, read=lambda: content)
    return TreeFile(path=post.path, sha256=post.sha256, read=partial(files.posts.content_of, post.path, post.sha256))


def _medium(files: ArchiveFiles, medium: ExpectedFile) -> bytes | None:
    """Return the bytes of a medium; None if they are missing or not those that were recorded."""
    try:
        with files.media.open(medium.path, medium.sha256) as opened:
            content = opened.read()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == medium.sha256 else None
