"""Run the command `archiver history`, which lists the captures of an article and shows how two of them differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.language import phrase
from archiver.cli.output import json_fields, print_json, print_line, print_text
from archiver.cli.words import padded, word_of
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.models import Capture

EXAMPLES = """\b
Examples:
  archiver history output/_posts/2020-06-17-....md
  archiver history --diff 1 2 https://mp.weixin.qq.com/s/..."""


def show_history(
    what: Annotated[
        str,
        typer.Argument(metavar="KEY|URL|FILE", help="An article's key, an address, or its post.", show_default=False),
    ],
    *,
    diff: Annotated[
        tuple[int, int] | None,
        typer.Option("--diff", metavar="A B", help="Show in which lines captures A and B differ.", show_default=False),
    ] = None,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """List the captured pages of an article, the oldest first, or show what changed between two of them."""
    from archiver.app import Archiver

    if diff is not None and common.as_json:
        raise typer.BadParameter(message("--diff is for people, --json for programs: give one of them"))
    with Archiver(common.settings(output)) as archive:
        if diff is not None:
            print_text(archive.difference(what, *diff))
            return 0
        for number, capture in enumerate(archive.history(what), 1):
            if common.as_json:
                print_json({"number": number, **json_fields(capture)})
            else:
                print_line(_line(number, capture))
    return 0


def _line(number: int, capture: Capture) -> str:
    digest = phrase("lost") if capture.lost else capture.sha256[:12] or phrase("not kept")
    state = padded(word_of(capture.state), 12)
    return f"{number:3}  {capture.captured:%Y-%m-%d %H:%M}  {state}  {padded(digest, 12)}  {capture.url}"
