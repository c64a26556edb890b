"""Split a list of any format into cells: the texts that may contain an address. list_files.py interprets them."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import NamedTuple

BLANK = " \t\r\n\v\f\u3000\u00a0\ufeff\u200b"  # a byte order mark stands inside files that were joined from others
COLUMNS = ("url", "链接", "link", "网址", "文章链接", "原文链接", "文章地址")
_KEYS = (*COLUMNS, "source")  # the lines that --json prints have both `url` and `source`
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # the first line of files for Excel
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")  # a horizontal rule (---) has none
_ARRAY = re.compile(r'\[\s*(?:[{"]|\]?\s*\Z)')  # but `[title](…)` and `[ ] …` are Markdown
_BETWEEN = re.compile(r"[\s,\[\]]*")  # between the JSON values of an array, or of a stream as jq prints it

MAX_TEXT_LENGTH = 2**16  # characters of a text that contains addresses
MAX_RECORD_LENGTH = 2**20  # characters of a line of JSON or CSV, which may contain whole articles
MAX_DOCUMENT_LENGTH = 2**25  # characters of JSON over several lines, or of an array
_SHOWN_LENGTH = 200  # characters shown of a longer text

NumberedLines = Iterator[tuple[int, str]]


class Cell(NamedTuple):
    """A cell of a list, with the number of its line. Several texts are several addresses of one article."""

    number: int
    texts: tuple[str, ...]
    error: str = ""


def read_cells(lines: Iterable[str]) -> Iterator[Cell]:
    """Yield the cells of a list of any format; only JSON over several lines is read into memory."""
    numbered = enumerate(lines, 1)
    for number, line in numbered:
        text = line.strip(BLANK)
        if text and not text.startswith("#") and not _SEPARATOR.fullmatch(text):
            read, has_header = _detect_format(text)
            for cell in read(numbered if has_header else chain([(number, text)], numbered)):
                yield (
                    _too_long(cell.number, cell.texts[0], MAX_TEXT_LENGTH)
                    if not cell.error and _is_long(cell)
                    else cell
                )


def shorten(text: str) -> str:
    """Return `text`, of a text longer than MAX_TEXT_LENGTH only its beginning."""
    return text if len(text) <= MAX_TEXT_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def _is_long(cell: Cell) -> bool:
    return any(len(text) > MAX_TEXT_LENGTH for text in cell.texts)


def _too_long(number: int, text: str, limit: int) -> Cell:
    """Return a cell with an error and the beginning of the text."""
    beginning = text[:_SHOWN_LENGTH].partition("\n")[0]
    return Cell(number, (f"{beginning}…",), f"more than {limit} characters: write one address a line")


def _detect_format(first: str) -> tuple[Callable[[NumberedLines], Iterator[Cell]], bool]:
    """Return the function that reads a list with this first line, and whether the line is a header."""
    if first == "{" or (_ARRAY.match(first) and "](" not in first):
        return _read_json_values, False
    if first.casefold() in COLUMNS:
        return _read_lines, True
    if "mp.weixin.qq.com" not in first:
        for delimiter in _DELIMITERS:
            column = _find_column(first, delimiter)
            if column is not None:
                return partial(_read_table, delimiter=delimiter, column=column), True
    return _read_lines, False


def _read_lines(lines: NumberedLines) -> Iterator[Cell]:
    """Yield a cell for each line of text, JSON object or JSON string."""
    for number, line in lines:
        text = line.strip(BLANK)
        if not text or text[0] == "#":
            continue
        limit = MAX_RECORD_LENGTH if text[0] in '{"' else MAX_TEXT_LENGTH
        if len(text) > limit:
            yield _too_long(number, text, limit)
        elif text[0] in '{"':
            yield _parse_json_line(number, text)
        elif _LETTER_OR_DIGIT.search(text):
            yield Cell(number, (text,))


def _parse_json_line(number: int, text: str) -> Cell:
    try:
        return _cell_of_json(number, json.loads(text), text)
    except (ValueError, RecursionError) as error:
        if text[0] == '"':  # not JSON, but an address in quotes
            return Cell(number, (text,))
        return Cell(number, (text,), f"broken JSON ({_describe(error)}): write one whole object a line")


def _read_json_values(lines: NumberedLines) -> Iterator[Cell]:
    """Yield a cell for each value of a JSON array, or of a stream of objects.

    It stops at an invalid value: there is no way to tell where the next one begins.
    """
    number, line = next(lines)
    text = "\n".join(_limited(chain([line], (line.rstrip("\r\n") for _, line in lines))))
    if len(text) > MAX_DOCUMENT_LENGTH:
        deque(lines, maxlen=0)  # they are part of it
        yield _too_long(number, text, MAX_DOCUMENT_LENGTH)
        return
    decoder = json.JSONDecoder()
    end = 0
    while (start := _BETWEEN.match(text, end).end()) < len(text):  # type: ignore[union-attr]
        number += text.count("\n", end, start)
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            message = (
                f"broken JSON ({_describe(error)}): nothing from here on is read; mend it, or write one object a line"
            )
            yield Cell(number, (text[start:].partition("\n")[0],), message)
            return
        yield _cell_of_json(number, value, text[start:end])
        number += text.count("\n", start, end)


def _limited(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines until they are longer than MAX_DOCUMENT_LENGTH in all."""
    left = MAX_DOCUMENT_LENGTH
    for line in lines:
        yield line
        left -= len(line) + 1
        if left < -1:
            return


def _describe(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


def _cell_of_json(number: int, value: object, text: str) -> Cell:
    """Return the addresses in a JSON value as a cell; `text` is its source, shown when it has none."""
    texts = (value.strip(BLANK),) if isinstance(value, str) else _addresses_of(value) if isinstance(value, dict) else ()
    if any(texts):
        return Cell(number, texts)
    return Cell(number, (text,), 'no address in it: an object needs a member "url"')


def _addresses_of(value: dict[str, object]) -> tuple[str, ...]:
    """Return the addresses in a JSON object, in the order of `_KEYS`."""
    if "url" not in value:
        value = {key.casefold(): member for key, member in value.items()}
    members = (value[key] for key in _KEYS if key in value)
    texts = (text.strip(BLANK) for text in members if isinstance(text, str))
    return tuple(dict.fromkeys(text for text in texts if text))


def _find_column(header: str, delimiter: str) -> int | None:
    """Return the index of the column of addresses in a table's header, None when the line is no such header."""
    try:
        names = next(_csv_reader([header], delimiter), [])
    except csv.Error:
        return None
    names = [name.strip(BLANK).casefold() for name in names]
    return next((names.index(name) for name in COLUMNS if name in names), None) if len(names) > 1 else None


def _csv_reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    # strict: an unclosed quote is an error; otherwise its cell would contain all the following lines
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def _read_table(lines: NumberedLines, *, delimiter: str, column: int) -> Iterator[Cell]:
    """Yield the cells of one column; the lines of a record that is invalid CSV are split at the delimiter instead."""
    record: list[tuple[int, str]] = []
    long: list[Cell] = []
    rows = _csv_reader(_note_lines(lines, record, long), delimiter)
    while True:
        record.clear()
        try:
            yield from _cells_of_row(record, next(rows), column)
        except StopIteration:
            yield from long
            return
        except csv.Error:
            for numbered in record:
                yield from _cells_of_row([numbered], numbered[1].split(delimiter), column)
        yield from long
        long.clear()


def _note_lines(lines: NumberedLines, record: list[tuple[int, str]], long: list[Cell]) -> Iterator[str]:
    """Yield the lines for the CSV reader.

    Each one is added to `record`, which holds the lines of the current record. Longer ones than MAX_RECORD_LENGTH are
    left out; a cell with an error is added to `long` for each.
    """
    for number, line in lines:
        if len(line) > MAX_RECORD_LENGTH:
            long.append(_too_long(number, line, MAX_RECORD_LENGTH))
            continue
        line = line.rstrip("\r\n")
        record.append((number, line))
        yield line + "\n"


def _cells_of_row(record: list[tuple[int, str]], row: list[str], column: int) -> Iterator[Cell]:
    """Yield the cell of a row, with an error when the column is empty; nothing for empty rows and comments."""
    text = row[column].strip(BLANK) if column < len(row) else ""
    if _LETTER_OR_DIGIT.search(text):
        yield Cell(record[0][0], (text,))
    elif any(map(_LETTER_OR_DIGIT.search, row)) and not row[0].lstrip(BLANK).startswith("#"):
        line = "\n".join(line for _, line in record)
        yield Cell(record[0][0], (line,), "no address in the column that the header names: add it, or drop the line")
