"""Articles taken out for good: their posts, and the pictures and pages that nobody else needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from archiver.archive.shown_files import shown_files
from archiver.archive.tombstones import Tombstones
from archiver.commands.rooms import rooms_for
from archiver.context import Context
from archiver.errors import OutputError
from archiver.storage.quarantine import move_aside


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovalResult:
    """An article that was taken out, or would be; the JSON line of `rm --json` is this, field by field."""

    key: str
    title: str
    files: tuple[str, ...] = ()  # that are deleted, from the archive's folder
    kept: str = ""  # where a post that was edited by hand is now


def remove(context: Context, key: str) -> RemovalResult:
    """Take an article out. A file and the catalogue tell it first: whatever dies in between, the same call ends it."""
    with rooms_for(context).writing():
        tombstones = Tombstones(context.output.store)
        if not tombstones.has(key):
            tombstones.write(context.catalogue.removals.tombstone(key))
        context.catalogue.removals.begin(key)
        removed = preview(context, key)
        place = move_aside(context.output.root, removed.kept) if removed.kept else ""
        for path in removed.files:
            _delete(context.output.root / path)
        context.catalogue.removals.finish(key)
    return replace(removed, kept=place)


def undo(context: Context, key: str) -> None:
    """Forget that an article was taken out; its file goes first, so that nothing takes the article out again."""
    Tombstones(context.output.store).delete(key)
    context.catalogue.removals.undo(key)


def preview(context: Context, key: str) -> RemovalResult:
    """What would be taken out; `kept` is the post that would be put aside."""
    kept, removals, output = context.catalogue.articles.find_by_key(key), context.catalogue.removals, context.output
    assert kept is not None
    post = output.lasting_name(kept.post, key)
    digest = output.digest_of(post)
    pages = [context.snapshots.path(page).relative_to(output.root).as_posix() for page in removals.exclusive_pages(key)]
    posts = [post] if digest and digest == kept.digest else []
    media = removals.exclusive_media(key)
    shown = shown_files(
        output.root, media
    )  # a person's own post may show a picture, or one the catalogue lost sight of
    unshown = [path for path in media if not shown.get(path, set()) - {post}]
    files = [path for path in (*unshown, *pages) if (output.root / path).is_file()]
    return RemovalResult(
        key=key, title=kept.title, files=(*posts, *files), kept=post if digest and digest != kept.digest else ""
    )


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be deleted ({error.strerror or error})", concerns=str(path)) from error
