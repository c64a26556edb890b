"""The command line: parse, call, print. The only room that prints; a command loads what it needs."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.errors import PRECEDENCE, ArchiverError, Exit

if TYPE_CHECKING:
    from rich.progress import Progress

    from archiver.config import Settings
    from archiver.models import Outcome

_REPORT_IT = "a bug of archiver's: please report it, with the page's address and what -v shows"
# A page's words must not steer the terminal, nor turn round what stands beside them (CVE-2021-42574).
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")

_ADD_EXAMPLES = """\b
Examples:
  archiver add https://mp.weixin.qq.com/s/...
  archiver add -o blog saved/*.html
  archiver add --json - < addresses.txt"""

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Runs the command line and ends the process with its exit code (docs/exit-codes.md)."""
    _settle_streams()
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
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


@app.command(epilog=_ADD_EXAMPLES)
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Addresses, pages saved by a browser (.html, .mhtml), or - for stdin.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FOLDER", help="The archive [default: output].")
    ] = None,
    config: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="Settings, instead of archiver.yml here or beside the archive.", show_default=False
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each SOURCE.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more on stderr.")] = False,
    interval: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Between two pages [default: 3].")
    ] = None,
    no_media: Annotated[bool, typer.Option("--no-media", help="Save no pictures; posts link to WeChat's.")] = False,
    proxy: Annotated[str | None, typer.Option(metavar="URL", help="Instead of HTTPS_PROXY.")] = None,
    cookies: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Netscape cookie file of a browser that solved a verification."),
    ] = None,
    link_local: Annotated[
        bool, typer.Option("--link-local", help="Links to articles of this archive lead to their posts.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite posts that were edited by hand.")] = False,
) -> int:
    """Turn articles into posts, with their images beside them.

    Prints the path of each post written; an article that stands there already is left alone.
    """
    from archiver.commands import Archiver

    _log(verbose=verbose)
    flags = {
        "output": output, "interval": interval, "proxy": proxy, "cookies": cookies, "force": force or None,
        "link_local": link_local or None,
        "media": {"save": False} if no_media else None,
    }  # fmt: skip
    with Archiver(_settings(flags, config)) as archive, _Progress() as progress:
        told = archive.add(_named(sources), progress.show)
        return _tell(told, progress, as_json=as_json, verbose=verbose)


def _log(*, verbose: bool) -> None:
    import logging

    if verbose:  # ours alone: other libraries' logs would show addresses with what they carry
        log = logging.getLogger("archiver")

        class Said(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                _say_lines(self.format(record))

        log.addHandler(Said())
        log.setLevel(logging.DEBUG)


def _settings(flags: Mapping[str, object], config: str) -> Settings:
    from archiver.config import load

    given = {key: value for key, value in flags.items() if value is not None}
    return load(given, os.environ, Path(), config)


def _named(sources: Iterable[str]) -> Iterator[str]:
    """The sources as given; for `-` the lines of stdin, less empty ones and `#` comments."""
    for source in sources:
        if source == "-":
            lines = map(str.strip, sys.stdin)
            yield from (line for line in lines if line and not line.startswith("#"))
        else:
            yield source


def _tell(outcomes: Iterable[Outcome], progress: _Progress, *, as_json: bool, verbose: bool) -> int:
    """Prints each outcome when it is there; the exit code of them all."""
    told: list[Outcome] = []
    for outcome in outcomes:
        progress.hide()
        told.append(outcome)
        for line in _remarks(outcome, verbose=verbose):
            _say(line)
        try:
            _print_data(outcome, as_json=as_json)
        except BrokenPipeError:  # `| head`: whoever read has enough
            _forget_stdout()
            break
    if len(told) > 1:
        counts = Counter(outcome.outcome for outcome in told)
        _say(", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    return _exit_code(told)


def _print_data(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        line = json.dumps(_json(outcome), ensure_ascii=False)
        line = _CONTROL.sub(lambda found: json.dumps(found[0])[1:-1], line)
        typer.echo(line.encode("utf-8", "backslashreplace").decode())
    elif outcome.outcome in ("archived", "updated"):
        typer.echo(outcome.post)


def _json(outcome: Outcome) -> dict[str, object]:
    return {key: value for key, value in asdict(outcome).items() if key != "exit_code"}


def _remarks(outcome: Outcome, *, verbose: bool) -> Iterator[str]:
    """What stderr says of an outcome, a line each."""
    if outcome.error:
        bug = f"; {_REPORT_IT}" if outcome.exit_code == Exit.BUG else ""
        yield f"archiver: {outcome.source}: {outcome.error}{bug}"
    if outcome.outcome == "unchanged":
        yield f"unchanged: {outcome.post}"
    yield from (f"archiver: {outcome.source}: warning: {warning}" for warning in outcome.warnings)
    if verbose and outcome.key:
        pictures = f"{outcome.images.saved} of {outcome.images.expected} pictures saved"
        yield f"{outcome.outcome}: {outcome.title} ({outcome.key}), {pictures}"


def _exit_code(outcomes: Iterable[Outcome]) -> int:
    """The first in PRECEDENCE; a missing file is only a failure among others when something was read."""
    told = list(outcomes)
    codes = {outcome.exit_code for outcome in told} | {int(Exit.OK)}
    if any(outcome.state for outcome in told) and Exit.NO_INPUT in codes:
        codes = codes - {Exit.NO_INPUT} | {Exit.FAILED}
    return next(code for code in PRECEDENCE if code in codes)


class _Progress:
    """One line on stderr while something is being read; nothing when stderr is no terminal."""

    def __init__(self) -> None:
        self._line: Progress | None = None
        self._count = 0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()

    def show(self, what: str) -> None:
        """Shows what is being read now."""
        self._count += 1
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self.hide()
        columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
        self._line = Progress(
            *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._line.add_task(f"{self._count}  {_CONTROL.sub(' ', what)[:80]}", total=None)
        self._line.start()

    def hide(self) -> None:
        """Takes the line away, so that others can be written."""
        if self._line is not None:
            self._line.stop()
            self._line = None


def _run() -> int:
    """The exit code of the whole call; what went wrong is said in one line."""
    try:
        return int(app(standalone_mode=False) or Exit.OK)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        said = error.format_message().rstrip(".")
        _say(f"archiver: {said}. See {context.command_path if context else 'archiver'} --help.")
        return Exit.USAGE
    except ArchiverError as error:
        _say(f"archiver: {error}")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _say("archiver: interrupted; what was written is whole, the same call goes on with the rest")
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a bug of ours is told as one, not shown as a traceback
        if {"-v", "--verbose"} & set(sys.argv):
            _say_lines(traceback.format_exc())
        _say(f"archiver: {type(error).__name__}: {error}; {_REPORT_IT}")
        return Exit.BUG


def _say(text: str) -> None:
    typer.echo(_CONTROL.sub(" ", text), err=True)


def _say_lines(text: str) -> None:
    for line in text.splitlines():
        _say(line)


def _settle_streams() -> None:
    """Data is UTF-8 whatever the locale; a file's name that is not passes through."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _forget_stdout() -> None:
    """Lets the interpreter's last flush go nowhere instead of failing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
