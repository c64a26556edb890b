"""Run the command `archiver worker`, which does what is due in a cluster together with other workers."""

from __future__ import annotations

import signal
from threading import Event
from typing import Annotated, Literal

import typer

from archiver.cli import options
from archiver.cli.report import OutcomePrinter

EXAMPLES = """\b
Examples:
  archiver worker --egress office-7
  archiver worker --egress proxy-2 --proxy http://10.0.0.2:3128
  archiver worker --egress office-7 --only bulk"""


def do_jobs(
    *,
    output: options.Output = None,
    only: Annotated[
        Literal["pages", "bulk"] | None,
        typer.Option(
            "--only",
            metavar="pages|bulk",
            help="Ask WeChat for pages only, or do only what asks for none.",
            show_default=False,
        ),
    ] = None,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when nothing is due, or when WeChat wants a rest.")
    ] = False,
    common: options.WorkerOptions,
) -> int:
    """Do what is due in the archive of a cluster, together with the workers of other machines, until it is stopped.

    SIGTERM or ^C lets it finish the articles that it has begun. After a verification page it rests, and does what asks
    for no page.
    """
    from archiver.app import Archiver, WorkerRequest

    settings = common.settings(output)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with Archiver(settings) as archive:
        printer = OutcomePrinter(
            summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose), bulk=True
        )
        request = WorkerRequest(share=only or "", until_done=until_done, stop=stopped.is_set)
        printer.print_all(archive.work(request))
    printer.print_summary(always=archive.summary.counts.total() > 0)
    return printer.summary.exit_code
