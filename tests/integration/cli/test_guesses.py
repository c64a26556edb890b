"""What newcomers type first does what they mean, or names the call that does."""

from __future__ import annotations

from importlib.metadata import version

import pytest
import typer.main
from rich.cells import cell_len

from archiver.cli.main import app
from tests.integration.cli.test_cli import POST, folder, run  # noqa: F401 - a fixture
from tests.support.command import Command
from tests.support.wechat import World, numbered

COMMANDS = typer.main.get_group(app).commands


def test_address_alone_means_add(archiver: Command, world: World) -> None:
    (address,) = numbered.serve(world, (1,))
    for call in ((address, "-o", "out"), ("-o", "blog", address)):
        done = archiver(*call, "--interval", "0")
        assert (done.code, done.err) == (0, ""), call
        assert done.out.startswith(f"{call[call.index('-o') + 1]}/_posts/"), call


def test_saved_page_alone_means_add(folder):  # noqa: F811
    done = run(folder, "a.html", "-o", "out")
    assert (done.code, done.out) == (0, f"{POST}\n")


def test_list_alone_names_batch(folder):  # noqa: F811
    (folder / "list.txt").write_text(f"{numbered.address(1)}\n")
    for call in (("list.txt",), ("add", "list.txt")):
        done = run(folder, *call)
        assert (done.code, done.out) == (2, "")
        assert "`archiver batch list.txt`" in done.err


@pytest.mark.parametrize(("word", "option"), [("help", "--help"), ("version", "--version")])
def test_help_and_version_as_words(folder, word, option):  # noqa: F811
    done = run(folder, word)
    assert (done.code, done.out) == (0, run(folder, option).out)
    assert done.out
    assert version("archiver") in run(folder, "version").out


def test_help_of_a_command(folder):  # noqa: F811
    assert run(folder, "help", "batch").out == run(folder, "batch", "--help").out


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("lsit",), "did you mean `archiver list`?"),
        (("add",), "`archiver add https://mp.weixin.qq.com/s/…`"),
        (("batch",), "`archiver batch addresses.txt`"),
        (("add", "--interval", "0"), "`archiver add https://mp.weixin.qq.com/s/…`"),
        (("list", "-o", "X", "微信号"), "`archiver list --account 微信号`"),
        (("-o", "blog", "list"), "`archiver list -o blog`"),
        (("run", "addresses.txt"), "`archiver batch addresses.txt`"),
        (("show",), "KEY|URL|FILE"),
        (("add", "--interval", "x", "a.html"), "--interval"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_wrong_guess_is_one_line_that_names_the_call(folder, call, said):  # noqa: F811
    done = run(folder, *call)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_help_names_each_command_in_one_section(folder):  # noqa: F811
    sections = typer.main.get_group(app).sections
    assert [name for section in sections for name in section.commands] == list(COMMANDS)
    said = run(folder, "--help").out
    for section in sections:
        lines = "".join(f"  {name:<7}  {text}\n" for name, text in section.commands.items())
        assert f"\n{section.title}:\n{lines}" in said


@pytest.mark.parametrize("call", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_help_fits_80_columns(folder, call):  # noqa: F811
    lines = run(folder, *call, "--help").out.splitlines()
    assert lines[0].startswith("Usage: archiver")
    assert [line for line in lines if cell_len(line) > 80] == []


def test_help_lists_common_options_last(folder):  # noqa: F811
    said = run(folder, "run", "--help").out
    titles = [line[:-1] for line in said.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Options", "Requests to WeChat", "How posts are written", "Options of every command"]
    assert said.index("Options of every command:") < said.index("--output")
