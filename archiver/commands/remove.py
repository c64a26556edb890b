"""`rm`: articles taken out for good, their posts and the media and pages that nobody else needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from archiver.archive.lookup import require_known
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.context import Context
from archiver.errors import OutputError
from archiver.models import ArticleRecord
from archiver.models.reports import RemovalResult
from archiver.storage.quarantine import move_aside


def remove_named(context: Context, named: Iterable[str], *, is_dry: bool) -> Iterator[RemovalResult]:
    """Yield what was taken out of each article, or would be; raise InputError, before anything, for one not here."""
    keys = _keys(context, named)
    if not is_dry:
        context.prepare()
    for key in keys:
        yield preview(context, key) if is_dry else remove(context, key)


def undo_named(context: Context, named: Iterable[str]) -> Iterator[ArticleRecord]:
    """Yield each article of which it is forgotten now that it was taken out; raise InputError for one not here."""
    for key in _keys(context, named):
        article = context.archive.catalogue.articles.get(key)
        if article and article.taken_out:
            undo(context, key)
            yield article


def _keys(context: Context, names: Iterable[str]) -> list[str]:
    """Return the articles' keys, also of those that were taken out."""
    catalogue = context.archive.require_catalogue()
    return list(dict.fromkeys(require_known(catalogue, name, context.archive.name).key for name in names))


def remove(context: Context, key: str) -> RemovalResult:
    """Take an article out. A file and the catalogue tell it first: whatever dies in between, the same call ends it."""
    with context.archive.post_lock():
        tombstones = Tombstones(context.archive.files.store)
        if not tombstones.has(key):
            tombstones.write(context.archive.catalogue.removals.tombstone(key))
        context.archive.catalogue.removals.begin(key)
        removed = preview(context, key)
        place = move_aside(context.archive.files.root, removed.kept) if removed.kept else ""
        for path in removed.files:
            _delete(context.archive.files.root / path)
        context.archive.catalogue.removals.end(key)
    return replace(removed, kept=place)


def undo(context: Context, key: str) -> None:
    """Forget that an article was taken out; its file goes first, so that nothing takes the article out again."""
    Tombstones(context.archive.files.store).delete(key)
    context.archive.catalogue.removals.undo(key)


def preview(context: Context, key: str) -> RemovalResult:
    """Return what would be taken out; `kept` is the post that would be put aside."""
    removals, files = context.archive.catalogue.removals, context.archive.files
    kept = context.archive.catalogue.articles.get(key)
    assert kept is not None
    post = files.posts.current_name(kept.post, key)
    digest = files.posts.digest_of(post)
    pages = [files.snapshots.path(page).relative_to(files.root).as_posix() for page in removals.pages(key)]
    posts = [post] if digest and digest == kept.digest else []
    media = removals.media(key)
    shown = shown_files(files.root, media)  # also by a person's own post, or one that the catalogue lost sight of
    unshown = [path for path in media if not shown.get(path, set()) - {post}]
    lying = [path for path in (*unshown, *pages) if (files.root / path).is_file()]
    return RemovalResult(
        key=key, title=kept.title, files=(*posts, *lying), kept=post if digest and digest != kept.digest else ""
    )


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be deleted ({error.strerror or error})", concerns=str(path)) from error
