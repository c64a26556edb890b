"""What is wrong between this machine and WeChat, each in one line with what to do."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from archiver.errors import ArchiverError, FetchError, InputError, Unreachable
from archiver.fetcher.diagnosis import check_certificates, check_proxy, failure_check

NOW = datetime(2027, 5, 4, 12, tzinfo=UTC)


class Dialled:
    """Places that were connected to; `refuses` is what happens there."""

    def __init__(self, refuses: OSError | None = None) -> None:
        self.places: list[tuple[str, int]] = []
        self._refuses = refuses

    def __call__(self, place: tuple[str, int], _timeout: float) -> socket.socket:
        self.places.append(place)
        if self._refuses:
            raise self._refuses
        return socket.socket()


def test_proxy_unset_asks_nobody() -> None:
    dialled = Dialled()
    check = check_proxy("", dialled)
    assert (check.state, check.message, dialled.places) == ("ok", "none is set, requests go directly", [])


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("http://me:secret@proxy.example:3128", ("proxy.example", 3128)),
        ("proxy.example:8080", ("proxy.example", 8080)),
        ("http://proxy.example", ("proxy.example", 80)),
        ("https://proxy.example", ("proxy.example", 443)),
    ],
)
def test_proxy_that_answers_is_well(address: str, place: tuple[str, int]) -> None:
    dialled = Dialled()
    check = check_proxy(address, dialled)
    assert (check.state, dialled.places) == ("ok", [place])
    assert "secret" not in check.message


def test_proxy_that_does_not_answer_is_named_without_its_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy.example:3128")
    check = check_proxy("", Dialled(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")))
    assert (check.state, check.message) == ("attention", "proxy.example:3128 does not answer (Connection refused)")
    assert check.advice == "start it, or correct HTTPS_PROXY or ALL_PROXY, or take it out"


def test_proxy_that_is_none_is_named() -> None:
    dialled = Dialled()
    check = check_proxy("http://", dialled)
    assert (check.state, dialled.places) == ("attention", [])
    assert check.message.startswith("`proxy` in the settings: not a proxy's address")


def test_proxy_excepted_by_no_proxy_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "weixin.qq.com")
    dialled = Dialled()
    check = check_proxy("", dialled)
    assert (check.state, dialled.places) == ("ok", [])
    assert check.message == "NO_PROXY excepts mp.weixin.qq.com, requests go directly"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_named(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    check = check_certificates()
    assert (check.state, check.advice) == ("attention", "correct SSL_CERT_FILE, or unset it")


def test_certificates_folder_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    check = check_certificates()
    assert (check.state, check.message) == ("attention", f"SSL_CERT_DIR={tmp_path / 'none'} is no folder")


def test_certificates_of_the_package_are_well() -> None:
    check = check_certificates()
    assert (check.state, check.message.endswith("authorities, of the package certifi")) == ("ok", True)


def unreachable(*causes: BaseException) -> Unreachable:
    """The error of a page that did not come, with what caused it, the last cause at its end."""
    error: BaseException = Unreachable("no answer in 4 tries", concerns="https://mp.weixin.qq.com/s/x")
    first = error
    for cause in causes:
        error.__cause__ = cause
        error = cause
    assert isinstance(first, Unreachable)
    return first


def unconnected(cause: BaseException) -> Unreachable:
    return unreachable(httpx.ConnectError("no way"), cause)


def certificate(code: int, words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, f"certificate verify failed: {words}")
    error.verify_code, error.verify_message = code, words
    return error


FAILURES: dict[str, tuple[ArchiverError, str, str]] = {  # error → the words for it, and for what to do
    "no name server": (
        unconnected(socket.gaierror(-3, "Temporary failure in name resolution")),
        "the name mp.weixin.qq.com cannot be resolved", "check the network",
    ),
    "no network": (
        unconnected(OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))),
        "no way leads to mp.weixin.qq.com", "check the network",
    ),
    "too slow": (unreachable(httpx.ReadTimeout("20 s")), "does not answer in time", "try again later"),
    "reset": (unreachable(httpx.ReadError("Connection reset by peer")), "cannot be reached (Connection reset", "try again"),
    "the proxy refuses": (unreachable(httpx.ProxyError("407 Login")), "the proxy refuses the request (407 Login)", "login"),
    "expired": (
        unconnected(certificate(10, "certificate has expired")),
        "not valid at this machine's time (certificate has expired)", "set the clock, which says 2027-05-04 12:00 UTC",
    ),
    "not yet valid": (
        unconnected(certificate(9, "certificate is not yet valid")), "at this machine's time", "set the clock",
    ),
    "another authority": (
        unconnected(certificate(20, "unable to get local issuer certificate")),
        "of an authority that is not trusted", "SSL_CERT_FILE",
    ),
    "another host": (
        unconnected(certificate(62, "Hostname mismatch")), "another host answers", "check the network",
    ),
    "404": (FetchError("the server answered HTTP 404"), "the server answered HTTP 404", "try again later"),
    "no such file": (InputError("no such file"), "no such file", "correct it"),
}  # fmt: skip


@pytest.mark.parametrize(("error", "said", "advice"), FAILURES.values(), ids=FAILURES)
def test_failure_is_named_with_what_to_do(error: ArchiverError, said: str, advice: str) -> None:
    check = failure_check(error, "", NOW)
    assert check.state == "attention"
    assert said in check.message
    assert advice in check.advice


@pytest.mark.parametrize("cause", [httpx.ConnectError("no way"), httpx.ConnectTimeout("20 s")])
def test_failure_to_connect_with_a_proxy_is_the_proxys(cause: Exception) -> None:
    check = failure_check(unreachable(cause), "http://proxy.example:3128", NOW)
    assert check.message == "the proxy does not answer"
