"""The forms of a list → Cells: the text at each place where a list may name an article. What it names is lists.py's."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import NamedTuple

BLANK = " \t\r\n\v\f\u3000\u00a0\ufeff\u200b"  # a BOM also stands inside of files put together from others
COLUMNS = ("url", "链接", "link", "网址", "文章链接", "原文链接", "文章地址")
_KEYS = (*COLUMNS, "source")  # the lines that our own --json prints have both `url` and `source`
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # Excel's first line
_SAYS = re.compile(r"[^\W_]")  # a rule (---) says nothing
_ARRAY = re.compile(r'\[\s*(?:[{"]|\]?\s*\Z)')  # but `[title](…)` and `[ ] …` are Markdown
_BETWEEN = re.compile(r"[\s,\[\]]*")  # JSON values of an array, or one behind the other as jq prints them

LONGEST = 2**16  # characters of what names articles
LONGEST_RECORD = 2**20  # characters of a line of JSON or CSV, which may hold whole articles
LARGEST_DOCUMENT = 2**25  # characters of JSON over several lines, or an array
_SHOWN = 200  # characters of what is longer

Lines = Iterator[tuple[int, str]]


class Cell(NamedTuple):
    """One place of a list: several texts are several names of one article."""

    number: int
    texts: tuple[str, ...]
    error: str = ""


def cells(lines: Iterable[str]) -> Iterator[Cell]:
    """The places of a list in whatever form; lazy but for JSON over several lines."""
    numbered = enumerate(lines, 1)
    for number, line in numbered:
        text = line.strip(BLANK)
        if text and not text.startswith("#") and not _SEPARATOR.fullmatch(text):
            form, has_header = _form(text)
            for cell in form(numbered if has_header else chain([(number, text)], numbered)):
                yield _too_long(cell.number, cell.texts[0], LONGEST) if not cell.error and _is_long(cell) else cell


def cut(text: str) -> str:
    """`text` as it is shown and listed again: of one that no list has its beginning."""
    return text if len(text) <= LONGEST else f"{text[:_SHOWN]}…"


def _is_long(cell: Cell) -> bool:
    return any(len(text) > LONGEST for text in cell.texts)


def _too_long(number: int, text: str, most: int) -> Cell:
    shown = text[:_SHOWN].partition("\n")[0]
    return Cell(number, (f"{shown}…",), f"more than {most} characters: write one address a line")


def _form(first: str) -> tuple[Callable[[Lines], Iterator[Cell]], bool]:
    """How to read a list that begins with this line, and whether the line is a header."""
    if first == "{" or (_ARRAY.match(first) and "](" not in first):
        return _json_values, False
    if first.casefold() in COLUMNS:
        return _plain, True
    if "mp.weixin.qq.com" not in first:
        for delimiter in _DELIMITERS:
            column = _column(first, delimiter)
            if column is not None:
                return partial(_table, delimiter=delimiter, column=column), True
    return _plain, False


def _plain(lines: Lines) -> Iterator[Cell]:
    """One place a line, which may be a JSON object or string."""
    for number, line in lines:
        text = line.strip(BLANK)
        if not text or text[0] == "#":
            continue
        most = LONGEST_RECORD if text[0] in '{"' else LONGEST
        if len(text) > most:
            yield _too_long(number, text, most)
        elif text[0] in '{"':
            yield _json_line(number, text)
        elif _SAYS.search(text):
            yield Cell(number, (text,))


def _json_line(number: int, text: str) -> Cell:
    try:
        return _of_json(number, json.loads(text), text)
    except (ValueError, RecursionError) as error:
        if text[0] == '"':  # no JSON but a quoted address
            return Cell(number, (text,))
        return Cell(number, (text,), f"broken JSON ({_why(error)}): write one whole object a line")


def _json_values(lines: Lines) -> Iterator[Cell]:
    """The values of an array or of a stream of objects. Behind a broken one nothing tells where the next begins."""
    number, line = next(lines)
    text = "\n".join(_document(chain([line], (line.rstrip("\r\n") for _, line in lines))))
    if len(text) > LARGEST_DOCUMENT:
        deque(lines, maxlen=0)  # they are part of it
        yield _too_long(number, text, LARGEST_DOCUMENT)
        return
    decoder = json.JSONDecoder()
    end = 0
    while (start := _BETWEEN.match(text, end).end()) < len(text):  # type: ignore[union-attr]
        number += text.count("\n", end, start)
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            why = f"broken JSON ({_why(error)}): nothing from here on is read; mend it, or write one object a line"
            yield Cell(number, (text[start:].partition("\n")[0],), why)
            return
        yield _of_json(number, value, text[start:end])
        number += text.count("\n", start, end)


def _document(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a document, no more of them than tell that it is too large."""
    left = LARGEST_DOCUMENT
    for line in lines:
        yield line
        left -= len(line) + 1
        if left < -1:
            return


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


def _of_json(number: int, value: object, text: str) -> Cell:
    texts = (value.strip(BLANK),) if isinstance(value, str) else _addresses(value) if isinstance(value, dict) else ()
    if any(texts):
        return Cell(number, texts)
    return Cell(number, (text,), 'no address in it: an object needs a member "url"')


def _addresses(value: dict[str, object]) -> tuple[str, ...]:
    """What an object gives for addresses, in the order of `_KEYS`."""
    if "url" not in value:
        value = {key.casefold(): given for key, given in value.items()}
    given = (value[key] for key in _KEYS if key in value)
    texts = (text.strip(BLANK) for text in given if isinstance(text, str))
    return tuple(dict.fromkeys(text for text in texts if text))


def _column(header: str, delimiter: str) -> int | None:
    """Where the addresses stand in a table with this header; None when it is none."""
    try:
        names = next(_reader([header], delimiter), [])
    except csv.Error:
        return None
    names = [name.strip(BLANK).casefold() for name in names]
    return next((names.index(name) for name in COLUMNS if name in names), None) if len(names) > 1 else None


def _reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    # strict: a quote that is not closed is an error instead of a cell that swallows the lines behind it
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def _table(lines: Lines, *, delimiter: str, column: int) -> Iterator[Cell]:
    """The cells of one column. A record that is no CSV is read line by line, so that a stray quote costs nothing."""
    record: list[tuple[int, str]] = []
    long: list[Cell] = []
    rows = _reader(_recorded(lines, record, long), delimiter)
    while True:
        record.clear()
        try:
            yield from _of_row(record, next(rows), column)
        except StopIteration:
            yield from long
            return
        except csv.Error:
            for numbered in record:
                yield from _of_row([numbered], numbered[1].split(delimiter), column)
        yield from long
        long.clear()


def _recorded(lines: Lines, record: list[tuple[int, str]], long: list[Cell]) -> Iterator[str]:
    """The lines that are read as CSV; of those in `long` a record would hold too much."""
    for number, line in lines:
        if len(line) > LONGEST_RECORD:
            long.append(_too_long(number, line, LONGEST_RECORD))
            continue
        line = line.rstrip("\r\n")
        record.append((number, line))
        yield line + "\n"


def _of_row(record: list[tuple[int, str]], row: list[str], column: int) -> Iterator[Cell]:
    text = row[column].strip(BLANK) if column < len(row) else ""
    if _SAYS.search(text):
        yield Cell(record[0][0], (text,))
    elif any(map(_SAYS.search, row)) and not row[0].lstrip(BLANK).startswith("#"):
        line = "\n".join(line for _, line in record)
        yield Cell(record[0][0], (line,), "no address in the column that the header names: add it, or drop the line")
