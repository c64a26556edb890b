"""`archiver import`."""

from __future__ import annotations

from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.looking import json_of
from archiver.cli.progress import FileProgress
from archiver.cli.streams import forget_stdout, say, show, show_json
from archiver.errors import Exit

_EXAMPLES = """\b
Examples:
  archiver import /mnt/old-laptop/blog
  archiver import --dry-run -o blog backup/2024 backup/2025
  archiver import -o new old     (its last line says whether old can be deleted)"""
_TOLD = ("conflict", "failed")  # what a person must look at


@app.command("import", epilog=_EXAMPLES)
def import_(
    others: Annotated[
        list[str],
        typer.Argument(
            metavar="OTHER...", help="Folders of archives, of backups, or of posts and pictures.", show_default=False
        ),
    ],
    restore_removed: Annotated[
        bool, typer.Option("--restore-removed", help="Take in again what was taken out here by rm.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, say what would be taken in.")] = False,
    output: options.Output = None,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
) -> int:
    """Merge other archives into this one: articles, pages as they came, pictures, history, and what was taken out.

    OTHER is only read. The page that came last is shown. Of posts that were edited by hand here and there ours stays,
    and theirs goes to .archive/conflicts/; clocks, cookies and settings stay where they are. It may be stopped and
    called again. Prints the posts that were written; ends with 1 when there are conflicts, or damaged files there.
    """
    from archiver.app import Archiver

    options.log(verbose=verbose)
    code = Exit.OK
    with Archiver(options.settings(config, {"output": output})) as archive, FileProgress() as files:
        try:
            merged = archive.merge(others, restore_removed=restore_removed, is_dry=dry_run, planned=files.plan)
            for one in merged:
                files.looked(1)
                if not isinstance(one, str) and one.outcome == "unchanged" and not as_json:
                    continue
                files.hide()
                if isinstance(one, str):
                    say(f"would be {one}" if dry_run and one.startswith("taken in") else one)
                    continue
                code = Exit.FAILED if one.outcome in _TOLD else code
                if as_json:
                    show_json(json_of(one))
                elif one.outcome in _TOLD or (verbose and one.said):
                    place = f"; it is {one.place} now" if one.place else ""
                    say(f"{one.outcome}: {one.path or one.key}: {one.said}{place}")
                elif one.what == "post" and one.outcome in ("imported", "updated"):
                    show(one.place)
        except BrokenPipeError:
            forget_stdout()
    return code
