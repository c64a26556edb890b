"""The bytes of a list → text: UTF-8, UTF-16 with a byte order mark, GB18030 (Notepad and Excel in Chinese)."""

from __future__ import annotations

import codecs

from archiver.errors import InputError

# What people hand over by mistake, by its first bytes; Excel's files are the usual ones.
_FORMATS = (
    (b"PK\x03\x04", "an Excel, Word or zip file; save its sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file; save its sheet as CSV"),
    (b"%PDF", "a PDF; copy the addresses into a text file"),
    (b"\x1f\x8b", "a gzip file; unpack it first"),
    (b"\x89PNG", "a picture; give a text file with one address a line"),
    (b"GIF8", "a picture; give a text file with one address a line"),
    (b"\xff\xd8\xff", "a picture; give a text file with one address a line"),
)


def decode(content: bytes) -> str:
    """The text of a list file, without its byte order mark; InputError for what is no text."""
    for signature, what in _FORMATS:
        if content.startswith(signature):
            raise InputError(f"this is no list but {what}")
    text = _text(content)
    if "\0" in text:
        raise InputError("this is no text: give a UTF-8 text file with one address a line, CSV or JSON lines")
    return text.removeprefix("\ufeff")


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")  # one damaged letter must not cost the addresses, which are ASCII
