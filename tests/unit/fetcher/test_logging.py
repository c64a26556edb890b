"""What the fetcher logs: a line a request, and with -vv each retry and wait; nothing of a reader's or a user's."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

import httpx
import pytest

from archiver.errors import CoolingDown, FetchError, TooLarge, Unreachable
from archiver.fetcher.proxy import ProxyConfig
from archiver.fetcher.rate_limit import SharedRateLimiter
from archiver.models import Page
from tests.support.scripted import NOW, PICTURE, SHORT, WALL, ScriptedServer, redirect, reply

SECRETS = "pass_ticket=Zk3invented&key=3fa1c07be2d94856&uin=MTIz"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All messages of the package."""
    caplog.set_level(logging.DEBUG, logger="archiver")
    return caplog


def messages(log: pytest.LogCaptureFixture, level: int, module: str = "archiver.fetcher") -> list[str]:
    """The messages of a level, with figures of time as `N`."""
    found = [each for each in log.records if each.levelno == level and each.name.startswith(module)]
    return [re.sub(r"\d+ ms|\d+\.\d s", "N", each.getMessage()) for each in found]


def requests(log: pytest.LogCaptureFixture) -> list[str]:
    return messages(log, logging.INFO, "archiver.fetcher.request")


def test_log_request_is_one_line(log: pytest.LogCaptureFixture) -> None:
    ScriptedServer(reply(body=b"<html>12345</html>")).page()
    assert requests(log) == [f"GET {SHORT}: 200, 18 bytes, N"]


def test_log_request_one_line_per_redirect_and_retry(log: pytest.LogCaptureFixture) -> None:
    ScriptedServer(
        reply(503), redirect(f"/s?__biz=MzA5&mid=1&idx=1&{SECRETS}"), reply(body=b"</html>"), interval=0
    ).page()
    assert requests(log) == [
        f"GET {SHORT}: 503, N",
        f"GET {SHORT}: 302, 0 bytes, N",
        "GET https://mp.weixin.qq.com/s?__biz=MzA5&mid=1&idx=1: 200, 7 bytes, N",
    ]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (PICTURE, "https://mmbiz.qpic.cn/mmbiz_png/Pic1/0?…"),
        ("https://me:secret@a.example/feed.xml?auth=secret#secret", "https://a.example/feed.xml?…"),
        ("https://a.example/feed.xml", "https://a.example/feed.xml"),
    ],
)
def test_log_request_hides_query_of_other_hosts(log: pytest.LogCaptureFixture, address: str, shown: str) -> None:
    ScriptedServer(reply(body=b"abc")).media(address)
    assert requests(log) == [f"GET {shown}: 200, 3 bytes, N"]


def test_log_request_none_for_verification_page(log: pytest.LogCaptureFixture) -> None:
    ScriptedServer(redirect(WALL)).page()
    assert requests(log) == [f"GET {SHORT}: 302, 0 bytes, N"]


def test_log_request_without_response_names_reason(log: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unreachable):
        ScriptedServer(httpx.ConnectError("refused"), interval=0).page()
    assert requests(log) == [f"GET {SHORT}: failed, ConnectError: refused, N"] * 4


def test_log_abandoned_request_hides_query(log: pytest.LogCaptureFixture) -> None:
    with pytest.raises(TooLarge):
        ScriptedServer(reply(body=b"x" * 2_000_000)).media("https://a.example/film.mp4?auth=secret", limit=1_000_000)
    assert requests(log) == ["GET https://a.example/film.mp4?…: failed, TooLarge: larger than 0.953674 MB, N"]


def test_log_retry_names_pause_and_reason(log: pytest.LogCaptureFixture) -> None:
    ScriptedServer(reply(503), httpx.ReadTimeout("slow"), reply(), interval=0).page()
    assert messages(log, logging.DEBUG, "archiver.fetcher.retry") == [
        f"{SHORT}: try 2 of 4 in N, after status 503",
        f"{SHORT}: try 3 of 4 in N, after ReadTimeout: slow",
    ]


def test_log_retry_of_medium_hides_query(log: pytest.LogCaptureFixture) -> None:
    ScriptedServer(reply(502), reply()).media("https://a.example/p.png?auth=secret")
    assert messages(log, logging.DEBUG, "archiver.fetcher.retry") == [
        "https://a.example/p.png?…: try 2 of 4 in N, after status 502"
    ]


def test_log_host_cooldown_names_wait(log: pytest.LogCaptureFixture) -> None:
    ScriptedServer(reply(503, retry_after="7"), reply()).media()
    module = "archiver.fetcher.host_cooldowns"
    assert messages(log, logging.INFO, module) == ["mmbiz.qpic.cn: wants a rest of 7 s, no medium is requested before"]
    assert messages(log, logging.DEBUG, module) == ["mmbiz.qpic.cn: waits N, as the host asked"]


def test_log_rate_limit_names_wait(log: pytest.LogCaptureFixture) -> None:
    ScriptedServer(reply(503), reply(), interval=60).page()
    (line,) = messages(log, logging.DEBUG, "archiver.fetcher.rate_limit")
    assert line == f"{SHORT}: waits N for its turn"


def test_log_request_computes_nothing_if_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    def unwanted(*_: object) -> str:
        raise AssertionError("a message was made")

    monkeypatch.setattr("archiver.urls.loggable", unwanted)
    monkeypatch.setattr(ProxyConfig, "name_for", unwanted)
    ScriptedServer(reply(503), reply(), interval=0).page()
    ScriptedServer(reply(503, retry_after="1"), reply()).media()


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://me:secret@proxy.example:3128", "proxy.example:3128"),
        ("me:secret@127.0.0.1:8080", "127.0.0.1:8080"),
    ],
)
def test_log_proxy_hides_login(proxy: str, shown: str) -> None:
    assert ProxyConfig(proxy).name_for(httpx.URL(SHORT)) == shown


def test_log_request_bypassing_proxy_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "mp.weixin.qq.com")
    proxies = ProxyConfig()
    assert proxies.name_for(httpx.URL(SHORT)) == ""
    assert proxies.name_for(httpx.URL(PICTURE)) == "proxy.example:3128"


class Limits:
    """A store of limits that begins a cool-down at once, which ends at noon in China."""

    def __init__(self, *, begins: bool) -> None:
        self._begins = begins

    def record_block(self, _host: str, *, on_short_link: bool) -> bool:
        del on_short_link
        return self._begins

    def cool_down(self, _host: str, _seconds: float) -> None:
        """Take note."""

    def delay(self, _host: str, _seconds: float) -> None:
        """Take note."""

    def cooldown_until(self, _host: str) -> float:
        return datetime(2026, 5, 4, 4, 0, 0, 900_000, tzinfo=UTC).timestamp()


def limiter(*, begins: bool = True) -> SharedRateLimiter:
    return SharedRateLimiter(
        limits=Limits(begins=begins), interval=0, cookies="", sleep=lambda _: None, now=lambda: NOW
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("begins", "end"),
    [(True, "a cool-down begins, until 2026-05-04 12:00:00+08:00"), (False, "no cool-down begins")],
)
def test_log_verification_page_names_cooldown(log: pytest.LogCaptureFixture, begins: bool, end: str) -> None:
    page = Page(source="x", url=SHORT, final_url=WALL, content=b"", captured=NOW)
    limiter(begins=begins).observe(page)
    assert messages(log, logging.INFO) == [f"mp.weixin.qq.com: the verification page came, {end}"]


def test_log_verification_page_of_linked_address_does_not_count(log: pytest.LogCaptureFixture) -> None:
    url = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&mid=2650000001&idx=1"
    page = Page(source="x", url=url, final_url=WALL, content=b"", captured=NOW)
    limiter().observe(page, is_linked=True)
    assert messages(log, logging.INFO) == [
        "mp.weixin.qq.com: the verification page came for a linked address, it does not count"
    ]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "HTTP 429 came, a cool-down begins, until 2026-05-04 12:00:00+08:00"),
        (3600, "HTTP 429 came, a cool-down begins, until 2026-05-04 12:00:00+08:00"),
        (7, "HTTP 429 came, no page is requested for 7 s"),
    ],
)
def test_log_refused_request_names_cooldown_end(
    log: pytest.LogCaptureFixture, seconds: float | None, expected: str
) -> None:
    limiter().back_off(seconds)
    assert messages(log, logging.INFO) == [f"mp.weixin.qq.com: {expected}"]


def test_log_messages_have_no_secret(log: pytest.LogCaptureFixture) -> None:
    """What the fetcher logs is free of them before the command line's formatter redacts anything."""
    location = f"https://mp.weixin.qq.com/s/BbCdEfGhIjKlMnOpQrStUv?{SECRETS}"
    ScriptedServer(redirect(location), reply(set_cookie="wap_sid2=Zk3invented", body=b"</html>"), interval=0).page()
    for answer in (httpx.ConnectError("refused"), reply(404), reply(429)):
        with pytest.raises((FetchError, CoolingDown)):
            ScriptedServer(redirect(location), answer, interval=0).page()
    told = "\n".join(each.getMessage() for each in log.records)
    assert [secret for secret in ("Zk3", "3fa1", "MTIz") if secret in told] == []
