"""Run the command `archiver site`, which writes the reader's pages as files for a web space."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.export import ExportSelection
from archiver.cli.output import print_json, print_line, print_message, print_remark
from archiver.cli.progress import Spinner
from archiver.cli.serve import require_libraries
from archiver.messages.message import message

EXAMPLES = """\b
Examples:
  archiver site public
  archiver site public --account 南宁市反诈骗 --since 2020-01-01
  archiver site public --base-url https://example.org/archive"""


def write_site(
    folder: Annotated[str, typer.Argument(metavar="OUT", help="The folder of the site.", show_default=False)],
    *,
    output: options.Output = None,
    base_url: Annotated[
        str,
        typer.Option(
            "--base-url", metavar="URL", help="The site's address, for feeds and 404.html.", show_default=False
        ),
    ] = "",
    selection: ExportSelection,
    common: options.CommonOptions,
) -> int:
    """Write the reader's pages as files, for any web space or a folder on disk.

    Only what changed is written, and what is no longer selected is deleted. Other files in OUT stay as they are.
    """
    require_libraries()
    from archiver.app import Archiver
    from archiver.site.generator.generate import SiteRequest, generate_site

    query = selection.query()
    settings = common.settings(output)
    request = SiteRequest(folder=Path(folder), articles=query, base_url=base_url or settings.url)
    with Archiver(settings) as archive, Spinner() as spinner:
        result = generate_site(archive, request, spinner.show)
    for path in result.missing:
        print_message(message("archiver: not in the archive: {path}", path=path))
    if not request.base_url:
        print_remark(message("no feeds: they need the site's address, --base-url, or `url:` in archiver.yml"))
    print_remark(
        message(
            "{articles} articles, {written} files written, {deleted} deleted",
            articles=result.articles,
            written=result.written,
            deleted=result.deleted,
        )
    )
    if common.as_json:
        print_json(asdict(result))
    else:
        print_line(result.folder)
    return 0
