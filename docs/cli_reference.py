"""Write docs/reference/cli.md and cli.zh-CN.md from the command line's own words.

`./run python docs/cli_reference.py` renews them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperOption

from archiver.cli.main import app
from archiver.messages import Language, translations

PAGES = {
    language: Path(__file__).with_name("reference") / name
    for language, name in ((Language.ENGLISH, "cli.md"), (Language.CHINESE, "cli.zh-CN.md"))
}

_ENGLISH = """\
# The command line

[中文](cli.zh-CN.md)

<!-- Written by docs/cli_reference.py from archiver/cli/. Do not edit; renew it: ./run python docs/cli_reference.py -->

What `archiver COMMAND --help` says of each command; `-h` is short for `--help`, and `archiver --version` shows the
version. Exit codes: [exit codes](exit-codes.md). The fields of `--json`: [JSON](json.md). What an option sets can also
stand in `archiver.yml`: [settings](settings.md).

| Command | |
|---|---|
"""
_CHINESE = """\
# 命令行

[English](cli.md)

<!-- Written by docs/cli_reference.py from archiver/cli/. Do not edit; renew it: ./run python docs/cli_reference.py -->

这里是每个命令的 `archiver 命令 --help` 所说的内容；`-h` 是 `--help` 的简写，`archiver --version` 显示版本。
退出码见[退出码](exit-codes.zh-CN.md)，`--json` 的字段见 [JSON](json.zh-CN.md)。
选项能设的，也可以写进 `archiver.yml`：[设置](settings.zh-CN.md)。

| 命令 | |
|---|---|
"""
_HEADS = {Language.ENGLISH: _ENGLISH, Language.CHINESE: _CHINESE}
_COLUMNS = {Language.ENGLISH: "Argument or option", Language.CHINESE: "参数或选项"}


def reference(language: Language = Language.ENGLISH) -> str:
    """Return the text of the page in a language."""
    found = typer.main.get_group(app).commands
    commands = {name: command for name, command in found.items() if isinstance(command, TyperCommand)}
    rows = [
        f"| [`{name}`](#archiver-{name}) | {_cell(_paragraphs(command.help, language)[0])} |"
        for name, command in commands.items()
    ]
    sections = ["\n".join(_section(name, command, language)) for name, command in commands.items()]
    return _HEADS[language] + "\n".join(rows) + "\n\n" + "\n".join(sections)


def _section(name: str, command: TyperCommand, language: Language) -> Iterator[str]:
    """Yield the lines that describe a command: its usage, its help, its arguments and options, and its examples."""
    arguments = [parameter for parameter in command.params if isinstance(parameter, TyperArgument)]
    options = [parameter for parameter in command.params if isinstance(parameter, TyperOption)]
    yield f"## archiver {name}\n"
    yield "    " + " ".join(["archiver", name, "[OPTIONS]", *map(_usage, arguments)]) + "\n"
    for paragraph in _paragraphs(command.help, language):
        yield f"{paragraph}\n"

    def say(text: str | None) -> str:
        return _cell(translations(language).gettext(text)) if text else ""

    yield f"| {_COLUMNS[language]} | |\n|---|---|"
    for argument in arguments:
        yield f"| `{_cell(argument.metavar)}` | {say(argument.help)}{_default(argument)} |"
    for option in options:
        yield f"| {_names(option)} | {say(option.help)} |"
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


def _paragraphs(text: str | None, language: Language) -> list[str]:
    said = translations(language).gettext(inspect.cleandoc(text or ""))
    return [" ".join(paragraph.split()) for paragraph in said.split("\n\n")]


def _examples(epilog: str | None) -> Iterable[str]:
    """Return the lines below "Examples:" at the end of a command's help."""
    return map(str.strip, (epilog or "").partition(":\n")[2].splitlines())


def _cell(text: str | None) -> str:
    """Return text as a cell of a table: on one line, and with `|` escaped, which would end the cell, in code too."""
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    for language, page in PAGES.items():
        page.write_text(reference(language), encoding="utf-8", newline="\n")
