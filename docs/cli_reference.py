"""Write docs/reference/cli.md from the command line's own words: `./run python docs/cli_reference.py` renews it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperOption

from archiver.cli.main import app

PAGE = Path(__file__).with_name("reference") / "cli.md"

_HEAD = """\
# The command line

<!-- Written by docs/cli_reference.py from archiver/cli/. Do not edit; renew it: ./run python docs/cli_reference.py -->

What `archiver COMMAND --help` says of each command; `-h` is short for `--help`, and `archiver --version` shows the
version. Exit codes: [exit codes](exit-codes.md). The fields of `--json`: [JSON](json.md). What an option sets can also
stand in `archiver.yml`: [settings](settings.md).

| Command | |
|---|---|
"""


def reference() -> str:
    """Return the text of the page."""
    found = typer.main.get_group(app).commands
    commands = {name: command for name, command in found.items() if isinstance(command, TyperCommand)}
    rows = [f"| [`{name}`](#archiver-{name}) | {_cell(_summary(command))} |" for name, command in commands.items()]
    sections = ["\n".join(_section(name, command)) for name, command in commands.items()]
    return _HEAD + "\n".join(rows) + "\n\n" + "\n".join(sections)


def _section(name: str, command: TyperCommand) -> Iterator[str]:
    """Yield the lines that describe a command: its usage, its help, its arguments and options, and its examples."""
    arguments = [parameter for parameter in command.params if isinstance(parameter, TyperArgument)]
    options = [parameter for parameter in command.params if isinstance(parameter, TyperOption)]
    yield f"## archiver {name}\n"
    yield "    " + " ".join(["archiver", name, "[OPTIONS]", *map(_usage, arguments)]) + "\n"
    for paragraph in _paragraphs(command.help):
        yield f"{paragraph}\n"
    yield "| Argument or option | |\n|---|---|"
    for argument in arguments:
        yield f"| `{_cell(argument.metavar)}` | {_cell(argument.help)}{_default(argument)} |"
    for option in options:
        yield f"| {_names(option)} | {_cell(option.help)} |"
    yield "\n```text"
    yield from _examples(command.epilog)
    yield "```\n"


def _usage(argument: TyperArgument) -> str:
    """Return an argument as it stands in a usage line: `LIST`, `SOURCE...`, `[FOLDER]`."""
    name = str(argument.metavar)
    words = name if argument.required else f"[{name}]"
    return f"{words}..." if argument.nargs == -1 and not words.endswith("...") else words


def _default(argument: TyperArgument) -> str:
    return f" [default: {argument.default}]" if isinstance(argument.default, str) and argument.default else ""


def _names(option: TyperOption) -> str:
    """Return the names of an option as code, with the name of its value if it takes one: `-o`, `--output FOLDER`."""
    *names, last = option.opts
    value = "" if option.is_flag or option.count else f" {option.metavar}"
    return ", ".join(f"`{_cell(name)}`" for name in (*names, last + value))


def _summary(command: TyperCommand) -> str:
    return _paragraphs(command.help)[0]


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text or "").split("\n\n")]


def _examples(epilog: str | None) -> Iterable[str]:
    """Return the lines below "Examples:" at the end of a command's help."""
    return map(str.strip, (epilog or "").partition(":\n")[2].splitlines())


def _cell(text: str | None) -> str:
    """Return text as a cell of a table: on one line, and with `|` escaped, which would end the cell, in code too."""
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8", newline="\n")
