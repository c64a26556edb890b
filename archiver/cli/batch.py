"""Run the command `archiver batch`, which archives every address in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.output import print_message
from archiver.cli.progress import ProgressBar
from archiver.cli.report import OutcomePrinter

if TYPE_CHECKING:
    from archiver.sources import ListEntry

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
            help="Text, Markdown, CSV with a column `url`, or JSON lines; - for stdin.",
            show_default=False,
        ),
    ],
    *,
    output: options.Output = None,
    failed: Annotated[
        str | None, typer.Option("--failed", metavar="FILE", help="Write what is left to do to FILE, to feed back.")
    ] = None,
    requests: options.RetryOptions,
    common: options.ArchiveOptions,
) -> int:
    """Archive every address of a list; what the archive has already costs no request.

    It can be stopped and started again at any time: it goes on where it was.
    """
    from archiver.app import Archiver, read_list

    settings = common.settings(output)
    fetch_options = requests.fetch_options()
    entries = read_list(list_file)
    files: dict[str, list[str]] = {}
    with Archiver(settings) as archive, ProgressBar(settings.interval) as progress:
        printer = OutcomePrinter(summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose))
        outcomes = archive.batch(_collect_files(entries, files), fetch_options, progress.plan)
        printer.print_all(progress.track(outcomes))
    printer.print_summary_table()
    if failed is not None:
        _write_remaining(Path(failed), printer.summary.remaining, files)
    return printer.summary.exit_code


def _collect_files(entries: Iterable[ListEntry], files: dict[str, list[str]]) -> Iterator[ListEntry]:
    """Yield the entries of a list unchanged, and collect the paths of their saved pages in the dict `files`.

    The name of a saved page may contain credentials, as in `s?key=123`. Outcomes show it as `s?key=REDACTED`. To find
    the file again, `files` maps the path in outcomes to the actual paths: {"s?key=REDACTED": ["s?key=123"]}. These are
    several if files differ only in their credentials.
    """
    for entry in entries:
        if entry.target and entry.target.file:
            files.setdefault(entry.source, []).append(entry.target.file)
        yield entry


def _write_remaining(path: Path, sources: Iterable[str], files: Mapping[str, list[str]]) -> None:
    """Write the sources that are left to do to the list file `path`, and print the command that continues with it.

    `sources` are addresses and saved pages, without credentials: a page may be `s?key=REDACTED`. `files` maps this path
    to the actual paths of such pages, which are written instead. If no source is left, the file is empty and nothing is
    printed.
    """
    from archiver.storage.local import write_lines

    lines = list(_lines_for(path.parent, sources, files))
    write_lines(path, lines)
    if lines:
        print_message(f"{len(lines)} left to do: archiver batch {path}")


def _lines_for(folder: Path, sources: Iterable[str], files: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the lines of a list file, which name the addresses and saved pages in `sources`.

    An address is yielded unchanged. A saved page may stand in `sources` without credentials, as `s?key=REDACTED`. Its
    actual paths are then yielded instead, at its first place in `sources`. `files` has these paths: {"s?key=REDACTED":
    ["s?key=1", "s?key=2"]}. `folder` is the folder of the list file: paths in the list are relative to it, or absolute.
    """
    written: set[str] = set()
    for source in sources:
        if source not in files:
            yield source
        elif source not in written:
            written.add(source)
            yield from (_path_from(folder, source, file) for file in files[source])


def _path_from(folder: Path, source: str, file: str) -> str:
    """Return the path under which a list file in `folder` can name the saved page `file`.

    In a list file, a relative path starts at the folder of the list file. `source` is the path as the user wrote it,
    but with credentials replaced: `s?key=REDACTED`. If it still leads from `folder` to `file`, return it. Otherwise
    return the absolute path of `file`.
    """
    if (folder / source).absolute() == Path(file).absolute():
        return source
    return str(Path(file).absolute())
