"""Open lists, from a file or stdin, and read their entries."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from archiver.errors import ArchiverError, InputError, UsageError
from archiver.messages.message import message
from archiver.sources import ListEntry, is_album, lines_of, read_list
from archiver.sources.accounts import ACCOUNT_ADVICE, is_account_page, is_opml, subscriptions_advice
from archiver.sources.albums import ALBUM_ADVICE
from archiver.sources.charset import MAX_LIST_SIZE, check_beginning
from archiver.wrapped_urls import local_path

_IN_MEMORY = 2**26  # bytes of a pipe that are kept in memory; a larger list is copied to a temporary file
_HTML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<(?:!doctype html|html|!--)|from: <saved by", re.I)
_BOOKMARKS = re.compile(rb"netscape-bookmark-file", re.I)  # what browsers export
_ARTICLE_IN_HTML = re.compile(rb"js_content|activity-detail|rich_media_content", re.I)  # of WeChat's template
_BEGINNING = 1000  # bytes in which a file says what it is
_PAGE_SIZE = 2**25  # bytes, more than saved pages have before their text; OPML files are smaller
_MAX_TRIED = 1000  # entries of a file that are looked at to tell whether it is a list


def open_list(name: str) -> Generator[ListEntry]:
    """Return an iterator over the entries of a list file. `name` is the path of the file, or its `file:` address.

    Relative paths in the list are relative to the folder of the file. Raise InputError if the file cannot be read.
    """
    path = Path(local_path(name) or name)
    with _reading(name):
        try:
            file = path.open("rb")
        except ValueError as error:
            raise InputError(message("a name of a file has no NUL in it"), concerns=name) from error
    return _entries(file, name, "" if path.parent == Path() else str(path.parent))


def open_stdin_list() -> Generator[ListEntry]:
    """Return an iterator over the entries of the list on stdin; raise InputError if stdin cannot be read.

    Relative paths in the list are relative to the current folder.
    """
    if sys.stdin is None:
        raise InputError(message("is closed: pipe a list to it, or name a file"), concerns="stdin")
    return _entries(sys.stdin.buffer, "stdin", "")


def _entries(file: BinaryIO, name: str, folder: str) -> Generator[ListEntry]:
    """Return an iterator over the entries of a list. The iterator closes the file at its end.

    `name` is the list's name in errors. `folder` is the path of the folder to which paths in the list are relative, ''
    for the current folder. Raise InputError if the list cannot be read, is too large or is not text. This function
    raises it before it returns, because it reads the whole list to detect the encoding. The iterator raises it only if
    the list cannot be read again.
    """
    with _reading(name), ExitStack() as opened:
        opened.callback(_close, file)
        readable = file if file.seekable() else opened.enter_context(_copied(file))
        _refuse_other_files(readable, name)
        lines = lines_of(readable)
        return _marked(lines, name, folder, opened.pop_all())


def is_list(name: str) -> bool:
    """Return whether the file at the path `name` is a list with an address of WeChat's, and not a page of a website."""
    try:
        with Path(name).open("rb") as file:
            beginning = file.read(_BEGINNING).replace(b"\0", b"")
        if _HTML.match(beginning) and not _BOOKMARKS.search(beginning):
            return False
        with closing(open_list(name)) as entries:
            return any(entry.target and entry.target.url for entry in islice(entries, _MAX_TRIED))
    except (ArchiverError, OSError, ValueError):
        return False


def _refuse_other_files(file: BinaryIO, name: str) -> None:
    """Raise UsageError if the list is an article that a browser saved, or OPML without an article.

    The position of `file` is kept.
    """
    start = file.tell()
    beginning = file.read(_BEGINNING).replace(b"\0", b"")  # of UTF-16, too
    if _HTML.match(beginning) and not _BOOKMARKS.search(beginning):
        file.seek(start)
        if _ARTICLE_IN_HTML.search(file.read(_PAGE_SIZE).replace(b"\0", b"")):
            raise UsageError(
                message("a saved page, not a list: `archiver add {name}`", name=shlex.quote(name)), concerns=name
            )
    elif is_opml(beginning):
        file.seek(start)
        if advice := subscriptions_advice(file.read(_PAGE_SIZE)):
            raise UsageError(advice, concerns=name)
    file.seek(start)


def _close(file: BinaryIO) -> None:
    if sys.stdin is None or file is not sys.stdin.buffer:
        file.close()


def _marked(lines: Iterator[str], name: str, folder: str, opened: ExitStack) -> Generator[ListEntry]:
    with _reading(name), opened:
        for entry in read_list(lines, folder=folder, exists=_is_file):
            if entry.target and "appmsgalbum" in entry.target.url and is_album(entry.target.url):
                yield replace(entry, target=None, error=ALBUM_ADVICE)
            elif entry.target and is_account_page(entry.target.url):
                yield replace(entry, target=None, error=ACCOUNT_ADVICE)
            else:
                yield entry


@contextmanager
def _copied(file: BinaryIO) -> Iterator[BinaryIO]:
    """Copy the data of a pipe to a temporary file and yield this file, because a pipe cannot be read twice.

    Raise InputError if the beginning of the data shows that the data is not text.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        while chunk := file.read(_IN_MEMORY // 64):
            if not copy.tell() and not chunk.startswith(b"PK"):  # an Excel workbook is known only when it is whole
                check_beginning(chunk)
            copy.write(chunk)
            if copy.tell() > MAX_LIST_SIZE:  # the reader of the copy raises the error
                break
        copy.seek(0)
        yield cast(BinaryIO, copy)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Convert errors in the `with` block to InputErrors that name the list. `name` is the name of the list.

    An OSError is converted, and so is an InputError that does not name a file or address. Other errors are passed on.
    """
    try:
        yield
    except InputError as error:
        raise error if error.concerns else InputError(str(error), concerns=name) from error
    except OSError as error:
        raise InputError(message("cannot be read ({reason})", reason=error.strerror), concerns=name) from error


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a very long line is not a valid file name
        return False
