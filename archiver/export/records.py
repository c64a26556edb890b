"""Describe captures and media as WARC records (WARC 1.1, ISO 28500:2017). Pure; warc.py writes them.

| in the archive | record |
|---|---|
| a page as the server sent it | `response`: status and headers as they came |
| a page saved by a browser, or from which credentials were removed | `resource`, and a `metadata` record about that |
| a medium whose response is known | `response` |
| another medium | `resource` |
| another address of a medium, by which a page shows it | `revisit` with a profile of our own: it was not requested |
| the readable page | `conversion` of the page; and as a `resource`, since replayweb.page knows no conversions |

The archive holds decoded content. Headers about the transfer (Content-Encoding and others) are not true for it, so
they are moved from the response into the record's own header, as `Archiver-Removed-Header`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import quote

import filetype

from archiver.export.urls import is_http_address
from archiver.models import Capture, LocalFile

ALIAS_PROFILE = "urn:archiver:revisit:same-medium"  # docs/export.md says what it claims
REMOVED = "Archiver-Removed-Header"
_FIELDS = "application/warc-fields"
_HTML = "text/html; charset=utf-8"
_TRANSFER = frozenset(
    ("content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive", "trailer")
)

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A WARC record without its payload, which has `size` bytes and this SHA-256."""

    type: str
    uri: str
    date: datetime
    content_type: str  # of a payload without an HTTP header
    sha256: str
    size: int
    status: int | None = None  # of the HTTP header; None: the record has none
    headers: Fields = ()
    extra: Fields = ()  # additional fields of the record's own header

    @property
    def id(self) -> str:
        """Return an id derived from the record, so that two exports of one archive have equal ids."""
        identity = f"{self.type}\n{self.uri}\n{timestamp(self.date)}\n{self.sha256}"
        return f"<{uuid.uuid5(uuid.NAMESPACE_URL, identity).urn}>"

    @property
    def status_line(self) -> str:
        """Return the status code with its reason phrase."""
        try:
            return f"{self.status} {HTTPStatus(self.status or 0).phrase}"
        except ValueError:
            return str(self.status)


def timestamp(moment: datetime) -> str:
    """Return a time in the format of WARC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def page_record(capture: Capture, uri: str) -> Record:
    """Return the record of a captured page; `uri` is used when the capture has no http(s) address."""
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
    """Return the fields of a metadata record about a page: facts for which the page's own record has no field."""
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
    """Return a metadata record about another record."""
    return Record(
        type="metadata", uri=about.uri, date=about.date, content_type=_FIELDS, sha256=sha256(text).hexdigest(),
        size=len(text), extra=(("WARC-Refers-To", about.id),),
    )  # fmt: skip


def readable_records(uri: str, content: bytes, source: Record, now: datetime) -> tuple[Record, Record]:
    """Return two records of a readable page: a conversion of the record `source`, and a resource for players."""
    digest = sha256(content).hexdigest()
    conversion = Record(
        type="conversion", uri=uri, date=now, content_type=_HTML, sha256=digest, size=len(content),
        extra=(("WARC-Refers-To", source.id),),
    )  # fmt: skip
    return conversion, replace(conversion, type="resource", extra=())


def medium_record(file: LocalFile, uri: str, archived: datetime) -> Record:
    """Return the record of a medium.

    Without a response, `uri` is its address, and `archived`, the time when its article was archived, its date.
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
    """Return a record by which players find a medium under another address, `uri`."""
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
    """Return the address at the end of the redirects, else the requested one, else ''."""
    return next((address for address in (capture.final_url, capture.url) if is_http_address(address)), "")


def _content_headers(headers: Fields, size: int) -> Fields:
    """Return the headers without those about the transfer, with the length of the decoded content."""
    content_headers = tuple((name, value) for name, value in headers if name.lower() not in _TRANSFER)
    return (*content_headers, ("content-length", str(size)))


def _removed_headers(headers: Fields) -> Fields:
    """Return the headers about the transfer as fields of the record."""
    return tuple((REMOVED, _printable(f"{name}: {value}", " ")) for name, value in headers if name.lower() in _TRANSFER)


def _type_of(file: LocalFile) -> str:
    extension = file.path.rpartition(".")[2]
    kind = filetype.get_type(ext=extension)
    return "image/svg+xml" if extension == "svg" else kind.mime if kind else "application/octet-stream"


def _printable(text: str, also: str = "") -> str:
    """Return text with control, space and non-ASCII characters percent-encoded, so that it stays on one line.

    Characters in `also` are kept.
    """
    return quote(text, safe="!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~" + also)
