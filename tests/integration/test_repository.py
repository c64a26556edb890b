"""What the repository has beside the program: GitHub's files, hooks, metadata, the changelog, the guide of contributors."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import tomllib
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from archiver import __version__
from tests.support.paths import PACKAGE, ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / ".github").is_dir() and not (ROOT / ".git").exists(), reason="the source distribution has no .github"
)

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# The action that its makers publish by a branch, which they move to each release of the major version.
BY_BRANCH = "pypa/gh-action-pypi-publish@release/v1"


def test_image_is_built_without_what_git_ignores() -> None:
    """A clone's environments, its archive and what tests have left would make the build slow, and are no source."""
    ignored = [
        line.strip("/").removesuffix("/*") for line in (ROOT / ".gitignore").read_text().split() if line[0] != "!"
    ]
    left_out = (ROOT / "packaging" / "Containerfile.containerignore").read_text().split()
    missing = [name for name in ignored if not any(fnmatch(name, line.removeprefix("**/")) for line in left_out)]
    assert (missing, ".git" in left_out) == ([], True)


@pytest.mark.parametrize("name", ["README", "docs/quickstart", "docs/guide/install"])
@pytest.mark.parametrize("language", [".md", ".zh-CN.md"])
def test_first_pages_have_the_line_that_clones(name: str, language: str) -> None:
    assert f"git clone {PROJECT['urls']['Source']} " in (ROOT / f"{name}{language}").read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.name


def read(path: Path) -> dict[str, Any]:
    """Return a YAML file as strings, so that the key `on` of a workflow is no boolean."""
    values = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # it builds nothing but strings
    assert isinstance(values, dict)
    return values


def check(schema: str, *files: Path) -> tuple[int, str]:
    """Check files with a schema that the checker brings along, so that no network is needed."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", [ROOT / "action.yml"]),
        ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
        ("vendor.github-issue-forms", FORMS),
        ("vendor.github-issue-config", [GITHUB / "ISSUE_TEMPLATE" / "config.yml"]),
    ],
    ids=["workflows", "action", "dependabot", "issue forms", "issue chooser"],
)
def test_github_files_fit_their_schemas(schema: str, files: list[Path]) -> None:
    assert files
    code, message = check(schema, *files)
    assert code == 0, message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    runs-on: ubuntu-latest\n", ""),
        ("    timeout-minutes: 15\n", "    timeout: 15\n"),
        ("      - run: ./run mypy\n", "      - uses: actions/checkout@v6\n        run: ./run mypy\n"),
        ("jobs:\n", "job:\n"),
    ],
    ids=["no machine", "an unknown key", "a step that is two", "no jobs"],
)
def test_github_workflow_that_is_broken_is_found(tmp_path: Path, old: str, new: str) -> None:
    whole = (GITHUB / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert old in whole
    broken = tmp_path / "ci.yml"
    broken.write_text(whole.replace(old, new), encoding="utf-8")
    assert check("vendor.github-workflows", broken)[0] == 1


def jobs() -> list[Any]:
    """Return the jobs of all workflows, as parameters of a test."""
    return [
        pytest.param(read(path), name, id=f"{path.stem} {name}") for path in WORKFLOWS for name in read(path)["jobs"]
    ]


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_workflow_permissions_are_least(path: Path) -> None:
    """A workflow may read the repository at most; a job that needs more says so itself."""
    workflow = read(path)
    assert workflow["permissions"] in ({}, "", {"contents": "read"})
    writes = {
        (name, right)
        for name, job in workflow["jobs"].items()
        for right, level in (job.get("permissions") or {}).items()
        if level == "write"
    }
    assert writes == ({("publish", "id-token"), ("announce", "contents")} if path.stem == "release" else set())


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_workflow_runs_once_for_a_branch(path: Path) -> None:
    workflow = read(path)
    assert "concurrency" in workflow or list(workflow["on"]) == ["workflow_call"]


@pytest.mark.parametrize(("workflow", "name"), jobs())
def test_workflow_job_ends_in_time(workflow: dict[str, Any], name: str) -> None:
    job = workflow["jobs"][name]
    assert "uses" in job or 0 < int(job["timeout-minutes"]) <= 60


@pytest.mark.parametrize(("workflow", "name"), jobs())
def test_workflow_job_needs_jobs_that_are_there(workflow: dict[str, Any], name: str) -> None:
    needs = workflow["jobs"][name].get("needs", [])
    assert set([needs] if isinstance(needs, str) else needs) <= set(workflow["jobs"]) - {name}


@pytest.mark.parametrize(("workflow", "name"), jobs())
def test_workflow_actions_have_a_major_version(workflow: dict[str, Any], name: str) -> None:
    job = workflow["jobs"][name]
    used = [step["uses"] for step in [job, *job.get("steps", [])] if "uses" in step]
    local = [ROOT / action for action in used if action.startswith("./")]
    others = [action for action in used if not action.startswith("./")]
    assert [str(path) for path in local if not path.is_file()] == []
    assert [action for action in others if not re.fullmatch(r"[\w./-]+@v\d+", action) and action != BY_BRANCH] == []


@pytest.mark.parametrize(("workflow", "name"), jobs())
def test_workflow_steps_call_programs_that_are_there(workflow: dict[str, Any], name: str) -> None:
    scripts = " ".join(step.get("run", "") for step in workflow["jobs"][name].get("steps", []))
    programs = set(re.findall(r"(?<!\S)(\.ci/\S+|\./run)(?!\S)", scripts))
    tests = set(re.findall(r"(?<!\S)tests/\S+", scripts))
    assert sorted(program for program in programs if not os.access(ROOT / program, os.X_OK)) == []
    assert sorted(path for path in tests if not (ROOT / path).exists()) == []


def test_workflow_tests_the_versions_of_python_that_the_package_names() -> None:
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    [matrix] = [job["strategy"]["matrix"] for job in read(GITHUB / "workflows" / "ci.yml")["jobs"].values()
                if "strategy" in job]  # fmt: skip
    assert matrix["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_hooks_are_our_own_programs() -> None:
    """So that they are the versions of the project's environment, and committing needs no network."""
    repositories = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    hooks = repositories[0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    programs = [hook["entry"].split()[0] for hook in hooks]
    assert [program for program in programs if not os.access(ROOT / program, os.X_OK)] == []
    [subject] = [hook for hook in hooks if hook.get("stages") == ["commit-msg"]]
    assert subject["entry"] == ".ci/commit_subjects.py"


@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_issue_form_asks_in_chinese_and_in_english(form: Path) -> None:
    words = read(form)
    attributes = [item["attributes"] for item in words["body"]]
    texts = [words["name"], words["description"], *(a["description"] for a in attributes if "description" in a)]
    texts = [text for text in texts if not re.fullmatch(r"`[^`]+`", text)]  # a command alone
    assert [text for text in texts if not (re.search("[一-鿿]", text) and re.search("[a-z]{3}", text))] == []


def test_issue_form_of_a_page_asks_for_what_shows_it() -> None:
    asked = {item["id"]: item for item in read(GITHUB / "ISSUE_TEMPLATE" / "page.yml")["body"] if "id" in item}
    required = {name for name, item in asked.items() if item.get("validations", {}).get("required") == "true"}
    assert {"address", "show", "version"} <= required
    assert "archiver show" in asked["show"]["attributes"]["label"]


def test_version_is_written_once() -> None:
    assert PROJECT["dynamic"] == ["version"]
    assert "version" not in PROJECT
    written = [path for path in PACKAGE.rglob("*.py") if f'"{__version__}"' in path.read_text(encoding="utf-8")]
    assert written == [PACKAGE / "__init__.py"]


SECTIONS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]  # of Keep a Changelog
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def version_numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_changelog_headings_are_those_of_keep_a_changelog() -> None:
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.M)) <= set(SECTIONS)
    for version in re.split(r"^## ", CHANGELOG, flags=re.M)[1:]:
        headings = re.findall(r"^### (.+)$", version, re.M)
        assert headings == sorted(set(headings), key=SECTIONS.index)


def test_changelog_versions_descend_and_have_a_day_and_an_address() -> None:
    found = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (.+)$", CHANGELOG, re.M)
    versions = [version for version, _ in found]
    assert len(found) == len(re.findall(r"^## ", CHANGELOG, re.M)) > 0
    assert versions == sorted(versions, key=version_numbers, reverse=True)
    assert [version for version, day in found if day == "unreleased"] in ([], versions[:1])
    assert all(date.fromisoformat(day) for _, day in found if day != "unreleased")
    assert re.findall(r"^\[([^\]]+)\]: ", CHANGELOG, re.M) == versions


def test_changelog_begins_with_this_version_or_the_next() -> None:
    sections = runpy.run_path(str(ROOT / ".ci" / "release_notes.py"))["sections_of"](CHANGELOG)
    newest, (day, notes) = next(iter(sections.items()))
    assert notes
    if day == "unreleased":
        assert version_numbers(newest) > version_numbers(__version__)
    else:
        assert newest == __version__


GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|yml|toml)|(?:[\w.-]+/)+)`")


def found(path: str) -> Path | None:
    """Return where a path of the guide leads: below the package, or below the repository; None if to nothing."""
    return next((folder / path for folder in (PACKAGE, ROOT) if (folder / path).exists()), None)


def test_contributing_names_files_that_are_there() -> None:
    paths = {path for path in _PATH.findall(GUIDE) if "/migrations/versions/" not in path}  # the next one
    paths |= set(re.findall(r"(?<![\w/(])docs/[\w/-]+\.md", GUIDE))
    assert len(paths) > 50
    assert sorted(path for path in paths if found(path) is None) == []


def test_contributing_names_what_is_in_the_files_that_it_names() -> None:
    """`NAME` in `FILE`, and `NAME` and `OTHER` in `FILE`: each is defined at the top of the file, or in a class there."""
    rows = re.findall(r"((?:`\w+`(?:,| and|, and)? ?)+)(?:\([^)]*\) ?)?(?:of `\w+` )?in `([\w/.]+\.py)`", GUIDE)
    named = {(name, file) for names, file in rows for name in re.findall(r"`(\w+)`", names)}
    assert len(named) > 30
    missing = []
    for name, file in sorted(named):
        path = found(file)
        text = path.read_text(encoding="utf-8") if path else ""
        if not re.search(rf"^ *(?:(?:class|def) {name}\b|{name}\b(?:: [^=]+)? = )", text, re.M):
            missing.append(f"{name} in {file}")
    assert missing == []


def test_contributing_says_how_the_next_migration_is_called() -> None:
    versions = sorted(path.stem for path in (PACKAGE / "catalogue" / "migrations" / "versions").glob("v*.py"))
    [named] = re.findall(r"`catalogue/migrations/versions/(v\d{4})\.py`", GUIDE)
    assert int(named[1:]) == int(versions[-1][1:]) + 1


def test_contributing_names_every_tier_of_tests() -> None:
    tiers = {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `tests/(\w+)` \|", GUIDE, re.M)) == tiers
