"""Log the SQL statements of a database at the level DEBUG, without their parameters, which may be secret."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor

_log = logging.getLogger(__name__)

_PLACEHOLDER = re.compile(r"%\(\w+\)s(?:::[A-Z]+)?")  # of PostgreSQL's driver; SQLite's is `?`
_MANY_PLACEHOLDERS = re.compile(r"\?(?:, \?)+")
_COLUMNS = re.compile(  # of a SELECT, or of an INSERT
    r"(?<=\bSELECT )(?P<selected>\S+, \S+),.*?(?= FROM )|(?<=\()(?P<inserted>[^\s()]+, \w+),[^()]*(?=\) VALUES)"
)
_STARTED = "archiver_started"  # key in Connection.info: when the statement was sent


def log_statements(engine: Engine) -> None:
    """Log every statement that `engine` runs from now on, if messages of the level DEBUG are shown.

    A transaction that only reads has no lines for its begin and end.
    """
    if _log.isEnabledFor(logging.DEBUG):
        event.listen(engine, "before_cursor_execute", _note_start)
        event.listen(engine, "after_cursor_execute", _log_statement)
        event.listen(engine, "commit", lambda connection: _log_end(connection, "COMMIT"))
        event.listen(engine, "rollback", lambda connection: _log_end(connection, "ROLLBACK"))


def _note_start(connection: Connection, *_: object) -> None:
    connection.info[_STARTED] = time.monotonic()


def _log_statement(connection: Connection, cursor: DBAPICursor, statement: str, *_: Any) -> None:  # noqa: ANN401
    if statement == "BEGIN":  # of a transaction that only reads
        return
    milliseconds = (time.monotonic() - connection.info[_STARTED]) * 1000
    rows = f"{cursor.rowcount} rows, " if cursor.rowcount >= 0 else ""
    _log.debug("%s (%s%.1f ms)", shortened(statement), rows, milliseconds)


def _log_end(connection: Connection, statement: str) -> None:
    options = connection.get_execution_options()
    if not (options.get("reads") or options.get("postgresql_readonly")):
        _log.debug(statement)


def shortened(statement: str) -> str:
    """Return a statement in one line, with long lists of columns and placeholders replaced by `…`."""
    line = _MANY_PLACEHOLDERS.sub("?, …", _PLACEHOLDER.sub("?", " ".join(statement.split())))
    return _COLUMNS.sub(lambda found: f"{found['selected'] or found['inserted']}, …", line)
