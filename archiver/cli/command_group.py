"""Lay out the help in groups, and read calls that a person guessed. These classes add both to those of typer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

import typer

from archiver.cli import guesses, hints
from archiver.cli.help_text import HelpText
from archiver.cli.language import help_said
from archiver.cli.options import GENERAL
from archiver.cli.output import print_text
from archiver.cli.values import LeanCommand, LeanGroup
from archiver.messages import mark_message

_OWN = "Options"  # the title above the options that only one command has
_ARGUMENTS = "Arguments"
_USAGE = (mark_message("[OPTIONS]"), mark_message("COMMAND [ARGS]..."))  # words of typer in the line `Usage:`
_DEFAULT = mark_message("[default: {value}]")
_RANGE = re.compile("x[<>]")


@dataclass(frozen=True, kw_only=True)
class CommandSection:
    """A section of `archiver --help`: its title, and what each command of it does, by the name of the command."""

    title: str
    commands: dict[str, str]


class _Helpful:
    """The part of a command that writes its help, in the user's language."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - of a type that typer keeps to itself
        """Return the text of `--help`."""
        text = HelpText()
        self.format_help(ctx, text)  # type: ignore[attr-defined]  # of the class beside this one
        return text.getvalue().rstrip("\n")

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write how the command is called."""
        pieces = [help_said(piece.strip("{}").replace("}", "")) for piece in self.collect_usage_pieces(ctx)]  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=help_said("Usage: "))

    def format_help_text(self, _ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_paragraphs(help_said(cleandoc(self.help)))  # type: ignore[attr-defined]

    def format_epilog(self, _ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the examples of calls."""
        if epilog := self.epilog:  # type: ignore[attr-defined]
            word, colon, calls = cleandoc(epilog).partition(":")
            mark, _, title = word.rpartition("\n")
            formatter.write_paragraph()
            with formatter.indentation():
                heading = help_said(title + colon)
                if heading.endswith("："):  # it is as wide as a colon and a space
                    calls = calls.lstrip(" ")
                formatter.write_paragraphs(f"{mark}\n{heading}{calls}" if mark else heading + calls)


class ArchiverCommand(_Helpful, LeanCommand):
    """A command whose help groups its options, and which names the right call if a word is missing or too many."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - of a type that typer keeps to itself
        """Read the arguments of a call. Raise UsageError if one is missing, or if there are too many."""
        ctx.allow_extra_args = True
        hints.remember(None, None)
        try:
            super().parse_args(ctx, args)
        except typer.BadParameter as error:
            missing = None if error.message or ctx.resilient_parsing else guesses.nothing_given(str(self.name))
            raise missing or error from error
        hints.remember(ctx.params.get("output"), ctx.params.get("config"))
        if ctx.args and not ctx.resilient_parsing:
            raise guesses.too_many_arguments(str(self.name), ctx.args)
        return list(ctx.args)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the arguments and the options, in the sections that the options name; those of every command last."""
        sections: dict[str, list[tuple[str, str]]] = {_OWN: []}
        general: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            if record := _record_said(parameter, ctx):
                title = _ARGUMENTS if parameter.param_type_name == "argument" else _section_of(parameter)
                (general if title == GENERAL else sections.setdefault(title, [])).append(record)
        arguments = sections.pop(_ARGUMENTS, [])
        for title, records in {_ARGUMENTS: arguments, **sections, GENERAL: general}.items():
            if records:
                with formatter.section(help_said(f"{title}:")):
                    formatter.write_dl(records)


def _section_of(option: Any) -> str:  # noqa: ANN401 - as above
    return GENERAL if option.name == "help" else getattr(option, "rich_help_panel", None) or _OWN


def _record_said(parameter: Any, ctx: Any) -> tuple[str, str] | None:  # noqa: ANN401 - as above
    """Return the two columns of the help of an option or argument, of which the second is in the user's language."""
    record = parameter.get_help_record(ctx)
    if record is None:
        return None
    names, text = record
    if parameter.param_type_name == "argument":
        names = parameter.metavar or names  # without the type of Python that typer puts behind it
    own = parameter.help or ""
    return names, " ".join([help_said(own), *_notes_said(text.removeprefix(own).strip())])


def _notes_said(notes: str) -> list[str]:
    """Return what typer adds to the help of a parameter, such as `[default: 8765; 0<=x<=65535]`, without ranges.

    A range says nothing that the text before it does not say better.
    """
    said = []
    for note in filter(None, notes.removeprefix("[").removesuffix("]").split("; ")):
        name, colon, value = note.partition(": ")
        if name == "default" and colon:
            said.append(help_said(_DEFAULT).format(value=value))
        elif not _RANGE.search(note):
            said.append(help_said(f"[{note}]"))
    return said


class ArchiverGroup(_Helpful, LeanGroup):
    """The program `archiver` itself: a command for each of its commands.

    `sections` are those of its help. A call without a command that names an article means `add`.
    """

    sections: Sequence[CommandSection] = ()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as above
        """Read the words before the command. Raise UsageError if these are options of the command."""
        try:
            return super().parse_args(ctx, list(args))
        except typer.TyperException as error:
            if ctx.resilient_parsing:
                raise
            if placed := guesses.option_before_command(args, self.commands):
                raise placed from error
            if any(map(guesses.is_source, args)):
                return super().parse_args(ctx, ["add", *args])
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401
        """Return the name, the command and the arguments of a call, also of one that a person guessed."""
        word, *rest = args
        if ctx.resilient_parsing or self.get_command(ctx, word):
            return super().resolve_command(ctx, args)
        if word == "help":
            if rest and self.get_command(ctx, rest[0]):
                return super().resolve_command(ctx, [rest[0], "--help"])
            print_text(ctx.get_help())
            raise typer.Exit
        if word == "version":
            print_version()
            raise typer.Exit
        if guesses.is_source(word):
            return super().resolve_command(ctx, ["add", *args])
        raise guesses.unknown_command(word, self.commands)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the options of the program, and a section for each group of commands."""
        with formatter.section(help_said(f"{_OWN}:")):
            formatter.write_dl([record for each in self.get_params(ctx) if (record := _record_said(each, ctx))])
        width = max(map(len, self.commands))
        for section in self.sections:
            with formatter.section(help_said(f"{section.title}:")):
                formatter.write_dl([(name.ljust(width), help_said(text)) for name, text in section.commands.items()])


def print_version() -> None:
    """Print the version of archiver."""
    from archiver import __version__

    typer.echo(f"archiver {__version__}")
