"""Run the command `archiver import`, which merges other archives into this one.

The module has an underscore in its name because `import` is a keyword.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.language import phrase, said
from archiver.cli.output import discard_stdout, json_fields, print_json, print_line, print_message
from archiver.cli.progress import FileProgress
from archiver.cli.words import word_of
from archiver.errors import Exit
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.models import MergeResult

EXAMPLES = """\b
Examples:
  archiver import /mnt/old-laptop/blog
  archiver import --dry-run -o blog backup/2024 backup/2025
  archiver import -o new old   (its last line says whether old can be deleted)"""
_NEEDS_ATTENTION = ("conflict", "failed")  # outcomes that the user must look at


def import_archives(
    others: Annotated[
        list[str],
        typer.Argument(
            metavar="OTHER...", help="Folders of archives, of backups, or of posts and pictures.", show_default=False
        ),
    ],
    *,
    restore_removed: Annotated[
        bool, typer.Option("--restore-removed", help="Take in again what was taken out here by rm.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, say what would be taken in.")] = False,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """Merge other archives into this one: articles, pages as they came, pictures, history, and what was taken out.

    OTHER is only read. If both archives have pages of an article, its post shows the latest one. If a post was edited
    by hand in both archives, ours stays, and theirs is copied to .archive/conflicts/. Cookies, settings and cool-downs
    are not imported. The import can be stopped and repeated. Prints the posts that are written. Ends with 1 if there
    are conflicts, or if files in OTHER are damaged.
    """
    from archiver.app import Archiver

    code = Exit.OK
    with Archiver(common.settings(output)) as archive, FileProgress() as progress:
        try:
            for result in archive.merge(
                others, restore_removed=restore_removed, is_dry=dry_run, planned=progress.plan
            ):  # fmt: skip
                progress.advance(1)
                if isinstance(result, str):
                    progress.hide()
                    is_sum = dry_run and result.startswith("taken in")
                    print_message(message("would be {result}", result=result) if is_sum else result)
                    continue
                if result.outcome != "unchanged" or common.as_json:
                    progress.hide()
                    _print_result(result, common)
                if result.outcome in _NEEDS_ATTENTION:
                    code = Exit.FAILED
        except BrokenPipeError:
            discard_stdout()
    return code


def _print_result(result: MergeResult, common: options.CommonOptions) -> None:
    """Print the result of merging one file or one record of another archive.

    With `--json`, print the result as JSON to stdout, and nothing else. Otherwise print:

    - The path of a written post, to stdout.
    - A message about a conflict or a failure, to stderr. With `--verbose`, also about other results that have an
      explanation.
    """
    if common.as_json:
        print_json(json_fields(result))
        return
    if result.outcome in _NEEDS_ATTENTION or (common.verbose and result.said):
        told = said(result.said)
        if result.place:
            told = phrase("{said}; it is {moved_to} now", said=told, moved_to=result.place)
        print_message(f"{word_of(result.outcome)}: {result.path or result.key}: {told}")
    if result.what == "post" and result.outcome in ("imported", "updated"):
        print_line(result.place)
