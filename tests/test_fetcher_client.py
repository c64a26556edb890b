"""The Fetcher against a scripted server: what it asks, follows, tries again, refuses and keeps (issue 2, point 1)."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import brotli
import httpx
import pytest
import zstandard

from archiver.errors import ConfigError, FetchError, ForbiddenAddress, InputError, TooLarge, Unreachable
from archiver.fetcher import Fetcher, Options
from archiver.fetcher.decoding import decoded
from archiver.models import Page, Target

SHORT = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
WALL = "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=t&target_url=x"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/Pic1/0?wx_fmt=png"
NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
HTML = {"content-type": "text/html; charset=UTF-8"}
WHOLE = b"<html><body>text</body></html>"


class World:
    """A server that plays `answers` in order (the last one for ever), and a clock that only sleep moves."""

    def __init__(self, *answers: object, **options: object) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []
        self.slept: list[float] = []
        self.time = 1000.0
        self.options = Options(**options)  # type: ignore[arg-type]

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.times.append(self.time)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        assert callable(answer)
        response = answer()
        assert isinstance(response, httpx.Response)
        return response

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def fetcher(self) -> Fetcher:
        world = self

        class Scripted(Fetcher):
            def _transport(self) -> httpx.BaseTransport:
                return httpx.MockTransport(world.handle)

        return Scripted(self.options, sleep=self.sleep, clock=lambda: self.time, now=lambda: NOW)

    def page(self, url: str = SHORT) -> Page:
        with self.fetcher() as fetcher:
            return fetcher.page(Target(source="as given", url=url))

    def media(self, url: str = PICTURE, limit: int | None = None) -> bytes:
        with self.fetcher() as fetcher:
            return fetcher.media(url, limit).content


def reply(status: int = 200, body: bytes = WHOLE, **headers: str) -> Callable[[], httpx.Response]:
    named = HTML | {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: httpx.Response(status, headers=named, stream=httpx.ByteStream(body))


def redirect(location: str, body: bytes = b"") -> Callable[[], httpx.Response]:
    return reply(302, body, location=location)


# Pages: what is asked, what comes back


def test_page_carries_the_answer_as_received() -> None:
    page = World(reply(date="Thu, 18 Jul 2024 02:05:00 GMT", set_cookie="session=1; Path=/", x_two="2")).page()
    assert (page.source, page.url, page.final_url, page.status) == ("as given", SHORT, SHORT, 200)
    assert page.content == WHOLE
    assert page.captured == datetime(2024, 7, 18, 2, 5, tzinfo=UTC)
    assert ("x-two", "2") in page.headers
    assert not page.saved


def test_set_cookie_never_reaches_the_page() -> None:
    assert "session" not in repr(World(reply(set_cookie="session=1; Path=/")).page())


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Jul 2024 02:05:00 GMT"])
def test_page_without_a_readable_date_takes_our_clock(date: str) -> None:
    assert World(reply(date=date)).page().captured == NOW


def test_page_is_asked_for_as_a_desktop_chrome_in_chinese() -> None:
    world = World(reply())
    world.page()
    asked = world.requests[0].headers
    assert "Chrome/" in asked["user-agent"]
    assert "Windows NT" in asked["user-agent"]
    assert asked["accept-language"] == "zh-CN,zh;q=0.9,en;q=0.8"
    assert (asked["sec-fetch-mode"], asked["sec-fetch-dest"]) == ("navigate", "document")
    assert "referer" not in asked


def test_short_link_redirect_of_2024_is_followed_at_once() -> None:
    world = World(redirect("/s/abcdefghijklmnopqrstuv?nwr_flag=1#wechat_redirect"), reply())
    page = world.page()
    assert page.content == WHOLE
    assert page.final_url == SHORT + "?nwr_flag=1"
    assert world.slept == []


def test_http_redirect_is_upgraded_to_https() -> None:
    world = World(redirect("http://mp.weixin.qq.com/s/other"), reply())
    assert world.page().final_url == "https://mp.weixin.qq.com/s/other"
    assert world.requests[1].url.scheme == "https"


@pytest.mark.parametrize("location", [WALL, WALL.replace("https:", "http:"), "/mp/verifycode?block=1"])
def test_wall_redirect_is_neither_followed_nor_tried_again(location: str) -> None:
    world = World(redirect(location, body=b"moved"))
    page = world.page()
    assert len(world.requests) == 1
    assert world.slept == []
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
def test_page_redirect_elsewhere_is_refused(location: str, error: type[FetchError]) -> None:
    world = World(redirect(location))
    with pytest.raises(error):
        world.page()
    assert len(world.requests) == 1


def test_redirect_loop_ends_after_five_hops() -> None:
    world = World(redirect(SHORT))
    with pytest.raises(FetchError, match="more than 5 redirects"):
        world.page()
    assert len(world.requests) == 6


def test_page_of_another_host_is_never_asked_for() -> None:
    world = World(reply())
    with pytest.raises(FetchError):
        world.page("https://example.com/s/x")
    assert world.requests == []


# Trying again


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_passing_refusals_get_four_tries(status: int) -> None:
    world = World(reply(status), interval=0)
    with pytest.raises(Unreachable, match=str(status)):
        world.page()
    assert len(world.requests) == 4
    assert len(world.slept) == 3
    assert all(low <= slept <= low + 1 for low, slept in zip((1, 2, 4), world.slept, strict=True))


def test_page_after_a_passing_refusal_is_the_page() -> None:
    world = World(reply(503), reply(429), reply(), interval=0)
    assert world.page().content == WHOLE


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_lasting_refusals_are_not_tried_again(status: int) -> None:
    world = World(reply(status))
    with pytest.raises(FetchError, match=str(status)):
        world.page()
    with pytest.raises(FetchError, match=str(status)):
        world.media()
    assert len(world.requests) == 2


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("reset")]
)
def test_transport_errors_get_four_tries(error: Exception) -> None:
    world = World(error, interval=0)
    with pytest.raises(Unreachable, match=str(error)):
        world.page()
    with pytest.raises(Unreachable, match=str(error)):
        world.media()
    assert len(world.requests) == 8


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
def test_retry_after_is_honoured(headers: dict[str, str], seconds: int) -> None:
    world = World(reply(429, **headers), reply(), interval=0)
    world.page()
    assert world.slept == [seconds]


@pytest.mark.parametrize("asked", ["3600", "Mon, 04 May 2026 05:00:00 GMT", "9" * 5000])
def test_server_that_asks_for_a_long_rest_gets_it(asked: str) -> None:
    world = World(reply(503, retry_after=asked))
    with pytest.raises(Unreachable, match="Retry-After"):
        world.page()
    assert len(world.requests) == 1


def test_retry_after_that_says_nothing_is_not_waited_for() -> None:
    world = World(reply(429, retry_after="soon"), reply(), interval=0)
    world.page()
    assert 1 <= world.slept[0] <= 2


def test_truncated_page_is_tried_again_and_given_when_it_stays_so() -> None:  # T18
    world = World(reply(body=b"<html><head>"), interval=0)
    assert world.page().content == b"<html><head>"
    assert len(world.requests) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"<!--headTrap<body></body><head></head><html></html>-->\n<html><body>cut",  # a page of 2018
        b"<script>a='</html>'" + b" " * 5000,
        b"",
    ],
    ids=["headTrap", "in a script", "empty"],
)
def test_page_without_its_end_is_truncated(body: bytes) -> None:
    world = World(reply(body=body), reply(), interval=0)
    assert world.page().content == WHOLE


@pytest.mark.parametrize("body", [WHOLE, WHOLE.upper(), WHOLE + b"\n<!-- tail -->\n"])
def test_whole_page_is_asked_for_once(body: bytes) -> None:
    world = World(reply(body=body))
    world.page()
    assert len(world.requests) == 1


def test_medium_without_an_html_end_is_not_truncated() -> None:
    world = World(reply(body=b"<p>"))
    assert world.media() == b"<p>"
    assert len(world.requests) == 1


# The pace


def test_pages_leave_at_least_an_interval_apart_and_tries_count() -> None:
    world = World(reply(), reply(429, retry_after="1"), reply(), interval=3.0)
    with world.fetcher() as fetcher:
        for _ in range(3):
            fetcher.page(Target(source="", url=SHORT))
    assert world.times == [1000, 1003, 1006, 1009]


def test_clock_that_jumps_back_costs_one_interval_at_most() -> None:
    world = World(reply(), interval=3.0)
    with world.fetcher() as fetcher:
        fetcher.page(Target(source="", url=SHORT))
        world.time -= 10_000
        fetcher.page(Target(source="", url=SHORT))
    assert world.slept == [3.0]


def test_media_are_not_paced_and_six_go_at_once() -> None:
    all_here = threading.Barrier(6, timeout=20)
    world = World(reply(body=b"GIF89a"))
    plain = world.handle
    world.handle = lambda request: all_here.wait() >= 0 and plain(request)  # type: ignore[method-assign]
    with world.fetcher() as fetcher:
        threads = [threading.Thread(target=fetcher.media, args=(f"{PICTURE}&n={n}",)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(world.requests) == 12
    assert world.slept == []


def test_no_more_media_than_connections_at_once() -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def counting() -> httpx.Response:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        threading.Event().wait(0.01)
        with lock:
            under_way -= 1
        return reply()()

    world = World(counting, connections=2)
    with world.fetcher() as fetcher:
        threads = [threading.Thread(target=fetcher.media, args=(PICTURE,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 1 <= most <= 2


# Media


def test_medium_is_asked_for_as_from_wechat_and_not_as_webp() -> None:  # T102, §6.3
    world = World(reply(body=b"GIF89a", content_type="image/gif"))
    with world.fetcher() as fetcher:
        blob = fetcher.media(PICTURE)
    asked = world.requests[0].headers
    assert asked["referer"] == "https://mp.weixin.qq.com/"
    assert asked["accept"] == "image/png,image/jpeg,image/gif,image/svg+xml,*/*;q=0.5"
    assert (blob.url, blob.content, blob.content_type) == (PICTURE, b"GIF89a", "image/gif")


def test_medium_of_another_host_is_upgraded_and_its_redirect_followed() -> None:
    world = World(redirect("http://cdn.example.com/b.png"), reply(body=b"x"))
    assert world.media("http://www.example.com/a.png#top") == b"x"
    assert [str(r.url) for r in world.requests] == ["https://www.example.com/a.png", "https://cdn.example.com/b.png"]


@pytest.mark.parametrize("location", ["http://169.254.169.254/", "http://0x7f.1/", "ftp://example.com/", WALL])
def test_medium_redirected_to_where_it_must_not_is_refused(location: str) -> None:
    world = World(redirect(location))
    with pytest.raises(FetchError):
        world.media()
    assert len(world.requests) == 1


@pytest.mark.parametrize(
    "url", ["", "x", "data:image/png;base64,AA", "file:///etc/passwd", "https://a/\ud800", "https://[x", "https://a b/"]
)
def test_what_is_no_public_web_address_is_never_asked_for(url: str) -> None:
    world = World(reply())
    with pytest.raises(ForbiddenAddress):
        world.media(url)
    assert world.requests == []


def test_medium_that_is_not_the_whole_answer_is_a_failure() -> None:
    with pytest.raises(FetchError, match="206"):
        World(reply(206, b"half")).media()


# Caps


def _endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 65536


class _Endless(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        return _endless()


def test_endless_body_is_cut_at_the_cap() -> None:
    world = World(lambda: httpx.Response(200, headers=HTML, stream=_Endless()), page_limit=10**6)
    with pytest.raises(TooLarge):
        world.page()
    with pytest.raises(TooLarge, match="2 MB"):
        world.media(limit=2 * 2**20)
    assert len(world.requests) == 2


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
    ],
    ids=["gzip", "deflate", "br", "zstd", "gzip in br"],
)
class TestCompression:
    def test_the_cap_counts_decoded_bytes(self, coding: str, pack: Callable[[bytes], bytes]) -> None:
        bomb = pack(bytes(2_000_000))
        assert len(bomb) < 10_000
        with pytest.raises(TooLarge):
            World(reply(body=bomb, content_encoding=coding), image_limit=1_999_999).media()

    def test_at_the_cap_is_within_it(self, coding: str, pack: Callable[[bytes], bytes]) -> None:
        body = bytes(2_000_000)
        world = World(reply(body=pack(body), content_encoding=coding), image_limit=2_000_000)
        assert world.media() == body

    def test_a_bomb_is_unpacked_in_small_pieces(self, coding: str, pack: Callable[[bytes], bytes]) -> None:
        pieces = [len(piece) for piece in decoded([pack(bytes(5_000_000))], coding)]
        assert sum(pieces) == 5_000_000
        assert max(pieces) < 300_000


def test_declared_length_past_the_cap_is_not_read() -> None:
    def unread() -> httpx.Response:
        return httpx.Response(200, headers=HTML | {"content-length": "60000000"}, stream=_Endless())

    with pytest.raises(TooLarge):
        World(unread).media()


def test_damaged_compression_is_tried_again() -> None:
    damaged = reply(body=gzip.compress(WHOLE * 99)[:-9], content_encoding="gzip")
    assert World(damaged, reply()).media() == WHOLE


# Cookies


def _cookie_file(path: Path, *lines: str, head: str = "# Netscape HTTP Cookie File") -> str:
    path.write_text("\n".join([head, *lines, ""]))
    return str(path)


FUTURE = "4102444800"
OURS = f"mp.weixin.qq.com\tFALSE\t/\tTRUE\t{FUTURE}\twap_sid\tours"


def test_cookies_go_to_wechat_alone(tmp_path: Path) -> None:
    path = _cookie_file(
        tmp_path / "cookies.txt",
        OURS,
        f".qq.com\tTRUE\t/\tFALSE\t{FUTURE}\tparent\tyes",
        "#HttpOnly_mp.weixin.qq.com\tFALSE\t/\tTRUE\t0\tsession\tyes",
        "mp.weixin.qq.com\tFALSE\t/\tTRUE\t1\texpired\tno",
        f".qpic.cn\tTRUE\t/\tFALSE\t{FUTURE}\tpicture\tno",
        f".example.com\tTRUE\t/\tFALSE\t{FUTURE}\tforeign\tno",
    )
    world = World(reply(set_cookie="new=1; Domain=.qq.com; Path=/"), cookies=path)
    with world.fetcher() as fetcher:
        fetcher.page(Target(source="", url=SHORT))
        fetcher.media(PICTURE)
        fetcher.media("https://mp.weixin.qq.com/picture.png")
        fetcher.media(PICTURE)
    sent = set(world.requests[0].headers["cookie"].split("; "))
    assert sent == {"wap_sid=ours", "parent=yes", "session=yes"}
    assert all("cookie" not in request.headers for request in world.requests[1:])


@pytest.mark.parametrize(
    ("lines", "head", "error"),
    [
        ([f".example.com\tTRUE\t/\tFALSE\t{FUTURE}\ta\tb"], "# Netscape HTTP Cookie File", ConfigError),
        ([OURS.replace(FUTURE, "1")], "# Netscape HTTP Cookie File", ConfigError),
        (["three fields only"], "# Netscape HTTP Cookie File", ConfigError),
        (['[{"domain": "mp.weixin.qq.com"}]'], "[]", ConfigError),
    ],
    ids=["foreign", "expired", "broken", "JSON"],
)
def test_useless_cookie_file_says_what_to_export(
    tmp_path: Path, lines: list[str], head: str, error: type[Exception]
) -> None:
    path = _cookie_file(tmp_path / "cookies.txt", *lines, head=head)
    with pytest.raises(error, match=r"export cookies\.txt"):
        World(reply(), cookies=path).fetcher()


@pytest.mark.parametrize("name", ["missing.txt", ""], ids=["missing", "a folder"])
def test_unreadable_cookie_file_is_an_input_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        World(reply(), cookies=str(tmp_path / name)).fetcher()
