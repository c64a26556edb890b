"""What a WARC says of each thing that is kept (WARC 1.1, ISO 28500:2017). Pure; warc.py writes it.

| kept | record |
|---|---|
| a page as the server sent it | `response`: status and headers as they came |
| a page saved by a browser, or without its reader's credentials | `resource`, and a `metadata` record that says so |
| a medium whose response is known | `response` |
| another medium | `resource` |
| another address of a medium, by which a page names it | `revisit` of a profile of our own: it was not asked |
| the readable page | `conversion` of the page; and as a `resource`, since replayweb.page knows no conversions |

What is kept is what came behind the transfer: headers that speak of the transfer no longer hold, so they are taken out
of the response and named in the record's own header, as `Archiver-Removed-Header`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import quote

import filetype

from archiver.export.urls import is_address
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
    """One record, without its payload: that is `size` bytes of this SHA-256."""

    type: str
    uri: str
    date: datetime
    content_type: str  # of a payload that has no HTTP header
    sha256: str
    size: int
    status: int | None = None  # of the HTTP header; None: there is none
    headers: Fields = ()
    extra: Fields = ()  # more of the record's own header

    @property
    def id(self) -> str:
        """The same for the same record, so that two exports can be compared."""
        said = f"{self.type}\n{self.uri}\n{timestamp(self.date)}\n{self.sha256}"
        return f"<{uuid.uuid5(uuid.NAMESPACE_URL, said).urn}>"

    @property
    def status_line(self) -> str:
        """Status and its usual words."""
        try:
            return f"{self.status} {HTTPStatus(self.status or 0).phrase}"
        except ValueError:
            return str(self.status)


def timestamp(moment: datetime) -> str:
    """A moment as WARC writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def page_record(capture: Capture, uri: str) -> Record:
    """The page that a capture kept, under `uri` when it has no address of its own."""
    sent = not capture.saved and not capture.redacted
    said = dict(capture.headers).get("content-type", "")
    return Record(
        type="response" if sent else "resource", uri=_printable(_address_of(capture) or uri), date=capture.captured,
        content_type=said or "text/html", sha256=capture.sha256, size=capture.size,
        status=capture.status if sent else None, headers=_lasting(capture.headers, capture.size) if sent else (),
        extra=_removed(capture.headers) if sent else (),
    )  # fmt: skip


def page_note(capture: Capture) -> Fields:
    """What cannot be seen from the page's own record."""
    asked = capture.url if capture.url != _address_of(capture) else ""
    told = [("via", asked), ("archiver-state", str(capture.state))]
    if capture.saved:
        told.append(("archiver-saved", "a browser saved this page; it is not the response as the server sent it"))
    if capture.redacted:
        told.append(("archiver-redacted", ", ".join(capture.redacted)))
        told += [
            ("archiver-status", str(capture.status)),
            *(("archiver-header", f"{n}: {v}") for n, v in capture.headers),
        ]
    return tuple((name, _printable(value, " ")) for name, value in told if value)


def metadata_record(about: Record, text: bytes) -> Record:
    """What is said of another record."""
    return Record(
        type="metadata", uri=about.uri, date=about.date, content_type=_FIELDS, sha256=sha256(text).hexdigest(),
        size=len(text), extra=(("WARC-Refers-To", about.id),),
    )  # fmt: skip


def readable_records(uri: str, content: bytes, of: Record, now: datetime) -> tuple[Record, Record]:
    """The readable page: made from another record, and as a player finds it."""
    digest = sha256(content).hexdigest()
    made = Record(
        type="conversion", uri=uri, date=now, content_type=_HTML, sha256=digest, size=len(content),
        extra=(("WARC-Refers-To", of.id),),
    )  # fmt: skip
    return made, replace(made, type="resource", extra=())


def medium_record(file: LocalFile, uri: str, archived: datetime) -> Record:
    """A medium under the address that gave it; without a response it is dated by its article's archiving."""
    response = file.response
    return Record(
        type="response" if response else "resource", uri=_printable(response.url if response else uri),
        date=response.received if response else archived, content_type=_type_of(file), sha256=file.sha256,
        size=file.size, status=response.status if response else None,
        headers=_lasting(response.headers, file.size) if response else (),
        extra=_removed(response.headers) if response else (),
    )  # fmt: skip


def alias_record(medium: Record, uri: str) -> Record:
    """Another address under which a player finds a medium."""
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
    """Where the page came from: the end of its redirects, else what was asked for."""
    return next((address for address in (capture.final_url, capture.url) if is_address(address)), "")


def _lasting(headers: Fields, size: int) -> Fields:
    """Headers as they came but for those of the transfer, and the length of what is kept."""
    kept = tuple((name, value) for name, value in headers if name.lower() not in _TRANSFER)
    return (*kept, ("content-length", str(size)))


def _removed(headers: Fields) -> Fields:
    return tuple((REMOVED, _printable(f"{name}: {value}", " ")) for name, value in headers if name.lower() in _TRANSFER)


def _type_of(file: LocalFile) -> str:
    extension = file.path.rpartition(".")[2]
    kind = filetype.get_type(ext=extension)
    return "image/svg+xml" if extension == "svg" else kind.mime if kind else "application/octet-stream"


def _printable(text: str, also: str = "") -> str:
    """Text that stays within its line, whatever a page put into an address."""
    return quote(text, safe="!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~" + also)
