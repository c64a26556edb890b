"""A WARC and a list of its pages → WACZ 1.1.1: one file that players open without an index of their own."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import TextIO

from archiver.errors import OutputError
from archiver.export.records import Record, timestamp
from archiver.export.warc import Warc
from archiver.storage.local import beside, named_file, sync_file

_DATA = "data.warc.gz"
_PAGES = "pages.jsonl"


class PageListWriter:
    """The list from which a player's user chooses: `pages/pages.jsonl`."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._write({"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True})

    def add(self, record: Record, title: str, text: str) -> None:
        """Names a page; its text is what a player searches."""
        identity = record.id.strip("<>").rpartition(":")[2]
        page = {"id": identity, "url": record.uri, "ts": timestamp(record.date), "title": title, "text": text}
        self._write(page)

    def _write(self, row: Mapping[str, object]) -> None:
        self._file.write(json.dumps(row) + "\n")  # ASCII: wacz reads the list in the locale's encoding


@contextmanager
def wacz_file(path: Path, now: datetime) -> Iterator[tuple[Warc, PageListWriter]]:
    """A WARC and a list to write to, which become the WACZ at `path` when the context has ended well."""
    with _work_folder(path) as folder:
        with (folder / _DATA).open("wb") as data, (folder / _PAGES).open("w", encoding="ascii") as pages:
            yield Warc(data, _DATA, now), PageListWriter(pages)
        whole = folder / "whole.wacz"
        _pack(folder, whole)
        sync_file(whole)
        whole.replace(path)
        sync_file(path)


@contextmanager
def _work_folder(path: Path) -> Iterator[Path]:
    """Make a folder beside `path`, on its disk, for the parts it is made of; it goes when the context ends."""
    folder = beside(path)
    with named_file(path):
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _pack(folder: Path, whole: Path) -> None:
    """Index, digests and zip, by the format's own tool, which says on stdout what it does."""
    from wacz.main import main

    said = io.StringIO()
    with redirect_stdout(said):
        code = main(
            ["create", "--output", str(whole), "--copy-pages", "--pages", str(folder / _PAGES), str(folder / _DATA)]
        )
    if code:
        raise OutputError(f"cannot be made: {said.getvalue().strip()}", concerns=str(whole))
