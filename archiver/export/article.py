"""Write one article to a WARC: its captured pages, a readable page and its media."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from archiver.catalogue import Catalogue
from archiver.errors import InputError
from archiver.export import records, urls
from archiver.export.readable import plain_text, readable_page
from archiver.export.records import Record
from archiver.export.wacz import PageListWriter
from archiver.export.warc import WarcWriter
from archiver.extractor import extract
from archiver.models import Article, ArticleRecord, Capture, LocalFile, Page, State
from archiver.storage.local import open_file
from archiver.writer.names import media_name

AddressesByName = defaultdict[
    str, dict[str, None]
]  # by a medium's name in the archive; the inner dict is an ordered set


@dataclass(kw_only=True)
class ArticleExporter:
    """A writer of articles of the archive at `root` to a WARC, and of readable pages to a list for players.

    `missing` is called with a message for every file that cannot be exported.
    """

    catalogue: Catalogue
    read_snapshot: Callable[[str], bytes]  # the page of a SHA-256; InputError when it cannot be had
    root: Path
    now: datetime
    missing: Callable[[str], None]
    warc: WarcWriter
    pages: PageListWriter | None = None

    def add(self, article: ArticleRecord) -> None:
        """Write all pages of an article, a readable version of its last page, and its media."""
        addresses: AddressesByName = defaultdict(dict)
        last: tuple[Record, Page] | None = None
        for capture, content in self._captures(article.key):
            record = records.page_record(capture, article.url or urls.page_address(article.key))
            self.warc.write(record, content, records.page_note(capture))
            for name, address in urls.find_media_addresses(content):
                addresses[name][address] = None
            if capture.state is State.ARTICLE:
                last = record, capture.as_page(content, article.key)
        files = self.catalogue.media.files_of_article(article.key)
        if last:
            record, extracted = last[0], extract(last[1])
            self._write_readable(article, record, extracted, _replay_addresses(extracted, files, addresses))
        for name, file in files.items():
            self._write_medium(file, list(addresses[name]), article)

    def _captures(self, key: str) -> Iterator[tuple[Capture, bytes]]:
        """Yield each capture that has a snapshot, with its page; equal captures only once."""
        for capture in dict.fromkeys(self.catalogue.captures.of_article(key)):
            try:
                if capture.sha256:
                    yield capture, self.read_snapshot(capture.sha256)
            except InputError as error:
                self.missing(str(error))

    def _write_readable(
        self, article: ArticleRecord, page: Record, extracted: Article, addresses: Mapping[str, str]
    ) -> None:
        """Write the readable page; `page` is the record of the page that `extracted` was read from."""
        extracted = replace(extracted, url=article.url or extracted.url)
        html = readable_page(extracted, addresses).encode("utf-8", "replace")
        conversion, resource = records.readable_records(urls.readable_address(article.key), html, page, self.now)
        self.warc.write(conversion, html)
        self.warc.write(resource, html)
        if self.pages:
            self.pages.add(resource, extracted.title, plain_text(extracted))

    def _write_medium(self, file: LocalFile, addresses: list[str], article: ArticleRecord) -> None:
        """Write a medium, and an alias for each address by which a page shows it."""
        if not file.response and not addresses:  # its bytes are in the page itself
            return
        record = records.medium_record(file, addresses[0] if addresses else "", article.archived)
        if not self.warc.holds(record.uri):
            with self._open_intact(file) as opened:
                if not opened:
                    return
                self.warc.write_medium(record, opened)
        self.warc.write_aliases(record, addresses)

    @contextmanager
    def _open_intact(self, file: LocalFile) -> Iterator[BinaryIO | None]:
        """Yield a file open for reading if it has the recorded SHA-256; else call `missing` and yield None."""
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


def _replay_addresses(article: Article, files: Mapping[str, LocalFile], addresses: AddressesByName) -> dict[str, str]:
    """Return new addresses for the media that a body shows by an address which players cannot request.

    The addresses of all media of the body are added to `addresses`.
    """
    replaced = {}
    for medium in article.media:
        name, address = media_name(medium), medium.url
        if not urls.is_http_address(address):
            if address.startswith("data:") or name not in files:
                continue
            address = replaced[medium.url] = urls.file_address(files[name])
        addresses[name][address] = None
    return replaced
