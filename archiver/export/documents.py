"""Write styled articles to a folder: one HTML, PDF or Word document an article, named by its title.

Pictures of HTML documents lie in the folder `media` beside them, or are part of the document (`is_embedded`), as they
always are for the other formats.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import quote

from archiver.errors import InputError
from archiver.export.converters import ConversionError, convert
from archiver.export.file_names import DocumentNames
from archiver.export.intact_files import IntactFiles
from archiver.media_types import mime_type
from archiver.messages.message import message
from archiver.models import ArticleRecord, LocalFile
from archiver.models.reports import StyledArticle
from archiver.storage.local import as_file_error, atomic_file, make_durable_folder, read_file

MEDIA_FOLDER = "media"

Place = Callable[[LocalFile], str]  # a media file of the archive → its address in a document, '' to leave it out


@dataclass(kw_only=True)
class DocumentFolder:
    """A folder of documents that is being written.

    Args:
        folder: The path of the folder. It is created if needed; other files in it stay as they are.
        form: The format: `html`, `pdf` or `docx`.
        program: The program that converts HTML to the format; '' for `html`.
        is_embedded: Whether pictures become part of HTML documents.
        names: The names of the documents.
        styled: Returns an article as it looked; it calls its second argument for each media file that it shows. Raises
            InputError if the article's page is not stored.
        media: The media files of the archive.
        missing: Called with a message for each article and file that cannot be exported.
        written: Called with the path of each document.
    """

    folder: Path
    form: str
    program: str = ""
    is_embedded: bool = False
    names: DocumentNames
    styled: Callable[[ArticleRecord, Place], StyledArticle]
    media: IntactFiles
    missing: Callable[[str], None]
    written: Callable[[str], None]
    _copied: dict[str, str] = field(default_factory=dict)  # addresses in documents, by paths in the archive

    def open(self) -> DocumentFolder:
        """Create the folder; raise OutputError if that is not possible."""
        with as_file_error(self.folder):
            make_durable_folder(self.folder)
        return self

    def add(self, article: ArticleRecord) -> None:
        """Write the document of an article, and copy its media if they are to lie beside it."""
        place = self._embed if self.is_embedded or self.form != "html" else self._copy
        path = self.folder / f"{self.names.name(article)}.{self.form}"
        try:
            html = self.styled(article, place).html
            if self.form == "html":
                with atomic_file(path) as file:
                    file.write(html.encode("utf-8", "replace"))
            else:
                convert(self.form, self.program, html, path)
        except InputError as error:
            self.missing(str(error))
        except ConversionError as error:
            self.missing(message("{path}: {reason}", path=path, reason=error.args[0]))
        else:
            self.written(str(path))

    def _embed(self, file: LocalFile) -> str:
        """Return a media file as a `data:` address; '' for sounds and films, which are too large for a document."""
        kind = mime_type(PurePath(file.path).suffix[1:])
        if not kind.startswith("image/"):
            return ""
        content = self._read(file)
        return f"data:{kind};base64,{b64encode(content).decode()}" if content else ""

    def _copy(self, file: LocalFile) -> str:
        """Copy a media file to the folder beside the documents, unless it is there; return its relative address."""
        if file.path not in self._copied:
            name = PurePath(file.path).name
            target = self.folder / MEDIA_FOLDER / name
            content = self._read(file)
            if content and not _holds(target, content):
                with as_file_error(target):
                    make_durable_folder(target.parent)
                with atomic_file(target) as opened:
                    opened.write(content)
            self._copied[file.path] = f"{MEDIA_FOLDER}/{quote(name)}" if content else ""
        return self._copied[file.path]

    def _read(self, file: LocalFile) -> bytes:
        return self.media.read(file.path, file.sha256)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and read_file(path) == content
    except OSError:
        return False
