"""Write an article to a WARC: its captures, a readable page and its media."""

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
]  # addresses by the name of a medium in the archive; the inner dict is used as an ordered set


@dataclass(kw_only=True)
class ArticleExporter:
    """A writer of articles to a WARC, and of their readable pages to the page list of a WACZ.

    `missing` is called with a message for each file that cannot be exported.
    """

    catalogue: Catalogue
    read_snapshot: Callable[[str], bytes]  # takes the SHA-256 of a page; raises InputError if the page cannot be read
    root: Path  # the archive's folder
    now: datetime  # date of the readable pages
    missing: Callable[[str], None]
    warc: WarcWriter
    pages: PageListWriter | None = None  # None: the export has no page list

    def add(self, article: ArticleRecord) -> None:
        """Write an article to the WARC: all its captures, a readable page and its media.

        The readable page is made from the last capture that contains the article. If none does, it is not written.
        """
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
        """Yield (capture, page content) for each capture whose snapshot can be read. Equal captures are yielded once.

        Skip captures without a snapshot; call `missing` for each snapshot that cannot be read.
        """
        for capture in dict.fromkeys(self.catalogue.captures.of_article(key)):
            try:
                if capture.sha256:
                    yield capture, self.read_snapshot(capture.sha256)
            except InputError as error:
                self.missing(str(error))

    def _write_readable(
        self, article: ArticleRecord, page: Record, extracted: Article, addresses: Mapping[str, str]
    ) -> None:
        """Write the readable page of `extracted` to the WARC and to the page list.

        `page` is the record of the captured page from which the article was extracted. `addresses` maps addresses of
        media in the body to their replacements.
        """
        extracted = replace(extracted, url=article.url or extracted.url)
        html = readable_page(extracted, addresses).encode("utf-8", "replace")
        conversion, resource = records.readable_records(urls.readable_address(article.key), html, page, self.now)
        self.warc.write(conversion, html)
        self.warc.write(resource, html)
        if self.pages:
            self.pages.add(resource, extracted.title, plain_text(extracted))

    def _write_medium(self, file: LocalFile, addresses: list[str], article: ArticleRecord) -> None:
        """Write a medium, and alias records with which players find it at all of `addresses`.

        If neither its response nor an address is known, it is not written: the page itself contains its bytes.
        """
        if not file.response and not addresses:  # the page itself contains its bytes
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
        """Yield a file opened for reading, or None if it cannot be read or its SHA-256 is not the recorded one.

        Call `missing` if None is yielded.
        """
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
    """Add the address at which a WARC player finds each medium of an article to `addresses`; return the replacements.

    This is the medium's own address if it is http(s), the only kind that players can request. Otherwise an https
    address is made up for its stored file, and the returned dict maps the old address to it. Media without an
    http(s) address are skipped if their address is a `data:` one or if they have no file in `files`, which has the
    stored media by name.
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
