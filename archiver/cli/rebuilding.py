"""`archiver rebuild`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.progress import ProgressBar
from archiver.cli.streams import forget_stdout, show_text
from archiver.cli.telling import OutcomePrinter

if TYPE_CHECKING:
    from archiver.models import Outcome
    from archiver.models.reports import RebuildResult

_EXAMPLES = """\b
Examples:
  archiver rebuild --all --dry-run --diff | less
  archiver rebuild --all
  archiver rebuild --force output/_posts/2020-06-17-....md"""


@app.command(epilog=_EXAMPLES)
def rebuild(
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="Articles by key, address or post.", show_default=False),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every article of the archive.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, say what would be written.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show in which lines the posts differ.")] = False,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, metavar="N", help="Processes [default: one a core].")
    ] = None,
    output: options.Output = None,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
    link_local: options.LinkLocal = False,
    force: options.Force = False,
) -> int:
    """Make posts again from the pages as they were kept; no network is used.

    This is how new settings, and a better archiver, reach old articles. Posts that come out the same are not touched,
    posts that were edited by hand stay as they are.
    """
    from archiver.app import Archiver, RebuildOptions

    if bool(articles) == all_:
        raise typer.BadParameter("name articles, or give --all")
    if diff and as_json:
        raise typer.BadParameter("--diff is for people, --json for programs: give one of them")
    options.log(verbose=verbose)
    settings = options.settings(config, {"output": output, "link_local": link_local, "force": force})
    wanted = RebuildOptions(is_dry=dry_run, diff=diff, jobs=jobs or os.cpu_count() or 1)
    with Archiver(settings) as archive, ProgressBar(0) as bar:
        teller = OutcomePrinter(
            summary=archive.summary, as_json=as_json, verbose=verbose, quiet=all_ and not verbose, paths=not diff
        )  # fmt: skip
        rebuilt = archive.rebuild(articles or None, wanted, bar.plan)
        try:
            for _ in teller.tell(bar.over(_shown(rebuilt, diff=diff))):
                pass
        except BrokenPipeError:  # `| head` has seen enough
            forget_stdout()
    teller.sum_up(always=all_)
    return teller.summary.exit_code


def _shown(rebuilt: Iterable[RebuildResult], *, diff: bool) -> Iterator[Outcome]:
    """The outcomes, the lines in which each post differs printed before it."""
    for one in rebuilt:
        if diff and one.diff:
            show_text(one.diff)
        yield one.outcome
