"""Run the command `archiver cluster`, which makes and shows an archive on which several machines work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archiver.cli import options
from archiver.cli.language import phrase
from archiver.cli.output import json_fields, print_json, print_line, print_message, print_remark
from archiver.cli.progress import FileProgress
from archiver.errors import UsageError
from archiver.messages.message import counted_message, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.app import Archiver, ClusterStatus

EXAMPLES = """\b
Examples:
  archiver cluster init
  archiver cluster import -o output
  archiver cluster export -o output /mnt/one-machine
  archiver cluster status --json"""


def manage_cluster(
    action: Annotated[
        Literal["init", "status", "import", "export"],
        typer.Argument(
            metavar="init|status|import|export",
            help="Begin a cluster, say how it is doing, bring an archive into it, or write it to FOLDER.",
            show_default=False,
        ),
    ],
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Of `export`.", show_default=False)] = "",
    *,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """Let several machines work on one archive, and see how they do.

    They share a catalogue on PostgreSQL (`catalogue:` in archiver.yml) and an object storage (`store:`). `init` begins
    with an empty archive, `import` with that in the folder `--output`, whose files stay. `export` writes the archive to
    FOLDER as one machine has it. All may be called again.
    """
    from archiver.app import Archiver

    if bool(folder) != (action == "export"):
        raise UsageError(message("`export` has a FOLDER, and no other"))
    with Archiver(common.settings(output)) as archive:
        if action == "init":
            _init(archive, as_json=common.as_json)
        elif action == "status":
            _show(archive.cluster_status(), as_json=common.as_json)
        else:
            return _transfer(archive, folder, as_json=common.as_json)
    return 0


def _transfer(archive: Archiver, folder: str, *, as_json: bool) -> int:
    """Bring the archive into the cluster, or out of it if there is a `folder`; return the exit code."""
    with FileProgress() as progress:
        result = (
            archive.export_from_cluster(folder, progress.advance)
            if folder
            else archive.import_into_cluster(progress.advance)
        )
    for path in result.missing:
        print_message(message("archiver: cannot be read or is damaged: {path}", path=path))
    print_remark(counted_message("{number} file copied", "{number} files copied", result.files))
    if as_json:
        print_json(json_fields(result))
    return result.exit_code


def _init(archive: Archiver, *, as_json: bool) -> None:
    archive_id = archive.init_cluster()
    if as_json:
        print_json({"archive_id": archive_id})
    else:
        print_line(
            phrase("archive {archive_id}: workers may begin, `archiver worker --egress NAME`", archive_id=archive_id)
        )


def _show(status: ClusterStatus, *, as_json: bool) -> None:
    if as_json:
        print_json(json_fields(status))
        return
    for line in _lines(status):
        print_line(line)


def _lines(status: ClusterStatus) -> Iterator[str]:
    yield phrase("{due} addresses due, {runs} runs at work", due=status.due, runs=status.runs)
    for queue in sorted({*status.queued, *status.running}):
        waiting, running = status.queued.get(queue, 0), status.running.get(queue, 0)
        yield phrase(
            "queue {queue}: {waiting} waiting, {running} running", queue=queue, waiting=waiting, running=running
        )
    for egress in status.egresses:
        if egress.rests_until:
            yield phrase(
                "egress {name} ({address}): rests until {until:%H:%M %d %b}, a verification page came at "
                "{blocked:%H:%M %d %b} (Beijing time)",
                name=egress.name, address=egress.address, until=egress.rests_until, blocked=egress.blocked,
            )  # fmt: skip
        else:
            yield phrase("egress {name} ({address}): may ask", name=egress.name, address=egress.address)
    if status.stopped_until:
        yield phrase(
            "no egress asks for a page until {until:%H:%M %d %b} (Beijing time): several met a verification page",
            until=status.stopped_until,
        )
