"""Media from a scripted server: what is asked, refused, unpacked, and how many at once."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Callable, Iterator

import brotli
import httpx
import pytest
import zstandard

from archiver.errors import FetchError, ForbiddenAddress, TooLarge
from archiver.fetcher.decompression import decompress
from tests.support.scripted import HTML, PICTURE, WALL, WHOLE, ScriptedServer, redirect, reply


def test_client_media_sends_wechat_referer_without_webp() -> None:
    server = ScriptedServer(reply(body=b"GIF89a", content_type="image/gif"))
    with server.fetcher() as fetcher:
        blob = fetcher.media(PICTURE)
    asked = server.requests[0].headers
    assert asked["referer"] == "https://mp.weixin.qq.com/"
    assert asked["accept"] == "image/png,image/jpeg,image/gif,image/svg+xml,*/*;q=0.5"
    assert (blob.url, blob.content, blob.content_type) == (PICTURE, b"GIF89a", "image/gif")


def test_client_media_http_is_upgraded_and_redirect_followed() -> None:
    server = ScriptedServer(redirect("http://cdn.example.com/b.png"), reply(body=b"x"))
    assert server.media("http://www.example.com/a.png#top") == b"x"
    assert [str(r.url) for r in server.requests] == ["https://www.example.com/a.png", "https://cdn.example.com/b.png"]


@pytest.mark.parametrize("location", ["http://169.254.169.254/", "http://0x7f.1/", "ftp://example.com/", WALL])
def test_client_media_forbidden_redirect_is_refused(location: str) -> None:
    server = ScriptedServer(redirect(location))
    with pytest.raises(FetchError):
        server.media()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url", ["", "x", "data:image/png;base64,AA", "file:///etc/passwd", "https://a/\ud800", "https://[x", "https://a b/"]
)
def test_client_media_invalid_url_is_never_requested(url: str) -> None:
    server = ScriptedServer(reply())
    with pytest.raises(ForbiddenAddress):
        server.media(url)
    assert server.requests == []


def test_client_media_partial_content_is_error() -> None:
    with pytest.raises(FetchError, match="206"):
        ScriptedServer(reply(206, b"half")).media()


# Several at once


def test_client_media_runs_six_requests_without_delay() -> None:
    all_here = threading.Barrier(6, timeout=20)
    server = ScriptedServer(reply(body=b"GIF89a"))
    plain = server.handle
    server.handle = lambda request: all_here.wait() >= 0 and plain(request)  # type: ignore[method-assign]
    with server.fetcher() as fetcher:
        threads = [threading.Thread(target=fetcher.media, args=(f"{PICTURE}&n={n}",)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 12
    assert server.slept == []


def test_client_media_respects_connection_limit() -> None:
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

    server = ScriptedServer(counting, connections=2)
    with server.fetcher() as fetcher:
        threads = [threading.Thread(target=fetcher.media, args=(PICTURE,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 1 <= most <= 2


# Caps


def _endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 65536


class _Endless(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        return _endless()


def test_client_endless_body_is_too_large() -> None:
    server = ScriptedServer(lambda: httpx.Response(200, headers=HTML, stream=_Endless()), page_limit=10**6)
    with pytest.raises(TooLarge):
        server.page()
    with pytest.raises(TooLarge, match="2 MB"):
        server.media(limit=2 * 2**20)
    assert len(server.requests) == 2


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
    def test_client_media_limit_counts_decoded_bytes(self, coding: str, pack: Callable[[bytes], bytes]) -> None:
        bomb = pack(bytes(2_000_000))
        assert len(bomb) < 10_000
        with pytest.raises(TooLarge):
            ScriptedServer(reply(body=bomb, content_encoding=coding), image_limit=1_999_999).media()

    def test_client_media_body_at_limit_is_accepted(self, coding: str, pack: Callable[[bytes], bytes]) -> None:
        body = bytes(2_000_000)
        server = ScriptedServer(reply(body=pack(body), content_encoding=coding), image_limit=2_000_000)
        assert server.media() == body

    def test_decompress_bomb_yields_small_chunks(self, coding: str, pack: Callable[[bytes], bytes]) -> None:
        pieces = [len(piece) for piece in decompress([pack(bytes(5_000_000))], coding)]
        assert sum(pieces) == 5_000_000
        assert max(pieces) < 300_000


def test_client_media_declared_length_over_limit_is_not_read() -> None:
    class Unread(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            pytest.fail("the body was read")

    with pytest.raises(TooLarge):
        ScriptedServer(lambda: httpx.Response(200, headers={"content-length": "60000000"}, stream=Unread())).media()


def test_decompress_gzip_members_are_joined() -> None:
    assert b"".join(decompress([gzip.compress(b"one ") + gzip.compress(b"two")], "gzip")) == b"one two"


def test_client_media_damaged_gzip_is_retried() -> None:
    damaged = reply(body=gzip.compress(WHOLE * 99)[:-9], content_encoding="gzip")
    assert ScriptedServer(damaged, reply()).media() == WHOLE
