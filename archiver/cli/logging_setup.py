"""Show log messages on stderr, as many as the options -v and -vv ask for. No other module configures logging.

With -v, messages of the level INFO and above are shown, with -vv also those of the level DEBUG. All pass through one
handler and one formatter. The formatter removes credentials and control characters, since messages repeat words of
pages, servers and lists. Of other libraries, only warnings and errors are shown: their other messages contain whole
addresses and headers.
"""

from __future__ import annotations

import logging
import time
import traceback

from archiver.cli.output import print_message
from archiver.cli.progress import print_above_line
from archiver.credentials import redact_words
from archiver.messages.message import message
from archiver.text import CONTROL

_LONGEST = 2000  # characters of a line
_PACKAGE = "archiver"


class LogFormatter(logging.Formatter):
    """A formatter that turns a log record into one line, with the local time: `12:34:56 fetcher.request: GET …`.

    With `detailed`, the line also has milliseconds, the level and the name of the thread or worker process. The
    traceback of an exception is added only for an error, or with `detailed`. Its lines are indented, so that none of
    them looks like a message.
    """

    def __init__(self, *, detailed: bool) -> None:
        super().__init__()
        self._is_detailed = detailed

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines to print for a record, joined by newlines, without credentials and control characters."""
        lines = [f"{self._head(record)} {record.name.removeprefix(f'{_PACKAGE}.')}: {record.getMessage()}"]
        if self._is_detailed or record.levelno >= logging.ERROR:
            lines += [f"    {line}" for line in _traceback_of(record)]
        return "\n".join(map(_harmless, lines))

    def _head(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        if not self._is_detailed:
            return clock
        worker = record.threadName if record.processName == "MainProcess" else record.processName
        return f"{clock}.{int(record.msecs):03} {record.levelname} {worker}"


def _traceback_of(record: logging.LogRecord) -> list[str]:
    """Return the lines of the traceback of a record, [] if it has none."""
    if record.exc_info and record.exc_info[1]:
        return "".join(traceback.format_exception(record.exc_info[1])).splitlines()
    return (record.exc_text or "").splitlines()  # of a record that another process sent


def _harmless(line: str) -> str:
    """Return `line` as one line without credentials and control characters, shortened if it is very long."""
    line = CONTROL.sub(" ", redact_words(line)).rstrip()
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


class StderrHandler(logging.Handler):
    """A handler that prints messages to stderr, from any thread, above a progress line if one is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the lines of a record."""
        try:
            for line in self.format(record).split("\n"):
                print_above_line(line)
        except Exception:  # noqa: BLE001 - a message that cannot be shown must not fail the command
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Print that a log message could not be shown, and in which module and line of the program it arose.

        The message itself is not repeated, since its credentials were not removed.
        """
        print_message(
            message(
                "archiver: a log message cannot be shown: {module}.py, line {lineno}",
                module=record.module,
                lineno=record.lineno,
            )
        )


def start_logging(verbosity: int) -> int:
    """Show log messages from now on: with verbosity 1 from the level INFO, with 2 or more from the level DEBUG.

    With 0, only undo an earlier call. This is the callback of the option `-v`. Return `verbosity`, which is then the
    value of the option.
    """
    stop_logging()
    if verbosity:
        handler = StderrHandler()
        handler.setFormatter(LogFormatter(detailed=verbosity > 1))
        logging.getLogger().addHandler(handler)
        logging.getLogger(_PACKAGE).setLevel(logging.DEBUG if verbosity > 1 else logging.INFO)
    return verbosity


def stop_logging() -> None:
    """Undo `start_logging`, for a process that goes on after the command has ended."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, StderrHandler)]:
        root.removeHandler(handler)
    logging.getLogger(_PACKAGE).setLevel(logging.NOTSET)
