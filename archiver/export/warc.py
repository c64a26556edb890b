"""Write records to a WARC 1.1 file, each one compressed separately. No other module imports warcio."""

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
    """A writer of records to a WARC file.

    It is created with three arguments: the open file, the name of the file, and the present time. The name and the time
    go into the first record, which describes the WARC file and is written at once.

    The writer remembers the addresses of all media that it has written, so that no medium is written twice: the method
    `holds` tells callers whether an address is among them. Each address takes about 200 bytes of memory.
    """

    def __init__(self, file: BinaryIO, name: str, now: datetime) -> None:
        from warcio.warcwriter import WARCWriter

        self._writer = WARCWriter(file, gzip=True, warc_version="1.1")
        self._now = now
        self._seen: set[str] = set()
        self._write_warcinfo(name)

    def write(self, record: Record, content: bytes, note: Fields = ()) -> None:
        """Write a record with the payload `content`.

        `note` consists of (name, value) pairs about the record. If there are any, a metadata record with these pairs is
        written, too.
        """
        self._write(record, BytesIO(content))
        if note:
            text = "".join(f"{name}: {value}\r\n" for name, value in note).encode()
            self.write(metadata_record(record, text), text)

    def holds(self, uri: str) -> bool:
        """Return whether the WARC file already has a medium at the address `uri`.

        This is also True if it has only an alias record there, which refers to a medium at another address.
        """
        return uri in self._seen

    def write_medium(self, record: Record, file: BinaryIO) -> None:
        """Write the record of a medium; its bytes are read from `file`."""
        self._seen.add(record.uri)
        self._write(record, file)

    def write_aliases(self, record: Record, addresses: Iterable[str]) -> None:
        """Write an alias record for each of `addresses`, so that web archive players find a medium there, too.

        `record` is the record of the medium. Addresses at which a medium or alias was already written are skipped.
        """
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
    """Return the SHA-256 digest of a record's block as `sha256:<hex>`; a block is an HTTP header and the payload.

    `head` is the HTTP header, b'' if the record has none. The payload is read to its end and set back to its beginning.
    """
    digest = sha256(head)
    for chunk in _chunks(payload):
        digest.update(chunk)
    payload.seek(0)
    return f"sha256:{digest.hexdigest()}"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
