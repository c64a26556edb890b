"""`archiver rm`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.looking import json_of
from archiver.cli.streams import forget_stdout, is_terminal, say, show, show_json
from archiver.errors import Exit

if TYPE_CHECKING:
    from archiver.app import Archiver
    from archiver.models.reports import RemovalResult

_EXAMPLES = """\b
Examples:
  archiver rm output/_posts/2020-06-17-....md
  archiver rm --dry-run https://mp.weixin.qq.com/s/...
  archiver rm --lost --dry-run
  archiver rm --undo MzA5MDAwMDAwMQ==:2650000001:1"""


@app.command(epilog=_EXAMPLES)
def rm(
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="Articles by key, address or post.", show_default=False),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Forget that they were taken out, so that they can come again.")
    ] = False,
    lost: Annotated[
        bool, typer.Option("--lost", help="Delete what was put aside in .archive/lost/; --dry-run lists it.")
    ] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Delete nothing, say what would be deleted.")] = False,
    output: options.Output = None,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
) -> int:
    """Take articles out for good: posts, and the pictures and snapshots that no other article needs.

    Prints the files that are deleted. The archive remembers not to fetch these articles again. A post that was edited
    by hand is moved to .archive/lost/ instead.
    """
    from archiver.app import Archiver

    if undo and dry_run:
        raise typer.BadParameter("--undo deletes nothing, there is nothing to try: leave out --dry-run")
    options.log(verbose=verbose)
    if lost and (undo or articles):
        raise typer.BadParameter("--lost is about what was put aside, not about articles: call it alone")
    if not lost and not articles:
        raise typer.BadParameter("name articles by key, address or post, or say --lost")
    with Archiver(options.settings(config, {"output": output})) as archive:
        if lost:
            return _empty_lost(archive, yes=yes, dry_run=dry_run, as_json=as_json)
        articles = articles or []
        if undo:
            for kept in archive.undo_removal(articles):
                say(f"forgotten: {kept.title} ({kept.key}); archiver add {kept.url}")
            return Exit.OK
        if not (yes or dry_run) and not _is_meant(archive, articles):
            say("nothing was taken out")
            return Exit.FAILED
        for removed in archive.remove(articles, is_dry=dry_run):
            _tell(removed, as_json=as_json, is_dry=dry_run)
    return Exit.OK


def _empty_lost(archive: Archiver, *, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Show what was put aside and, when that is meant, delete it."""

    files = list(archive.lost_files())
    for path, size in files:
        show_json({"path": path, "size": size}) if as_json else show(f"{size:>12}  {path}")
    said = f"{len(files)} files, {sum(size for _, size in files)} bytes in .archive/lost"
    if dry_run or not files:
        say(said)
        return Exit.OK
    if not yes:
        _check_terminal()
        if not typer.confirm(f"Delete {said} for good?", err=True):
            say("nothing was deleted")
            return Exit.FAILED
    archive.empty_lost()
    say(f"deleted: {said}")
    return Exit.OK


def _check_terminal() -> None:
    """Raise UsageError where there is nobody to ask."""
    from archiver.errors import UsageError

    if not is_terminal():
        raise UsageError("this deletes files: say that you mean it with --yes, or look first with --dry-run")


def _is_meant(archive: Archiver, articles: Iterable[str]) -> bool:
    """Whether a person says so who has seen what goes."""
    _check_terminal()
    for removed in archive.remove(articles, is_dry=True):
        say(f"{removed.title} ({removed.key}): {len(removed.files)} files")
    return typer.confirm("Take out for good?", err=True)


def _tell(removed: RemovalResult, *, as_json: bool, is_dry: bool) -> None:
    try:
        _print(removed, as_json=as_json)
    except BrokenPipeError:  # the other articles go all the same
        forget_stdout()
    if as_json:
        return
    if removed.kept:
        say(f"edited by hand, {'to be put aside' if is_dry else 'kept'}: {removed.kept}")
    if not is_dry:
        say(f"taken out: {removed.title} ({removed.key})")


def _print(removed: RemovalResult, *, as_json: bool) -> None:
    if as_json:
        show_json(json_of(removed))
        return
    for path in removed.files:
        show(path)
