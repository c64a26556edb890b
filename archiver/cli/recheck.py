"""Run the command `archiver recheck`, which checks whether archived articles were edited or deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.progress import ProgressBar
from archiver.cli.report import OutcomePrinter

EXAMPLES = """\b
Examples:
  archiver recheck --limit 50
  archiver recheck https://mp.weixin.qq.com/s/..."""


def recheck_articles(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY|URL|FILE", help="These articles [default: those that are due].", show_default=False
        ),
    ] = None,
    *,
    output: options.Output = None,
    requests: options.LimitOptions,
    common: options.ArchiveOptions,
) -> int:
    """Check whether articles were edited or deleted since they were archived.

    After an edit, the new page is stored and the post is updated; the old page is kept (archiver history). The post of
    an article that is gone stays, with a notice. Each article is checked every 7 days at first (`recheck:` in
    archiver.yml), later less often.
    """
    from archiver.app import Archiver

    settings = common.settings(output)
    with Archiver(settings) as archive, ProgressBar(settings.interval) as progress:
        printer = OutcomePrinter(
            summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose), quiet=not common.verbose,
            bulk=not articles,
        )  # fmt: skip
        outcomes = archive.recheck(articles or None, requests.fetch_options(), progress.plan)
        with printer.sums_if_interrupted(progress):
            printer.print_all(progress.track(outcomes))
    printer.print_summary(always=True)
    return printer.summary.exit_code
