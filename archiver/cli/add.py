"""Run the command `archiver add`, which archives articles from their addresses or from saved pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.output import stdin_lines
from archiver.cli.progress import Spinner
from archiver.cli.report import OutcomePrinter

EXAMPLES = """\b
Examples:
  archiver add https://mp.weixin.qq.com/s/...
  archiver add -o blog saved/*.html
  archiver add --json - < addresses.txt"""


def add_sources(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Addresses, pages saved by a browser (.html, .mhtml, .webarchive), or - for stdin.",
            show_default=False,
        ),
    ],
    *,
    output: options.Output = None,
    posts: options.PostOptions,
    common: options.ArchiveOptions,
) -> int:
    """Archive articles as posts, with their images beside them.

    Prints the path of each post that is written. An article that the archive has already is read again; its post is
    written again only if it has changed.
    """
    from archiver.app import Archiver

    with Archiver(common.settings(output)) as archive, Spinner() as spinner:
        printer = OutcomePrinter(summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose))
        outcomes = archive.add(_with_stdin(sources), spinner.show, posts.source_options())
        with printer.sums_if_interrupted(spinner):
            printer.print_all(spinner.hide_for_each(outcomes))
    printer.print_summary()
    return printer.summary.exit_code


def _with_stdin(sources: Iterable[str]) -> Iterator[str]:
    """Yield the sources; replace a source `-` by the lines of stdin, without empty lines and comments (`#`)."""
    for source in sources:
        if source == "-":
            lines = map(str.strip, stdin_lines())
            yield from (line for line in lines if line and not line.startswith("#"))
        else:
            yield source
