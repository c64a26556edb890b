"""Read tables in lists: CSV, and the like with semicolons, tabs or bars, whose first line names the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver.sources.list_cells import (
    BLANK,
    LETTER_OR_DIGIT,
    MAX_RECORD_LENGTH,
    Cell,
    NumberedLines,
    names_wechat,
    too_long,
)

# Names of a column of addresses in the header of a table, the preferred one first: WeChat serves short addresses to
# everybody, and a link to the original of an article may lead to another one.
COLUMNS = (
    "短链接 文章短链接 short_link short_url url 链接 link 网址 文章链接 文章url 文章地址 文章网址 文章永久链接 "
    "永久链接 content_url article_url article_link 地址 uri href permalink 原文链接 原文地址 原文url 原文"
).split()
_LIKE_A_COLUMN = re.compile(r"链接|网址|地址|url|link|href", re.IGNORECASE)
_UNLIKE_A_COLUMN = re.compile(
    r"封面|图|头像|音频|视频|阅读原文|邮|avatar|cover|im(?:g|age)|pic|thumb|logo|icon|video|audio|mail|source|\bip",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:\.com(?::\d+)?|\A)(?:/|%2f)s(?:[/?]|%2f|%3f)|/mp/appmsg/show", re.IGNORECASE)
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """The form of a table: its delimiter, the number of its columns, and which of them have addresses.

    `columns` are the indices of the columns of addresses, the preferred one first. `is_certain` is whether the header
    names them; otherwise they were guessed, and a row without an address there is read like a line of text.
    """

    delimiter: str
    width: int  # number of columns
    columns: tuple[int, ...]  # indices, the preferred one first
    is_certain: bool  # whether the names of the columns say that they have addresses

    def cells(self, lines: NumberedLines) -> Iterator[Cell]:
        """Yield a cell for each row, given the lines after the header.

        If a row is not valid CSV, each of its lines is split at the delimiter instead.
        """
        record: list[tuple[int, str]] = []
        long: list[Cell] = []
        rows = _csv_reader(_note_lines(lines, record, long), self.delimiter)
        while True:
            record.clear()
            try:
                yield from self._cells_of_row(record, next(rows))
            except StopIteration:
                yield from long
                return
            except csv.Error:
                for numbered in record:
                    yield from self._cells_of_row([numbered], numbered[1].split(self.delimiter))
            yield from long
            long.clear()

    def _cells_of_row(self, record: list[tuple[int, str]], row: list[str]) -> Iterator[Cell]:
        """Yield one cell for a row, but nothing for an empty row or a comment.

        `record` has the (number, line) pairs of the row. The text of the cell is that of the first column of addresses
        that has one of WeChat, else that of another column that is nothing but such an address. An address that has the
        form of an article's is preferred, since albums and accounts have addresses, too.
        """
        if not any(map(LETTER_OR_DIGIT.search, row)):
            return
        number, line = record[0][0], "\n".join(line for _, line in record)
        texts = [text.strip(BLANK) for text in row]
        named = [texts[column] for column in self.columns if column < len(texts) and texts[column]]
        found = [text for text in named if names_wechat(text)] or [text for text in texts if _is_address(text)]
        if found:
            yield Cell(number, (min(found, key=lambda text: _ARTICLE.search(text) is None),))
        elif row[0].lstrip(BLANK).startswith("#"):
            return
        elif not self.is_certain or len(row) != self.width:
            yield Cell(number, (line.strip(BLANK),))
        else:
            text = next(filter(LETTER_OR_DIGIT.search, named), "")  # may be the path of a saved page
            yield Cell(number, (text or line,), is_note=not text)


def find_table(first: str, second: str) -> Table | None:
    """Return the form of the table whose header is `first`; None if it is none. `second` is the line after it.

    The header is known by the names of its columns. With other names, it is known by the second line, if that has an
    address of WeChat in one column and the first has none.
    """
    headers = [(delimiter, names) for delimiter in _DELIMITERS if len(names := _split(first, delimiter)) > 1]
    for delimiter, names in headers:
        if columns := [names.index(name) for name in COLUMNS if name in names]:
            return Table(delimiter=delimiter, width=len(names), columns=tuple(columns), is_certain=True)
    for delimiter, names in headers:
        columns = [index for index, name in enumerate(names) if _is_like_a_column(name)]
        row = _split(second, delimiter)
        columns += [index for index, text in enumerate(row) if _is_address(text) and len(row) == len(names)]
        if columns:
            return Table(delimiter=delimiter, width=len(names), columns=tuple(columns), is_certain=False)
    return None


def _is_like_a_column(name: str) -> bool:
    return len(name) < 20 and bool(_LIKE_A_COLUMN.search(name)) and not _UNLIKE_A_COLUMN.search(name)


def _is_address(text: str) -> bool:
    """Return whether `text` is nothing but an address that names WeChat's host."""
    return names_wechat(text) and not any(character.isspace() for character in text) and text[:1] not in "[<("


def _split(line: str, delimiter: str) -> list[str]:
    """Return the names in the header of a table, in lower case; [] if the line is not valid CSV."""
    try:
        names = next(_csv_reader([line], delimiter), [])
    except csv.Error:
        return []
    return [name.strip(BLANK).casefold() for name in names]


def _csv_reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    # strict makes an unclosed quote an error; otherwise the cell would contain all following lines
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def _note_lines(lines: NumberedLines, record: list[tuple[int, str]], long: list[Cell]) -> Iterator[str]:
    """Yield the lines of a table for the CSV reader, and note in `record` which lines the reader has read.

    The caller needs the line numbers of each row. A row may span several lines, and the CSV reader does not tell which
    ones. So each line is appended to `record` as (number, line), and the caller clears `record` before each row.

    Lines longer than MAX_RECORD_LENGTH are not yielded. For each of them, a cell with an error is appended to `long`.
    """
    for number, line in lines:
        if len(line) > MAX_RECORD_LENGTH:
            long.append(too_long(number, line, MAX_RECORD_LENGTH))
            continue
        line = line.rstrip("\r\n")
        record.append((number, line))
        yield line + "\n"
