"""`archiver recheck` and `archiver history`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.looking import json_of
from archiver.cli.progress import ProgressBar
from archiver.cli.streams import show, show_json, show_text
from archiver.cli.telling import OutcomePrinter

if TYPE_CHECKING:
    from archiver.models import Capture

_RECHECK_EXAMPLES = """\b
Examples:
  archiver recheck --limit 50
  archiver recheck https://mp.weixin.qq.com/s/..."""

_HISTORY_EXAMPLES = """\b
Examples:
  archiver history output/_posts/2020-06-17-....md
  archiver history --diff 1 2 https://mp.weixin.qq.com/s/..."""


@app.command(epilog=_RECHECK_EXAMPLES)
def recheck(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY|URL|FILE", help="These articles [default: those that are due].", show_default=False
        ),
    ] = None,
    output: options.Output = None,
    limit: options.Limit = None,
    max_time: options.MaxTime = None,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
    interval: options.Interval = None,
    no_media: options.NoMedia = False,
    proxy: options.Proxy = None,
    cookies: options.Cookies = None,
    link_local: options.LinkLocal = False,
    force: options.Force = False,
) -> int:
    """Look whether articles were edited or deleted since they were archived.

    An edit becomes a new capture and a new post, the old text is kept (archiver history); the post of an article that
    is gone stays and says so. What is due is asked for every 7 days at first (`recheck:` in archiver.yml), then ever
    less often.
    """
    from archiver.app import Archiver, fetch_options

    options.log(verbose=verbose)
    settings = options.settings(
        config,
        {"output": output, "interval": interval, "proxy": proxy, "cookies": cookies, "no_media": no_media,
         "link_local": link_local, "force": force},
    )  # fmt: skip
    with Archiver(settings) as archive, ProgressBar(settings.interval) as bar:
        teller = OutcomePrinter(summary=archive.summary, as_json=as_json, verbose=verbose, quiet=not verbose)
        wanted = fetch_options(limit=limit, max_time=max_time)
        for _ in teller.tell(bar.over(archive.recheck(articles or None, wanted, bar.plan))):
            pass
    teller.sum_up(always=True)
    return teller.summary.exit_code


@app.command(epilog=_HISTORY_EXAMPLES)
def history(
    what: Annotated[
        str,
        typer.Argument(metavar="KEY|URL|FILE", help="An article's key, an address, or its post.", show_default=False),
    ],
    diff: Annotated[
        tuple[int, int] | None,
        typer.Option("--diff", metavar="A B", help="Show in which lines captures A and B differ.", show_default=False),
    ] = None,
    output: options.Output = None,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
) -> int:
    """List the pages that came for an article, the oldest first, or show what changed between two of them."""
    from archiver.app import Archiver

    if diff is not None and as_json:
        raise typer.BadParameter("--diff is for people, --json for programs: give one of them")
    options.log(verbose=verbose)
    with Archiver(options.settings(config, {"output": output})) as archive:
        if diff is not None:
            show_text(archive.difference(what, *diff))
            return 0
        for number, capture in enumerate(archive.history(what), 1):
            if as_json:
                show_json({"number": number, **json_of(capture)})
            else:
                show(_line(number, capture))
    return 0


def _line(number: int, capture: Capture) -> str:
    kept = "lost" if capture.lost else capture.sha256[:12] or "not kept"
    return f"{number:3}  {capture.captured:%Y-%m-%d %H:%M}  {capture.state:12}  {kept:12}  {capture.url}"
