"""`archiver run`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.progress import ProgressBar
from archiver.cli.streams import say
from archiver.cli.telling import OutcomePrinter

if TYPE_CHECKING:
    from archiver.app import RunReport

_EXAMPLES = """\b
Examples:
  archiver init && $EDITOR archiver.yml && archiver run
  17 4 * * *  cd $HOME/blog && $HOME/.local/bin/archiver run   (a line of a crontab)"""


@app.command(epilog=_EXAMPLES)
def run(
    output: options.Output = None,
    report: Annotated[
        str | None, typer.Option("--report", metavar="FILE", help="Write what happened to FILE, as JSON.")
    ] = None,
    limit: options.Limit = None,
    max_time: options.MaxTime = None,
    refresh: options.Refresh = False,
    retry: options.Retry = False,
    retry_gone: options.RetryGone = False,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
    interval: options.Interval = None,
    no_media: options.NoMedia = False,
    proxy: options.Proxy = None,
    cookies: options.Cookies = None,
    link_local: options.LinkLocal = False,
) -> int:
    """Fetch what is new or due in the sources that archiver.yml names; for cron.

    Says nothing when there is nothing to say: no news, no trouble, no mail.
    """
    from archiver.app import Archiver, RunReport, fetch_options

    options.log(verbose=verbose)
    settings = options.settings(
        config,
        {"output": output, "interval": interval, "proxy": proxy, "cookies": cookies, "no_media": no_media,
         "link_local": link_local},
    )  # fmt: skip
    wanted = fetch_options(refresh=refresh, retry=retry, retry_gone=retry_gone, limit=limit, max_time=max_time)
    told = RunReport()
    with Archiver(settings) as archive, ProgressBar(settings.interval) as bar:
        teller = OutcomePrinter(summary=archive.summary, as_json=as_json, verbose=verbose, quiet=not verbose)
        warnings = []
        for outcome in teller.tell(bar.over(archive.run(wanted, told, bar.plan))):
            warnings += teller.warnings(outcome)
    for warning in told.warnings:
        say(f"archiver: {warning}")
    if set(teller.summary.counts) - {"unchanged"}:  # what was looked at again and says the same is no news
        teller.sum_up(always=True)
    if report is not None:
        _write_report(Path(report), teller, told, warnings)
    return teller.summary.exit_code


def _write_report(path: Path, teller: OutcomePrinter, told: RunReport, warnings: list[str]) -> None:
    from archiver.storage.local import write_lines

    content = {
        "exit_code": teller.summary.exit_code,
        "outcomes": dict(teller.summary.counts),
        "sources": [asdict(source) for source in told.sources],
        "posts": teller.summary.posts,
        "failed": [{"source": one.source, "error": one.error} for one in teller.summary.failures],
        "warnings": [*told.warnings, *warnings],
        "not_asked": teller.summary.unasked.total(),
    }
    write_lines(path, [json.dumps(content, ensure_ascii=False, indent=2)])
