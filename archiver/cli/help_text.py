"""Lay out the text of `--help` in paragraphs and two columns, measured in cells: a Chinese character takes two."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unicodedata import combining, east_asian_width

_WIDEST = 80
_NARROWEST = 50
_INDENT = 2
_FIRST_COLUMN = 30  # its most cells; what is wider has a line of its own
_GAP = 2
_AS_IT_IS = "\b"  # a line with it alone begins a paragraph whose lines are kept

# A line may end behind a space, and before or behind a wide character; but not before these, nor behind those.
_NOT_FIRST = "，。：；、！？）》」』”’…"
_NOT_LAST = "（《「『“‘"
_WIDE = "\u2e80"  # the first of the characters that take two cells and need no space between them


def cell_width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def shortened(text: str, cells: int) -> str:
    """Return a text, or its beginning and `…`, so that it takes at most `cells` cells of a terminal."""
    if cell_width(text) <= cells:
        return text
    while cell_width(text) >= cells:
        text = text[:-1]
    return f"{text}…"


def wrapped_lines(text: str, width: int) -> list[str]:
    """Return a text as lines of at most `width` cells each; white space counts as one space."""
    lines, line, cells = [], "", 0
    for piece in _pieces(text):
        size = cell_width(piece)
        if line and cells + size > width:
            lines.append(line.rstrip())
            line, cells = "", 0
        if line or not piece.isspace():
            line, cells = line + piece, cells + size
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    """Yield the parts of a text between which a line may end, and a space for each white space."""
    for number, word in enumerate(text.split()):
        if number:
            yield " "
        if word.isascii():
            yield word
            continue
        piece = ""
        for char in word:
            may_end = piece and char not in _NOT_FIRST and piece[-1] not in _NOT_LAST
            if may_end and (char >= _WIDE or piece[-1] >= _WIDE):
                yield piece
                piece = ""
            piece += char
        yield piece


class HelpText:
    """The text of one `--help`, which is written from its top to its end; the methods are those that typer calls."""

    def __init__(self) -> None:
        self.width = max(min(shutil.get_terminal_size().columns, _WIDEST) - 2, _NARROWEST)
        self.current_indent = 0
        self._parts: list[str] = []

    def getvalue(self) -> str:
        """Return what was written."""
        return "".join(self._parts)

    def write(self, text: str) -> None:
        """Write a text as it is."""
        self._parts.append(text)

    def write_usage(self, program: str, arguments: str = "", prefix: str = "Usage: ") -> None:
        """Write the line that shows how a command is called."""
        start = f"{prefix}{program} "
        lines = wrapped_lines(arguments, self.width - cell_width(start)) or [""]
        self.write(start + f"\n{'':{cell_width(start)}}".join(lines) + "\n")

    def write_paragraph(self) -> None:
        """Write an empty line, unless nothing stands above it."""
        if self._parts:
            self.write("\n")

    def write_paragraphs(self, text: str) -> None:
        """Write paragraphs, which are divided by empty lines."""
        indent = " " * self.current_indent
        written = []
        for paragraph in re.split(r"\n\s*\n", text):
            head, _, rest = paragraph.partition("\n")
            kept = rest.splitlines() if head.strip(" ") == _AS_IT_IS else None
            lines = wrapped_lines(paragraph, self.width - self.current_indent) if kept is None else kept
            written.append("".join(f"{indent}{line}\n" for line in lines))
        self.write("\n".join(written))

    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write two columns."""
        indent = " " * self.current_indent
        column = min(max((cell_width(first) for first, _ in rows), default=0), _FIRST_COLUMN) + _GAP
        for first, second in rows:
            lines = wrapped_lines(second, max(self.width - column - _INDENT, 10))
            behind = column - cell_width(first)
            start = f"{indent}{first}" + (" " * behind if behind >= _GAP else f"\n{indent}{'':{column}}")
            self.write((start + f"\n{indent}{'':{column}}".join(lines)).rstrip() + "\n")

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Write the title of a section, and indent what is written in the block."""
        self.write_paragraph()
        self.write(f"{'':{self.current_indent}}{title}\n")
        with self.indentation():
            yield

    @contextmanager
    def indentation(self) -> Iterator[None]:
        """Indent what is written in the block."""
        self.current_indent += _INDENT
        try:
            yield
        finally:
            self.current_indent -= _INDENT
