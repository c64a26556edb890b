"""Run the program `archiver`: register its commands, and convert errors to messages and exit codes."""

from __future__ import annotations

import os
import re
import sys
import traceback
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from archiver import interruption
from archiver.cli import (
    add,
    batch,
    cluster,
    doctor,
    export,
    hints,
    history,
    import_,
    init,
    publish,
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
    worker,
)
from archiver.cli import list as list_
from archiver.cli.command_group import ArchiverCommand, ArchiverGroup, CommandSection, print_version
from archiver.cli.language import choose_language, phrase, said, said_error
from archiver.cli.logging_setup import stop_logging
from archiver.cli.options import expand_options
from archiver.cli.output import (
    REPORT_BUG,
    be_quiet,
    discard_stdout,
    prepare_streams,
    print_message,
    print_message_lines,
)
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Exit, OutputError, combine_exit_codes

_COMMANDS = (
    ("add", add.add_sources, add.EXAMPLES),
    ("batch", batch.archive_list, batch.EXAMPLES),
    ("run", run.run_sources, run.EXAMPLES),
    ("recheck", recheck.recheck_articles, recheck.EXAMPLES),
    ("serve", serve.serve_archive, serve.EXAMPLES),
    ("search", search.search_articles, search.EXAMPLES),
    ("list", list_.list_articles, list_.EXAMPLES),
    ("show", show.show_article, show.EXAMPLES),
    ("history", history.show_history, history.EXAMPLES),
    ("export", export.export_articles, export.EXAMPLES),
    ("site", site.write_site, site.EXAMPLES),
    ("publish", publish.publish_archive, publish.EXAMPLES),
    ("init", init.write_settings, init.EXAMPLES),
    ("status", status.show_status, status.EXAMPLES),
    ("doctor", doctor.check_up, doctor.EXAMPLES),
    ("verify", verify.verify_archive, verify.EXAMPLES),
    ("rebuild", rebuild.rebuild_posts, rebuild.EXAMPLES),
    ("import", import_.import_archives, import_.EXAMPLES),
    ("rm", rm.remove_articles, rm.EXAMPLES),
    ("cluster", cluster.manage_cluster, cluster.EXAMPLES),
    ("worker", worker.do_jobs, worker.EXAMPLES),
)

# What `archiver --help` says of each command, in a line of at most 80 columns.
_SECTIONS = (
    CommandSection(
        title="Keep articles",
        commands={
            "add": "Archive articles, from their addresses or from saved pages.",
            "batch": "Archive every address of a list, and go on where it was stopped.",
            "run": "Archive what is new in your sources, and what is due; for cron.",
            "recheck": "Look again whether articles were edited or deleted.",
        },
    ),
    CommandSection(
        title="Read and find them",
        commands={
            "serve": "Show the archive in a browser, and take in articles by paste.",
            "search": "Find articles by the words of their titles and texts.",
            "list": "List the articles, or addresses that led to none.",
            "show": "Show all that is known of one article.",
            "history": "Show what changed in an article between two captures.",
        },
    ),
    CommandSection(
        title="Pass them on",
        commands={
            "export": "Write HTML, PDF, Word, e-books, web archives or tables.",
            "site": "Write the pages of the reader as files, for any web space.",
            "publish": "Write posts and media to a folder, only what changed.",
        },
    ),
    CommandSection(
        title="Look after the archive",
        commands={
            "init": "Write an archiver.yml with comments, to begin with.",
            "status": "Say what is there, what is left to do, what needs a person.",
            "doctor": "Check network, disk and catalogue, or one page of WeChat's.",
            "verify": "Check that everything is still as it was written; repair it.",
            "rebuild": "Make posts again from the stored pages, without the network.",
            "import": "Take in another archive, a backup, or a folder of posts.",
            "rm": "Take articles out for good.",
        },
    ),
    CommandSection(
        title="Several machines",
        commands={
            "cluster": "Let several machines work on one archive, and see how they do.",
            "worker": "Do what is due together with the workers of other machines.",
        },
    ),
)


class _Program(ArchiverGroup):
    sections = _SECTIONS


app = typer.Typer(
    cls=_Program,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _name, _function, _examples in _COMMANDS:
    # `search` has words that look like options: `-word` excludes
    _settings = {"ignore_unknown_options": _name == "search"}
    app.command(_name, cls=ArchiverCommand, epilog=_examples, context_settings=_settings)(expand_options(_function))


@app.callback(invoke_without_command=True, epilog="Example: archiver add https://mp.weixin.qq.com/s/...")
def show_version_or_help(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> int:
    """Keep articles of WeChat Official Accounts (微信公众号) for good, as posts.

    `archiver COMMAND --help` says more of a command.
    """
    if version:
        print_version()
        return Exit.OK
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        return Exit.USAGE
    return Exit.OK


def main() -> None:
    """Run the command line and end the process with its exit code (docs/reference/exit-codes.md)."""
    prepare_streams()
    _forget_options()
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
            print_message(f"archiver: {said_error(error)}")
        code = combine_exit_codes((code, error.exit_code))
        discard_stdout()
    if code == Exit.INTERRUPTED:
        print_message(interruption.MESSAGE)
        sys.stderr.flush()
        os._exit(code)  # threads may still be waiting for a server
    sys.exit(code)


def _forget_options() -> None:
    """Forget what an earlier call in this process was given: its archive, `--quiet`, the language of its settings."""
    hints.remember(None, None)
    be_quiet(False)
    choose_language("")


@cache
def _program() -> Any:  # noqa: ANN401 - of a type that typer keeps to itself
    """Return the program with all its commands, which are made once, however often a process calls `main`."""
    return get_command(app)


def _run_app() -> int:
    """Run the command that sys.argv names and return its exit code; print an error as one line on stderr."""
    try:
        return int(_program()(standalone_mode=False) or Exit.OK)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        problem = said(redact_words(error.format_message())).rstrip(".。")
        command = context.command_path if context else "archiver"
        print_message(phrase("archiver: {problem}. See {command} --help.", problem=problem, command=command))
        return Exit.USAGE
    except ArchiverError as error:
        print_message(f"archiver: {said_error(error)}")
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
        problem = f"{type(error).__name__}: {redact_words(str(error))}"
        print_message(f"archiver: {phrase('{first}; {rest}', first=problem, rest=said(REPORT_BUG))}")
        return Exit.BUG
