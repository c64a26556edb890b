"""Read Excel workbooks (.xlsx) as lists: each row becomes a line of tab-separated values.

Only what lists need is read: texts, numbers and the addresses behind linked cells. Every size is bounded, because a
small workbook may hold huge parts.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from archiver.errors import InputError
from archiver.messages.message import message

if TYPE_CHECKING:
    from lxml.etree import _Element

_SIGNATURE = b"PK\x03\x04"  # of zip files
_MAX_PART_SIZE = 2**26  # bytes of a part of the workbook, unpacked
_MAX_COLUMNS = 200
_SHEET = re.compile(r"xl/worksheets/(?:[^/]+/)?sheet(\d+)\.xml\Z")
_COLUMN = re.compile(r"[A-Z]{1,3}")
_SPACE = re.compile(r"[\t\r\n]+")  # would end a cell or a row
_FORMULA_ADDRESS = re.compile(r'HYPERLINK\(\s*"([^"]+)"', re.IGNORECASE)


def is_workbook(file: BinaryIO) -> bool:
    """Return whether a file is an Excel workbook, and not some other zip file. Its position is kept."""
    start = file.tell()
    beginning = file.read(len(_SIGNATURE))
    file.seek(start)
    if beginning != _SIGNATURE:
        return False
    try:
        with zipfile.ZipFile(file) as parts:
            return any(map(_SHEET.match, parts.namelist()))
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    finally:
        file.seek(start)


def workbook_lines(file: BinaryIO) -> Iterator[str]:
    """Yield a line for each row of the sheets of a workbook, in their order: its cells, separated by tabs.

    The addresses to which cells of the row link follow as further cells. Raise InputError if the workbook is damaged or
    too large.
    """
    from lxml.etree import XMLSyntaxError

    try:
        with zipfile.ZipFile(file) as parts:
            texts = list(_shared_texts(parts))
            sheets = sorted((int(found[1]), found[0]) for name in parts.namelist() if (found := _SHEET.match(name)))
            for _, sheet in sheets:
                yield from _rows(parts, sheet, texts)
    except (XMLSyntaxError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(message("a damaged or encrypted Excel file: save its sheet as CSV")) from error


def _rows(parts: zipfile.ZipFile, sheet: str, texts: list[str]) -> Iterator[str]:
    """Yield the lines of a sheet. Empty rows are lines, too, so that the numbers of lines are those of rows."""
    links = _links_of(parts, sheet)
    number = 0
    for row in _elements(parts, sheet, "row"):
        given = row.get("r", "")
        next_number = int(given) if given.isdigit() and number < int(given) < 2**21 else number + 1
        yield from [""] * (next_number - number - 1)
        number = next_number
        cells: list[str] = []
        addresses: list[str] = []
        for cell in row.iterfind("{*}c"):
            reference = cell.get("r", "")
            column = _column(reference) if reference else len(cells)
            if column < _MAX_COLUMNS:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = _text_of(cell, texts)
            formula = _FORMULA_ADDRESS.search(cell.findtext("{*}f") or "")
            addresses += [*([formula[1]] if formula else []), *links.get(reference, ())]
        yield "\t".join(_SPACE.sub(" ", text).replace('"', "＂") for text in (*cells, *addresses))


def _text_of(cell: _Element, texts: list[str]) -> str:
    value = cell.findtext("{*}v") or ""
    if cell.get("t") == "s":
        return texts[int(value)] if value.isdigit() and int(value) < len(texts) else ""
    inline = cell.find("{*}is")
    return "".join(part.text or "" for part in inline.iterfind(".//{*}t")) if inline is not None else value


def _shared_texts(parts: zipfile.ZipFile) -> Iterator[str]:
    """Yield the texts of the workbook, to which cells refer by number; without the readings of Chinese characters."""
    if "xl/sharedStrings.xml" in parts.namelist():
        for item in _elements(parts, "xl/sharedStrings.xml", "si"):
            yield "".join(text.text or "" for text in (*item.iterfind("{*}t"), *item.iterfind("{*}r/{*}t")))


def _links_of(parts: zipfile.ZipFile, sheet: str) -> dict[str, list[str]]:
    """Return the addresses to which the cells of a sheet link, by the reference of the cell, such as `B2`."""
    folder, _, name = sheet.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in parts.namelist():
        return {}
    targets = {one.get("Id", ""): one.get("Target", "") for one in _elements(parts, relations, "Relationship")}
    links: dict[str, list[str]] = {}
    for link in _elements(parts, sheet, "hyperlink"):
        target = next((targets[value] for value in link.attrib.values() if value in targets), "")
        links.setdefault(link.get("ref", "").partition(":")[0], []).append(target)
    return links


def _elements(parts: zipfile.ZipFile, name: str, tag: str) -> Iterator[_Element]:
    """Yield the elements called `tag` of a part of the workbook: the XML file `name` in the zip file `parts`.

    Each element is emptied when the next one is requested. Entities are not resolved, so no other file is loaded. Raise
    InputError if the part is too large.
    """
    from lxml.etree import iterparse

    if parts.getinfo(name).file_size > _MAX_PART_SIZE:
        raise InputError(
            message("an Excel file of more than {limit} MB: save its sheet as CSV", limit=_MAX_PART_SIZE // 2**20)
        )
    with parts.open(name) as part:
        for _, element in iterparse(part, tag=f"{{*}}{tag}", resolve_entities=False, no_network=True):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _column(reference: str) -> int:
    """Return the index of the column of a cell such as `B2`."""
    letters = _COLUMN.match(reference)
    index = 0
    for letter in letters[0] if letters else "A":
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
