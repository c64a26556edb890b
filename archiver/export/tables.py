"""Write the catalogue's records of articles as JSON lines, or as CSV that spreadsheet programs open correctly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, BinaryIO

from archiver.messages.warning_codes import warning_codes
from archiver.models import ArticleRecord, Images
from archiver.text import json_line

# A CSV cell holds one value: each count in `images` has its own column, `warnings` are joined with line feeds, and
# `removed` is left out.
_IMAGES = tuple(f"images_{field.name}" for field in fields(Images))
COLUMNS = (
    "key", "url", "title", "account", "type", "published", "archived", "state", "state_seen", "checked", "post",
    "digest", "source", *_IMAGES, "share", "warnings",
)  # fmt: skip

_BOM = "\ufeff"  # with it Excel recognises UTF-8; other programs ignore it
# Text that spreadsheet programs evaluate as a formula (CWE-1236), even after characters that they ignore or if its
# first character is full-width.
_FORMULA = re.compile(
    "[\\s\0-\x20\x7f-\xa0\xad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*[=+\\-@＝＋－＠﹢﹣﹦﹫]|[\t\r\n]"
)


class JsonLinesTable:
    """A writer of articles as JSON lines, in the format of `list --json`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, article: ArticleRecord) -> None:
        """Write an article as one line of JSON."""
        self._file.write(json_line(to_json_object(article)).encode() + b"\n")


class CsvTable:
    """A writer of articles as CSV (RFC 4180) with a header row.

    The columns are COLUMNS. The file begins with a byte order mark, by which Excel recognises UTF-8.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._write(COLUMNS, _BOM)

    def add(self, article: ArticleRecord) -> None:
        """Write an article as one row."""
        values = to_json_object(article)
        values |= {f"images_{name}": count for name, count in values["images"].items()}
        self._write([_cell(values[column]) for column in COLUMNS])

    def _write(self, cells: Iterable[object], before: str = "") -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerow(cells)
        self._file.write((before + text.getvalue()).encode("utf-8", "backslashreplace"))


def to_json_object(value: object) -> dict[str, Any]:
    """Convert an object of a dataclass in archiver.models, such as ArticleRecord, to a dict for JSON.

    The keys are the names of the fields; the record of an article also has the codes of its warnings. Times become text
    in ISO 8601. dataclasses.asdict is not used, since it is slower and does not convert times.
    """
    values = {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}  # type: ignore[attr-defined]
    return values | {"warning_codes": warning_codes(value.warnings)} if isinstance(value, ArticleRecord) else values


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return to_json_object(value) if is_dataclass(value) else value


def _cell(value: object) -> object:
    """Return the content of a CSV cell for a value; a list becomes text with one line per item.

    Text that looks like a formula gets a leading apostrophe, so that spreadsheet programs do not evaluate it.
    """
    text = "\n".join(map(str, value)) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and _FORMULA.match(text) else text
