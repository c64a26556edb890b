"""Describe captures and media as WARC records (WARC 1.1, ISO 28500:2017), which warc.py writes.

| in the archive | record type |
|---|---|
| a page as the server sent it | `response`, with the received status and headers |
| a page saved by a browser, or from which credentials were removed | `resource`, and a `metadata` record that says so |
| a medium with a recorded HTTP response | `response` |
| a medium without one, such as a file that a browser saved with a page | `resource` |
| a further address at which a page requests the same medium | `revisit`, which refers to the medium's record |
| the readable page | `conversion`; also `resource`, because replayweb.page does not support conversions |

Usually, a `revisit` record says that an address was requested again. Here it was not requested at all. The field
WARC-Profile of the record says so.

The archive stores decoded content, for which headers about the transfer (such as Content-Encoding) are wrong. They are
moved from the HTTP header to the WARC header, as fields called `Archiver-Removed-Header`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import quote

from archiver.export.urls import is_http_address
from archiver.media_types import mime_type
from archiver.models import Capture, LocalFile

ALIAS_PROFILE = "urn:archiver:revisit:same-medium"  # described in docs/guide/export.md
REMOVED = "Archiver-Removed-Header"
_FIELDS = "application/warc-fields"
_HTML = "text/html; charset=utf-8"
_TRANSFER = frozenset(
    ("content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive", "trailer")
)

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The description of a WARC record, without its payload.

    `content_type`, `sha256` and `size` (in bytes) describe the payload. `status` and `headers` are those of the HTTP
    response; a record whose status is None has no HTTP header. `extra` has additional fields of the WARC header.
    """

    type: str  # WARC-Type
    uri: str  # WARC-Target-URI
    date: datetime
    content_type: str  # of the payload; only used without an HTTP header
    sha256: str  # of the payload
    size: int  # bytes of the payload
    status: int | None = None  # HTTP status; None: the record has no HTTP header
    headers: Fields = ()  # HTTP headers
    extra: Fields = ()  # additional fields of the WARC header

    @property
    def id(self) -> str:
        """The WARC-Record-ID; equal records have equal ids in all exports.

        The id is derived from type, address, date and digest of the record.
        """
        identity = f"{self.type}\n{self.uri}\n{timestamp(self.date)}\n{self.sha256}"
        return f"<{uuid.uuid5(uuid.NAMESPACE_URL, identity).urn}>"

    @property
    def status_line(self) -> str:
        """The HTTP status with its reason phrase, such as `200 OK`; only the number if it is not a standard one."""
        try:
            return f"{self.status} {HTTPStatus(self.status or 0).phrase}"
        except ValueError:
            return str(self.status)


def timestamp(moment: datetime) -> str:
    """Return a time in the format of WARC, in UTC: 2024-07-18T02:05:00Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def page_record(capture: Capture, uri: str) -> Record:
    """Return the WARC record of a captured page.

    The address of the record is that of the capture, or `uri` if the capture has no http(s) address.
    """
    is_response = not capture.saved and not capture.redacted
    content_type = dict(capture.headers).get("content-type", "")
    return Record(
        type="response" if is_response else "resource", uri=_printable(_address_of(capture) or uri),
        date=capture.captured,
        content_type=content_type or "text/html", sha256=capture.sha256, size=capture.size,
        status=capture.status if is_response else None,
        headers=_content_headers(capture.headers, capture.size) if is_response else (),
        extra=_removed_headers(capture.headers) if is_response else (),
    )  # fmt: skip


def page_note(capture: Capture) -> Fields:
    """Return facts about a captured page as (name, value) pairs, for a metadata record.

    These are facts for which the record of the page has no fields, such as the names of credentials that were removed.
    """
    requested = capture.url if capture.url != _address_of(capture) else ""
    fields = [("via", requested), ("archiver-state", str(capture.state))]
    if capture.saved:
        fields.append(("archiver-saved", "a browser saved this page; it is not the response as the server sent it"))
    if capture.redacted:
        fields.append(("archiver-redacted", ", ".join(capture.redacted)))
        fields += [
            ("archiver-status", str(capture.status)),
            *(("archiver-header", f"{n}: {v}") for n, v in capture.headers),
        ]
    return tuple((name, _printable(value, " ")) for name, value in fields if value)


def metadata_record(about: Record, text: bytes) -> Record:
    """Return a metadata record that describes the record `about`; `text` is the payload of the metadata record."""
    return Record(
        type="metadata", uri=about.uri, date=about.date, content_type=_FIELDS, sha256=sha256(text).hexdigest(),
        size=len(text), extra=(("WARC-Refers-To", about.id),),
    )  # fmt: skip


def readable_records(uri: str, content: bytes, source: Record, now: datetime) -> tuple[Record, Record]:
    """Return (conversion, resource), the two WARC records of a readable page.

    The readable page is the plain HTML page that archiver makes from an article. WARC intends the record type
    `conversion` for it. replayweb.page does not show this type, so the same page is also written as a `resource`.

    Args:
        uri: The address of the readable page.
        content: The HTML of the readable page.
        source: The record of the captured page from which the readable page was made.
        now: The date of both records.
    """
    digest = sha256(content).hexdigest()
    conversion = Record(
        type="conversion", uri=uri, date=now, content_type=_HTML, sha256=digest, size=len(content),
        extra=(("WARC-Refers-To", source.id),),
    )  # fmt: skip
    return conversion, replace(conversion, type="resource", extra=())


def medium_record(file: LocalFile, uri: str, archived: datetime) -> Record:
    """Return the WARC record of a medium: with the address and date of its HTTP response, if that is known.

    Otherwise the address is `uri` and the date is `archived`, the time when the article was archived.
    """
    response = file.response
    return Record(
        type="response" if response else "resource", uri=_printable(response.url if response else uri),
        date=response.received if response else archived, content_type=_type_of(file), sha256=file.sha256,
        size=file.size, status=response.status if response else None,
        headers=_content_headers(response.headers, file.size) if response else (),
        extra=_removed_headers(response.headers) if response else (),
    )  # fmt: skip


def alias_record(medium: Record, uri: str) -> Record:
    """Return a revisit record, with which web archive players find a medium at a further address.

    `medium` is the record of the medium, and `uri` the further address.
    """
    refers = (
        ("WARC-Profile", ALIAS_PROFILE), ("WARC-Refers-To", medium.id), ("WARC-Refers-To-Target-URI", medium.uri),
        ("WARC-Refers-To-Date", timestamp(medium.date)),
    )  # fmt: skip
    return Record(
        type="revisit",
        uri=_printable(uri),
        date=medium.date,
        content_type="",
        sha256=medium.sha256,
        size=0,
        extra=refers,
    )


def _address_of(capture: Capture) -> str:
    """Return the http(s) address of a captured page; '' if it has none.

    This is the address after redirects. If that is not http(s), it is the requested address.
    """
    return next((address for address in (capture.final_url, capture.url) if is_http_address(address)), "")


def _content_headers(headers: Fields, size: int) -> Fields:
    """Return HTTP headers without those about the transfer (such as Content-Encoding), but with a new Content-Length.

    `headers` are (name, value) pairs, and `size` is the number of bytes of the content.
    """
    content_headers = tuple((name, value) for name, value in headers if name.lower() not in _TRANSFER)
    return (*content_headers, ("content-length", str(size)))


def _removed_headers(headers: Fields) -> Fields:
    """Return the HTTP headers about the transfer (such as Content-Encoding) as fields of the WARC header.

    Each field is the pair (`Archiver-Removed-Header`, `name: value`).
    """
    return tuple((REMOVED, _printable(f"{name}: {value}", " ")) for name, value in headers if name.lower() in _TRANSFER)


def _type_of(file: LocalFile) -> str:
    return mime_type(file.path.rpartition(".")[2]) or "application/octet-stream"


def _printable(text: str, also: str = "") -> str:
    """Return `text` in a form that fits in one header line.

    Control characters, spaces and non-ASCII characters are percent-encoded. Those in `also` are kept as they are: with
    `also=" "`, spaces remain spaces.
    """
    return quote(text, safe="!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~" + also)
