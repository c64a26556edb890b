"""What newcomers type first does what they mean, or names the call that does."""

from __future__ import annotations

import re
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
        (("list", "-o", "X", "微信号"), "`archiver list --account 微信号 -o X`"),
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


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_no_type_of_python(folder, name):  # noqa: F811
    assert re.findall(r"<[a-z\[\]|]+>", run(folder, name, "--help").out) == []


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


def test_batch_address_names_add(archiver: Command) -> None:
    done = archiver("batch", numbered.address(1), "-o", "my blog")
    assert (done.code, done.out) == (2, "")
    assert f"`archiver add {numbered.address(1)} -o 'my blog'`" in done.err


def test_batch_saved_page_names_add_with_the_options_of_the_call(folder):  # noqa: F811
    (folder / "my.yml").touch()
    done = run(folder, "batch", "a.html", "-o", "博客", "--config", "my.yml")
    assert (done.code, done.out) == (2, "")
    assert "`archiver add a.html -o 博客 --config my.yml`" in done.err


def test_batch_several_lists_are_one(archiver: Command, world: World) -> None:
    one, two, three = numbered.serve(world, (1, 2, 3))
    lists = (
        archiver.write("a.txt", one, two, "说明"),
        archiver.write("b.txt", two, "https://mp.weixin.qq.com/s/x", three),
    )
    done = archiver("batch", "--interval", "0", "-o", "out", "--failed", "again.txt", *lists)
    assert (done.code, len(archiver.posts)) == (2, 3)
    (broken,) = [line for line in done.err.splitlines() if "line 2" in line]
    assert broken.endswith("(in b.txt)")
    assert "archiver: a.txt, b.txt: 1 line without an address of WeChat's" in done.err
    assert "      3  archived" in done.err
    assert len(world.asked("mp.weixin.qq.com")) == 3


def test_batch_missing_list_among_several_asks_nothing(archiver: Command, world: World) -> None:
    done = archiver("batch", "-o", "out", archiver.write("a.txt", *numbered.serve(world, (1,))), "missing.txt")
    assert (done.code, world.requests) == (66, [])
    assert "missing.txt" in done.err


def test_hint_of_a_removal_names_the_archive(folder):  # noqa: F811
    run(folder, "add", "-o", "blog", "a.html")
    run(folder, "rm", "--yes", "-o", "blog", f"blog/_posts/{POST.rpartition('/')[2]}")
    key = "MzA3MDAwMDAwMA==:2650000001:1"
    assert f"`archiver rm --undo {key} -o blog`" in run(folder, "add", "-o", "blog", "a.html").err
