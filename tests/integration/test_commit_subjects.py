"""The form of a commit's subject, as CONTRIBUTING.md has it: `scope: imperative subject`."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SCRIPT = ROOT / ".ci" / "commit_subjects.py"
problem_of: Callable[[str], str] = runpy.run_path(str(SCRIPT))["problem_of"]


@pytest.mark.parametrize(
    "subject",
    [
        'writer: escape ":" at the start of a line',
        "yaml_reader: read other people's YAML within bounds",
        "extractor, writer, media types: make the last docstrings clear",
        "fetcher/saved: embed data: addresses",
        "ci: process a change once, not twice",
        "docs: re-read 3 pages",
        "deps: bump the python group with 3 updates",
        "archive: " + "a" * 63,
        "归档".join(("writer: keep ", " whole")),
        "Merge branch 'h-docs' into h-core",
        "Merge pull request #12 from somebody/a-branch-whose-name-is-longer-than-a-subject-may-be",
        'Revert "writer: escape \\":\\" at the start of a line, in tables and in lists of definitions"',
    ],
)
def test_commit_subject_of_the_form_is_accepted(subject: str) -> None:
    assert problem_of(subject) == ""


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("", "form"),
        ("update the readme", "form"),
        ("Writer: escape a colon", "form"),
        ("CHANGELOG: break lines", "form"),
        ("writer:escape a colon", "form"),
        ("writer : escape a colon", "form"),
        ("writer: ", "form"),
        ("feat(writer): escape a colon", "form"),
        ("archive: " + "a" * 64, "73 characters"),
        ("writer: escape a colon.", "full stop"),
        ("writer: Escape a colon", "`Escape`"),
        ("writer: escaped a colon", "`escaped`"),
        ("writer: escapes a colon", "`escapes`"),
        ("writer: escaping of colons", "`escaping`"),
        ("writer: the colon is escaped", "`the`"),
        ("docs: how many faults there are", "`how`"),
        ("writer: 3 more escapes", "`3`"),
        ("wip", "unfinished"),
        ("WIP: escape a colon", "unfinished"),
        ("writer: wip", "unfinished"),
        ("writer: fixup", "unfinished"),
        ("fixup! writer: escape a colon", "unfinished"),
        ("squash! writer: escape a colon", "unfinished"),
        ("amend! writer: escape a colon", "unfinished"),
    ],
)
def test_commit_subject_of_another_form_is_refused(subject: str, problem: str) -> None:
    assert problem in problem_of(subject)


def call(*arguments: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, SCRIPT, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("writer: escape a colon\n\nIt ended the list.\n", 0),
        ("\n# a comment\nwriter: escape a colon\n# On branch main\n", 0),
        ("it works now\n", 1),
        ("writer: escape a colon at the start of a line, and in every table\nand in lists\n", 1),
        ("# only a comment\n", 1),
    ],
    ids=["subject and body", "comments of git", "another form", "a subject of two lines", "no subject"],
)
def test_commit_subject_of_a_message_file(tmp_path: Path, message: str, code: int) -> None:
    (tmp_path / "COMMIT_EDITMSG").write_text(message, encoding="utf-8")
    assert call("COMMIT_EDITMSG", folder=tmp_path)[0] == code


class Repository:
    """A git repository of empty commits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, date: str = "2026-12-01T12:00:00Z") -> None:
        person = {"NAME": "A", "EMAIL": "a@example.org", "DATE": date}
        environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
        subprocess.run(["git", *arguments], cwd=self.folder, env=environment, check=True, capture_output=True)

    def commit(self, subject: str, date: str = "2026-12-01T12:00:00Z") -> None:
        self.git("commit", "--quiet", "--allow-empty", "-m", subject, date=date)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_commit_subjects_without_a_tag_are_checked_since_the_form_is(repository: Repository) -> None:
    repository.commit("A sentence of the first days", date="2026-11-26T23:59:59Z")
    repository.commit("writer: escape a colon")
    assert call(folder=repository.folder) == (0, "")
    repository.commit("Another sentence")
    code, message = call(folder=repository.folder)
    assert (code, message.count("\n")) == (1, 2)
    assert "Another sentence" in message


def test_commit_subjects_up_to_the_last_tag_are_left_alone(repository: Repository) -> None:
    repository.commit("Another sentence")
    repository.git("tag", "v0.2.0")
    repository.commit("writer: escape a colon")
    assert call(folder=repository.folder) == (0, "")


def test_commit_subjects_of_a_range(repository: Repository) -> None:
    repository.commit("Another sentence")
    repository.commit("writer: escape a colon")
    assert call("HEAD~1..HEAD", folder=repository.folder) == (0, "")
    repository.commit("A third sentence")
    code, message = call("HEAD~1..HEAD", folder=repository.folder)
    assert code == 1
    assert "A third" in message
    assert "Another" not in message


def test_commit_subjects_of_merges_are_left_alone(repository: Repository) -> None:
    repository.commit("writer: escape a colon")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit("writer: escape a star")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "-m", "Whatever a merge says", "side")
    assert call(folder=repository.folder) == (0, "")


def test_commit_subjects_of_an_unknown_range_fail(repository: Repository) -> None:
    repository.commit("writer: escape a colon")
    code, message = call("nowhere..HEAD", folder=repository.folder)
    assert code == 1
    assert "nowhere" in message
