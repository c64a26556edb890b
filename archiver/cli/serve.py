"""Run the command `archiver serve`, which shows an archive in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from archiver.cli import options

EXAMPLES = """\b
Examples:
  archiver serve
  archiver serve -o ~/archive --port 9000"""


def serve_archive(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="The port to listen at.")] = 8765,
    output: options.Output = None,
    common: options.CommonOptions,
) -> int:
    """Show the archive in a browser, at an address of this machine."""
    import uvicorn

    from archiver.site.app import create_app

    uvicorn.run(create_app(common.settings(output)), host="127.0.0.1", port=port, log_level="warning")
    return 0
