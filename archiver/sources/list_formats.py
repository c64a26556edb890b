"""Split a list of any format into cells: texts that may contain an address. list_files.py reads these texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from archiver.sources.list_cells import (
    BLANK,
    LETTER_OR_DIGIT,
    MAX_RECORD_LENGTH,
    MAX_TEXT_LENGTH,
    Cell,
    NumberedLines,
    is_comment,
    names_wechat,
    too_long,
)
from archiver.sources.list_json import is_json_document, parse_json_line, read_json_document
from archiver.sources.list_tables import COLUMNS, find_table

_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # the first line of some CSV files for Excel


def read_cells(lines: Iterable[str]) -> Iterator[Cell]:
    """Yield the cells of a list of any format. Only JSON that spans several lines is read into memory as a whole."""
    numbered = enumerate(lines, 1)
    for number, line in numbered:
        text = line.strip(BLANK)
        if text and not is_comment(text) and not _SEPARATOR.fullmatch(text):
            for cell in _choose_format(number, text, numbered):
                yield too_long(cell.number, cell.texts[0], MAX_TEXT_LENGTH) if _is_too_long(cell) else cell


def _is_too_long(cell: Cell) -> bool:
    return not cell.error and not cell.is_note and any(len(text) > MAX_TEXT_LENGTH for text in cell.texts)


def _choose_format(number: int, first: str, rest: NumberedLines) -> Iterator[Cell]:
    """Yield the cells of a list by the format that its first line has.

    `first` is the first line that is neither empty nor a comment, `number` its number, and `rest` are the lines after.
    """
    lines = chain([(number, first)], rest)
    if is_json_document(first):
        return read_json_document(lines, _read_lines)
    if first.casefold() in COLUMNS:
        return _read_lines(rest)
    if not names_wechat(first):
        second = next(rest, None)
        rest = chain([second], rest) if second else iter(())
        if table := find_table(first, second[1] if second else ""):
            return table.cells(rest)
        lines = chain([(number, first)], rest)
    return _read_lines(lines)


def _read_lines(lines: NumberedLines) -> Iterator[Cell]:
    """Yield a cell for each line, which may be plain text, a JSON object or a JSON string.

    Comments, and lines without letters and digits, are skipped.
    """
    for number, line in lines:
        text = line.strip(BLANK)
        if not text or is_comment(text):
            continue
        limit = MAX_RECORD_LENGTH if text[0] in '{"' else MAX_TEXT_LENGTH
        if len(text) > limit:
            yield too_long(number, text, limit)
        elif text[0] in '{"':
            yield from parse_json_line(number, text)
        elif LETTER_OR_DIGIT.search(text):
            yield Cell(number, (text,))
