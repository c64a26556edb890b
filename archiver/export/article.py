"""One article's pages, readable page and media, from where they are kept into a WARC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from archiver.archive.captures import SnapshotStore, page_of
from archiver.catalogue import Catalogue
from archiver.errors import InputError
from archiver.export import records, urls
from archiver.export.readable import plain_text, readable_page
from archiver.export.records import Record
from archiver.export.wacz import PageListWriter
from archiver.export.warc import Warc
from archiver.extractor import extract
from archiver.models import Article, ArticleRecord, Capture, LocalFile, Page, State
from archiver.storage.local import open_file
from archiver.writer.names import media_name

Names = defaultdict[str, dict[str, None]]  # the addresses of each medium, by its name in the archive


@dataclass(kw_only=True)
class ArticleExporter:
    """Gives a WARC what the archive at `root` kept of an article; what cannot be given is told to `missing`."""

    catalogue: Catalogue
    snapshots: SnapshotStore
    root: Path
    now: datetime
    missing: Callable[[str], None]
    warc: Warc
    pages: PageListWriter | None = None

    def add(self, kept: ArticleRecord) -> None:
        """Writes the pages of an article in their order, the last good one without its scripts, the media."""
        names: Names = defaultdict(dict)
        last: tuple[Record, Page] | None = None
        for capture, content in self._captures(kept.key):
            record = records.page_record(capture, kept.url or urls.page_address(kept.key))
            self.warc.write(record, content, records.page_note(capture))
            for name, address in urls.named_in(content):
                names[name][address] = None
            if capture.state is State.ARTICLE:
                last = record, page_of(capture, content, kept.key)
        files = self.catalogue.media.files_of_article(kept.key)
        if last:
            record, article = last[0], extract(last[1])
            self._readable(kept, record, article, _placed(article, files, names))
        for name, file in files.items():
            self._medium(file, list(names[name]), kept)

    def _captures(self, key: str) -> Iterator[tuple[Capture, bytes]]:
        """Each capture whose page is kept, and the page; a file that was read twice is one capture."""
        for capture in dict.fromkeys(self.catalogue.captures.of_article(key)):
            try:
                if capture.sha256:
                    yield capture, self.snapshots.load(capture.sha256).content
            except InputError as error:
                self.missing(str(error))

    def _readable(self, kept: ArticleRecord, page: Record, article: Article, placed: Mapping[str, str]) -> None:
        known = replace(article, url=kept.url or article.url)
        html = readable_page(known, placed).encode("utf-8", "replace")
        made, found = records.readable_records(urls.readable_address(kept.key), html, page, self.now)
        self.warc.write(made, html)
        self.warc.write(found, html)
        if self.pages:
            self.pages.add(found, known.title, plain_text(known))

    def _medium(self, file: LocalFile, named: list[str], kept: ArticleRecord) -> None:
        if not file.response and not named:  # it stood in the page itself
            return
        record = records.medium_record(file, named[0] if named else "", kept.archived)
        if not self.warc.holds(record.uri):
            with self._intact(file) as opened:
                if not opened:
                    return
                self.warc.write_medium(record, opened)
        self.warc.write_aliases(record, named)

    @contextmanager
    def _intact(self, file: LocalFile) -> Iterator[BinaryIO | None]:
        """The file, proven to be the one that came; None when it is not."""
        path = self.root / file.path
        try:
            opened = open_file(path)
        except OSError as error:
            self.missing(f"{path}: cannot be read ({error.strerror})")
            yield None
            return
        with opened:
            is_intact = file_digest(opened, "sha256").hexdigest() == file.sha256
            opened.seek(0)
            if not is_intact:
                self.missing(f"{path}: is not the file that came")
            yield opened if is_intact else None


def _placed(article: Article, files: Mapping[str, LocalFile], names: Names) -> dict[str, str]:
    """Adds the addresses by which a body names its media; those that no player could ask for get one of ours."""
    placed = {}
    for medium in article.media:
        name, address = media_name(medium), medium.url
        if not urls.is_address(address):
            if address.startswith("data:") or name not in files:
                continue
            address = placed[medium.url] = urls.file_address(files[name])
        names[name][address] = None
    return placed
