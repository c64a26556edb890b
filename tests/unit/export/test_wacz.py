"""The WACZ file: its members, and that packing it leaves the process as it was."""

from __future__ import annotations

import json
import sys
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from wacz.waczindexer import WACZIndexer

from archiver.export.records import Record
from archiver.export.wacz import wacz_file

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
PAGE = b"<html>text</html>"
RECORD = Record(
    type="resource", uri="https://archiver.invalid/article/1", date=NOW, content_type="text/html",
    sha256=sha256(PAGE).hexdigest(), size=len(PAGE),
)  # fmt: skip


def write(path: Path) -> None:
    with wacz_file(path, NOW) as (warc, pages):
        warc.write(RECORD, PAGE)
        pages.add(RECORD, "title", "text")


def test_wacz_has_its_members_in_order_with_their_digests(tmp_path: Path) -> None:
    write(tmp_path / "a.wacz")
    with zipfile.ZipFile(tmp_path / "a.wacz") as archive:
        names = archive.namelist()
        package = json.loads(archive.read("datapackage.json"))
        digests = {resource["path"]: resource["hash"] for resource in package["resources"]}
        assert digests == {name: f"sha256:{sha256(archive.read(name)).hexdigest()}" for name in names[:4]}
        of_package = json.loads(archive.read("datapackage-digest.json"))["hash"]
        assert of_package == f"sha256:{sha256(archive.read('datapackage.json')).hexdigest()}"
        warc = archive.getinfo("archive/data.warc.gz")
    assert names == [
        "pages/pages.jsonl", "indexes/index.cdx.gz", "indexes/index.idx", "archive/data.warc.gz", "datapackage.json",
        "datapackage-digest.json",
    ]  # fmt: skip
    assert warc.compress_type == zipfile.ZIP_STORED  # players read ranges of it
    assert package["wacz_version"] == "1.1.1"
    assert not {"mainPageURL", "mainPageDate", "title", "description"} & package.keys()


def test_wacz_packing_leaves_stdout_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdout, seen = sys.stdout, []

    def process_all(indexer: WACZIndexer) -> None:
        seen.append(sys.stdout)
        original(indexer)

    original = WACZIndexer.process_all
    monkeypatch.setattr(WACZIndexer, "process_all", process_all)
    write(tmp_path / "a.wacz")
    assert seen == [stdout]
    assert capsys.readouterr() == ("", "")
