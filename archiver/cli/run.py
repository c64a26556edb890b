"""Run the command `archiver run`, which archives what is new in the lists, feeds and albums named in archiver.yml.

It also archives what is due: addresses that were queued, and what earlier runs left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.doctor import call_for
from archiver.cli.language import said
from archiver.cli.output import print_message, print_remark
from archiver.cli.progress import ProgressBar
from archiver.cli.report import OutcomePrinter
from archiver.messages.message import counted_message, message

if TYPE_CHECKING:
    from archiver.app import RunReport, RunSummary

_MAX_CHANGES = 5  # changes of WeChat's pages that are named

EXAMPLES = """\b
Examples:
  archiver init && $EDITOR archiver.yml && archiver run
  17 4 * * *  cd $HOME/blog && $HOME/.local/bin/archiver run   # crontab"""


def run_sources(
    *,
    output: options.Output = None,
    report: Annotated[
        str | None, typer.Option("--report", metavar="FILE", help="Write what happened to FILE, as JSON.")
    ] = None,
    requests: options.RetryOptions,
    common: options.UnattendedOptions,
) -> int:
    """Archive what is new in the sources that archiver.yml names, and what is due; for cron.

    Prints nothing if no article is new or changed and nothing went wrong. Then cron sends no mail. WeChat's wall is
    told when it comes, and not again until a page has come.
    """
    from archiver.app import Archiver, RunReport
    from archiver.outcomes import is_about_wall
    from archiver.storage.local import write_lines

    settings = common.settings(output)
    fetch_options = requests.fetch_options()
    run_report = RunReport()
    with Archiver(settings) as archive, ProgressBar(settings.interval) as progress:
        printer = OutcomePrinter(
            summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose), quiet=not common.verbose,
            bulk=True, hides=lambda outcome: run_report.was_walled and is_about_wall(outcome),
        )  # fmt: skip
        warnings = []
        outcomes = progress.track(archive.run(fetch_options, run_report, progress.plan))
        with printer.sums_if_interrupted(progress):
            for outcome in printer.print_each(outcomes):
                warnings += printer.warnings_of(outcome)
    for line in (*run_report.warnings, *_format_changes(printer.summary)):
        print_remark(f"archiver: {said(line)}")
    if printer.has_news:  # unchanged articles, and a wall that was met before, are not worth a summary
        printer.print_summary(always=True)
    content = _report_content(printer.summary, run_report, [*run_report.warnings, *warnings])
    with Archiver(settings) as archive:  # of its own, since the run is over: a service may take long
        for line in archive.send_news(content):
            print_message(f"archiver: {said(line)}")
    if report is not None:
        write_lines(Path(report), [json.dumps(content, ensure_ascii=False, indent=2)])
    return printer.summary.exit_code


def _format_changes(summary: RunSummary) -> Iterator[str]:
    """Yield a line for each way in which WeChat has changed its pages, at most five, with the call that says more."""
    for note, count in summary.format_changes.most_common(_MAX_CHANGES):
        call = call_for(summary.changed_pages[note])
        yield counted_message(
            "WeChat changed the page of {number} article: {detail}; `{call}` says more",
            "WeChat changed the pages of {number} articles: {detail}; `{call}` says more",
            count, detail=note.detail, call=call,
        )  # fmt: skip
    if (more := len(summary.format_changes) - _MAX_CHANGES) > 0:
        yield message("WeChat changed its pages in {more} more ways: --json names them", more=more)


def _report_content(summary: RunSummary, run_report: RunReport, warnings: list[str]) -> dict[str, object]:
    """Return what `--report` writes, and what the command of `on_news` gets (docs/reference/json.md).

    `summary` has the counts of articles by outcome, the written posts and the failures. `run_report` has the results of
    reading the lists, feeds and albums of archiver.yml. `warnings` are those about these sources, then those about
    single articles.
    """
    from archiver.messages.warning_codes import warning_codes  # `archiver --help` needs none of it

    return {
        "exit_code": summary.exit_code,
        "outcomes": dict(summary.counts),
        "sources": [asdict(source) for source in run_report.sources],
        "posts": summary.posts,
        "failed": [
            {"source": failure.source, "error": failure.error, "code": failure.code} for failure in summary.failures
        ],
        "warnings": warnings,
        "warning_codes": warning_codes(warnings),
        "format_changes": [
            {**asdict(note), "articles": count, "page": summary.changed_pages[note]}
            for note, count in summary.format_changes.most_common()
        ],
        "not_asked": summary.not_requested.total(),
    }
