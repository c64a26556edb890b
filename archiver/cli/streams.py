"""stdout is data, stderr is everything else; what a page says can steer neither."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO, TextIO

import typer

from archiver.jsonlines import CONTROL, json_line

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

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


def forget_stdout() -> None:
    """Lets the interpreter's last flush go nowhere instead of failing."""
    _forget(sys.stdout)


def _forget(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
