"""Excel workbooks as lists: rows are lines; damaged, huge and hostile ones are one error."""

from __future__ import annotations

import io
import zipfile

import pytest

from archiver.errors import InputError
from archiver.sources import lines_of, read_list, workbooks
from tests.support.exports import workbook

A = "https://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(rows: str, head: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(
            "xl/worksheets/sheet1.xml", f'{head}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return content.getvalue()


def test_workbook_rows_are_lines_of_cells_with_links_behind() -> None:
    assert list(lines_of(workbook([("标题", "链接"), ("a\nb", "看")], {"B2": A}))) == ["标题\t链接", f"a b\t看\t{A}"]


def test_workbook_empty_rows_and_cells_keep_their_places() -> None:
    rows = f'<row r="2"><c r="C2" t="inlineStr"><is><r><t>x</t></r><r><t>y</t></r></is></c></row><row r="4"><c><f>HYPERLINK("{A}","看")</f><v>7</v></c></row>'
    assert list(lines_of(sheet(rows))) == ["", "\t\txy", "", f"7\t{A}"]


def test_workbook_row_number_is_line_number() -> None:
    (entry,) = read_list(lines_of(sheet(f'<row r="5"><c t="str"><v>{A}</v></c></row>')))
    assert (entry.number, entry.source) == (5, A)


def test_workbook_far_rows_and_columns_use_little_memory() -> None:
    rows = '<row r="999999999"><c r="ZZZ1"><v>1</v></c><c r="A1"><v>2</v></c></row>'
    assert list(lines_of(sheet(rows))) == ["2"]


def test_workbook_entities_are_not_expanded() -> None:
    head = f'<!DOCTYPE x [<!ENTITY a "{"x" * 99}"><!ENTITY b "{"&a;" * 99}"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    lines = list(lines_of(sheet("<row><c t='str'><v>&b;&f;</v></c></row>", head)))
    assert sum(map(len, lines)) < 99
    assert "root" not in "".join(lines)


@pytest.mark.parametrize("cut", ["<row>", "<row><c></row>"])
def test_workbook_damaged_sheet_is_input_error(cut: str) -> None:
    with pytest.raises(InputError, match="damaged or encrypted Excel file: save its sheet as CSV"):
        list(lines_of(sheet(cut)))


def test_workbook_damaged_zip_is_input_error() -> None:
    content = bytearray(workbook([(A,)]))
    content[60:70] = b"\0" * 10
    with pytest.raises(InputError, match="save its sheet as CSV"):
        list(lines_of(bytes(content)))


def test_workbook_huge_part_is_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_MAX_PART_SIZE", 1000)
    with pytest.raises(InputError, match="save its sheet as CSV"):
        list(lines_of(sheet(f"<row><c><v>{'1' * 1000}</v></c></row>")))


def test_other_zip_file_is_no_workbook() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("word/document.xml", "<x/>")
    with pytest.raises(InputError, match="save its sheet as CSV"):
        lines_of(content.getvalue())
