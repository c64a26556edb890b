"""The token of the phone: when its file is read, and when it is written."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest

from archiver.site.security import api_token
from archiver.site.security.api_token import ApiToken


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "token"


def test_checking_makes_no_token(path: Path) -> None:
    token = ApiToken(path)
    assert not token.is_valid("x")
    assert token.derived_key("pictures") == b""
    assert not path.parent.exists()


def test_file_that_is_the_same_is_read_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, read = ApiToken(path).show(), []
    read_secret = api_token.read_secret
    monkeypatch.setattr(api_token, "read_secret", lambda file: read.append(file) or read_secret(file))
    token = ApiToken(path)
    assert token.is_valid(given)
    assert token.derived_key("pictures") == token.derived_key("pictures") != b""
    assert not token.is_valid("x")
    assert read == [path]


def test_token_that_is_renewed_or_deleted_elsewhere_ends_at_once(path: Path) -> None:
    token = ApiToken(path)
    first, key = token.show(), token.derived_key("pictures")
    second = ApiToken(path).renew()
    assert (token.is_valid(first), token.is_valid(second)) == (False, True)
    assert token.derived_key("pictures") != key
    path.unlink()
    assert not token.is_valid(second)
    assert token.derived_key("pictures") == b""


def test_threads_that_need_the_first_token_make_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secret, both = api_token.write_secret, threading.Barrier(2)

    def write_together(file: Path, secret: str) -> None:
        with suppress(threading.BrokenBarrierError):  # the other thread does not come: it waits for the first one
            both.wait(timeout=0.5)
        write_secret(file, secret)

    monkeypatch.setattr(api_token, "write_secret", write_together)
    token, shown = ApiToken(path), []
    threads = [threading.Thread(target=lambda: shown.append(token.show())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(shown) == 2
    assert len(set(shown)) == 1
