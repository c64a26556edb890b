"""Run the command `archiver cluster`, which makes and shows an archive on which several machines work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archiver.cli import options
from archiver.cli.language import phrase
from archiver.cli.output import json_fields, print_json, print_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.app import Archiver, ClusterStatus

EXAMPLES = """\b
Examples:
  archiver cluster init
  archiver cluster status --json"""


def manage_cluster(
    action: Annotated[
        Literal["init", "status"],
        typer.Argument(
            metavar="init|status",
            help="Make the archive one of a cluster, or say how the cluster is doing.",
            show_default=False,
        ),
    ],
    *,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """Let several machines work on one archive, and see how they do.

    They share a catalogue on PostgreSQL (`catalogue:` in archiver.yml) and an object storage (`store:`). `init` may be
    called again at any time.
    """
    from archiver.app import Archiver

    with Archiver(common.settings(output)) as archive:
        if action == "init":
            _init(archive, as_json=common.as_json)
        else:
            _show(archive.cluster_status(), as_json=common.as_json)
    return 0


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
