"""Implement the command `rm`: remove articles with their posts, and the media and pages that no other article uses."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from archiver.archive.leftovers import leftovers_of
from archiver.archive.lookup import require_known
from archiver.archive.media import delete_medium
from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.context import Context
from archiver.errors import OutputError
from archiver.messages.message import message
from archiver.models import ArticleRecord
from archiver.models.reports import RemovalResult
from archiver.storage.local import as_output_error, sync_folder
from archiver.storage.quarantine import move_aside

_log = logging.getLogger(__name__)


def remove_named(context: Context, named: Iterable[str]) -> Iterator[RemovalResult]:
    """Remove the named articles; yield a result for each.

    `named` has keys, addresses or post files. With the context of a dry run, nothing is removed, and the results say
    what would be removed. Raise InputError, before anything is removed, if the archive does not know a named article.
    """
    keys = _keys(context, named)
    if not context.is_dry:
        context.prepare()
    for key in keys:
        yield preview(context, key) if context.is_dry else remove(context, key)


def undo_named(context: Context, named: Iterable[str]) -> Iterator[ArticleRecord]:
    """Undo the removal of the named articles, so that they can be archived again; yield the record of each.

    Each of `named` is a key, an address or the path of a former post. Articles that were not removed are skipped. Raise
    InputError, before anything is changed, if the archive does not know a named article.
    """
    for key in _keys(context, named):
        article = context.archive.catalogue.articles.find_by_key(key)
        if article and article.taken_out:
            undo(context, key)
            yield article


def _keys(context: Context, names: Iterable[str]) -> list[str]:
    """Return the keys of the named articles without duplicates; articles that were removed are included.

    Each name is a key, an address or the path of a post. Raise InputError if the archive does not know an article.
    """
    catalogue = context.archive.require_catalogue()
    return list(dict.fromkeys(require_known(catalogue, name, context.settings).key for name in names))


def remove(context: Context, key: str) -> RemovalResult:
    """Remove the article with this key from the archive; return which files were deleted.

    A post that was edited by hand is not deleted but moved to .archive/lost; the result's field `kept` is its new path.
    The article's leftovers of a change of profile are deleted or moved in the same way.
    The removal is recorded before the first file is deleted, so a removal that was killed can be completed by a second
    call.
    """
    with context.archive.post_lock():
        tombstones = Tombstones(context.archive.files.store)
        if not tombstones.has(key):
            tombstones.write(context.archive.catalogue.removals.tombstone(key))
        context.archive.catalogue.removals.begin(key)
        result = preview(context, key)
        moved_to = move_aside(context.archive.files.root, result.kept) if result.kept else ""
        pages, media = _pages(context, key), _media(context, key)
        for path, is_ours in _leftovers(context, key, {}).items():
            if not is_ours and path != result.kept:
                move_aside(context.archive.files.root, path)
        for path in result.files:
            if path in pages:
                context.archive.files.snapshots.delete(pages[path])
            elif path in media:
                delete_medium(context.archive.files, context.archive.catalogue, path, media[path])
            else:
                _delete(context.archive.files.root / path)
        _sync_folders(context.archive.files.root, result.files)
        article = context.archive.catalogue.articles.find_by_key(key)
        if article and article.post:
            context.archive.files.posts.withdraw(article.post, article.digest)
        context.archive.catalogue.removals.finish(key)
    _log.info("%s: taken out, %d files deleted", key, len(result.files))
    return replace(result, kept=moved_to)


def undo(context: Context, key: str) -> None:
    """Undo the removal of the article with this key, so that the article can be archived again.

    A removal is recorded twice: in a tombstone file and in the catalogue. The tombstone is deleted first. In the other
    order, a crash could leave only the tombstone, and `verify --repair` would record the removal again from it.
    """
    Tombstones(context.archive.files.store).delete(key)
    context.archive.catalogue.removals.undo(key)


def preview(context: Context, key: str) -> RemovalResult:
    """Return the result that `remove` would have, without deleting or moving anything.

    If the post was edited by hand, `remove` would move it to .archive/lost. The post is then missing from the field
    `files`, and `kept` is its present path.
    """
    files = context.archive.files
    article = context.archive.catalogue.articles.find_by_key(key)
    assert article is not None
    post = files.posts.current_name(article.post, key)
    has_post = files.posts.exists(post)
    pages = [name for name, digest in _pages(context, key).items() if files.snapshots.stat(digest)]
    is_edited = has_post and not files.posts.is_unedited(post, article.digest)
    posts = [post] if has_post and not is_edited else []
    media = _media(context, key)
    former = _leftovers(context, key, {})
    edited = [*([post] if is_edited else []), *(path for path, is_ours in former.items() if not is_ours)]
    shown = shown_files(files.root, media)  # texts that the user wrote may show the media, too
    unshown = {path: digest for path, digest in media.items() if not shown.get(path, set()) - {post, *former}}
    existing = [path for path, digest in unshown.items() if files.media.exists(path, digest)]
    old = [path for path, is_ours in _leftovers(context, key, unshown).items() if is_ours]
    return RemovalResult(
        key=key, title=article.title, files=(*posts, *existing, *pages, *old), kept=edited[0] if edited else ""
    )


def _pages(context: Context, key: str) -> dict[str, str]:
    """Return the snapshots that only the article with this key has: {name of the snapshot: digest}."""
    snapshots = context.archive.files.snapshots
    return {snapshots.listed_name(page): page for page in context.archive.catalogue.removals.exclusive_pages(key)}


def _media(context: Context, key: str) -> dict[str, str]:
    """Return the media that only the article with this key shows: {path of the file: digest}."""
    catalogue, profile = context.archive.catalogue, context.archive.profile
    paths = catalogue.removals.exclusive_media(key)
    return {path: catalogue.files.current_medium(profile.media_name(path))[1] for path in paths}


def _leftovers(context: Context, key: str, media: Mapping[str, str]) -> dict[str, bool]:
    """Return the files of the article that a change of profile has left (leftovers_of), those of `media` included."""
    return leftovers_of(context.archive.files, context.archive.catalogue, key, media)


def _sync_folders(root: Path, deleted: Iterable[str]) -> None:
    """Make the deletion of files durable, so that a power failure cannot bring them back once their rows are gone."""
    for folder in sorted({(root / path).parent for path in deleted}):
        if folder.is_dir():  # an object is in no folder
            with as_output_error(folder):
                sync_folder(folder)


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        _log.debug("%s: deleted", path)
    except OSError as error:
        raise OutputError(
            message("cannot be deleted ({reason})", reason=error.strerror or error), concerns=str(path)
        ) from error
