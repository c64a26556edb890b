"""The catalogue's articles as rows: JSON lines, and CSV that a spreadsheet opens as it stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, BinaryIO

from archiver.models import ArticleRecord, Images
from archiver.text import json_line

# A cell has no place for parts: each number of `images` has a column, `warnings` are lines, `removed` is left out.
_IMAGES = tuple(f"images_{field.name}" for field in fields(Images))
COLUMNS = (
    "key", "url", "title", "account", "type", "published", "archived", "state", "state_seen", "checked", "post",
    "digest", "source", *_IMAGES, "share", "warnings",
)  # fmt: skip

_BOM = "\ufeff"  # by which Excel knows UTF-8; everybody else passes over it
# What a spreadsheet computes instead of showing it (CWE-1236), also behind what it passes over, and in full width.
_FORMULA = re.compile(
    "[\\s\0-\x20\x7f-\xa0\xad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*[=+\\-@＝＋－＠﹢﹣﹦﹫]|[\t\r\n]"
)


class JsonLines:
    """One JSON object a line, an article, as `list --json` writes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, article: ArticleRecord) -> None:
        """Writes an article's row."""
        self._file.write(json_line(row_of(article)).encode() + b"\n")


class Csv:
    """RFC 4180: a row an article, the first names the columns."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._write(COLUMNS, _BOM)

    def add(self, article: ArticleRecord) -> None:
        """Writes an article's row; a line end inside a cell is quoted."""
        told = row_of(article)
        told |= {f"images_{name}": count for name, count in told["images"].items()}
        self._write([_cell(told[column]) for column in COLUMNS])

    def _write(self, cells: Iterable[object], before: str = "") -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerow(cells)
        self._file.write((before + text.getvalue()).encode("utf-8", "backslashreplace"))


def row_of(value: object) -> dict[str, Any]:
    """A value of the models as a JSON object: asdict would copy each part, and leave the times as they are."""
    return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}  # type: ignore[attr-defined]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return row_of(value) if is_dataclass(value) else value


def _cell(value: object) -> object:
    """A cell that shows what it says: text that looks like a formula gets the apostrophe that spreadsheets hide."""
    text = "\n".join(map(str, value)) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and _FORMULA.match(text) else text
