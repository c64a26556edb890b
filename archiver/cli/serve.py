"""Run the command `archiver serve`, which shows an archive in a browser."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.language import said
from archiver.cli.output import print_json, print_line, print_message
from archiver.errors import UsageError
from archiver.messages.message import message

EXAMPLES = """\b
Examples:
  archiver serve
  archiver serve -o ~/archive --port 9000 --fetch
  archiver serve --host 0.0.0.0 --password-file ~/.reader-password"""

_LIBRARIES = ("starlette", "uvicorn", "jinja2", "segno")


@dataclass(frozen=True, kw_only=True)
class ReaderOptions:
    """The options for where the reader listens, who may use it, and whether it works on the queue."""

    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="The port to listen at; 0: any.")] = 8765
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; another than 127.0.0.1 needs a password.")
    ] = "127.0.0.1"
    base_url: Annotated[
        str,
        typer.Option(
            "--base-url", metavar="URL", help="The reader's address behind a proxy, and in feeds.", show_default=False
        ),
    ] = ""
    fetch: Annotated[bool, typer.Option("--fetch", help="Archive what waits in the queue, too.")] = False
    password_file: Annotated[
        str,
        typer.Option(
            "--password-file",
            metavar="FILE",
            help="Ask for the password in FILE, or in ARCHIVER_PASSWORD.",
            show_default=False,
        ),
    ] = ""
    new_token: Annotated[bool, typer.Option("--new-token", help="Make the phone's token anew, print it, and end.")] = (
        False
    )


def serve_archive(*, output: options.Output = None, reader: ReaderOptions, common: options.UnattendedOptions) -> int:
    """Show the archive in a browser, and take in articles by paste or from a phone.

    Prints the reader's address and runs until Ctrl-C. Other machines reach it only with --host or --base-url and a
    password. What is added waits in the queue for `archiver run`, or is archived at once with --fetch.
    """
    require_libraries()
    from archiver.site.security.address import ReaderAddress
    from archiver.site.security.api_token import ApiToken
    from archiver.site.security.passwords import find_password
    from archiver.site.server import ServeRequest, serve

    if reader.new_token:
        token = ApiToken().renew()
        print_json({"token": token}) if common.as_json else print_line(token)
        return 0
    settings = common.settings(output)
    request = ServeRequest(
        address=ReaderAddress(host=reader.host, port=reader.port, base_url=reader.base_url or settings.url),
        password=find_password(os.environ, reader.password_file),
        fetch=reader.fetch,
    )
    serve(settings, request, _announce_json if common.as_json else print_line, _report)
    return 0


def require_libraries() -> None:
    """Raise UsageError if a library of the reader is not installed."""
    from importlib.util import find_spec

    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise UsageError(
            message("the reader needs what is not installed here: pip install {missing}", missing=" ".join(missing))
        )


def _announce_json(url: str) -> None:
    print_json({"url": url})


def _report(line: str) -> None:
    print_message(f"archiver: {said(line)}")
