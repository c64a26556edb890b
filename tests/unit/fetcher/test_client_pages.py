"""Pages from a scripted server: what is asked, followed, tried again, and how far apart."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from archiver.errors import CoolingDown, FetchError, ForbiddenAddress, Unreachable
from archiver.models import Target
from tests.support.scripted import NOW, SHORT, WALL, WHOLE, ScriptedServer, redirect, reply


def test_client_page_keeps_response_as_received() -> None:
    page = ScriptedServer(reply(date="Thu, 18 Jul 2024 02:05:00 GMT", set_cookie="session=1; Path=/", x_two="2")).page()
    assert (page.source, page.url, page.final_url, page.status) == ("as given", SHORT, SHORT, 200)
    assert page.content == WHOLE
    assert page.captured == datetime(2024, 7, 18, 2, 5, tzinfo=UTC)
    assert ("x-two", "2") in page.headers
    assert not page.saved


def test_client_page_drops_set_cookie() -> None:
    assert "session" not in repr(ScriptedServer(reply(set_cookie="session=1; Path=/")).page())


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Jul 2024 02:05:00 GMT"])
def test_client_page_without_valid_date_uses_own_clock(date: str) -> None:
    assert ScriptedServer(reply(date=date)).page().captured == NOW


def test_client_page_request_looks_like_desktop_chrome() -> None:
    server = ScriptedServer(reply())
    server.page()
    asked = server.requests[0].headers
    assert "Chrome/" in asked["user-agent"]
    assert "Windows NT" in asked["user-agent"]
    assert asked["accept-language"] == "zh-CN,zh;q=0.9,en;q=0.8"
    assert (asked["sec-fetch-mode"], asked["sec-fetch-dest"]) == ("navigate", "document")
    assert "referer" not in asked


def test_client_page_short_link_redirect_is_followed_at_once() -> None:
    server = ScriptedServer(redirect("/s/abcdefghijklmnopqrstuv?nwr_flag=1#wechat_redirect"), reply())
    page = server.page()
    assert page.content == WHOLE
    assert page.final_url == SHORT + "?nwr_flag=1"
    assert server.slept == []


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_client_page_redirect_with_coding_without_body_is_followed(coding: str) -> None:
    server = ScriptedServer(reply(302, b"", location="/s/other", content_encoding=coding), reply())
    assert server.page().content == WHOLE
    assert [request.url.path for request in server.requests][1:] == ["/s/other"]


def test_client_page_http_redirect_is_upgraded_to_https() -> None:
    server = ScriptedServer(redirect("http://mp.weixin.qq.com/s/other"), reply())
    assert server.page().final_url == "https://mp.weixin.qq.com/s/other"
    assert server.requests[1].url.scheme == "https"


@pytest.mark.parametrize("location", [WALL, WALL.replace("https:", "http:"), "/mp/verifycode?block=1"])
def test_client_page_verification_redirect_is_not_followed(location: str) -> None:
    server = ScriptedServer(redirect(location, body=b"moved"))
    page = server.page()
    assert len(server.requests) == 1
    assert server.slept == []
    assert page.final_url.startswith("https://mp.weixin.qq.com/mp/")
    assert (page.status, page.content, page.url) == (302, b"moved", SHORT)


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://169.254.169.254/latest/meta-data", ForbiddenAddress),
        ("https://127.0.0.1/", ForbiddenAddress),
        ("https://[::1]/", ForbiddenAddress),
        ("http://2130706433/", ForbiddenAddress),
        ("file:///etc/passwd", ForbiddenAddress),
        ("https://example.com/s/x", FetchError),
        ("https://mp.weixin.qq.com.example.com/", FetchError),
        ("https://mp.weixin.qq.com:8443/s/x", FetchError),
        ("https://[broken/", FetchError),
    ],
)
def test_client_page_redirect_to_other_host_is_refused(location: str, error: type[FetchError]) -> None:
    server = ScriptedServer(redirect(location))
    with pytest.raises(error):
        server.page()
    assert len(server.requests) == 1


def test_client_page_redirect_loop_ends_after_five() -> None:
    server = ScriptedServer(redirect(SHORT))
    with pytest.raises(FetchError, match="more than 5 redirects"):
        server.page()
    assert len(server.requests) == 6


def test_client_page_of_other_host_is_never_requested() -> None:
    server = ScriptedServer(reply())
    with pytest.raises(FetchError):
        server.page("https://example.com/s/x")
    assert server.requests == []


# Trying again


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
def test_client_page_temporary_error_gets_four_attempts(status: int) -> None:
    server = ScriptedServer(reply(status), interval=0)
    with pytest.raises(Unreachable, match=str(status)):
        server.page()
    assert len(server.requests) == 4
    assert len(server.slept) == 3
    assert all(low <= slept <= low + 1 for low, slept in zip((1, 2, 4), server.slept, strict=True))


def test_client_page_429_without_retry_after_is_not_retried() -> None:
    server = ScriptedServer(reply(429), interval=0)
    with pytest.raises(CoolingDown, match="429"):
        server.page()
    assert len(server.requests) == 1


def test_client_page_succeeds_after_temporary_errors() -> None:
    server = ScriptedServer(reply(503), reply(429, retry_after="1"), reply(), interval=0)
    assert server.page().content == WHOLE


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_client_permanent_error_is_not_retried(status: int) -> None:
    server = ScriptedServer(reply(status))
    with pytest.raises(FetchError, match=str(status)):
        server.page()
    with pytest.raises(FetchError, match=str(status)):
        server.media()
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("reset")]
)
def test_client_transport_error_gets_four_attempts(error: Exception) -> None:
    server = ScriptedServer(error, interval=0)
    with pytest.raises(Unreachable, match=str(error)):
        server.page()
    with pytest.raises(Unreachable, match=str(error)):
        server.media()
    assert len(server.requests) == 8


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after": "Mon, 04 May 2026 03:02:31 GMT"}, 30),  # by our clock, NOW
        ({"retry_after": "Thu, 18 Jul 2024 02:05:20 GMT", "date": "Thu, 18 Jul 2024 02:05:00 GMT"}, 20),
        ({"retry_after": "Thu, 18 Jul 2024 02:05:20 GMT"}, 0),  # past
    ],
    ids=["seconds", "date", "date by the server's clock", "past"],
)
def test_client_page_retry_after_is_honoured(headers: dict[str, str], seconds: int) -> None:
    server = ScriptedServer(reply(429, **headers), reply(), interval=0)
    server.page()
    assert server.slept == [seconds]


@pytest.mark.parametrize("asked", ["3600", "Mon, 04 May 2026 05:00:00 GMT", "9" * 5000])
def test_client_page_long_retry_after_is_unreachable(asked: str) -> None:
    server = ScriptedServer(reply(503, retry_after=asked))
    with pytest.raises(Unreachable, match="Retry-After"):
        server.page()
    assert len(server.requests) == 1


def test_client_page_invalid_retry_after_uses_backoff() -> None:
    server = ScriptedServer(reply(503, retry_after="soon"), reply(), interval=0)
    server.page()
    assert 1 <= server.slept[0] <= 2


def test_client_page_truncated_page_is_retried_then_returned() -> None:
    server = ScriptedServer(reply(body=b"<html><head>"), interval=0)
    assert server.page().content == b"<html><head>"
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"<!--headTrap<body></body><head></head><html></html>-->\n<html><body>cut",  # a page of 2018
        b"<script>a='</html>'" + b" " * 5000,
        b"",
    ],
    ids=["headTrap", "in a script", "empty"],
)
def test_client_page_without_end_tag_is_retried(body: bytes) -> None:
    server = ScriptedServer(reply(body=body), reply(), interval=0)
    assert server.page().content == WHOLE


@pytest.mark.parametrize("body", [WHOLE, WHOLE.upper(), WHOLE + b"\n<!-- tail -->\n"])
def test_client_page_complete_page_is_requested_once(body: bytes) -> None:
    server = ScriptedServer(reply(body=body))
    server.page()
    assert len(server.requests) == 1


def test_client_media_without_html_end_tag_is_not_retried() -> None:
    server = ScriptedServer(reply(body=b"<p>"))
    assert server.media() == b"<p>"
    assert len(server.requests) == 1


# The pace


def test_client_page_interval_applies_to_retries_too() -> None:
    server = ScriptedServer(reply(), reply(429, retry_after="1"), reply(), interval=3.0)
    with server.fetcher() as fetcher:
        for _ in range(3):
            fetcher.page(Target(source="", url=SHORT))
    assert server.times == [1000, 1003, 1006, 1009]


def test_client_page_clock_set_back_waits_one_interval() -> None:
    server = ScriptedServer(reply(), interval=3.0)
    with server.fetcher() as fetcher:
        fetcher.page(Target(source="", url=SHORT))
        server.time -= 10_000
        fetcher.page(Target(source="", url=SHORT))
    assert server.slept == [3.0]
