"""How log messages look, what is taken out of them, and which are shown at all."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator

import pytest

from archiver.cli.logging_setup import LogFormatter, StderrHandler, start_logging, stop_logging
from archiver.cli.progress import Spinner
from tests.support.harmless import STEERING

PLAIN = re.compile(r"\d\d:\d\d:\d\d (.*)")
DETAILED = re.compile(r"\d\d:\d\d:\d\d\.\d{3} ([A-Z]+) (\S+) (.*)")
KEY = "3fa1c07be2d94856a1b2c3d4e5f60718"


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    stop_logging()


def record(message: str, *arguments: object, level: int = logging.INFO, name: str = "archiver.fetcher.request",
           error: Exception | None = None) -> logging.LogRecord:  # fmt: skip
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, level, __file__, 7, message, arguments, exc_info)


def plain(*arguments: object, **more: object) -> str:
    return LogFormatter(detailed=False).format(record(*arguments, **more))  # type: ignore[arg-type]


def detailed(*arguments: object, **more: object) -> str:
    return LogFormatter(detailed=True).format(record(*arguments, **more))  # type: ignore[arg-type]


def failed(message: str) -> Exception:
    """An error that was raised, so that it has a traceback."""
    try:
        raise ConnectionError(message)
    except ConnectionError as error:
        return error


def test_formatter_verbose_shows_time_name_and_message() -> None:
    found = PLAIN.fullmatch(plain("GET %s: %d", "https://a.example/", 200))
    assert found
    assert found[1] == "fetcher.request: GET https://a.example/: 200"


def test_formatter_debug_adds_milliseconds_level_and_thread() -> None:
    found = DETAILED.fullmatch(detailed("released", level=logging.DEBUG, name="archiver.catalogue.urls"))
    assert found
    assert found.groups() == ("DEBUG", "MainThread", "catalogue.urls: released")


def test_formatter_names_other_process() -> None:
    sent = record("made")
    sent.processName = "SpawnProcess-1"
    assert " SpawnProcess-1 fetcher.request: made" in LogFormatter(detailed=True).format(sent)


def test_formatter_keeps_name_of_other_library() -> None:
    assert plain("bad", name="sqlalchemy.pool").endswith(" sqlalchemy.pool: bad")


@pytest.mark.parametrize(
    "hostile", ["\x1b]0;x\x07", "\x9b31m", "\u202e\u2066", "\r\n00:00:00 pipeline: forged", "\u2028", "\x00"]
)
def test_formatter_message_is_one_line_without_control_characters(hostile: str) -> None:
    line = plain("%s: article", f"before{hostile}after")
    assert line.splitlines() == [line]
    assert STEERING.findall(line) == []
    assert PLAIN.fullmatch(line)
    assert "before" in line
    assert "after" in line


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"https://mp.weixin.qq.com/s?mid=1&key={KEY}&uin=MTIz&x=1", "https://mp.weixin.qq.com/s?mid=1&key=REDACTED&uin=REDACTED&x=1"),
        (f"Cookie: wap_sid2={KEY}", "Cookie: wap_sid2=REDACTED"),
        ("through http://me:secret@proxy.example:8080", "through http://REDACTED@proxy.example:8080"),
        ("postgresql://me@db.example/archive: opened", "postgresql://REDACTED@db.example/archive: opened"),
        (f"pass_ticket={KEY}", "pass_ticket=REDACTED"),
        ('UPDATE articles SET "key"=?, title=? WHERE articles."key" = ? (1 rows, 0.1 ms)',) * 2,
        ("MzA5MDAwMDAwMQ==:2650000001:1: taken out",) * 2,
    ],
)  # fmt: skip
def test_formatter_redacts_credentials(message: str, expected: str) -> None:
    assert plain("%s", message).partition(": ")[2] == expected


def test_formatter_redacts_before_shortening() -> None:
    """A login is known by the @ behind it: it must still be there when it is looked for."""
    line = plain("%s", "x" * 1_970 + " http://me:" + "secret" * 20 + "@proxy.example/")
    assert len(line) < 2_010
    assert line.endswith("…")
    assert "secret" not in line


def test_formatter_verbose_hides_traceback_of_failure() -> None:
    line = plain("failed", error=failed("reset"))
    assert line.endswith("fetcher.request: failed")


@pytest.mark.parametrize(
    "shown",
    [detailed("failed", error=failed("reset")), plain("a bug", level=logging.ERROR, error=failed("reset"))],
    ids=["-vv", "a bug"],
)
def test_formatter_indents_traceback(shown: str) -> None:
    first, second, *_, last = shown.splitlines()
    assert first.partition(": ")[2] in ("failed", "a bug")
    assert second == "    Traceback (most recent call last):"
    assert last == "    ConnectionError: reset"


def test_formatter_traceback_is_indented_and_redacted() -> None:
    error = failed(f"key={KEY}\n00:00:00 pipeline: forged\x1b[2J")
    first, *lines = detailed("failed", error=error).splitlines()
    assert DETAILED.fullmatch(first)
    assert all(line.startswith("    ") for line in lines)
    assert "    ConnectionError: key=REDACTED" in lines
    assert STEERING.findall("".join(lines)) == []


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


@pytest.mark.parametrize(
    ("verbosity", "levels"), [(0, []), (1, ["INFO"]), (2, ["INFO", "DEBUG"]), (3, ["INFO", "DEBUG"])]
)
def test_logging_setup_verbosity_selects_levels(
    verbosity: int, levels: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert start_logging(verbosity) == verbosity
    log = logging.getLogger("archiver.pipeline")
    log.info("INFO")
    log.debug("DEBUG")
    assert [line.rpartition(": ")[2] for line in shown(capsys)] == levels


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore.http2", "hpack.hpack", "sqlalchemy.engine.Engine", "alembic.runtime"]
)
def test_logging_setup_shows_only_redacted_warnings_of_libraries(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(2)
    log = logging.getLogger(name)
    log.debug("header (b'cookie', b'secret')")
    log.info("HTTP Request: GET https://a.example/?secret")
    log.warning("https://me:secret@a.example/\x1b")
    (line,) = shown(capsys)
    assert line.endswith(f" {name}: https://REDACTED@a.example/")


def test_logging_setup_second_start_replaces_first(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(2)
    start_logging(1)
    log = logging.getLogger("archiver.pipeline")
    log.info("once")
    log.debug("no more")
    assert [line.rpartition(": ")[2] for line in shown(capsys)] == ["once"]


def test_logging_setup_end_removes_handler(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(2)
    stop_logging()
    logging.getLogger("archiver.pipeline").error("a bug")
    assert shown(capsys) == []
    assert [handler for handler in logging.getLogger().handlers if isinstance(handler, StderrHandler)] == []
    assert logging.getLogger("archiver").level == logging.NOTSET


def test_handler_reports_unformattable_message_without_content(capsys: pytest.CaptureFixture[str]) -> None:
    handler = StderrHandler()
    handler.setFormatter(LogFormatter(detailed=True))
    handler.handle(record("%d", "secret"))
    assert shown(capsys) == ["archiver: a log message cannot be shown: test_logging_setup.py, line 7"]


def test_handler_redraws_progress_line_below_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    start_logging(1)
    with Spinner() as spinner:
        spinner.show("the first")
        logging.getLogger("archiver.pipeline").info("%s", "[red]:smile: " + "x" * 60)
        spinner.hide()
    before, found, after = capsys.readouterr().err.partition(f"pipeline: [red]:smile: {'x' * 60}\n")
    assert found  # neither wrapped nor read as markup
    assert re.search(r"\r\x1b\[2K\d\d:\d\d:\d\d $", before)  # the line's place was cleared
    assert "the first" in after


def test_library_adds_only_null_handler() -> None:
    assert [type(handler) for handler in logging.getLogger("archiver").handlers] == [logging.NullHandler]
