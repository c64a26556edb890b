"""The media of an archive: which files are believed, and where new ones go.

A recorded digest is believed, a file is not: what lies under a medium's name is taken only when its digest is the
recorded one or, unrecorded, when it is whole and of its type. Anything else is asked for again; where nothing better
comes, a whole file stays shown and the recorded digest stays as it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import file_digest
from pathlib import Path
from threading import Lock

from archiver.archive.files import ArchiveFiles
from archiver.catalogue import Catalogue
from archiver.errors import InputError, OutputError
from archiver.media_types import EXTENSIONS, extension, is_whole
from archiver.models import Download, LocalFile, Media, MediaResults
from archiver.storage.keyed_lock import KeyedLock
from archiver.storage.local import open_file
from archiver.storage.quarantine import copy_aside
from archiver.writer.names import IMAGES, media_name, safe_name

_REMEMBERED = 10_000  # media of this run that other articles may show: more than are in work together
ALTERED = "what lies here is not what was saved"


class FetchedMedia:
    """The media that this run brought, so that an article which shows one too does not ask for it again."""

    def __init__(self) -> None:
        self.names = KeyedLock()
        self._guard = Lock()
        self._files: OrderedDict[str, LocalFile] = OrderedDict()

    def get(self, name: str) -> LocalFile | None:
        """Return the file that was brought under this name, lately."""
        with self._guard:
            return self._files.get(name)

    def put(self, name: str, file: LocalFile) -> None:
        """Remember a file."""
        with self._guard:
            self._files[name] = file
            if len(self._files) > _REMEMBERED:
                self._files.popitem(last=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleMedia:
    """The media of one article, in the archive's files and in its catalogue."""

    files: ArchiveFiles
    open_catalogue: Callable[[], Catalogue]  # when it is needed: bad input must not leave an archive behind
    brought: FetchedMedia
    is_dry: bool = False
    is_offline: bool = False  # nothing can be asked for: a file that cannot be read now is no reason to do without it
    _stems: dict[str, str] = field(default_factory=dict)  # names of the files without extension, by that of the medium
    _doubtful: dict[str, LocalFile] = field(default_factory=dict)  # whole, but not what was recorded

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the archive."""
        return self.open_catalogue()

    def find(self, media: Sequence[Media]) -> Mapping[str, LocalFile]:
        """Return the files of those media that lie here and are believed, by the media's names."""
        kinds = {media_name(medium): medium.kind for medium in media}
        names = {name: safe_name(name) for name in kinds}
        known = self.catalogue.media
        stems, recorded = known.look(names) if self.is_dry else known.claim(names)
        self._stems.update(stems)
        found = {}
        for name, kind in kinds.items():
            file = recorded.get(name)
            there = self._believed(name, kind, file) if file else unrecorded_file(self.files.root, stems[name], kind)
            if there:
                found[name] = there
        return found

    def fetch_once(self, medium: Media, get: Callable[[], LocalFile | str]) -> LocalFile | str:
        """Return what `get` gives, unless another article of this run has brought the medium meanwhile."""
        name = media_name(medium)
        with self.brought.names.hold(name):
            there = self.brought.get(name)
            if there and self.files.media.has(there):
                return there
            result = get()
            if isinstance(result, LocalFile):
                self.brought.put(name, result)
        doubtful = self._doubtful.get(name)
        if doubtful and isinstance(result, str):
            return replace(doubtful, doubt=type(result)(f"{ALTERED}; {result}"))  # what was not asked for stays so
        return result

    def add(self, medium: Media, blob: Download, ending: str) -> LocalFile:
        """Save a medium; a copy of another file that lies under its name is put aside first."""
        name = f"{self._stems[media_name(medium)]}.{ending}"
        path = self.files.root / name
        if not self.is_dry and path.is_file() and not holds_bytes(path, blob.content):
            copy_aside(self.files.root, name)
        file = self.files.media.write(name, blob.content)
        return replace(file, response=blob.response)

    def holds(self, media: MediaResults) -> bool:
        """Return whether the files of these media still lie here."""
        files = [file for file in media.values() if isinstance(file, LocalFile)]
        return self.is_dry or all(file.doubt or self.files.media.has(file) for file in files)

    def claim(self, names: Iterable[str]) -> None:
        """Make sure that these media have their rows."""
        self.catalogue.media.claim({name: safe_name(name) for name in names})

    def _believed(self, name: str, kind: str, file: LocalFile) -> LocalFile | None:
        path = self.files.root / file.path
        try:
            digest = _read_digest(path)
        except OSError as error:
            if self.is_offline and path.is_file():
                said = f"cannot be read ({error.strerror or error}): its post stays as it is"
                raise InputError(said, concerns=str(path)) from error
            digest = ""
        if digest and digest == file.sha256:
            return file
        if is_whole_file(path, kind):
            self._doubtful[name] = file
        return None


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, '' of one that is not there or cannot be read."""
    try:
        return _read_digest(path)
    except OSError:
        return ""


def _read_digest(path: Path) -> str:
    with open_file(path) as file:
        return file_digest(file, "sha256").hexdigest()


def is_whole_file(path: Path, kind: str) -> bool:
    """Return whether a file is whole and of the type that its name says."""
    try:
        with open_file(path) as file:
            content = file.read()
    except OSError:
        return False
    return extension(content, kind) == path.suffix[1:] and is_whole(content)


def unrecorded_file(root: Path, stem: str, kind: str) -> LocalFile | None:
    """Return the file of this name without extension, if a whole one of its type lies here."""
    for ending in EXTENSIONS:
        path = root / f"{stem}.{ending}"
        if path.is_file() and is_whole_file(path, kind):
            return LocalFile(path=f"{stem}.{ending}", size=path.stat().st_size, sha256=digest_of(path))
    return None


def kind_of(path: str) -> str:
    """Return the kind of medium that lies under a path of the archive."""
    return "image" if path.startswith(f"{IMAGES}/") else "audio"


def holds_bytes(path: Path, content: bytes) -> bool:
    """Return whether a file holds just these bytes."""
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError as error:
        raise OutputError(f"cannot be read ({error.strerror or error})", concerns=str(path)) from error
