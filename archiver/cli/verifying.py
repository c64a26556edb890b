"""`archiver verify`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.looking import json_of
from archiver.cli.progress import FileProgress
from archiver.cli.streams import forget_stdout, say, show, show_json
from archiver.errors import Exit, foremost

if TYPE_CHECKING:
    from archiver.app import Archiver
    from archiver.models import Finding

_EXAMPLES = """\b
Examples:
  archiver verify
  archiver verify --repair
  archiver verify --json output/_posts/2020-06-17-....md"""


@app.command(epilog=_EXAMPLES)
def verify(
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="These articles [default: everything].", show_default=False),
    ] = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Set right what is found: take in, fetch, make again; delete nothing."),
    ] = False,
    output: options.Output = None,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
    interval: options.Interval = None,
    no_media: options.NoMedia = False,
    proxy: options.Proxy = None,
    cookies: options.Cookies = None,
) -> int:
    """Prove that every post, picture and snapshot is what was written, and name each that is not.

    Prints missing, altered and stray files, what lies here and is not in the catalogue, pictures that posts show and
    nobody has, and faults of the catalogue; ends with 1 if there are any. --repair takes in what proves itself, makes a
    damaged catalogue anew, fetches pictures and pages again, makes posts again from their pages, and puts what lay in
    their place, posts that were edited by hand too, to .archive/lost/.
    """
    from archiver.app import Archiver

    options.log(verbose=verbose)
    settings = options.settings(
        config,
        {"output": output, "interval": interval, "proxy": proxy, "cookies": cookies, "no_media": no_media},
    )  # fmt: skip
    found: Counter[bool | None] = Counter()
    codes: set[int] = {Exit.OK}
    with Archiver(settings) as archive, FileProgress() as files:
        findings = archive.verify(articles or None, repair=repair, planned=files.plan, looked=files.looked)
        try:
            for finding in files.hidden_after(findings):
                found[finding.repaired] += 1
                codes.add(finding.exit_code)
                show_json(_json(finding)) if as_json else show(_line(finding))
        except BrokenPipeError:
            forget_stdout()
        files.hide()
        for line in _sum(archive, files.done, found):
            say(line)
    return foremost(codes)


def _json(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in json_of(finding).items() if name != "exit_code"}


def _line(finding: Finding) -> str:
    ended = {None: "", True: "repaired: ", False: "not repaired: "}[finding.repaired]
    return f"{finding.problem:10} {finding.path}  {ended}{finding.said}"


def _sum(archive: Archiver, looked: int, found: Counter[bool | None]) -> Iterator[str]:
    """Yield what all comes to, and what a person should know of the whole archive."""
    counts = archive.counts
    lying = f"{counts['posts']} articles, {counts['media']} pictures, {counts['pages']} pages"
    if not found:
        yield f"{lying}: all proven"
    elif found[None]:
        yield f"{looked} files, {found[None]} findings; --repair sets right what it can"
    else:
        yield f"{lying}: {found[True]} findings repaired, {found[False]} not"
    yield from archive.remarks()
