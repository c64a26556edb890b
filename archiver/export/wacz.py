"""Write a WACZ 1.1.1 file, which web archive players such as replayweb.page open directly.

It is a zip file with a WARC file, a list of the pages to show, and an index.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TextIO

from archiver.export.records import Record, timestamp
from archiver.export.warc import WarcWriter
from archiver.storage.local import as_file_error, sync_file, temporary_path

_DATA = "data.warc.gz"
_PAGES = "pages.jsonl"
_INDEX_LINES = 1024  # lines of the index in a compressed block, the same number as archiveweb.page uses


class PageListWriter:
    """A writer of `pages/pages.jsonl`, the list of pages that web archive players offer to the user."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._write({"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True})

    def add(self, record: Record, title: str, text: str) -> None:
        """Add a page to the list.

        `record` is the WARC record of the page, and `title` its title. `text` is its plain text, in which web archive
        players search.
        """
        identity = record.id.strip("<>").rpartition(":")[2]
        page = {"id": identity, "url": record.uri, "ts": timestamp(record.date), "title": title, "text": text}
        self._write(page)

    def _write(self, row: Mapping[str, object]) -> None:
        self._file.write(json.dumps(row) + "\n")  # pure ASCII, because some tools decode it with the locale's encoding


@contextmanager
def wacz_file(path: Path, now: datetime) -> Iterator[tuple[WarcWriter, PageListWriter]]:
    """Yield the writers of a WARC file and of its page list; then pack both files into a WACZ file at `path`.

    They are packed when the `with` block ends. If the block fails, no file is written at `path`. `now` is the date of
    the WARC file's first record. Raise OutputError if a file cannot be written.
    """
    with _work_folder(path) as folder:
        with (folder / _DATA).open("wb") as data, (folder / _PAGES).open("w", encoding="ascii") as pages:
            yield WarcWriter(data, _DATA, now), PageListWriter(pages)
        packed = folder / "packed.wacz"
        _pack(folder, packed)
        sync_file(packed)
        packed.replace(path)
        sync_file(path)


@contextmanager
def _work_folder(path: Path) -> Iterator[Path]:
    """Yield a new temporary folder beside `path`; delete it when the `with` block ends.

    Convert an OSError of the block to an OutputError about `path`.
    """
    folder = temporary_path(path)
    with as_file_error(path):
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _pack(folder: Path, target: Path) -> None:
    """Pack the WARC file and the page list in `folder` into the WACZ file `target`.

    An index of the WARC records and the digests of all packed files are added.
    """
    from wacz.util import now
    from wacz.waczindexer import WACZIndexer

    with zipfile.ZipFile(target, "w") as archive:
        with (
            (folder / _PAGES).open("rb") as source,
            archive.open(zipfile.ZipInfo(f"pages/{_PAGES}", now()), "w") as file,
        ):
            shutil.copyfileobj(source, file)
        index = io.BytesIO()
        index_text = io.TextIOWrapper(index, "utf-8", write_through=True)
        with archive.open(zipfile.ZipInfo("indexes/index.cdx.gz", now()), "w") as compressed:
            indexer = WACZIndexer(
                index_text, [str(folder / _DATA)], sort=True, post_append=True,
                compress=compressed, lines=_INDEX_LINES, digest_records=True, fields="referrer,req.http:cookie",
                data_out_name="index.cdx.gz", hash_type="sha256", main_url=None,
            )  # fmt: skip
            indexer.process_all()
        _add(archive, "indexes/index.idx", index.getvalue())
        archive.write(folder / _DATA, f"archive/{_DATA}")
        untitled = SimpleNamespace(title="", desc="", date="")
        package = indexer.generate_datapackage(untitled, archive).encode()
        _add(archive, "datapackage.json", package)
        _add(archive, "datapackage-digest.json", indexer.generate_datapackage_digest(package).encode())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Compress `content` and add it to a zip file, as a file with the path `name` and the present time as its date."""
    from wacz.util import now

    info = zipfile.ZipInfo(name, now())
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
