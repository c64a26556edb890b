"""Run the command `archiver batch`, which archives every address in a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import guesses, options
from archiver.cli.hints import quoted
from archiver.cli.output import print_remark
from archiver.cli.progress import ProgressBar
from archiver.cli.report import OutcomePrinter
from archiver.cli.tracked_entries import TrackedEntries
from archiver.errors import UsageError
from archiver.messages.message import counted_message, joined_messages, message

if TYPE_CHECKING:
    from archiver.app import Archiver
    from archiver.sources import ListEntry

_MOST_NAMED = 5  # lines without an address whose numbers are said: notes have many, a list of addresses few

EXAMPLES = """\b
Examples:
  archiver batch addresses.txt
  archiver batch 2024.txt 2025.xlsx
  archiver batch --enqueue addresses.txt
  archiver batch -o blog --failed again.txt list.csv
  grep -o 'https://mp.weixin[^ )]*' notes.md | archiver batch --max-time 8h -"""


def archive_list(
    lists: Annotated[
        list[str],
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
    """Archive every address of one or more lists; what the archive has already costs no request.

    It can be stopped and started again at any time: it goes on where it was.
    """
    from archiver.app import Archiver

    settings = common.settings(output)
    fetch_options = requests.fetch_options()
    entries = TrackedEntries(_read(lists))
    if requests.enqueue:
        if failed is not None or requests != options.BatchOptions(enqueue=True):
            raise UsageError(message("--enqueue leaves all else to the workers: call it without other options"))
        with Archiver(settings) as archive:
            return _enqueue(archive, entries, common)
    with Archiver(settings) as archive, ProgressBar(settings.interval) as progress:
        printer = OutcomePrinter(
            summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose), bulk=True
        )
        outcomes = archive.batch(entries, fetch_options, progress.plan, requests.source_options())
        try:
            with printer.sums_if_interrupted(progress):
                for outcome in printer.print_each(progress.track(outcomes)):
                    entries.settle(outcome)
        except KeyboardInterrupt:
            if failed is not None:
                _write_remaining(Path(failed), entries)
            raise
    if entries.notes:
        print_remark(_note_count(lists, entries.notes))
    printer.print_summary_table()
    if failed is not None:
        _write_remaining(Path(failed), entries)
    return printer.summary.exit_code


def _note_count(lists: Sequence[str], notes: list[int]) -> str:
    """Return a line that says how many lines of the lists have no address of WeChat's, and which if they are few."""
    name = ", ".join("stdin" if each == "-" else each for each in lists)
    if len(lists) > 1 or len(notes) > _MOST_NAMED:
        return counted_message(
            "archiver: {name}: {number} line without an address of WeChat's",
            "archiver: {name}: {number} lines without an address of WeChat's",
            len(notes), name=name,
        )  # fmt: skip
    return counted_message(
        "archiver: {name}: {number} line without an address of WeChat's ({lines})",
        "archiver: {name}: {number} lines without an address of WeChat's ({lines})",
        len(notes), name=name, lines=joined_messages([*map(str, notes)]),
    )  # fmt: skip


def _enqueue(archive: Archiver, entries: TrackedEntries, common: options.ArchiveOptions) -> int:
    """Leave the entries of a list to the workers; print what they cannot do, and how many addresses they have."""
    printer = OutcomePrinter(summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose), bulk=True)

    def print_count(count: int) -> None:
        print_remark(
            counted_message(
                "{number} address is left to the workers", "{number} addresses are left to the workers", count
            )
        )

    printer.print_all(archive.enqueue_list(entries, print_count))
    return printer.summary.exit_code


def _read(lists: Sequence[str]) -> Iterator[ListEntry]:
    """Yield the entries of all lists; an address or file that several of them name comes once.

    With several lists, the error of a broken line also says in which it stands. Raise UsageError if a list is an
    address, InputError if one cannot be read.
    """
    from archiver.app import read_list

    seen: set[str] = set()
    for name in lists:
        if guesses.is_address(name):
            raise UsageError(message("this is an address, not a list: `archiver add {name}`", name=quoted(name)))
        for entry in read_list(name):
            if entry.target is None:
                is_unclear = entry.error and len(lists) > 1
                yield (
                    replace(entry, error=message("{reason} (in {name})", reason=entry.error, name=name))
                    if is_unclear
                    else entry
                )
            elif (place := entry.target.url or entry.target.file) not in seen:
                seen.add(place)
                yield entry


def _write_remaining(path: Path, entries: TrackedEntries) -> None:
    """Write the sources that are left to do to the list file `path`, and print the command that continues with it.

    If no source is left, the file is empty and nothing is printed.
    """
    from archiver.storage.local import write_lines

    lines = list(entries.remaining_lines(path.parent))
    write_lines(path, lines)
    if lines:
        print_remark(message("{count} left to do: `archiver batch {path}`", count=len(lines), path=quoted(str(path))))
