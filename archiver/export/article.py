"""Write an article to a WARC file: its captures, its media and a readable page.

The readable page is a plain HTML page that archiver makes from the article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from archiver.catalogue import Catalogue
from archiver.errors import InputError
from archiver.export import records, urls
from archiver.export.intact_files import IntactFiles
from archiver.export.readable import plain_text, readable_page
from archiver.export.records import Record
from archiver.export.wacz import PageListWriter
from archiver.export.warc import WarcWriter
from archiver.extractor import extract
from archiver.models import Article, ArticleRecord, Capture, LocalFile, Page, State
from archiver.writer.names import media_name

AddressesByName = defaultdict[
    str, dict[str, None]
]  # addresses by the name of a medium in the archive; the inner dict is used as an ordered set


@dataclass(kw_only=True)
class ArticleExporter:
    """A writer of articles to a WARC file.

    For each article, it also makes a readable page: a plain HTML page with the text and media of the article. If the
    WARC file becomes part of a WACZ file, the readable pages are also added to the page list of the WACZ file.

    Args:
        catalogue: The catalogue of the archive.
        read_snapshot: Takes the SHA-256 of a snapshot and returns its bytes. Raises InputError if it cannot be read.
        media: The media files of the archive.
        now: The date of the readable pages.
        missing: Called with a message for each file that cannot be exported.
        warc: The WARC file.
        pages: The page list; None if the export has none.
    """

    catalogue: Catalogue
    read_snapshot: Callable[[str], bytes]
    media: IntactFiles
    now: datetime
    missing: Callable[[str], None]
    warc: WarcWriter
    pages: PageListWriter | None = None

    def add(self, article: ArticleRecord) -> None:
        """Write an article to the WARC file: all its captures, a readable page and its media.

        The readable page is plain HTML, made from the last capture that contains the article. If no capture contains
        the article, no readable page is written.
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
        """Yield (capture, bytes of its snapshot) for each capture of the article with this key.

        Captures without a snapshot are skipped. So are captures whose snapshot cannot be read; these are reported by
        `self.missing`. Captures that differ only in the time at which they were stored are yielded once.
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
        """Write the readable page of an article (plain HTML) to the WARC file and, if there is one, to the page list.

        Args:
            article: The catalogue's record of the article.
            page: The WARC record of the page from which the article was extracted.
            extracted: The article as extracted from this page.
            addresses: Maps addresses of media in the body to the addresses to write instead.
        """
        extracted = replace(extracted, url=article.url or extracted.url)
        html = readable_page(extracted, addresses).encode("utf-8", "replace")
        conversion, resource = records.readable_records(urls.readable_address(article.key), html, page, self.now)
        self.warc.write(conversion, html)
        self.warc.write(resource, html)
        if self.pages:
            self.pages.add(resource, extracted.title, plain_text(extracted))

    def _write_medium(self, file: LocalFile, addresses: list[str], article: ArticleRecord) -> None:
        """Write a medium to the WARC file, so that web archive players find it at each of `addresses`.

        The bytes are written once, even if several articles show the medium. For each further address, an alias record
        is written, which refers to the bytes.

        If `addresses` is empty and the catalogue has no HTTP response for `file`, nothing is written. Usually the page
        itself contains the bytes of such a medium, as a `data:` address.

        Args:
            file: The file of the medium in the archive.
            addresses: The addresses at which the article's captured pages and its readable page request the medium.
            article: The record of the article that shows the medium.
        """
        if not file.response and not addresses:  # the page itself contains its bytes
            return
        record = records.medium_record(file, addresses[0] if addresses else "", article.archived)
        if not self.warc.holds(record.uri):
            with self.media.open(file.path, file.sha256) as opened:
                if not opened:
                    return
                self.warc.write_medium(record, opened)
        self.warc.write_aliases(record, addresses)


def _replay_addresses(article: Article, files: Mapping[str, LocalFile], addresses: AddressesByName) -> dict[str, str]:
    """Choose an http(s) address for each medium of a readable page; return those to replace: old address → new one.

    Web archive players can show a medium only at an http(s) address. Each chosen address is added to `addresses`. It
    depends on the medium's address in the body:

    - http(s): this address itself is chosen.
    - `data:`: none is chosen, since the address contains the medium itself.
    - Any other, such as a local path: if the medium has a saved file, an https address is made up and chosen. The
      result maps the address in the body to it.

    Args:
        article: The article.
        files: Maps the name of each saved medium to its file.
        addresses: Maps the name of each medium to the addresses at which the WARC file will contain it.
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
