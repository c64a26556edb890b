"""What a person at a terminal sees and is asked: lines that go again, questions, how a call that ends early ends."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from archiver.cli import main as cli
from archiver.errors import Exit
from tests.integration.commands.test_rebuild import disk
from tests.integration.commands.test_verify import out  # noqa: F401 - a fixture
from tests.support.command import Command
from tests.support.wechat import Answer, World, numbered

QUESTION = "Take out for good? [y/N]: "
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def shown(text: str) -> str:
    """What was written to a terminal, without what moves its cursor and colours its words."""
    return CONTROLS.sub("", text)


@pytest.mark.parametrize(("answer", "goes"), [("y", True), ("n", False), ("", False), ("是", True), ("x\nyes", True)])
def test_rm_asks_confirmation_before_deleting(archiver: Command, out: Path, answer: str, goes: bool) -> None:  # noqa: F811
    before = disk(out)
    code, said = archiver.at_terminal("rm", "-o", "out", numbered.key(1), asked=QUESTION, typed=f"{answer}\n")
    assert code == (0 if goes else 1)
    assert f"测试 001 ({numbered.key(1)}): 3 files" in said
    assert ("nothing was taken out" in said) is not goes
    assert (disk(out) == before) is not goes


def test_rm_interrupted_at_prompt_deletes_nothing(archiver: Command, out: Path) -> None:  # noqa: F811
    before = disk(out)
    interrupt = "\x03\n"  # a signal just before the question's read(2) does not end it, the line does
    code, said = archiver.at_terminal("rm", "-o", "out", numbered.key(1), asked=QUESTION, typed=interrupt)
    assert (code, disk(out)) == (Exit.INTERRUPTED, before), said
    assert "archiver: interrupted" in said


def test_rm_json_prints_removed_article(archiver: Command, out: Path) -> None:  # noqa: F811
    (removed,) = archiver("rm", "--yes", "--json", "-o", "out", numbered.key(1)).outcomes
    assert (removed["key"], removed["title"], len(removed["files"])) == (numbered.key(1), "测试 001", 3)


def test_batch_progress_counts_done_and_left(archiver: Command, world: World) -> None:
    """One that was archived before is not counted. Articles end in any order, so what failed may be counted early."""
    known, *new = numbered.serve(world, (1, 2, 3))
    archiver.add(known)
    world.serve(numbered.address(4), Answer(status=404))
    named = archiver.write("list.txt", known, *new, numbered.address(4))
    code, said = archiver.at_terminal("batch", "--interval", "0", "-o", "out", named)
    lines = re.findall(r"(\d+) done, ([01]) failed, (-?\d+) left, about \d+:\d\d:\d\d", shown(said))
    assert code == 1
    assert [(done, left) for done, _, left in dict.fromkeys(lines)] == [("0", "3"), ("1", "2"), ("2", "1")]


def test_verbose_messages_stand_above_progress_line(archiver: Command, world: World) -> None:
    """Threads log while the line is there: it is cleared before each message and drawn again behind it."""
    named = archiver.write("list.txt", *numbered.serve(world, (1, 2, 3)))
    code, said = archiver.at_terminal("batch", "-v", "--interval", "0", "-o", "out", named)
    assert code == 0
    messages = re.findall(r"(\r|\n|\x1b\[2K)\d\d:\d\d:\d\d fetcher\.request: (GET [^\x1b\r\n]*)\r\n", said)
    assert [before for before, _ in messages].count("\x1b[2K") >= 1
    assert len(messages) == said.count("GET ") == len(world.requests) == 3


def test_add_progress_shows_each_source(archiver: Command, world: World) -> None:
    one, two = numbered.serve(world, (1, 2))
    code, said = archiver.at_terminal("add", "--interval", "0", "-o", "out", one, two)
    assert code == 0
    assert f"1  {one}" in shown(said)
    assert f"2  {two}" in shown(said)


def test_batch_interrupted_says_what_was_done_and_left(archiver: Command, world: World) -> None:
    known, *new = numbered.serve(world, (1, 2, 3))
    archiver.add(known)
    named = archiver.write("list.txt", known, *new)
    with world.held() as wait_for_request:
        process = archiver.start("batch", "--interval", "0", "-o", "out", "--failed", "again.txt", named)
        assert wait_for_request()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED
    assert said.decode().splitlines() == [
        "1 skipped; 2 left to do",
        "2 left to do: `archiver batch again.txt -o out`",
        "archiver: interrupted; what was written is whole, the same call goes on with the rest",
    ]
    assert (archiver.folder / "again.txt").read_text(encoding="utf-8").splitlines() == new


def test_verify_progress_counts_files(archiver: Command, out: Path) -> None:  # noqa: F811
    code, said = archiver.at_terminal("verify", "-o", "out")
    assert code == 0
    assert set(re.findall(r"\d+/(\d+) files", shown(said))) == {"9"}
    assert "3 articles, 3 pictures, 3 pages: all proven" in shown(said)


UNREAD = {
    "list": ("list",),
    "list --json": ("list", "--json"),
    "show": ("show", numbered.key(1)),
    "history": ("history", numbered.key(1)),
    "rm --dry-run": ("rm", "--dry-run", numbered.key(1)),
    "help": ("rm", "--help"),
}


@pytest.mark.parametrize("call", UNREAD.values(), ids=UNREAD)
def test_cli_closed_stdout_pipe_exits_zero(archiver: Command, out: Path, call: tuple[str, ...]) -> None:  # noqa: F811
    assert lost_characters(archiver, *call, "-o", "out") == (0, "")


def test_rm_closed_stdout_pipe_still_deletes(archiver: Command, out: Path) -> None:  # noqa: F811
    code, said = lost_characters(archiver, "rm", "--yes", "-o", "out", *map(numbered.key, (1, 2, 3)))
    assert (code, said.count("taken out: ")) == (0, 3)
    assert [path.name for path in archiver.posts] == ["2020-01-01-mine.md"]


def test_show_closed_pipes_keep_failure_exit_code(archiver: Command) -> None:
    process = archiver.start("show", numbered.key(1))
    for pipe in (process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()
    assert process.wait() == Exit.NO_INPUT


def lost_characters(archiver: Command, *call: str) -> tuple[int, str]:
    """The exit code and the remarks of a call whose data nobody reads."""
    process = archiver.start(*call)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    return process.wait(), said


@pytest.mark.parametrize("flags", [[], ["-v"]], ids=["quiet", "-v"])
def test_main_unexpected_exception_reported_as_bug(
    flags: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> int:
        raise RuntimeError("what\nnobody thought of")

    monkeypatch.setattr(cli, "_program", lambda: broken)
    monkeypatch.setattr("sys.argv", ["archiver", *flags, "list"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == Exit.BUG
    assert said[-1].startswith("archiver: RuntimeError: what nobody thought of; a bug of archiver's")
    assert ("Traceback (most recent call last):" in said) is bool(flags)
