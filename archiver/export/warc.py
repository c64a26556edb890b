"""Records → a WARC 1.1 file, each compressed by itself. The only module that knows warcio."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from archiver.export.records import Fields, Record, alias_record, metadata_record, timestamp

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord
    from warcio.statusandheaders import StatusAndHeaders

_CHUNK = 2**16


class Warc:
    """A WARC that grows record by record; media of one address are written once.

    What it remembers is these addresses: some 200 bytes for each.
    """

    def __init__(self, file: BinaryIO, name: str, now: datetime) -> None:
        from warcio.warcwriter import WARCWriter

        self._writer = WARCWriter(file, gzip=True, warc_version="1.1")
        self._now = now
        self._seen: set[str] = set()
        self._begin(name)

    def write(self, record: Record, content: bytes, note: Fields = ()) -> None:
        """Writes a record, and a `metadata` record of what is to be said of it."""
        self._write(record, BytesIO(content))
        if note:
            said = "".join(f"{name}: {value}\r\n" for name, value in note).encode()
            self.write(metadata_record(record, said), said)

    def holds(self, uri: str) -> bool:
        """Whether a medium of this address was written."""
        return uri in self._seen

    def write_medium(self, record: Record, file: BinaryIO) -> None:
        """Writes a medium."""
        self._seen.add(record.uri)
        self._write(record, file)

    def write_aliases(self, record: Record, addresses: Iterable[str]) -> None:
        """Writes under which other addresses a medium is found."""
        for alias in (alias_record(record, address) for address in addresses):
            if alias.uri not in self._seen:
                self._write(alias, BytesIO())
            self._seen.add(alias.uri)

    def _begin(self, name: str) -> None:
        said = {
            "software": f"archiver {version('archiver')}",
            "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        }
        record = self._writer.create_warcinfo_record(name, said)
        record.rec_headers.replace_header("WARC-Date", timestamp(self._now))
        self._writer.write_record(record)

    def _write(self, record: Record, payload: BinaryIO) -> None:
        http = _http(record)
        head = http.to_ascii_bytes() if http else b""
        made: ArcWarcRecord = self._writer.create_warc_record(
            record.uri, record.type, payload=payload, length=record.size, http_headers=http,
            warc_content_type=record.content_type if not http else "",
            warc_headers_dict={
                "WARC-Record-ID": record.id, "WARC-Date": timestamp(record.date),
                "WARC-Payload-Digest": f"sha256:{record.sha256}", "WARC-Block-Digest": _digest(head, payload),
            },
        )  # fmt: skip
        for name, value in record.extra:
            made.rec_headers.add_header(name, value)
        self._writer.write_record(made)


def _http(record: Record) -> StatusAndHeaders | None:
    from warcio.statusandheaders import StatusAndHeaders

    if record.status is None:
        return None
    return StatusAndHeaders(record.status_line, list(record.headers), protocol="HTTP/1.1")


def _digest(head: bytes, payload: BinaryIO) -> str:
    """The digest of a record's whole block; the payload stands at its beginning again."""
    digest = sha256(head)
    for chunk in _chunks(payload):
        digest.update(chunk)
    payload.seek(0)
    return f"sha256:{digest.hexdigest()}"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
