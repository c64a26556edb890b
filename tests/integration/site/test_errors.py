"""What the reader says when something goes wrong: nothing of the machine, and everything in the terminal."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from archiver.app import Archiver
from archiver.errors import OutputError
from tests.support.reader import Browser


def test_bug_is_told_without_its_details(
    browser: Browser, output: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise KeyError(f"token=PLANTED12345 in {output}")

    monkeypatch.setattr(Archiver, "queue", fail)
    with caplog.at_level(logging.INFO):
        answer = browser.get("/queue")
    assert answer.status_code == 500
    for detail in ("KeyError", "Traceback", "PLANTED", str(output), "secretive-folder", "site-packages"):
        assert detail not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    [report] = browser.reports
    assert report.startswith("/queue: KeyError: ")
    assert "PLANTED" not in report
    assert [record.exc_info is not None for record in caplog.records if record.levelno == logging.ERROR] == [True]


def test_archive_that_fails_is_told_without_its_path(
    browser: Browser, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OutputError("cannot be written (No space left on device)", concerns=str(output))

    monkeypatch.setattr(Archiver, "queue", fail)
    answer = browser.get("/queue")
    assert answer.status_code == 503
    assert "secretive-folder" not in answer.text
    assert browser.reports == [f"{output}: cannot be written (No space left on device)"]


def test_address_where_nothing_is(browser: Browser) -> None:
    answer = browser.get("/no/such/page")
    assert answer.status_code == 404
    assert browser.reports == []
    assert '<a href="/phone">' in browser.get("/static/none").text  # not /static/phone


def test_log_has_no_query(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="archiver"):
        browser.get("/add?text=https://mp.weixin.qq.com/s/PLANTED")
    assert "GET /add: 200" in caplog.text
    assert "PLANTED" not in caplog.text
