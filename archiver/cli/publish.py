"""Run the command `archiver publish`, which writes the posts and media of an archive to a folder."""

from __future__ import annotations

from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.output import json_fields, print_json, print_line, print_message, print_remark
from archiver.cli.progress import Spinner
from archiver.messages.message import message

EXAMPLES = """\b
Examples:
  archiver publish ~/blog
  archiver publish -o /srv/archive site"""


def publish_archive(
    folder: Annotated[str, typer.Argument(metavar="SITE", help="The folder for posts and media.", show_default=False)],
    *,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """Write posts and media to a folder, as the site generator of `profile:` has them.

    They come from the archive's folder or its object storage, whichever machine archived them. Only what changed is
    written, and what is gone is deleted. Files of others, and edited ones, stay as they are.
    """
    from archiver.app import Archiver

    with Archiver(common.settings(output)) as archive, Spinner() as spinner:
        count = 0

        def looked(number: int) -> None:
            nonlocal count
            count += number
            spinner.show(message("{count} files", count=count))

        result = archive.publish(folder, looked)
    for path in result.left:
        print_message(message("archiver: {path}: not archiver's, or edited by hand: it stays", path=path))
    for path in result.missing:
        print_message(message("archiver: not in the archive: {path}", path=path))
    print_remark(
        message(
            "{files} files, {written} written, {deleted} deleted",
            files=result.files, written=result.written, deleted=result.deleted,
        )
    )  # fmt: skip
    if common.as_json:
        print_json(json_fields(result))
    else:
        print_line(result.folder)
    return result.exit_code
