"""docs/guide/schedule.md and its files are what systemd, GitHub and archiver take; the numbers are the program's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from archiver import policy
from archiver.cli.init import GIT_ATTRIBUTES, TEMPLATE
from archiver.models import State
from archiver.settings import Settings, load
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
SCHEDULE = DOCS / "guide" / "schedule"
TEXT = (DOCS / "reference" / "requests.md").read_text(encoding="utf-8")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHORT = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&mid=2650000001&idx=1&sn=" + "0" * 32

# systemd

UNITS = ("archiver.service", "archiver.timer", "archiver-reader.service")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with a command that is there: the installed one's place is the user's."""
    for name in UNITS:
        unit = (SCHEDULE / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(re.sub("%h/.local/bin/archiver .*", "/bin/true", unit), encoding="utf-8")
    return tmp_path


def verified(folder: Path) -> tuple[int, str]:
    """How `systemd-analyze verify` ended and what it said: of an unknown key it only says so."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze (Debian: apt install systemd)")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", *(folder / name for name in UNITS)],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_systemd_units_pass_verification(units: Path) -> None:
    assert "ExecStart=/bin/true\n" in (units / "archiver.service").read_text(encoding="utf-8")
    assert verified(units) == (0, "")


@pytest.mark.parametrize(
    ("name", "line", "wrong"),
    [
        ("archiver.service", "SuccessExitStatus=75", "SuccessExitStatus=wall"),
        ("archiver.service", "ExecStart=/bin/true", "ExecStart=/nowhere/archiver run"),
        ("archiver-reader.service", "Restart=on-failure", "Restart=on-trouble"),
        ("archiver.timer", "RandomizedDelaySec=1h", "RandomisedDelaySec=1h"),
        ("archiver.timer", "OnCalendar=*-*-* 04:17:00", "OnCalendar=every day"),
    ],
)
def test_systemd_verify_detects_invalid_unit(units: Path, name: str, line: str, wrong: str) -> None:
    unit = (units / name).read_text(encoding="utf-8")
    assert line in unit
    (units / name).write_text(unit.replace(line, wrong), encoding="utf-8")
    assert verified(units) != (0, "")


def test_systemd_units_have_daily_run_settings() -> None:
    service = (SCHEDULE / "archiver.service").read_text(encoding="utf-8").splitlines()
    timer = (SCHEDULE / "archiver.timer").read_text(encoding="utf-8").splitlines()
    assert {"Type=oneshot", "SuccessExitStatus=75"} <= set(service)
    assert {"Persistent=true", "RandomizedDelaySec=1h", "WantedBy=timers.target"} <= set(timer)


# GitHub Actions


def workflow() -> dict[Any, Any]:
    """The workflow; YAML 1.1 reads its `on` as true."""
    read = yaml.safe_load((SCHEDULE / "archive.yml").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def script(name: str) -> str:
    """What the step of this name, of the workflow or of the action that it uses, runs."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    steps = [*workflow()["jobs"]["archive"]["steps"], *action["runs"]["steps"]]
    [step] = [step for step in steps if step.get("name") == name]
    return str(step["run"])


def test_workflow_has_schedule_and_write_permission() -> None:
    read = workflow()
    assert len(read[True]["schedule"][0]["cron"].split()) == 5
    assert read["permissions"] == {"contents": "write"}
    uses = [step["uses"].partition("@")[0] for step in read["jobs"]["archive"]["steps"] if "uses" in step]
    assert uses == ["actions/checkout", "OWNER/archiver"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A site's repository as GitHub checks it out."""
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "site")
    site = tmp_path / "site"
    (site / "archiver.yml").touch()
    git(site, "-c", "user.name=a", "-c", "user.email=a@example.org", "add", ".")
    git(site, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "begin")
    git(site, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    return site


def environment(folder: Path, **more: str) -> dict[str, str]:
    return more | {"PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *arguments: str) -> str:
    if not shutil.which("git"):
        pytest.skip("needs git")
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment(folder), capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout


def step(folder: Path, name: str, **inputs: str) -> int:
    """The exit code of a step, run as GitHub runs it."""
    return subprocess.run(
        ["bash", "-e", "-c", script(name)],
        cwd=folder,
        env=environment(folder, **inputs),
        capture_output=True,
        check=False,
    ).returncode


def play(folder: Path, script: str) -> None:
    """Put a program `archiver` of this shell script onto the path of steps."""
    (folder / "bin").mkdir()
    played = folder / "bin/archiver"
    played.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    played.chmod(0o755)


def test_workflow_commit_step_pushes_archive_and_catalogue(clone: Path) -> None:
    (clone / "output/.archive").mkdir(parents=True)
    (clone / "output/.archive/catalogue.db").write_text("rows")
    assert step(clone, "Commit what changed") == 0
    there = git(clone.parent / "origin.git", "ls-tree", "-r", "--name-only", "HEAD").split()
    assert there == ["archiver.yml", "output/.archive/catalogue.db"]


def test_workflow_commit_step_without_changes_succeeds(clone: Path) -> None:
    assert step(clone, "Commit what changed") == 0
    assert git(clone.parent / "origin.git", "rev-list", "--count", "HEAD") == "1\n"


@pytest.mark.parametrize(("code", "ended"), [(0, 0), (75, 0), (1, 1), (73, 1)])
def test_action_tolerates_exit_code_75_only(tmp_path: Path, code: int, ended: int) -> None:
    play(tmp_path, f'[ "$1" = run ] && exit {code}\nexit 99')
    assert step(tmp_path, "Run archiver", COMMAND="run --max-time 5h") == ended


def test_action_command_is_words_and_no_shell(tmp_path: Path) -> None:
    play(tmp_path, "printf '%s\\n' \"$@\" > told")
    assert step(tmp_path, "Run archiver", COMMAND="add $(touch ran) ;touch ran `touch ran` *") == 0
    told = (tmp_path / "told").read_text(encoding="utf-8").split("\n")
    assert told == ["add", "$(touch", "ran)", ";touch", "ran", "`touch", "ran`", "*", ""]
    assert not (tmp_path / "ran").exists()


# archiver.yml


def uncommented(template: str) -> str:
    """The template with every example in force, its words of explanation still comments."""
    return re.sub(r"(?m)^# ?( *(?:- )?[a-z_-]+:(?= |$))", r"\1", template)


def snippets() -> dict[str, str]:
    """The archiver.yml in the documents, each by its page and its number there."""
    found = {}
    for page in sorted([*DOCS.rglob("*.md"), *ROOT.glob("README*.md")]):
        for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.S)):
            if not text.startswith("# _config.yml"):
                found[f"{page.name}-{number}"] = text
    return found


def settings(folder: Path, text: str) -> Settings:
    (folder / "archiver.yml").write_text(text, encoding="utf-8")
    return load({}, {}, folder)


def test_init_template_sets_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings(Path(), TEMPLATE) == Settings()


def test_init_template_examples_are_valid_settings(tmp_path: Path) -> None:
    read = settings(tmp_path, uncommented(TEMPLATE))
    by_list, album, feed, links = read.sources
    assert by_list.list == str(tmp_path / "addresses.txt")
    assert (album.album.partition("?")[0], album.name) == ("https://mp.weixin.qq.com/mp/appmsgalbum", "专栏")
    assert (album.tags, album.author, album.folder) == (("专栏",), "作者", "column")
    assert feed.feed == "https://example.org/feed.xml"
    assert links.links is not None
    assert links.links.account == "same"
    assert read.media == Settings().media
    assert read.front_matter == {"author": "转载", "tags": ["其他"], "header-img": "img/the-first.png"}


@pytest.mark.parametrize("name", [*snippets()])
def test_docs_yaml_snippets_are_valid_settings(tmp_path: Path, name: str) -> None:
    assert isinstance(settings(tmp_path, snippets()[name]), Settings)


def test_docs_first_settings_snippet_equals_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings(Path(), snippets()["settings.md-0"]) == Settings()


# Numbers

_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1)}


def duration(text: str) -> timedelta:
    number, unit = text.split()
    return int(number) * _UNITS[unit]


def rows() -> list[list[str]]:
    """The table of what is asked again: what came, first after, doubling up to, tries in all."""
    table = TEXT.partition("| what came |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def named(what: str) -> list[tuple[State | None, str]]:
    """The states that a row names, each with an address it holds for."""
    found: list[tuple[State | None, str]] = [(None, SHORT)] if "no answer" in what else []
    long = "long link" in what
    return [*found, *((State(name), LONG if long else SHORT) for name in re.findall(r"`(\w+)`", what))]


def waits(state: State | None, url: str) -> Iterator[timedelta | None]:
    for tries in range(1, 30):
        again = policy.retry_at(state, url, tries, NOW)
        yield again and again - NOW


def test_retry_table_covers_every_failure_state() -> None:
    told = {state for row in rows() for state, _ in named(row[0])}
    assert told == {None, *State} - {State.ARTICLE}


@pytest.mark.parametrize("row", [row for row in rows() if named(row[0])], ids=lambda row: row[0])
def test_retry_table_matches_retry_at(row: list[str]) -> None:
    what, first, longest, tries = row
    for state, url in named(what):
        after = [wait for wait in waits(state, url) if wait is not None]
        assert len(after) + 1 == int(tries) if tries != "no end" else len(after) == 29
        if longest:
            expected = [min(duration(first) * 2**n, duration(longest)) for n in range(len(after))]
        else:
            expected = [timedelta()] * len(after)  # never, or when the cool-down ends
        assert after == expected


def test_retry_table_matches_media_retry_at() -> None:
    [(_, first, longest, tries)] = [row for row in rows() if row[0].startswith("a picture")]
    after = [policy.media_retry_at(number, NOW) for number in range(1, int(tries))]
    assert [again and again - NOW for again in after] == [
        min(duration(first) * 2**n, duration(longest)) for n in range(int(tries) - 1)
    ]
    assert policy.media_retry_at(int(tries), NOW) is None


def test_schedule_docs_cooldown_text_matches_policy() -> None:
    said = " ".join(TEXT.split())
    assert f"for {policy.FIRST_COOLDOWN / 60:g} minutes, after the next wall for 1 hour" in said
    assert f"doubling up to {policy.LONGEST_COOLDOWN / 3600:g} hours" in said
    assert policy.LONG_LINK_BLOCKS == 3
    assert "the third in a row cools the host down" in said
    assert f"{Settings().budget} unless you say otherwise" in said


def test_init_gitattributes_preserve_archive_line_endings(clone: Path, tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-m", "archiver", "init", "blog"], cwd=clone, check=False).returncode == 0
    files = {
        "blog/_posts/2020-01-01-a.md": b"---\na: 1\n---\n\nb\n",
        "blog/output/_posts/f/2020-01-01-a.md": b"a\r\nb\n",
        "blog/output/postimg/a.svg": b"<svg>\n</svg>\n",
        "blog/output/.archive/lost/a.md": b"a\n",
        "blog/notes.txt": b"a\n",
    }
    for name, content in files.items():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_bytes(content)
    git(clone, "add", ".")
    git(clone, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "posts")
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "--quiet", "site", "windows")
    assert (tmp_path / "windows/blog/notes.txt").read_bytes() == b"a\r\n"
    changed = [name for name, content in files.items() if (tmp_path / "windows" / name).read_bytes() != content]
    assert changed == ["blog/notes.txt"]


def test_init_existing_gitattributes_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".gitattributes").write_text("*.md text\n")
    done = subprocess.run(
        [sys.executable, "-m", "archiver", "init"], cwd=tmp_path, check=False, capture_output=True, encoding="utf-8"
    )
    assert (done.returncode, done.stdout) == (0, "archiver.yml\n")
    assert "schedule.md" in done.stderr
    assert (tmp_path / ".gitattributes").read_text() == "*.md text\n"


def test_init_gitattributes_match_schedule_docs() -> None:
    page = (DOCS / "guide" / "schedule.md").read_text(encoding="utf-8")
    lines = [line for line in GIT_ATTRIBUTES.splitlines() if not line.startswith("#")]
    assert "".join(f"    {line}\n" for line in lines) in page
