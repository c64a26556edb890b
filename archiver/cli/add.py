"""`archiver add`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.progress import Spinner
from archiver.cli.streams import stdin_lines
from archiver.cli.telling import OutcomePrinter

_EXAMPLES = """\b
Examples:
  archiver add https://mp.weixin.qq.com/s/...
  archiver add -o blog saved/*.html
  archiver add --json - < addresses.txt"""


@app.command(epilog=_EXAMPLES)
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Addresses, pages saved by a browser (.html, .mhtml), or - for stdin.",
            show_default=False,
        ),
    ],
    output: options.Output = None,
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
    """Turn articles into posts, with their images beside them.

    Prints the path of each post written; an article that stands there already is left alone.
    """
    from archiver.app import Archiver

    options.log(verbose=verbose)
    settings = options.settings(
        config,
        {"output": output, "interval": interval, "proxy": proxy, "cookies": cookies, "no_media": no_media,
         "link_local": link_local, "force": force},
    )  # fmt: skip
    with Archiver(settings) as archive, Spinner() as spinner:
        teller = OutcomePrinter(summary=archive.summary, as_json=as_json, verbose=verbose)
        for _ in teller.tell(spinner.hidden_after(archive.add(_named(sources), spinner.show))):
            pass
    teller.sum_up()
    return teller.summary.exit_code


def _named(sources: Iterable[str]) -> Iterator[str]:
    """The sources as given; for `-` the lines of stdin, less empty ones and `#` comments."""
    for source in sources:
        if source == "-":
            lines = map(str.strip, stdin_lines())
            yield from (line for line in lines if line and not line.startswith("#"))
        else:
            yield source
