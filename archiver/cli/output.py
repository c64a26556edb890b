"""Write data to stdout and messages to stderr, and read stdin.

Control characters in the output are replaced or escaped, so that a page cannot send commands to the terminal.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, TextIO

import typer

from archiver.cli.hints import with_options
from archiver.cli.language import said
from archiver.errors import InputError, OutputError
from archiver.messages.message import message
from archiver.text import CONTROL, json_line

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

REPORT_BUG = message("a bug of archiver's: please report it, with the page's address and what -v shows")
_ANSWERS = {"y": True, "yes": True, "是": True, "n": False, "no": False, "否": False, "": False}
_LONGEST_LINE = 2**16  # maximum number of characters in a line of stdin


class _Quiet:
    """Whether `--quiet` was given in this process."""

    is_on: ClassVar[bool] = False


def print_message(text: str) -> None:
    """Write a message of one line to stderr, in the user's language, with control characters replaced by spaces.

    The calls that it proposes, in backquotes, repeat the options of this one that name the archive.
    """
    try:
        typer.echo(CONTROL.sub(" ", with_options(said(text))), err=True)
    except OSError:  # a message that nobody reads, or for which the disk has no room, must not fail the command
        _discard(sys.stderr)


def print_remark(text: str) -> None:
    """Write a message like `print_message`, unless the user asked for errors only: a sum, a warning, a hint."""
    if not _Quiet.is_on:
        print_message(text)


def be_quiet(quiet: bool) -> bool:
    """Print no remarks from now on, if `quiet`. This is the callback of the option `-q`. Return `quiet`."""
    _Quiet.is_on = quiet
    return quiet


def is_quiet() -> bool:
    """Return whether the user asked for errors only."""
    return _Quiet.is_on


def print_message_lines(text: str) -> None:
    """Write a text to stderr line by line; control characters within a line are replaced by spaces."""
    for line in text.splitlines():
        print_message(line)


def print_line(text: str) -> None:
    """Write a human-readable line to stdout, with control characters replaced by spaces."""
    typer.echo(CONTROL.sub(" ", text).encode("utf-8", "backslashreplace").decode())


def print_text(text: str) -> None:
    """Write a human-readable text to stdout line by line; control characters within a line are replaced by spaces."""
    for line in text.split("\n")[: -1 if text.endswith("\n") else None]:
        print_line(line)


def print_json(value: Mapping[str, object]) -> None:
    """Write a JSON object to stdout as one line, with control characters escaped."""
    typer.echo(json_line(value))


def json_fields(value: object) -> dict[str, Any]:
    """Return the fields of a dataclass instance as a dict of values that JSON can represent."""
    from archiver.export.tables import to_json_object

    return to_json_object(value)


def table_output() -> BinaryIO:
    """Return the binary file to which `archiver export` writes a table that is to appear on stdout.

    If stdout is a terminal, control characters are replaced by spaces. Otherwise the bytes are written unchanged.
    """
    return _Terminal() if sys.stdout.isatty() else sys.stdout.buffer


class _CheckedWriter(io.BufferedIOBase):
    """The binary file of stdout, with an error of archiver's own if it cannot be written, as on a full disk.

    So such an error is never taken for one of the archive's files, nor for a bug. A pipe that its reader has closed
    raises BrokenPipeError as usual.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream  # it would close its file if nothing referred to it
        self._file = stream.buffer

    def write(self, content: ReadableBuffer) -> int:
        with _stdout_errors():
            return self._file.write(content)

    def flush(self) -> None:
        with _stdout_errors():
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()

    def writable(self) -> bool:
        return True


@contextmanager
def _stdout_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(message("cannot be written ({reason})", reason=error.strerror), concerns="stdout") from error


class _Terminal(io.BytesIO):
    """A binary file whose content is printed to the terminal. Each write must consist of whole lines in UTF-8."""

    def write(self, lines: ReadableBuffer) -> int:
        content = bytes(lines)
        print_text(content.decode().replace("\r\n", "\n"))
        return len(content)


def stdin_lines() -> Iterator[str]:
    """Yield the lines of stdin as they arrive; raise InputError if stdin is closed or cannot be read.

    To save memory, a line of 65,536 characters or more is not yielded. A short text stands for it, with the number of
    the line and its first 200 characters. This text is not a valid SOURCE, so the user sees it in an error message.
    """
    if sys.stdin is None:
        raise InputError(message("is closed: pipe addresses to it, or name them"), concerns="stdin")
    try:
        for number in count(1):
            line = sys.stdin.readline(_LONGEST_LINE)
            if not line:
                return
            is_whole = len(line) < _LONGEST_LINE or line.endswith("\n")
            yield (
                line
                if is_whole
                else message(
                    "line {number}, of more than {limit} characters: {line}…",
                    number=number,
                    limit=_LONGEST_LINE,
                    line=line[:200],
                )
            )
            while not is_whole:
                rest = sys.stdin.readline(_LONGEST_LINE)
                is_whole = len(rest) < _LONGEST_LINE or rest.endswith("\n")
    except OSError as error:
        raise InputError(message("cannot be read ({reason})", reason=error.strerror), concerns="stdin") from error


def is_terminal() -> bool:
    """Return True if both stdin and stderr are terminals, so that the user can be asked a question."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


def agrees(question: str) -> bool:
    """Ask a question at the terminal until it is answered by y or n, in English or Chinese; return whether by y.

    Enter alone stands for n. Raise typer.Abort if stdin ends.
    """
    while True:
        typer.echo(f"{question} [y/N]:", nl=False, err=True)
        try:
            answer = input(" ").strip().lower()
        except EOFError:
            raise typer.Abort from None
        if answer in _ANSWERS:
            return _ANSWERS[answer]
        print_message(message("answer y or n"))


def prepare_streams() -> None:
    """Set stdin and stdout to UTF-8 for every locale, and connect closed standard streams to the null device.

    Bytes that are not valid UTF-8, as in some file names, are read and written unchanged.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:  # else the catalogue could get this number, and messages would be written to it
            os.open(os.devnull, mode)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    if isinstance(sys.stdout, io.TextIOWrapper) and not isinstance(sys.stdout.buffer, _CheckedWriter):
        sys.stdout = io.TextIOWrapper(
            _CheckedWriter(sys.stdout), encoding="utf-8", errors="surrogateescape",
            line_buffering=sys.stdout.line_buffering, write_through=sys.stdout.write_through,
        )  # fmt: skip


def discard_stdout() -> None:
    """Redirect stdout to the null device. Used after the reader of a pipe has closed it, or its disk is full.

    Otherwise the interpreter would report an error when it flushes stdout at its exit.
    """
    _discard(sys.stdout)


def _discard(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
