"""Run the command `archiver rebuild`, which writes posts again from the stored pages."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.output import discard_stdout, print_message, print_text
from archiver.cli.progress import ProgressBar
from archiver.cli.report import OutcomePrinter
from archiver.errors import Exit, combine_exit_codes
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.app import Archiver, RebuildResult
    from archiver.models import Outcome

EXAMPLES = """\b
Examples:
  archiver rebuild --all --dry-run --diff | less
  archiver rebuild --all
  archiver rebuild --force output/_posts/2020-06-17-....md"""


@dataclass(frozen=True, kw_only=True)
class RebuildChoices:
    """The options that only `rebuild` has."""

    all_: Annotated[bool, typer.Option("--all", help="Every article of the archive.")] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, say what would be written.")] = False
    diff: Annotated[bool, typer.Option("--diff", help="Show in which lines the posts differ.")] = False
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, metavar="N", help="Processes [default: one a core].")
    ] = None
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask before files are moved.")] = False


def rebuild_posts(
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="Articles by key, address or post.", show_default=False),
    ] = None,
    *,
    choices: RebuildChoices,
    output: options.Output = None,
    common: options.RewriteOptions,
) -> int:
    """Make posts again from the stored pages; no network is used.

    So new settings, or a new version of archiver, take effect on old articles. Posts that come out the same are not
    touched. Posts that were edited by hand stay as they are, except with --force.

    If archiver.yml names another profile than before, --all moves posts and pictures to where that profile has them.
    """
    from archiver.app import Archiver
    from archiver.cli.moved_files import FileMover  # `archiver --help` needs none of it

    if bool(articles) == choices.all_:
        raise typer.BadParameter(message("name articles, or give --all"))
    if choices.diff and common.as_json:
        raise typer.BadParameter(message("--diff is for people, --json for programs: give one of them"))
    with Archiver(common.settings(output)) as archive:
        summary = archive.plan_move() if choices.all_ else None
        if summary is None:
            return _rebuild(archive, articles, choices, common)
        mover = FileMover(summary=summary, is_dry=choices.dry_run, as_json=common.as_json)
        if not mover.may_move(is_agreed=choices.yes):
            print_message(message("nothing was moved"))
            return Exit.FAILED
        mover.move(archive)
        if choices.dry_run:
            return mover.exit_code
        return combine_exit_codes([mover.exit_code, _rebuild(archive, None, choices, common, mover.posts)])


def _rebuild(
    archive: Archiver,
    articles: list[str] | None,
    choices: RebuildChoices,
    common: options.RewriteOptions,
    left_out: Collection[str] = (),
) -> int:
    """Rebuild the posts of articles, or all of them without those of the articles `left_out`; return the exit code."""
    from archiver.app import RebuildOptions

    jobs = choices.jobs or os.cpu_count() or 1
    rebuild_options = RebuildOptions(
        is_dry=choices.dry_run, diff=choices.diff, jobs=jobs, left_out=frozenset(left_out)
    )  # fmt: skip
    printer = OutcomePrinter(
        summary=archive.summary, as_json=common.as_json, verbose=bool(common.verbose),
        quiet=choices.all_ and not common.verbose, paths=not choices.diff,
    )  # fmt: skip
    with ProgressBar(0) as progress:
        results = archive.rebuild(articles or None, rebuild_options, progress.plan)
        try:
            printer.print_all(progress.track(_print_diffs(results, diff=choices.diff)))
        except BrokenPipeError:  # the reader of the pipe, such as `head`, has closed it
            discard_stdout()
    if not left_out or printer.summary.counts:
        printer.print_summary(always=choices.all_)
    return printer.summary.exit_code


def _print_diffs(results: Iterable[RebuildResult], *, diff: bool) -> Iterator[Outcome]:
    """Yield the outcome of each result. If `diff` is True, first print the diff of the result to stdout."""
    for result in results:
        if diff and result.diff:
            print_text(result.diff)
        yield result.outcome
