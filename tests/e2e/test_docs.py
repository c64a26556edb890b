"""What the documents say is what the program does."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import typer
import typer.main

from archiver.cli.main import app
from archiver.errors import Exit
from archiver.models import (
    Article,
    ArticleRecord,
    Capture,
    Finding,
    Outcome,
    Reprint,
    State,
    Unavailability,
    UrlRecord,
    status,
)
from archiver.models.checkup import Check, PageReport
from archiver.models.page_format import FieldPlace, FormatNote
from archiver.settings import Settings
from archiver.writer.metadata import provenance
from archiver.writer.profiles import SiteOptions, built_in_profiles
from tests.support.command import Command
from tests.support.paths import ROOT

READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
GUIDES = [ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")]
PAGES = [*READMES, *GUIDES, *(page for page in sorted((ROOT / "docs").rglob("*.md")) if "_build" not in page.parts)]
COMMANDS = sorted(typer.main.get_group(app).commands)

_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_ANCHOR = re.compile(r"([\w./-]+\.md)#([\w-]+)")
_CODE = re.compile(r"^ *```\w*\n(.*?)^ *```|((?:^ {4}[^\n]*\n)+)", re.S | re.M)
_CALL = re.compile(r"(?:^ *|[$&|] |\./run |bin/)archiver ([a-z]+)\b([^|&;)#\n]*)", re.M)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def help_of(command: str) -> str:
    return Command(folder=ROOT, environment={})(command, "--help").out


def documented_codes() -> dict[int, str]:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", text_of("docs/reference/exit-codes.md"), re.M)
    return {int(code): name for code, name in rows}


def test_docs_exit_codes_match_enum() -> None:
    assert documented_codes() == {code.value: code.name for code in Exit}


@pytest.mark.parametrize("page", ["settings.md", "settings.zh-CN.md"])
def test_docs_settings_page_names_every_setting(page: str) -> None:
    text = text_of(f"docs/reference/{page}")
    assert [name for name in Settings.__struct_fields__ if f"{name}:" not in text] == []


@pytest.mark.parametrize(
    "page",
    [f"{page}{twin}.md" for page in ("guide/blog", "reference/settings", "reference/cli") for twin in ("", ".zh-CN")],
)
def test_docs_name_every_profile(page: str) -> None:
    text = text_of(f"docs/{page}").lower()
    assert [profile.name for profile in built_in_profiles(SiteOptions()) if profile.name not in text] == []


def test_docs_command_list_contains_known_commands() -> None:
    assert {"add", "batch", "init", "list", "run", "show"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("readme", READMES, ids=names)
def test_readme_shows_every_command(readme: Path, command: str) -> None:
    assert re.search(rf"^    archiver {command}\b", readme.read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_contains_example_of_its_command(command: str) -> None:
    _, found, examples = help_of(command).partition("\n  Example")
    assert found
    assert re.search(rf"\barchiver {command}\b", examples)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("readme", READMES, ids=names)
def test_readme_documents_every_option(readme: Path, command: str) -> None:
    text = readme.read_text(encoding="utf-8")
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", help_of(command)))
    assert "--help" in options
    assert sorted(option for option in options - {"--help"} if f"`{option}" not in text) == []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("readme", READMES, ids=names)
def test_readme_option_row_names_all_its_commands(readme: Path, command: str) -> None:
    rows = [line for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith("| `-")]
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", help_of(command))):
        named = {word for row in rows if re.search(rf"`{option}\b", row) for word in re.findall(r"`([a-z]+)`", row)}
        assert not named & set(COMMANDS) or command in named, option


@pytest.mark.parametrize("readme", READMES, ids=names)
def test_readme_documents_global_options(readme: Path) -> None:
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", Command(folder=ROOT, environment={})("--help").out))
    assert "--version" in options
    assert [option for option in options - {"--help"} if f"`{option}`" not in readme.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_every_command_has_common_options(command: str) -> None:
    common = {"--output", "--config", "--json", "--verbose"} if command != "init" else {"--verbose"}
    assert common - set(re.findall(r"--[a-z]+", help_of(command))) == set()


STATUS = [
    status.ArchiveStatus, status.Need, status.ArticleCounts, status.PageCounts, status.MediaCounts, status.UrlCounts,
    status.SourceStatus, status.RunRecord, status.WallStatus, status.DiskUsage,
]  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [Outcome, ArticleRecord, UrlRecord, Capture, Finding, Check, PageReport, FieldPlace, FormatNote, *STATUS],
    ids=lambda kind: kind.__name__,
)
def test_docs_json_page_names_every_field(kind: type) -> None:
    text = text_of("docs/reference/json.md")
    hidden = {"exit_code", "held_by"} if kind in (Outcome, Finding) else set()
    assert [field.name for field in fields(kind) if field.name not in hidden and f"`{field.name}`" not in text] == []


def test_docs_json_page_names_every_report_member(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "archiver.yml").write_text("sources: [{list: empty.txt}]", encoding="utf-8")
    assert Command(folder=tmp_path, environment={})("run", "--report", "report.json").code == 0
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    _, _, text = text_of("docs/reference/json.md").partition("## `run --report")
    assert [name for name in (*report, *report["sources"][0]) if f"`{name}`" not in text] == []


def test_docs_post_page_names_every_key_of_the_provenance() -> None:
    text = text_of("docs/reference/post.md")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    words = {field.name: "x" for field in fields(Article) if field.type == "str"} | {"biz": ""}
    whole = Article(
        **words, published=now, modified=now, original=True, paid=True, albums=("x",), topics=("x",),
        gone=Unavailability(state=State.DELETED, seen=now), reprint=Reprint(account="x", author="x", url="x", notice="x"),
    )  # fmt: skip
    written = provenance(whole, now) | provenance(replace(whole, biz="x"), now)
    assert len(written) > 20
    names = [*written, *written["gone"], *written["reprinted_from"]]
    assert [name for name in names if f"`{name}`" not in text] == []


def anchors_of(page: Path) -> list[str]:
    """The anchors of a document's headings, as GitHub makes them of their words."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    headings = re.findall(r"^#{1,6} (.+)$", text, re.M)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_docs_heading_anchors_are_unique(page: Path) -> None:
    assert [anchor for anchor, times in Counter(anchors_of(page)).items() if times > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_docs_same_page_links_reach_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(#([^)]+)\)", page.read_text(encoding="utf-8"))
    assert sorted(set(links) - set(anchors_of(page))) == []


def test_docs_cross_page_links_reach_a_heading() -> None:
    """Those of the code too, which begin at the repository: `docs/reference/wechat-format.md#the-wall`."""
    code = [path for folder in ("archiver", "tests") for path in (ROOT / folder).rglob("*.py")]
    anchors = {page: anchors_of(page) for page in PAGES}
    broken = [
        (names(path), page, anchor)
        for path in (*PAGES, *code)
        for page, anchor in _ANCHOR.findall(path.read_text(encoding="utf-8"))
        if anchor not in anchors.get(((ROOT if path in code else path.parent) / page).resolve(), [])
    ]
    assert broken == []


def test_docs_paths_named_in_code_exist() -> None:
    code = [path for folder in ("archiver", "tests", ".ci") for path in (ROOT / folder).rglob("*") if path.is_file()]
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in code if path.suffix != ".pyc"}
    named = {(names(path), page) for path, text in texts.items() for page in re.findall(r"\bdocs/[\w./-]+\.md\b", text)}
    assert len(named) > 40
    assert [pair for pair in sorted(named) if not (ROOT / pair[1]).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_docs_calls_use_existing_commands_and_options(page: Path) -> None:
    code = "\n".join(fenced or indented for fenced, indented in _CODE.findall(page.read_text(encoding="utf-8")))
    for command, rest in _CALL.findall(code):
        assert command in COMMANDS, command
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest))
        assert sorted(options - set(re.findall(r"--[a-z][a-z-]+", help_of(command)))) == [], command


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_docs_links_lead_to_existing_files(page: Path) -> None:
    links = _LINK.findall(re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_docs_security_page_names_existing_tests() -> None:
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", text_of("docs/security.md"))
    lines = [line for line in text_of("docs/security.md").splitlines() if re.match(r"\| (?!line|-)", line)]
    assert len(lines) > 20
    assert [line for line in lines if not re.search(r"\| `[\w/]+\.py::", line)] == []
    is_there = {(file, name): re.search(rf"^ *def {name}\(", text_of(f"tests/{file}"), re.M) for file, name in named}
    assert [test for test, found in is_there.items() if not found] == []


def test_docs_design_page_names_every_module() -> None:
    text = text_of("docs/design.md")
    plain = {"__init__.py", "__main__.py", "models.py", "errors.py"}
    rooms = {path.name for path in (ROOT / "archiver").glob("[!_.]*.py")} - plain
    rooms |= {f"{path.parent.name}/" for path in (ROOT / "archiver").glob("*/__init__.py")}
    assert "catalogue/" in rooms
    assert sorted(room for room in rooms if f"| `{room}` |" not in text) == []


def test_docs_design_page_layers_match_import_contract() -> None:
    """Row by row, from the top: `│ document │ policy │`."""
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    rows = [line.strip("│").split("│") for line in text_of("docs/design.md").splitlines() if line.startswith("│ ")]
    assert [[name.strip() for name in row] for row in rows] == [layer.split(" | ") for layer in layers]


@pytest.mark.parametrize("readme", READMES, ids=names)
def test_readme_example_matches_command_output(readme: Path, tmp_path: Path) -> None:
    shown = re.search(r"```markdown\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
    assert shown is not None
    page = ROOT / "fixtures" / "article--seed-2020" / "page.html"
    assert Command(folder=tmp_path, environment={})("add", "-o", tmp_path, page).code == 0
    [post] = (tmp_path / "_posts").iterdir()
    of_the_day = re.compile(r'archived: "[^"]*"')
    assert of_the_day.sub("", post.read_text(encoding="utf-8")).startswith(of_the_day.sub("", shown[1]))
