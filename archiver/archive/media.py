"""Find, check and add the media files of an article.

An existing file is used if it has the recorded digest or, when no digest is recorded, if it is complete and its type
matches its extension. Otherwise the medium is fetched again. If fetching fails and the existing file is complete, the
post shows it with a warning; the recorded digest is not changed.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import file_digest, sha256
from pathlib import Path, PurePath
from threading import Lock

from archiver.archive.files import ArchiveFiles
from archiver.catalogue import Catalogue
from archiver.errors import InputError, OutputError
from archiver.media_types import EXTENSIONS, extension, is_whole
from archiver.messages.message import message
from archiver.models import Download, LocalFile, Media, MediaResults, NotRequested
from archiver.storage.keyed_lock import KeyedLock
from archiver.storage.local import open_file, read_file
from archiver.storage.quarantine import copy_aside
from archiver.writer.names import IMAGES, media_name, safe_name

_log = logging.getLogger(__name__)

_MAX_REMEMBERED = 10_000  # entries; far more than the articles processed at one time need
ALTERED = message("what lies here is not what was saved")


class FetchedMedia:
    """A cache of the files that this run fetched, so that several articles with the same image fetch it only once."""

    def __init__(self) -> None:
        self.names = KeyedLock()
        self._guard = Lock()
        self._files: OrderedDict[str, LocalFile] = OrderedDict()

    def get(self, name: str) -> LocalFile | None:
        """Return the file that was fetched for the medium with this name; None if it is not in the cache."""
        with self._guard:
            return self._files.get(name)

    def put(self, name: str, file: LocalFile) -> None:
        """Add the file that was fetched for the medium with this name; drop the oldest entry of a full cache."""
        with self._guard:
            self._files[name] = file
            if len(self._files) > _MAX_REMEMBERED:
                self._files.popitem(last=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleMedia:
    """The media of one article: their files in the archive and their rows in the catalogue.

    `fetched` has the media that this run fetched for any article. `open_catalogue` opens and returns the catalogue; it
    is called only when needed, so that bad input does not create an archive. With `is_dry`, no file or row is written.
    With `is_offline`, media cannot be fetched.
    """

    files: ArchiveFiles
    open_catalogue: Callable[[], Catalogue]  # a function, so that bad input does not create an archive
    fetched: FetchedMedia
    is_dry: bool = False
    # Media cannot be fetched. An unreadable file is then an error, since otherwise the post would lose it.
    is_offline: bool = False
    _stems: dict[str, str] = field(default_factory=dict)  # names of files without extension, by media name
    _doubtful: dict[str, LocalFile] = field(default_factory=dict)  # complete files with a wrong digest, by media name

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the archive, opened on first use."""
        return self.open_catalogue()

    def find(self, media: Sequence[Media]) -> Mapping[str, LocalFile]:
        """Return the usable files that the archive has of these media, by media name. The other media must be fetched.

        A file is usable if it has the digest in the catalogue. If the catalogue has no digest, the file must be
        complete, and its content must have the type of its extension. A file that cannot be read counts as missing;
        but if media cannot be fetched (`ArticleMedia.is_offline`), InputError is raised for it. In an object storage, a
        file is usable if it has the size in the catalogue.

        Each medium without a row in the catalogue gets one, except in a dry run.
        """
        kinds = {media_name(medium): medium.kind for medium in media}
        names = {name: safe_name(name) for name in kinds}
        known = self.catalogue.media
        stems, recorded = known.find(names) if self.is_dry else known.reserve(names)
        self._stems.update(stems)
        if not self.files.blobs.is_local:  # objects do not change, so they need not be read
            return {name: file for name, file in recorded.items() if file.sha256 and self.files.media.has(file)}
        found = {}
        for name, kind in kinds.items():
            file = recorded.get(name)
            usable = self._verified(name, kind, file) if file else unrecorded_file(self.files, stems[name], kind)
            if usable:
                found[name] = usable
        return found

    def fetch_once(self, medium: Media, get: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return the file of a medium that this run already fetched for another article, else fetch it with `get`.

        `get` returns the file, or a str with the reason why there is none. In the second case:

        - If the archive has a complete file of the medium, but not with the digest in the catalogue, return this file.
          It is better than none. Its field `doubt` says what is wrong.
        - Otherwise return the reason.
        """
        name = media_name(medium)
        with self.fetched.names.hold(name):
            earlier = self.fetched.get(name)
            if earlier and self.files.media.has(earlier):
                _log.debug("%s: another article of this run has fetched it", earlier.path)
                return earlier
            result = get()
            if isinstance(result, LocalFile):
                self.fetched.put(name, result)
        doubtful = self._doubtful.get(name)
        if doubtful and isinstance(result, str):
            said: str = message("{altered}; {reason}", altered=ALTERED, reason=result)
            return replace(doubtful, doubt=NotRequested(said) if isinstance(result, NotRequested) else said)
        return result

    def add(self, medium: Media, download: Download, ending: str) -> LocalFile:
        """Write a downloaded medium to a file with the extension `ending`, such as `png`; return the file.

        An existing file with other content is first copied to .archive/lost.
        """
        name = self.files.profile.media_path(f"{self._stems[media_name(medium)]}.{ending}")
        path = self.files.root / name
        is_replaced = self.files.blobs.is_local and path.is_file()
        if not self.is_dry and is_replaced and not holds_bytes(path, download.content):
            copy_aside(self.files.root, name)
        file = self.files.media.write(name, download.content)
        return replace(file, response=download.response)

    def has_files(self, media: MediaResults) -> bool:
        """Return whether the files of these media still exist, since another run may have deleted some.

        Files that may have wrong bytes (`LocalFile.doubt` is not '') are not checked. In a dry run always return True.
        """
        files = [file for file in media.values() if isinstance(file, LocalFile)]
        return self.is_dry or all(file.doubt or self.files.media.has(file) for file in files)

    def ensure_rows(self, names: Iterable[str]) -> None:
        """Add a row to the catalogue for each medium that has none. `names` are the names of the media."""
        self.catalogue.media.reserve({name: safe_name(name) for name in names})

    def _verified(self, name: str, kind: str, file: LocalFile) -> LocalFile | None:
        path = self.files.root / file.path
        try:
            digest = _read_digest(path)
        except OSError as error:
            if self.is_offline and path.is_file():
                said = message("cannot be read ({reason}): its post stays as it is", reason=error.strerror or error)
                raise InputError(said, concerns=str(path)) from error
            digest = ""
        if digest and digest == file.sha256:
            return file
        _log.info("%s: missing, or not what was saved", file.path)
        if is_whole_file(path, kind):
            self._doubtful[name] = file
        return None


def delete_medium(files: ArchiveFiles, catalogue: Catalogue, path: str, digest: str) -> None:
    """Delete the file of a medium; keep an object that another medium has as well, since it has the same content."""
    if files.blobs.is_local or set(catalogue.files.media_with_digest(digest)) <= {path}:
        files.media.delete(path, digest)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex; '' if the file does not exist or cannot be read."""
    try:
        return _read_digest(path)
    except OSError:
        return ""


def _read_digest(path: Path) -> str:
    with open_file(path) as file:
        return file_digest(file, "sha256").hexdigest()


def is_whole_file(path: Path, kind: str) -> bool:
    """Return whether a file is complete and its content has the type of its extension; False if it cannot be read.

    `kind` is the kind of the medium: "image", or "audio" for sounds and films.
    """
    try:
        return recorded_file(path.parent, path.name, kind).sha256 != ""
    except OSError:
        return False


def recorded_file(root: Path, name: str, kind: str) -> LocalFile:
    """Return the file at the path `name` below `root` with its size and digest, as the catalogue records it.

    The digest is '' if the content is incomplete or does not have the type of the file's extension. `kind` is the kind
    of the medium: "image", or "audio" for sounds and films. Raise OSError if the file cannot be read.
    """
    content = read_file(root / name)
    is_usable = extension(content, kind) == PurePath(name).suffix[1:] and is_whole(content)
    return LocalFile(path=name, size=len(content), sha256=sha256(content).hexdigest() if is_usable else "")


def unrecorded_file(files: ArchiveFiles, stem: str, kind: str) -> LocalFile | None:
    """Find the file of a medium by its name alone, without the catalogue; return None if there is no usable one.

    `stem` is the name of the file without its extension, such as `postimg/abc`. All known extensions are tried. A file
    is usable if it is complete and its content has the type of its extension. `kind` is the kind of the medium:
    "image", or "audio" for sounds and films.
    """
    for ending in EXTENSIONS:
        path = files.profile.media_path(f"{stem}.{ending}")
        with suppress(OSError):
            if (files.root / path).is_file():
                file = recorded_file(files.root, path, kind)
                if file.sha256:
                    return file
    return None


def kind_of(name: str) -> str:
    """Return the kind of a media file: "image" if it lies in the folder of images, else "audio", even for films.

    `name` is the name of the file in all profiles, such as `postimg/a.png` (Profile.media_name).
    """
    return "image" if name.startswith(f"{IMAGES}/") else "audio"


def holds_bytes(path: Path, content: bytes) -> bool:
    """Return whether the content of a file equals `content`; raise OutputError if it is missing or unreadable."""
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError as error:
        raise OutputError(
            message("cannot be read ({reason})", reason=error.strerror or error), concerns=str(path)
        ) from error
