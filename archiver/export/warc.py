"""Write records to a WARC 1.1 file, each compressed separately. The only module that imports warcio."""

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


class WarcWriter:
    """A writer of records to a WARC; media of one address are written once.

    It keeps the addresses of media in memory, some 200 bytes for each. `name` is the name of the file, `now` the
    date of its first record.
    """

    def __init__(self, file: BinaryIO, name: str, now: datetime) -> None:
        from warcio.warcwriter import WARCWriter

        self._writer = WARCWriter(file, gzip=True, warc_version="1.1")
        self._now = now
        self._seen: set[str] = set()
        self._write_warcinfo(name)

    def write(self, record: Record, content: bytes, note: Fields = ()) -> None:
        """Write a record, and a metadata record about it with the fields of `note`, if there are any."""
        self._write(record, BytesIO(content))
        if note:
            text = "".join(f"{name}: {value}\r\n" for name, value in note).encode()
            self.write(metadata_record(record, text), text)

    def holds(self, uri: str) -> bool:
        """Return whether a medium of this address was written."""
        return uri in self._seen

    def write_medium(self, record: Record, file: BinaryIO) -> None:
        """Write a medium, whose bytes are read from `file`."""
        self._seen.add(record.uri)
        self._write(record, file)

    def write_aliases(self, record: Record, addresses: Iterable[str]) -> None:
        """Write a record for each other address of a medium."""
        for alias in (alias_record(record, address) for address in addresses):
            if alias.uri not in self._seen:
                self._write(alias, BytesIO())
            self._seen.add(alias.uri)

    def _write_warcinfo(self, name: str) -> None:
        fields = {
            "software": f"archiver {version('archiver')}",
            "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        }
        record = self._writer.create_warcinfo_record(name, fields)
        record.rec_headers.replace_header("WARC-Date", timestamp(self._now))
        self._writer.write_record(record)

    def _write(self, record: Record, payload: BinaryIO) -> None:
        http = _http_header(record)
        head = http.to_ascii_bytes() if http else b""
        warc_record: ArcWarcRecord = self._writer.create_warc_record(
            record.uri, record.type, payload=payload, length=record.size, http_headers=http,
            warc_content_type=record.content_type if not http else "",
            warc_headers_dict={
                "WARC-Record-ID": record.id, "WARC-Date": timestamp(record.date),
                "WARC-Payload-Digest": f"sha256:{record.sha256}", "WARC-Block-Digest": _digest(head, payload),
            },
        )  # fmt: skip
        for name, value in record.extra:
            warc_record.rec_headers.add_header(name, value)
        self._writer.write_record(warc_record)


def _http_header(record: Record) -> StatusAndHeaders | None:
    from warcio.statusandheaders import StatusAndHeaders

    if record.status is None:
        return None
    return StatusAndHeaders(record.status_line, list(record.headers), protocol="HTTP/1.1")


def _digest(head: bytes, payload: BinaryIO) -> str:
    """Return the digest of a record's block, its HTTP header and payload; set the payload back to its beginning."""
    digest = sha256(head)
    for chunk in _chunks(payload):
        digest.update(chunk)
    payload.seek(0)
    return f"sha256:{digest.hexdigest()}"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
