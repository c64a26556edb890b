"""What is logged of a statement: its text in one line without long lists, its rows and its time, and no value."""

from __future__ import annotations

import logging
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, event, text

from archiver.catalogue import statements
from archiver.catalogue.statements import log_statements, shortened


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT a.b, a.c, a.d, a.e\nFROM a  WHERE a.b = ?", "SELECT a.b, a.c, … FROM a WHERE a.b = ?"),
        ("SELECT a.b FROM a", "SELECT a.b FROM a"),
        ("SELECT a.b, a.c FROM a", "SELECT a.b, a.c FROM a"),
        ("SELECT a.b FROM a WHERE a.b IN (?, ?, ?, ?) AND c = ?", "SELECT a.b FROM a WHERE a.b IN (?, …) AND c = ?"),
        ('INSERT INTO a ("key", c, d) VALUES (?, ?, ?) ON CONFLICT (c) DO NOTHING', 'INSERT INTO a ("key", c, …) VALUES (?, …) ON CONFLICT (c) DO NOTHING'),
        ("UPDATE a SET c=%(c)s::VARCHAR WHERE a.b = %(b_1)s::INTEGER", "UPDATE a SET c=? WHERE a.b = ?"),
    ],
)  # fmt: skip
def test_log_statement_is_one_line_without_long_lists(statement: str, expected: str) -> None:
    assert shortened(statement) == expected


def test_log_statements_without_parameter_values(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="archiver")
    engine = create_engine("sqlite://")
    log_statements(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE a (b TEXT)"))
        connection.execute(text("INSERT INTO a VALUES (:b)"), [{"b": "secret"}, {"b": "secret two"}])
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM a"))
    with engine.connect().execution_options(reads=True) as connection:
        connection.execute(text("SELECT b FROM a WHERE b = :b"), {"b": "secret"})
    engine.dispose()
    assert [re.sub(r"[\d.]+ ms", "N ms", message) for message in caplog.messages] == [
        "CREATE TABLE a (b TEXT) (N ms)",
        "INSERT INTO a VALUES (?) (2 rows, N ms)",
        "COMMIT",
        "DELETE FROM a (2 rows, N ms)",
        "ROLLBACK",
        "SELECT b FROM a WHERE b = ? (N ms)",
    ]


def test_log_statement_time_spans_execution(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG, logger="archiver")
    engine = create_engine("sqlite://")
    log_statements(engine)
    clock = [10.0]
    monkeypatch.setattr(statements, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    event.listen(engine, "before_cursor_execute", lambda *_: clock.append(10.25))  # while the statement runs
    with engine.connect().execution_options(reads=True) as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    assert caplog.messages == ["SELECT 1 (250.0 ms)"]


def test_log_statements_adds_no_listener_without_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="archiver")
    before, engine = create_engine("sqlite://"), create_engine("sqlite://")
    log_statements(engine)
    names = ("before_cursor_execute", "after_cursor_execute", "commit", "rollback")
    counts = [[len(getattr(each.dispatch, name)) for name in names] for each in (engine, before)]
    assert counts[0] == counts[1]
