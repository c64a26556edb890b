"""Lay out the status of an archive in lines for a terminal of 80 columns, in which a Chinese character takes two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.filesize import decimal

from archiver.cli.hints import with_options

if TYPE_CHECKING:
    from archiver.app import ArchiveStatus
    from archiver.models.status import DiskUsage, RunRecord, SourceStatus

_WIDTH = 80  # columns of a narrow terminal
_LABEL = 10  # columns of the words at the beginning of a line
_LONGEST_NAME = 24  # columns of the name of a source; a longer one stands in a line of its own


def status_lines(status: ArchiveStatus) -> Iterator[str]:
    """Yield the lines about a status, in 80 columns. Numbers that are zero are left out.

    Only a word that is longer than a line makes a line longer.
    """
    for label, parts in _rows(status):
        yield from filled_lines(label, parts, _LABEL)
    if status.sources:
        yield ""
        yield "Sources"
        width = max(
            (width for source in status.sources if (width := cell_len(source.name)) <= _LONGEST_NAME), default=6
        )
        for source in status.sources:
            yield from filled_lines(f"  {source.name}", _source_parts(source), width + 4)
    yield ""
    yield "Needs a person:" if status.needs else "Nothing needs a person."
    for need in status.needs:
        yield from filled_lines("-", [with_options(need.said)], 2)


def _rows(status: ArchiveStatus) -> Iterator[tuple[str, list[str]]]:
    """Yield the label and the parts of each row about the archive as a whole."""
    articles, pages, pictures, addresses = status.articles, status.pages, status.pictures, status.addresses
    yield (
        "Articles",
        [
            f"{articles.total:,} of {articles.accounts:,} accounts" if articles.total else "none",
            *_counted({"gone from WeChat": articles.gone, "incomplete": articles.incomplete}),
            *_counted({"taken out": articles.taken_out}),
        ],
    )
    if pages.received:
        yield "Pages", [f"{pages.kept:,} kept", *_counted({"lost": pages.lost})]
    missing = {"due": pictures.due, "waiting": pictures.waiting, "given up": pictures.given_up}
    if pictures.saved or any(missing.values()):
        named = ", ".join(_counted(missing))
        yield "Pictures", [f"{pictures.saved:,}", *([f"{sum(missing.values()):,} missing ({named})"] if named else [])]
    yield "Disk", _disk_parts(status.disk)
    yield from _work_rows(status)
    if addresses.gone:
        yield "Gone", _counted(addresses.gone)


def _work_rows(status: ArchiveStatus) -> Iterator[tuple[str, list[str]]]:
    """Yield (label, parts) of the rows about work that is left to do, and about past, present and expected runs."""
    addresses = status.addresses
    due = {
        "addresses": addresses.due,
        "pictures": status.pictures.due,
        "articles to look at again": status.rechecks_due,
    }
    if any(due.values()):
        yield "Due", _counted(due)
    if addresses.waiting:
        first = [f"the first until {_time(addresses.next_due)}"] if addresses.next_due else []
        yield "Waiting", [f"{addresses.waiting:,} addresses", *first]
    if status.wall.until:
        yield "Wall", [f"no page is asked for before {_time(status.wall.until)}"]
    if status.last_run:
        yield "Run", [f"last {_time(status.last_run.started)} ({_end_of(status.last_run)})", *_next(status.next_run)]
    if status.working_since:
        yield "Working", [f"a command, since {_time(status.working_since)}"]


def _disk_parts(disk: DiskUsage) -> list[str]:
    sizes = {
        "pictures": disk.pictures, "pages": disk.pages, "posts": disk.posts, "catalogue": disk.own,
        "put aside": disk.aside,
    }  # fmt: skip
    shown = [f"{name} {decimal(size)}" for name, size in sizes.items() if size]
    total = f"{'about ' if disk.is_estimated else ''}{decimal(disk.total)}"
    free = [f"{decimal(disk.free)} free"] if disk.free is not None else []
    return [total, *shown, *free]


def _source_parts(source: SourceStatus) -> list[str]:
    if source.last_run is None:
        return ["not read yet", *_next(source.next_run)]
    if source.error:
        read = f"read {_time(source.read)}" if source.read else "never read"
        return [f"failed {_time(source.last_run)}", read, *_next(source.next_run), source.error]
    whole = [] if source.read == source.last_run else ["not to its end"]
    return [f"last {_time(source.last_run)}", *whole, *_next(source.next_run), *_counted({"articles": source.articles})]


def _end_of(run: RunRecord) -> str:
    if run.exit_code is not None:
        return f"exit code {run.exit_code}"
    return "still working" if run.is_working else "stopped before its end"


def _next(time: datetime | None) -> list[str]:
    return [f"next {_time(time)}"] if time else []


def _counted(counts: Mapping[str, int]) -> list[str]:
    return [f"{count:,} {name}" for name, count in counts.items() if count]


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def filled_lines(label: str, parts: list[str], indent: int) -> Iterator[str]:
    """Yield lines that begin with a label and go on with parts, separated by commas, from the column `indent` on.

    A part is divided only if it is wider than a line. A label that reaches the column `indent` has a line of its own.
    """
    line = label + " " * (indent - cell_len(label))
    if cell_len(label) >= indent:
        yield label
        line = " " * indent
    start = line
    for piece in _pieces(parts, _WIDTH - indent):
        space = "" if line == start else " "
        if space and cell_len(line) + 1 + cell_len(piece) > _WIDTH:
            yield line
            line, space = " " * indent, ""
            start = line
        line += space + piece
    yield line


def _pieces(parts: list[str], width: int) -> Iterator[str]:
    """Yield the parts with commas between them; those that are wider than `width` word by word."""
    for number, part in enumerate(parts, 1):
        ended = part if number == len(parts) else f"{part},"
        yield from [ended] if cell_len(ended) <= width else ended.split()
