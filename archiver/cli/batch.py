"""Run the command `archiver batch`, which archives every address in a list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.output import print_message
from archiver.cli.progress import ProgressBar
from archiver.cli.report import OutcomePrinter
from archiver.cli.tracked_entries import TrackedEntries

EXAMPLES = """\b
Examples:
  archiver batch addresses.txt
  archiver batch -o blog --failed again.txt list.csv
  grep -o 'https://mp.weixin[^ )]*' notes.md | archiver batch --max-time 8h -"""


def archive_list(
    list_file: Annotated[
        str,
        typer.Argument(
            metavar="LIST",
            help="Text, Markdown, CSV, Excel, JSON, bookmarks; - for stdin.",
            show_default=False,
        ),
    ],
    *,
    output: options.Output = None,
    failed: Annotated[
        str | None, typer.Option("--failed", metavar="FILE", help="Write what is left to do to FILE, to feed back.")
    ] = None,
    requests: options.BatchOptions,
    common: options.ArchiveOptions,
) -> int:
    """Archive every address of a list; what the archive has already costs no request.

    It can be stopped and started again at any time: it goes on where it was.
    """
    from archiver.app import Archiver, read_list

    settings = common.settings(output)
    fetch_options = requests.fetch_options()
    entries = TrackedEntries(read_list(list_file))
    with Archiver(settings) as archive, ProgressBar(settings.interval) as progress:
        printer = OutcomePrinter(summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose))
        outcomes = archive.batch(entries, fetch_options, progress.plan, requests.source_options())
        for outcome in printer.print_each(progress.track(outcomes)):
            entries.settle(outcome)
    if entries.notes:
        name = "stdin" if list_file == "-" else list_file
        lines = "line" if entries.notes == 1 else "lines"
        print_message(f"archiver: {name}: {entries.notes} {lines} without an address of WeChat's")
    printer.print_summary_table()
    if failed is not None:
        _write_remaining(Path(failed), entries)
    return printer.summary.exit_code


def _write_remaining(path: Path, entries: TrackedEntries) -> None:
    """Write the sources that are left to do to the list file `path`, and print the command that continues with it.

    If no source is left, the file is empty and nothing is printed.
    """
    from archiver.storage.local import write_lines

    lines = list(entries.remaining_lines(path.parent))
    write_lines(path, lines)
    if lines:
        print_message(f"{len(lines)} left to do: archiver batch {path}")
