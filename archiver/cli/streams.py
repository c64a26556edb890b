"""stdout is data, stderr is everything else; what a page says can steer neither."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, BinaryIO, TextIO

import typer

from archiver.errors import InputError
from archiver.text import CONTROL, json_line

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_LONGEST = 2**16  # characters of a line of stdin
REPORT_IT = "a bug of archiver's: please report it, with the page's address and what -v shows"


def say(text: str) -> None:
    """Writes one line to stderr."""
    try:
        typer.echo(CONTROL.sub(" ", text), err=True)
    except BrokenPipeError:  # a remark that nobody reads changes nothing
        _forget(sys.stderr)


def say_lines(text: str) -> None:
    """Writes every line of a text to stderr."""
    for line in text.splitlines():
        say(line)


def show(text: str) -> None:
    """Writes one line to stdout, for people."""
    typer.echo(CONTROL.sub(" ", text).encode("utf-8", "backslashreplace").decode())


def show_text(text: str) -> None:
    """Writes every line of a text to stdout, for people."""
    for line in text.split("\n")[: -1 if text.endswith("\n") else None]:
        show(line)


def show_json(value: Mapping[str, object]) -> None:
    """Writes an object to stdout, in one line."""
    typer.echo(json_line(value))


def table_stdout() -> BinaryIO:
    """Where a table goes that is written to stdout: a pipe gets every byte, a terminal lines for people."""
    return _Terminal() if sys.stdout.isatty() else sys.stdout.buffer


class _Terminal(io.BytesIO):
    """Takes whole lines of UTF-8, which a person is shown."""

    def write(self, lines: ReadableBuffer) -> int:
        content = bytes(lines)
        show_text(content.decode().replace("\r\n", "\n"))
        return len(content)


def stdin_lines() -> Iterator[str]:
    """The lines of stdin as they come; of one longer than any SOURCE its number and beginning. InputError."""
    if sys.stdin is None:
        raise InputError("is closed: pipe addresses to it, or name them", concerns="stdin")
    try:
        for number in count(1):
            line = sys.stdin.readline(_LONGEST)
            if not line:
                return
            is_whole = len(line) < _LONGEST or line.endswith("\n")
            yield line if is_whole else f"line {number}, of more than {_LONGEST} characters: {line[:200]}…"
            while not is_whole:
                rest = sys.stdin.readline(_LONGEST)
                is_whole = len(rest) < _LONGEST or rest.endswith("\n")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", concerns="stdin") from error


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


def settle() -> None:
    """Data is UTF-8 whatever the locale; a file's name that is not passes through. What is closed leads nowhere."""
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:  # else the first file that is opened, the catalogue, would be what is written to
            os.open(os.devnull, mode)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def forget_stdout() -> None:
    """Lets the interpreter's last flush go nowhere instead of failing."""
    _forget(sys.stdout)


def _forget(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
