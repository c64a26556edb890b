"""Decode list files: UTF-8, UTF-16 with a byte order mark, or GB18030 (written by Chinese Notepad and Excel)."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from archiver.errors import InputError
from archiver.messages.message import message

MAX_LIST_SIZE = 2**29  # bytes, enough for a million JSON lines
_CHUNK = 2**18  # bytes
_NO_TEXT = message("this is no text: give a UTF-8 text file with one address a line, CSV or JSON lines")
# (first bytes, description) of files that people pass by mistake, most often Excel files.
_FORMATS = (
    (b"PK\x03\x04", message("an Excel, Word or zip file; save its sheet as CSV, or unzip it")),
    (b"\xd0\xcf\x11\xe0", message("an old Excel or Word file; save its sheet as CSV")),
    (b"%PDF", message("a PDF; copy the addresses into a text file")),
    (b"\x1f\x8b", message("a gzip file; unpack it first")),
    (b"\x89PNG", message("a picture; give a text file with one address a line")),
    (b"GIF8", message("a picture; give a text file with one address a line")),
    (b"\xff\xd8\xff", message("a picture; give a text file with one address a line")),
)


def decode_list(content: bytes) -> str:
    """Return the decoded text of a list, without its byte order mark.

    Raise InputError if `content` is not text, or larger than MAX_LIST_SIZE.
    """
    file = io.BytesIO(content)
    return "".join(decode_chunks(file, detect_encoding(file)))


def check_beginning(content: bytes) -> None:
    """Raise InputError if `content`, the first bytes of a list, shows that the list is not a text file."""
    for signature, what in _FORMATS:
        if content.startswith(signature):
            raise InputError(message("this is no list but {what}", what=what))
    if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(_NO_TEXT)


def detect_encoding(file: BinaryIO) -> str:
    """Return the name of a list's encoding: 'utf-8', 'utf-16' or 'gb18030'.

    The file is read from its current position to its end and then set back to that position. Raise InputError if the
    list is not text, or larger than MAX_LIST_SIZE.
    """
    start = file.tell()
    check_beginning(file.read(_CHUNK))
    file.seek(start)
    is_utf16 = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    file.seek(start)
    encoding = "utf-16" if is_utf16 else _try_encodings(file)
    file.seek(start)
    if is_utf16 and any("\0" in text for text in decode_chunks(file, encoding)):
        raise InputError(_NO_TEXT)
    file.seek(start)
    return encoding


def _try_encodings(file: BinaryIO) -> str:
    """Return the encoding of a list that is not UTF-16: 'utf-8' if all its bytes are valid UTF-8, else 'gb18030'.

    If the bytes are not valid GB18030 either, return 'utf-8': addresses are ASCII, so they are readable in spite of
    invalid bytes. Raise InputError if the list contains a NUL, or is larger than MAX_LIST_SIZE.
    """
    possible = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")}
    for chunk in _read_chunks(file):
        if b"\0" in chunk:
            raise InputError(_NO_TEXT)
        for name, decoder in list(possible.items()):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                del possible[name]
    return next(iter(possible), "utf-8")  # addresses are ASCII, so they are readable despite invalid bytes


def decode_chunks(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the decoded text of a list in pieces, without its byte order mark. Invalid bytes are replaced.

    `encoding` is a name that detect_encoding returns. Raise InputError if the list is larger than MAX_LIST_SIZE.
    """
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    is_first = True
    for chunk in _read_chunks(file):
        if text := decoder.decode(chunk, final=not chunk):
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = False


def _read_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a list in chunks, and then b"" to mark the end.

    Raise InputError if the list is larger than MAX_LIST_SIZE.
    """
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > MAX_LIST_SIZE:
            raise InputError(message("a list of more than {limit} MB: split it", limit=MAX_LIST_SIZE // 2**20))
        yield chunk
    yield b""
