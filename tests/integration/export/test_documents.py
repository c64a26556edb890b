"""What `archiver export` writes as HTML, PDF and Word documents."""

from __future__ import annotations

import json
import os
import re
import select
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.export import converters
from archiver.export.converters import ConversionError, convert
from tests.corpus.browser import ARGUMENTS
from tests.support.command import Command, Run
from tests.support.wechat import World, pages
from tests.support.wechat.pictures import png

ADDRESSES = [f"https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt0{number}" for number in range(4)]
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/Abc/"
BODY = f'<p style="color:red">红字</p><p><img data-src="{PICTURE}640?wx_fmt=png"></p>'


@pytest.fixture
def archiver(archiver: Command, world: World) -> Command:
    """An archive of three articles, of which two have the same title but for its case."""
    for size in ("640", "0"):
        world.serve(f"{PICTURE}{size}?wx_fmt=png", pages.picture(png(), "image/png"))
    for number, title in enumerate(("a/b: 红", "Tea", "tea")):
        world.serve(ADDRESSES[number], pages.article(BODY, title=title, mid=f"224748000{number}"))
    assert archiver.add(*ADDRESSES[:3]).counts == {"archived": 3}
    return archiver


def export(archiver: Command, *arguments: str | Path) -> Run:
    return archiver("export", "-o", "out", *arguments)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_export_html_one_file_an_article_with_media_beside(archiver: Command) -> None:
    run = export(archiver, "--html", "copies")
    assert (run.code, run.err) == (0, "3 exported\n")
    written = files_in(archiver.folder / "copies")
    assert set(written) == {
        "a／b： 红.html", "Tea (2247480001-1).html", "tea (2247480002-1).html", "media/Abc.png",
    }  # fmt: skip
    assert sorted(run.out.splitlines()) == sorted(f"copies/{name}" for name in written if name.endswith(".html"))
    assert '<p style="color:red">红字</p><p><img src="media/Abc.png" alt=""></p>' in written["a／b： 红.html"].decode()
    assert written["media/Abc.png"] == png()


def test_export_html_second_run_changes_nothing(archiver: Command) -> None:
    folder = archiver.folder / "copies"
    export(archiver, "--html", "copies")
    (folder / "note.html").write_text("mine")
    before, times = files_in(folder), {path: path.stat().st_mtime_ns for path in folder.rglob("*.png")}
    assert export(archiver, "--html", "copies", ADDRESSES[1]).code == 0
    assert export(archiver, "--html", "copies").code == 0
    assert files_in(folder) == before
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.png")} == times


def test_export_html_embedded_pictures_are_in_the_file(archiver: Command) -> None:
    assert export(archiver, "--html", "copies", "--embed", "--json", ADDRESSES[0]).outcome == {
        "files": ["copies/a／b： 红.html"], "articles": 1, "missing": [], "remarks": [],
    }  # fmt: skip
    written = files_in(archiver.folder / "copies")
    assert list(written) == ["a／b： 红.html"]
    assert f'<img src="data:image/png;base64,{b64encode(png()).decode()}"' in written["a／b： 红.html"].decode()


def test_export_html_selects_articles(archiver: Command) -> None:
    assert export(archiver, "--html", "copies", "--account", "别的号").err == "0 exported\n"
    assert export(archiver, "--html", "copies", "--account", "测试号", "--since", "2020-01-01").err == "3 exported\n"


def test_export_html_what_is_lost_or_altered_is_named(archiver: Command) -> None:
    (archiver.folder / "out/postimg/Abc.png").write_bytes(b"x" * len(png()))
    run = export(archiver, "--html", "copies", ADDRESSES[0])
    assert run.code == 1
    assert "out/postimg/Abc.png: is not the file that came" in run.err
    (document,) = files_in(archiver.folder / "copies").values()
    assert f'<a href="{PICTURE}640?wx_fmt=png"><span class="archiver-missing">' in document.decode()


def test_export_html_article_without_page_is_named(archiver: Command, world: World) -> None:
    archiver.write("archiver.yml", "snapshots: false")
    world.serve(ADDRESSES[3], pages.article(BODY, title="无页", mid="2247480009"))
    assert archiver.add("--no-media", ADDRESSES[3]).counts == {"archived": 1}
    run = export(archiver, "--html", "copies")
    assert (run.code, len(run.out.splitlines())) == (1, 3)
    assert "not exported: MzA5MDAwMDAwMQ==:2247480009:1: its page is not kept" in run.err


@pytest.mark.parametrize(("arguments", "said"), [
    (("--html", "-"), "--html needs a folder"),
    (("--pdf", "-"), "--pdf needs a folder"),
    (("--embed", "--csv", "a.csv"), "--embed is for --html"),
    ((), "--html, --pdf or --docx FOLDER"),
])  # fmt: skip
def test_export_documents_wrong_usage_is_exit_2(archiver: Command, arguments: tuple[str, ...], said: str) -> None:
    run = export(archiver, *arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_export_html_folder_that_is_a_file_is_exit_73(archiver: Command) -> None:
    (archiver.folder / "copies").write_text("mine")
    run = export(archiver, "--html", "copies")
    assert (run.code, run.out, (archiver.folder / "copies").read_text()) == (73, "", "mine")


# --- Programs of others -----------------------------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Make a program in an otherwise empty PATH; it notes its arguments in the file that is returned."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, script: str) -> Path:
        path, notes = folder / name, tmp_path / "arguments"
        path.write_text(f'#!/bin/sh\nfor argument; do echo "$argument" >> {notes}; done\n{script}\n')
        path.chmod(0o755)
        return notes

    return make


WRITES = 'for argument; do case "$argument" in --print-to-pdf=*|--output=*) echo made > "${argument#*=}";; esac; done'


@pytest.mark.parametrize(("form", "get"), [("pdf", "apt install chromium"), ("docx", "apt install pandoc")])
def test_export_without_program_is_exit_2_and_says_how(
    archiver: Command, program: Callable[[str, str], Path], form: str, get: str
) -> None:
    run = export(archiver, f"--{form}", "copies")
    assert (run.code, run.out, len(run.err.splitlines())) == (2, "", 1)
    assert get in run.err
    assert not (archiver.folder / "copies").exists()


def test_export_pdf_chromium_is_called_offline(archiver: Command, program: Callable[[str, str], Path]) -> None:
    arguments = program("chromium", WRITES)
    assert export(archiver, "--pdf", "copies", ADDRESSES[0]).out == "copies/a／b： 红.pdf\n"
    assert files_in(archiver.folder / "copies") == {"a／b： 红.pdf": b"made\n"}
    called = arguments.read_text().splitlines()
    assert {"--headless", "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"} < set(called)
    assert called[-1].startswith("file:///")
    assert not Path(called[-1].removeprefix("file://")).exists()  # nothing is left behind


def test_export_docx_pandoc_is_called_in_its_sandbox(archiver: Command, program: Callable[[str, str], Path]) -> None:
    arguments = program("pandoc", f'cat "$5" > {archiver.folder}/given.html 2>/dev/null; {WRITES}')
    os.environ["PATH"] += ":/bin:/usr/bin"
    assert export(archiver, "--docx", "copies", ADDRESSES[0]).out == "copies/a／b： 红.docx\n"
    assert arguments.read_text().splitlines()[:3] == ["--sandbox", "--from=html", "--to=docx"]
    assert "data:image/png;base64," in (archiver.folder / "given.html").read_text()


@pytest.mark.parametrize(
    ("script", "said"), [("echo broken >&2; exit 3", "failed: broken"), ("exit 0", "wrote no file")]
)
def test_export_pdf_failing_program_is_named_and_old_file_stays(
    archiver: Command, program: Callable[[str, str], Path], script: str, said: str
) -> None:
    program("chromium", script)
    (archiver.folder / "copies").mkdir()
    (archiver.folder / "copies/Tea (2247480001-1).pdf").write_text("old")
    run = export(archiver, "--pdf", "copies")
    assert (run.code, run.out, run.err.count(said)) == (1, "", 3)
    assert files_in(archiver.folder / "copies") == {"Tea (2247480001-1).pdf": b"old"}


def test_convert_takes_too_long_ends_all_processes_of_the_program(
    tmp_path: Path, program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converters, "_PATIENCE", 3)
    held = tmp_path / "held"  # a pipe that is at its end as soon as no process has it open for writing
    os.mkfifo(held)
    program("chromium", f"exec 3> {held}\n/bin/sleep 60 &\nwait")
    reader = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(ConversionError, match="took more than 3 s"):
            convert("pdf", str(tmp_path / "bin/chromium"), "<p>", tmp_path / "a.pdf")
        ended, _, _ = select.select([reader], [], [], 5)
        assert ended == [reader]
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)


@pytest.mark.browser
def test_export_pdf_is_a4_with_the_words(archiver: Command) -> None:
    run = export(archiver, "--pdf", "copies", "--json", ADDRESSES[0])
    assert run.code == 0, run.err
    (content,) = files_in(archiver.folder / "copies").values()
    assert content.startswith(b"%PDF-")
    (width, height) = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content).groups())
    assert (round(width), round(height)) == (595, 842)  # A4 in points
    assert json.loads(run.out)["files"] == ["copies/a／b： 红.pdf"]


@pytest.mark.browser
@pytest.mark.parametrize("options", [(), ("--embed",)], ids=["beside", "embedded"])
def test_export_html_opened_from_its_folder_shows_its_picture(archiver: Command, options: tuple[str, ...]) -> None:
    from playwright.sync_api import sync_playwright

    assert export(archiver, "--html", "copies", *options, ADDRESSES[0]).code == 0
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((archiver.folder / "copies/a／b： 红.html").as_uri())
        widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
        browser.close()
    assert widths == [240]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
