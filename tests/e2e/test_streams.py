"""Every command in shells of other encodings, and with a stdout that is closed, full, or a pipe that nobody reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.errors import Exit
from tests.support.command import Command
from tests.support.wechat import numbered

TITLE = "𠮷野家𰻝"  # no encoding but Unicode's has these characters
POST = "out/_posts/2023-05-24-𠮷野家𰻝.md"

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}  # Python believes the locale C, as it did once


@pytest.fixture(scope="module")
def gbk(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The variables of a shell in the locale zh_CN.GBK, or in another one without UTF-8 where it cannot be made."""
    folder = tmp_path_factory.mktemp("locales")
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-c", "-f", "GBK", "-i", "zh_CN", folder / "zh_CN.GBK"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    if (folder / "zh_CN.GBK").exists() and made:
        return {"LOCPATH": str(folder), "LC_ALL": "zh_CN.GBK"}
    return ASCII


LOCALES = ("zh_CN.GBK", "C", "POSIX", "none")
KINDS = ("closed", "left", "full")


def shell(command: Command, locale: str, gbk: Mapping[str, str]) -> Command:
    """`archiver` in a shell of this locale; "none" has no variable that names one."""
    others = {"zh_CN.GBK": gbk, "ASCII": ASCII, "none": {"LC_ALL": ""}}
    variables = others.get(locale, {"LC_ALL": locale})
    return replace(command, environment={**command.environment, **variables, "ARCHIVER_LANG": "en"}, in_process=False)


def article(title: str = TITLE) -> str:
    body = numbered.article(1).body.decode()
    assert "测试 001" in body
    return body.replace("测试 001", title)


@contextmanager
def output(kind: str) -> Iterator[int | None]:
    """A stdout: `full` is on a disk without room, `left` a pipe whose reader has gone; None is a closed one."""
    if kind == "closed":
        yield None
        return
    if kind == "full":
        number = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, number = os.pipe()
        os.close(reader)
    yield number
    os.close(number)


def run(command: Command, kind: str, *arguments: str) -> tuple[int, str]:
    """The exit code and the messages of a call with such a stdout."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(command.folder), **command.environment}
    program = [sys.executable, "-m", "archiver", *arguments]
    if kind == "closed":
        program = ["sh", "-c", 'exec "$@" >&-', "sh", *program]
    with output(kind) as stdout:
        done = subprocess.run(
            program, cwd=command.folder, env=variables, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
            check=False, timeout=120,
        )  # fmt: skip
    return done.returncode, done.stderr.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one article, the page it was read from, and a list. The article links to another."""
    folder = tmp_path_factory.mktemp("filled")
    page = article().replace("第 1 篇", f'<a href="{numbered.address(2)}">第 2 篇</a>')
    (folder / "章.html").write_text(page, encoding="utf-8")
    command = Command(folder=folder, environment={}, in_process=True)
    command.write("list.txt", "章.html")
    command.write("sources.yml", "sources:", "  - list: list.txt")
    assert command("add", "--no-media", "-o", "out", "章.html").code == 0
    return folder


KEY = numbered.key(1)
CALLS: dict[str, tuple[str, ...]] = {
    "add": ("add", "--no-media", "-o", "new", "章.html"),
    "add, JSON": ("add", "--no-media", "--json", "-o", "out", "章.html"),
    "batch": ("batch", "--no-media", "-o", "new", "list.txt"),
    "export": ("export", "-o", "out", "--csv", "-"),
    "list": ("list", "-o", "out"),
    "list, JSON": ("list", "-o", "out", "--json"),
    "list, links": ("list", "-o", "out", "--linked"),
    "search": ("search", "-o", "out", "野"),
    "serve, token": ("serve", "--new-token"),
    "show": ("show", "-o", "out", KEY),
    "status": ("status", "-o", "out"),
    "doctor": ("doctor", "-o", "out"),
    "import": ("import", "--json", "-o", "new", "out"),
    "rebuild": ("rebuild", "--json", "-o", "out", "--all"),
    "recheck": ("recheck", "-o", "out", "--json", "--limit", "0", KEY),
    "history": ("history", "-o", "out", KEY),
    "rm": ("rm", "--dry-run", "-o", "out", KEY),
    "run": ("run", "--json", "--no-media", "--config", "sources.yml", "-o", "new"),
    "init": ("init",),
    "verify": ("verify", "--json", "-o", "out"),
    "help": ("--help",),
    "version": ("--version",),
}
SILENT = {"verify"}  # says nothing on stdout when all is well
ENDS = {"doctor": Exit.FAILED}  # nobody listens at the proxy of these calls


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_stdout_closed_full_or_left_is_told_by_exit_code(
    call: tuple[str, ...], offline: Command, filled: Path, gbk: Mapping[str, str], request: pytest.FixtureRequest
) -> None:
    """Each command meets one of the locales and one of the kinds of stdout, by turns: together they meet all pairs.

    With --long each command meets each locale, and each kind of stdout.
    """
    turn = list(CALLS.values()).index(call)
    is_long = request.config.getoption("--long")
    for at, locale in enumerate(LOCALES if is_long else LOCALES[turn % len(LOCALES) :][:1]):
        kind = KINDS[(turn + at) % len(KINDS)]
        shutil.copytree(filled, offline.folder / locale)
        command = replace(shell(offline, locale, gbk), folder=offline.folder / locale)
        code, said = run(command, kind, *call)
        is_told = kind == "full" and call[0] not in SILENT
        ends = ENDS.get(call[0], Exit.OK) if kind != "left" else Exit.OK  # a reader who has enough is no failure
        assert code == (Exit.CANNOT_WRITE if is_told else ends), (locale, kind, said)
        assert "Traceback" not in said
        assert "bug" not in said
        assert ("stdout: cannot be written (No space left on device)" in said) == is_told


def test_stderr_full_is_no_failure(offline: Command) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>/dev/full', "sh", sys.executable, "-m", "archiver", "show", "-o", "out", "x"],
        cwd=offline.folder, env={"PATH": os.environ["PATH"], "HOME": str(offline.folder)}, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == Exit.NO_INPUT


@pytest.mark.parametrize("locale", [*LOCALES, "ASCII"])
def test_names_on_disk_are_utf8_in_every_locale(locale: str, offline: Command, gbk: Mapping[str, str]) -> None:
    command = shell(offline, locale, gbk)
    (command.folder / "章.html").write_text(article(), encoding="utf-8")
    added = command("add", "--no-media", "-o", "out", "章.html")
    assert (added.code, added.out) == (0, f"{POST}\n")
    assert [path.name for path in (command.folder / "out/_posts").iterdir()] == [Path(POST).name]
    utf8 = replace(command, environment={**offline.environment, "LC_ALL": "C.UTF-8"}, in_process=True)
    assert utf8("verify", "-o", "out").err == "1 articles, 0 pictures, 1 pages: all proven\n"


def test_names_given_in_another_encoding_are_found(offline: Command, gbk: Mapping[str, str]) -> None:
    name = os.fsdecode("章.html".encode("gbk"))
    (offline.folder / name).write_text(article(), encoding="utf-8")
    command = shell(offline, "zh_CN.GBK", gbk)
    assert command("add", "--no-media", "-o", "out", name).code == 0
    assert (command.folder / POST).exists()
