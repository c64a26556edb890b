"""Split a list of any format into cells: texts that may contain an address. list_files.py reads these texts."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import NamedTuple

BLANK = " \t\r\n\v\f\u3000\u00a0\ufeff\u200b"  # with a byte order mark, which is inside files that were concatenated
# Names of a column of addresses in the header of a table, the preferred one first.
COLUMNS = ("url", "链接", "link", "网址", "文章链接", "原文链接", "文章地址")
_KEYS = (*COLUMNS, "source")  # of JSON objects; lines printed with --json have both `url` and `source`
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # the first line of some CSV files for Excel
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")  # a horizontal rule (---) has none
_ARRAY = re.compile(r'\[\s*(?:[{"]|\]?\s*\Z)')  # does not match Markdown: `[title](…)`, `[ ] …`
_BETWEEN = re.compile(r"[\s,\[\]]*")  # separates JSON values in an array, or in a stream as printed by jq

MAX_TEXT_LENGTH = 2**16  # characters of a text that contains addresses
MAX_RECORD_LENGTH = 2**20  # characters of a record of JSON or CSV, which may contain a whole article
MAX_DOCUMENT_LENGTH = 2**25  # characters of JSON that spans several lines, or of an array
_SHOWN_LENGTH = 200  # characters that messages show of a text that is too long

NumberedLines = Iterator[tuple[int, str]]


class Cell(NamedTuple):
    """A part of a list that may contain addresses: a line, a JSON value, or one column of one row of a table.

    `number` is the line number, from 1. If there are several `texts`, they are addresses of the same article. `error`
    says why the cell cannot be read; '' means that it can.
    """

    number: int  # line number, from 1
    texts: tuple[str, ...]  # one or more; several texts are addresses of the same article
    error: str = ""  # why the cell cannot be read


def read_cells(lines: Iterable[str]) -> Iterator[Cell]:
    """Yield the cells of a list of any format. Only JSON that spans several lines is read into memory as a whole."""
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
    """Return `text` for an error message; of a very long text only the first 200 characters and an ellipsis.

    A text is very long if it has more than MAX_TEXT_LENGTH (65,536) characters.
    """
    return text if len(text) <= MAX_TEXT_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def _is_long(cell: Cell) -> bool:
    return any(len(text) > MAX_TEXT_LENGTH for text in cell.texts)


def _too_long(number: int, text: str, limit: int) -> Cell:
    """Return a cell with the beginning of `text` and the error that `text` has more than `limit` characters."""
    beginning = text[:_SHOWN_LENGTH].partition("\n")[0]
    return Cell(number, (f"{beginning}…",), f"more than {limit} characters: write one address a line")


def _detect_format(first: str) -> tuple[Callable[[NumberedLines], Iterator[Cell]], bool]:
    """Detect the format of a list from `first`, the first line that is neither empty nor a comment.

    Return (function that yields the cells of the numbered lines, whether the first line is a header to skip).
    """
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
    """Yield a cell for each line, which may be plain text, a JSON object or a JSON string.

    Comments and lines without letters and digits are skipped.
    """
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
    """Yield a cell for each value of a JSON array, or of several JSON objects one after the other.

    An invalid value becomes a cell with an error. Nothing after it is read, because the next value cannot be found.
    """
    number, line = next(lines)
    text = "\n".join(_limited(chain([line], (line.rstrip("\r\n") for _, line in lines))))
    if len(text) > MAX_DOCUMENT_LENGTH:
        deque(lines, maxlen=0)  # skip the rest of the document
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
    """Yield the lines of a JSON document until they have more than MAX_DOCUMENT_LENGTH characters together.

    This limits the memory that a document needs. The line that exceeds the limit is still yielded. So the caller can
    compare the length of all yielded lines with the limit, and find out that the document is too long.
    """
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
    """Return a cell with the addresses in a JSON value, or with an error if there are none.

    `number` is the line number; `text` is the JSON source of the value, which the error shows.
    """
    texts = (value.strip(BLANK),) if isinstance(value, str) else _addresses_of(value) if isinstance(value, dict) else ()
    if any(texts):
        return Cell(number, texts)
    return Cell(number, (text,), 'no address in it: an object needs a member "url"')


def _addresses_of(value: dict[str, object]) -> tuple[str, ...]:
    """Return the strings under the keys of a JSON object that may contain addresses, such as `url`.

    The strings are in the order of `_KEYS`, which lists these keys. Empty strings and duplicates are left out.
    """
    if "url" not in value:
        value = {key.casefold(): member for key, member in value.items()}
    members = (value[key] for key in _KEYS if key in value)
    texts = (text.strip(BLANK) for text in members if isinstance(text, str))
    return tuple(dict.fromkeys(text for text in texts if text))


def _find_column(header: str, delimiter: str) -> int | None:
    """Return the index of the column of addresses in a table, according to its header line.

    Return None if `header`, split at `delimiter`, is not the header of a table with such a column.
    """
    try:
        names = next(_csv_reader([header], delimiter), [])
    except csv.Error:
        return None
    names = [name.strip(BLANK).casefold() for name in names]
    return next((names.index(name) for name in COLUMNS if name in names), None) if len(names) > 1 else None


def _csv_reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    # strict makes an unclosed quote an error; otherwise the cell would contain all following lines
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def _read_table(lines: NumberedLines, *, delimiter: str, column: int) -> Iterator[Cell]:
    """Yield a cell for each row of a table, with the text in one column. `column` is the index of this column.

    `lines` are the lines after the header. If a row is not valid CSV, each of its lines is split at `delimiter`
    instead.
    """
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
    """Yield the lines of a table for the CSV reader, and note in `record` which lines the reader has read.

    The caller needs the line numbers of each row. A row may span several lines, and the CSV reader does not tell which
    ones. So each line is appended to `record` as (number, line), and the caller clears `record` before each row.

    Lines longer than MAX_RECORD_LENGTH are not yielded. For each of them, a cell with an error is appended to `long`.
    """
    for number, line in lines:
        if len(line) > MAX_RECORD_LENGTH:
            long.append(_too_long(number, line, MAX_RECORD_LENGTH))
            continue
        line = line.rstrip("\r\n")
        record.append((number, line))
        yield line + "\n"


def _cells_of_row(record: list[tuple[int, str]], row: list[str], column: int) -> Iterator[Cell]:
    """Yield one cell for a row of a table, but nothing for an empty row or a comment.

    `row` has the texts of all columns; `column` is the index of the column of addresses. If this column is empty, the
    cell has an error. `record` has the (number, line) pairs of the row: the cell gets the first number, and an error
    shows the lines.
    """
    text = row[column].strip(BLANK) if column < len(row) else ""
    if _LETTER_OR_DIGIT.search(text):
        yield Cell(record[0][0], (text,))
    elif any(map(_LETTER_OR_DIGIT.search, row)) and not row[0].lstrip(BLANK).startswith("#"):
        line = "\n".join(line for _, line in record)
        yield Cell(record[0][0], (line,), "no address in the column that the header names: add it, or drop the line")
