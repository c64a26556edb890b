"""Lay out the status of an archive in lines for a terminal of 80 columns, in which a Chinese character takes two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.filesize import decimal

from archiver.cli.help_text import wrapped_lines
from archiver.cli.hints import with_options
from archiver.cli.language import enumerated, phrase, said
from archiver.cli.words import word_of
from archiver.messages.message import counted_message

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
        yield phrase("Sources")
        width = max(
            (width for source in status.sources if (width := cell_len(source.name)) <= _LONGEST_NAME), default=6
        )
        for source in status.sources:
            yield from filled_lines(f"  {source.name}", _source_parts(source), width + 4)
    yield ""
    yield phrase("Needs a person:") if status.needs else phrase("Nothing needs a person.")
    for need in status.needs:
        yield from filled_lines("-", [with_options(said(need.said))], 2)


def _rows(status: ArchiveStatus) -> Iterator[tuple[str, list[str]]]:
    """Yield the label and the parts of each row about the archive as a whole."""
    articles, pages, pictures, addresses = status.articles, status.pages, status.pictures, status.addresses
    kept = counted_message(
        "{articles:,} of {number} account", "{articles:,} of {number:,} accounts", articles.accounts,
        articles=articles.total,
    )  # fmt: skip
    yield (
        phrase("Articles"),
        [
            said(kept) if articles.total else phrase("none"),
            *_counted({phrase("gone from WeChat"): articles.gone, phrase("incomplete"): articles.incomplete}),
            *_counted({phrase("taken out"): articles.taken_out}),
        ],
    )
    if pages.received:
        yield phrase("Pages"), [phrase("{number:,} kept", number=pages.kept), *_counted({phrase("lost"): pages.lost})]
    missing = {
        phrase("due"): pictures.due, phrase("waiting"): pictures.waiting, phrase("given up"): pictures.given_up,
    }  # fmt: skip
    if pictures.saved or any(missing.values()):
        named = enumerated(_counted(missing))
        total = sum(missing.values())
        absent = [phrase("{number:,} missing ({parts})", number=total, parts=named)] if named else []
        yield phrase("Pictures"), [f"{pictures.saved:,}", *absent]
    yield phrase("Disk"), _disk_parts(status.disk)
    yield from _work_rows(status)
    if addresses.gone:
        yield (
            phrase("Gone"),
            [phrase("{count:,} {state}", count=count, state=word_of(state)) for state, count in addresses.gone.items()],
        )


def _work_rows(status: ArchiveStatus) -> Iterator[tuple[str, list[str]]]:
    """Yield (label, parts) of the rows about work that is left to do, and about past, present and expected runs."""
    addresses = status.addresses
    due = {
        phrase("addresses"): addresses.due,
        phrase("pictures"): status.pictures.due,
        phrase("articles to look at again"): status.rechecks_due,
    }
    if any(due.values()):
        yield phrase("Due"), _counted(due)
    if addresses.waiting:
        first = [phrase("the first until {time}", time=_time(addresses.next_due))] if addresses.next_due else []
        yield phrase("Waiting"), [phrase("{number:,} addresses", number=addresses.waiting), *first]
    if status.wall.until:
        yield phrase("Wall"), [phrase("no page is asked for before {time}", time=_time(status.wall.until))]
    if status.last_run:
        last = phrase("last {time} ({end})", time=_time(status.last_run.started), end=_end_of(status.last_run))
        yield phrase("Run"), [last, *_next(status.next_run)]
    if status.working_since:
        yield phrase("Working"), [phrase("a command, since {time}", time=_time(status.working_since))]


def _disk_parts(disk: DiskUsage) -> list[str]:
    sizes = {
        phrase("pictures"): disk.pictures, phrase("pages"): disk.pages, phrase("posts"): disk.posts,
        phrase("catalogue"): disk.own, phrase("put aside"): disk.aside,
    }  # fmt: skip
    shown = [f"{name} {decimal(size)}" for name, size in sizes.items() if size]
    size = decimal(disk.total)
    total = phrase("about {size}", size=size) if disk.is_estimated else size
    free = [phrase("{size} free", size=decimal(disk.free))] if disk.free is not None else []
    return [total, *shown, *free]


def _source_parts(source: SourceStatus) -> list[str]:
    if source.last_run is None:
        return [phrase("not read yet"), *_next(source.next_run)]
    if source.error:
        read = phrase("read {time}", time=_time(source.read)) if source.read else phrase("never read")
        failed = phrase("failed {time}", time=_time(source.last_run))
        return [failed, read, *_next(source.next_run), said(source.error)]
    whole = [] if source.read == source.last_run else [phrase("not to its end")]
    last = phrase("last {time}", time=_time(source.last_run))
    return [last, *whole, *_next(source.next_run), *_counted({phrase("articles"): source.articles})]


def _end_of(run: RunRecord) -> str:
    if run.exit_code is not None:
        return phrase("exit code {code}", code=run.exit_code)
    return phrase("still working") if run.is_working else phrase("stopped before its end")


def _next(time: datetime | None) -> list[str]:
    return [phrase("next {time}", time=_time(time))] if time else []


def _counted(counts: Mapping[str, int]) -> list[str]:
    return [phrase("{count:,} {name}", count=count, name=name) for name, count in counts.items() if count]


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
        spaced = piece if line == start or line.endswith("，") else f" {piece}"
        if line != start and cell_len(line + spaced) > _WIDTH:
            yield line
            start, spaced = " " * indent, piece
            line = start
        line += spaced
    yield line


def _pieces(parts: list[str], width: int) -> Iterator[str]:
    """Yield the parts with commas between them; those that are wider than `width` word by word.

    Chinese has no spaces between words: such a part comes in pieces that are as wide as a line allows.
    """
    for number, part in enumerate(parts, 1):
        ended = part if number == len(parts) else phrase("{part},", part=part)
        if cell_len(ended) <= width:
            yield ended
        else:
            yield from ended.split() if ended.isascii() else wrapped_lines(ended, width)
