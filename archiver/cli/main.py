"""Run the program `archiver`: register its commands, and convert errors to messages and exit codes."""

from __future__ import annotations

import os
import re
import sys
import traceback
from typing import Annotated

import typer

from archiver import interruption
from archiver.cli import (
    add,
    batch,
    doctor,
    export,
    history,
    import_,
    init,
    rebuild,
    recheck,
    rm,
    run,
    search,
    serve,
    show,
    site,
    status,
    verify,
)
from archiver.cli import list as list_
from archiver.cli.logging_setup import stop_logging
from archiver.cli.options import expand_options
from archiver.cli.output import REPORT_BUG, discard_stdout, prepare_streams, print_message, print_message_lines
from archiver.cli.values import LeanCommand, LeanGroup
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit, OutputError, combine_exit_codes

app = typer.Typer(
    cls=LeanGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS = (  # in the order of `archiver --help`
    ("add", add.add_sources, add.EXAMPLES),
    ("batch", batch.archive_list, batch.EXAMPLES),
    ("export", export.export_articles, export.EXAMPLES),
    ("list", list_.list_articles, list_.EXAMPLES),
    ("search", search.search_articles, search.EXAMPLES),
    ("serve", serve.serve_archive, serve.EXAMPLES),
    ("show", show.show_article, show.EXAMPLES),
    ("site", site.write_site, site.EXAMPLES),
    ("status", status.show_status, status.EXAMPLES),
    ("doctor", doctor.check_up, doctor.EXAMPLES),
    ("import", import_.import_archives, import_.EXAMPLES),
    ("rebuild", rebuild.rebuild_posts, rebuild.EXAMPLES),
    ("recheck", recheck.recheck_articles, recheck.EXAMPLES),
    ("history", history.show_history, history.EXAMPLES),
    ("rm", rm.remove_articles, rm.EXAMPLES),
    ("run", run.run_sources, run.EXAMPLES),
    ("init", init.write_settings, init.EXAMPLES),
    ("verify", verify.verify_archive, verify.EXAMPLES),
)

for _name, _function, _examples in _COMMANDS:
    # `search` has words that look like options: `-word` excludes
    _settings = {"ignore_unknown_options": _name == "search"}
    app.command(_name, cls=LeanCommand, epilog=_examples, context_settings=_settings)(expand_options(_function))


@app.callback(invoke_without_command=True, epilog="Example: archiver add https://mp.weixin.qq.com/s/...")
def show_version_or_help(
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


def main() -> None:
    """Run the command line and end the process with its exit code (docs/reference/exit-codes.md)."""
    prepare_streams()
    interruption.repeat_ignored()
    try:
        code = _run_app()
    finally:
        stop_logging()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OutputError as error:
        if code != error.exit_code:  # else it was reported when it occurred first
            print_message(f"archiver: {error}")
        code = combine_exit_codes((code, error.exit_code))
        discard_stdout()
    if code == Exit.INTERRUPTED:
        print_message(interruption.MESSAGE)
        sys.stderr.flush()
        os._exit(code)  # threads may still be waiting for a server
    sys.exit(code)


def _run_app() -> int:
    """Run the command that sys.argv names and return its exit code; print an error as one line on stderr."""
    try:
        return int(app(standalone_mode=False) or Exit.OK)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        message = redact_words(error.format_message()).rstrip(".")
        print_message(f"archiver: {message}. See {context.command_path if context else 'archiver'} --help.")
        return Exit.USAGE
    except ArchiverError as error:
        print_message(f"archiver: {error}")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return Exit.INTERRUPTED
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        discard_stdout()  # the reader of the pipe, such as `head`, has closed it
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - a bug is reported in one line, not shown as a traceback
        if any(re.fullmatch("-v+|--verbose", word) for word in sys.argv):
            print_message_lines(redact_words(traceback.format_exc()))
        print_message(f"archiver: {type(error).__name__}: {redact_words(str(error))}; {REPORT_BUG}")
        return Exit.BUG
