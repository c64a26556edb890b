"""The command line: parse, call, print. The only room that prints; a command loads what it needs."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import Annotated

import typer

from archiver.cli import (  # noqa: F401 - each puts its commands into app
    add,
    batch,
    exporting,
    importing,
    looking,
    rebuilding,
    rechecking,
    removing,
    running,
    starting,
    verifying,
)
from archiver.cli.app import app
from archiver.cli.streams import REPORT_IT, forget_stdout, say, say_lines
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit


def main() -> None:
    """Runs the command line and ends the process with its exit code (docs/exit-codes.md)."""
    _settle_streams()
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
    if code == Exit.INTERRUPTED:
        sys.stderr.flush()
        os._exit(code)  # threads may still be waiting for a server
    sys.exit(code)


@app.callback(invoke_without_command=True, epilog="Example: archiver add https://mp.weixin.qq.com/s/...")
def _archiver(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> int:
    """Keep WeChat Official Account articles (微信公众号) for good, as Jekyll posts with their images."""
    if version:
        from archiver import __version__

        typer.echo(f"archiver {__version__}")
        return Exit.OK
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        return Exit.USAGE
    return Exit.OK


def _run() -> int:
    """The exit code of the whole call; what went wrong is said in one line."""
    try:
        return int(app(standalone_mode=False) or Exit.OK)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        said = redact_words(error.format_message()).rstrip(".")
        say(f"archiver: {said}. See {context.command_path if context else 'archiver'} --help.")
        return Exit.USAGE
    except ArchiverError as error:
        say(f"archiver: {error}")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        say("archiver: interrupted; what was written is whole, the same call goes on with the rest")
        return Exit.INTERRUPTED
    except SystemExit as ended:
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        forget_stdout()  # `| head` has seen enough
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - a bug of ours is told as one, not shown as a traceback
        if {"-v", "--verbose"} & set(sys.argv):
            say_lines(redact_words(traceback.format_exc()))
        say(f"archiver: {type(error).__name__}: {redact_words(str(error))}; {REPORT_IT}")
        return Exit.BUG


def _settle_streams() -> None:
    """Data is UTF-8 whatever the locale; a file's name that is not passes through."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
