"""Handle leftovers: files at the paths that they had for a former profile.

The change of profile was killed before it deleted them, or a person's text shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from archiver.archive.files import ArchiveFiles
from archiver.archive.shown_files import shown_files
from archiver.catalogue import Catalogue
from archiver.errors import InputError
from archiver.models.layout import FormerFile
from archiver.storage.local import as_output_error, read_file
from archiver.storage.quarantine import copy_aside


def restore_medium(files: ArchiveFiles, leftovers: Iterable[FormerFile], path: str, digest: str) -> str:
    """Write a medium that is missing or damaged at `path` again, from a leftover; return the path of this leftover.

    Return '' if no leftover can be read and has the SHA-256 `digest`. A damaged file at `path` goes to .archive/lost.
    """
    for leftover in leftovers:
        if leftover.key or leftover.sha256 != digest or leftover.path == path:
            continue
        try:
            content = read_file(files.root / leftover.path)
        except OSError:
            continue
        if sha256(content).hexdigest() == digest:
            copy_aside(files.root, path)
            files.media.write(path, content)
            files.sync()
            return leftover.path
    return ""


def successor_of(files: ArchiveFiles, catalogue: Catalogue, leftover: FormerFile, name: str) -> str | None:
    """Return the path of the file that the archive has instead of a leftover; None if it is missing or damaged.

    Return '' for a leftover of an article or medium that was removed, which has no use any more. `name` is the media
    name of a medium. A medium that is missing or damaged is first written again from the leftover.
    """
    if leftover.key:
        article = catalogue.articles.find_by_key(leftover.key)
        if article is None or not article.post:
            return ""
        post = files.posts.current_name(article.post, article.key)
        is_there = files.posts.is_unedited(post, article.digest) or files.posts.key_of(post) == article.key
        return post if is_there else None
    if not name:  # of a profile that is not installed any more
        return None
    path, digest, _ = catalogue.files.current_medium(name)
    if path and files.media.is_intact(path, digest):
        return path
    place = path or files.profile.media_path(name)
    if not path and place not in catalogue.files.known_media({place: name}):
        return ""
    is_current = not path or digest == leftover.sha256  # else another version of the medium is recorded
    return place if is_current and restore_medium(files, [leftover], place, leftover.sha256) else None


def leftovers_of(
    files: ArchiveFiles, catalogue: Catalogue, key: str, media: Mapping[str, str]
) -> dict[str, bool]:  # fmt: skip
    """Return the leftovers of an article: {path of the file: whether it is what archiver wrote}.

    `key` is the key of the article. `media` are the media of which leftovers are wanted, too: {path: SHA-256}. Raise
    OutputError if a file cannot be read.
    """
    names = {(path.rpartition("/")[2], digest) for path, digest in media.items() if digest}
    found = {}
    for file in catalogue.layout.leftovers():
        if file.key == key and files.posts.exists(file.path):
            found[file.path] = files.posts.is_unedited(file.path, file.sha256)
        elif not file.key and file.path not in media and (file.path.rpartition("/")[2], file.sha256) in names:
            path = files.root / file.path
            if path.is_file():
                with as_output_error(path):
                    found[file.path] = sha256(read_file(path)).hexdigest() == file.sha256
    return found


def unwanted_leftovers(files: ArchiveFiles, catalogue: Catalogue, key: str) -> list[str]:
    """Return the paths of all leftovers of a removed article, without the media that another text shows.

    `key` is the key of the article.
    """
    media = {
        path: catalogue.files.current_medium(files.profile.media_name(path))[1]
        for path in catalogue.removals.exclusive_media(key)
    }
    try:
        shown = shown_files(files.root, media)
    except InputError:  # a text that cannot be read may show any of them
        return [*leftovers_of(files, catalogue, key, {})]
    wanted = {path for path, texts in shown.items() if any(files.posts.key_of(text) != key for text in texts)}
    return [*leftovers_of(files, catalogue, key, {path: media[path] for path in media.keys() - wanted})]
