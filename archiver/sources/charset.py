"""The bytes of a list → text: UTF-8, UTF-16 with a byte order mark, GB18030 (Notepad and Excel in Chinese)."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from archiver.errors import InputError

LARGEST = 2**29  # bytes of a list: a million lines of JSON have as many
_CHUNK = 2**18  # bytes
_NO_TEXT = "this is no text: give a UTF-8 text file with one address a line, CSV or JSON lines"
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
    """The text of a list, without its byte order mark; InputError for what is no text."""
    file = io.BytesIO(content)
    return "".join(chunks_of(file, encoding_of(file)))


def check_beginning(content: bytes) -> None:
    """Raise InputError when a list that begins with these bytes is no text."""
    for signature, what in _FORMATS:
        if content.startswith(signature):
            raise InputError(f"this is no list but {what}")
    if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(_NO_TEXT)


def encoding_of(file: BinaryIO) -> str:
    """The encoding of a list, looked through from where `file` stands to its end and wound back.

    InputError for what is no text, or more than LARGEST.
    """
    start = file.tell()
    check_beginning(file.read(_CHUNK))
    file.seek(start)
    is_utf16 = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    file.seek(start)
    encoding = "utf-16" if is_utf16 else _fitting(file)
    file.seek(start)
    if is_utf16 and any("\0" in text for text in chunks_of(file, encoding)):
        raise InputError(_NO_TEXT)
    file.seek(start)
    return encoding


def _fitting(file: BinaryIO) -> str:
    """The encoding in which all of a list is text."""
    possible = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")}
    for chunk in _chunks(file):
        if b"\0" in chunk:
            raise InputError(_NO_TEXT)
        for name, decoder in list(possible.items()):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                del possible[name]
    return next(iter(possible), "utf-8")  # one damaged letter must not cost the addresses, which are ASCII


def chunks_of(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The text of a list piece by piece, without its byte order mark."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    is_first = True
    for chunk in _chunks(file):
        if text := decoder.decode(chunk, final=not chunk):
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = False


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a list, and b"" behind the last."""
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise InputError(f"a list of more than {LARGEST // 2**20} MB: split it")
        yield chunk
    yield b""
