"""Addresses that are none, in pages and in redirects: each is a typed error, and nothing is asked for."""

from __future__ import annotations

import pytest

from archiver.errors import FetchError
from tests.support.inside import Inside
from tests.support.scripted import SHORT, WHOLE, ScriptedServer, redirect, reply
from tests.support.wechat import Answer, World, numbered

ODD = [
    "data:image/png;base64,AA==", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "about:blank", "blob:x", "mailto:a@b.c",
    "urn:x", "ftp://example.com/", "file:///etc/passwd", "ws://example.com/", "https:", "https://", "https://:443/",
    "https://@/", "https://?x", "https://#x", "https://a.example:99999/", "https://a.example:-1/", "https://a.example:x/",
    "https://a.example:４４３x/", "https://[::1", "https://]/", "https://[x]/", "https://[::1%25eth0]/", "https://[v1.x]/",
    "https://a b/", "https://a%00b/", "https://a\\b/", "https://xn--/", "https://xn--a/", "https://xn--zzzzzz99999/",
    f"https://{'a' * 64}.example\x7f/", "https://\u00ad.example/\x85", "https://..example\x01/", "https://a.example/\x01",
    "https://a.example/" + "x" * 70000, "https://" + "a." * 5000 + "example/", "https://" + "中" * 5000 + ".example/",
    "https://\u200d.example/", "https://a\u3002127.0.0.1/", "https://\uff11\uff12\uff17.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "//[",
    "//127.0.0.1/", "///", "http://169.254.169.254/", "https://a.example:8443/", "http://a.example:8080/",
    "https://a.example:22/", "https://a.example:0/", "https://a.example:65535/",
]  # fmt: skip
RELATIVE = {"///", "https:", "https://", "https://?x", "https://#x"}  # to the host that was asked


def named(location: str) -> str:
    return ascii(location[:40])


def scripted(location: str) -> ScriptedServer:
    """A server that answers by this redirect, whose header is not what httpx would encode."""
    return ScriptedServer(redirect(location.encode("utf-8", "surrogateescape")), reply(404))  # type: ignore[arg-type]


@pytest.mark.parametrize("location", ODD, ids=named)
def test_media_redirect_invalid_location_is_fetch_error(location: str) -> None:
    server = scripted(location)
    with pytest.raises(FetchError):
        server.media()
    assert len(server.requests) == 1 + (location in RELATIVE)
    assert {request.url.host for request in server.requests} == {"mmbiz.qpic.cn"}


@pytest.mark.parametrize("location", ODD, ids=named)
def test_page_redirect_invalid_location_is_fetch_error(location: str) -> None:
    server = scripted(location)
    with pytest.raises(FetchError):
        server.page()
    assert len(server.requests) == 1 + (location in RELATIVE)
    assert {request.url.host for request in server.requests} == {"mp.weixin.qq.com"}


@pytest.mark.parametrize("address", [odd for odd in ODD if "://" in odd], ids=named)
def test_media_invalid_url_is_fetch_error(address: str) -> None:
    server = ScriptedServer(reply())
    with pytest.raises(FetchError):
        server.media(address)
    assert server.requests == []


@pytest.mark.parametrize(
    "location",
    ["https://a.example:443/x", "https://a.example:80/x", "http://a.example:80/x", "http://a.example:443/x", "//a.example/x"],
)  # fmt: skip
def test_media_redirect_to_web_port_is_followed(location: str) -> None:
    server = ScriptedServer(redirect(location), reply())
    assert server.media() == WHOLE
    assert server.requests[1].url.host == "a.example"


def test_media_location_header_with_status_200_is_ignored() -> None:
    assert ScriptedServer(reply(location="javascript:1")).media() == WHOLE


def test_page_redirect_location_stays_in_headers() -> None:
    wall = "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=t&target_url=x"
    page = ScriptedServer(redirect(wall), reply()).page(SHORT)
    assert ("location", wall) in page.headers


def test_document_user_port_is_allowed_other_port_is_refused() -> None:
    server = ScriptedServer(redirect("https://feeds.example:1200/b"), reply())
    with server.fetcher() as fetcher:
        assert fetcher.document("http://feeds.example:1200/a") == WHOLE
    with pytest.raises(FetchError), ScriptedServer(redirect("https://feeds.example:22/"), reply()).fetcher() as fetcher:
        fetcher.document("https://feeds.example:1200/a")


@pytest.mark.parametrize(
    "location", ["data:image/png;base64,AA==", "javascript:1", r"https:\\evil.example\x", "https://a.example:99999/"]
)
def test_batch_picture_with_invalid_redirect_fails_alone(archive: Inside, world: World, location: str) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(7, 8)))
    world.serve(f"{numbered.picture(7)}/0", Answer(status=302, headers=(("Location", location),)))
    numbered.serve_picture(world, 8)
    code, (outcome,) = archive.batch(numbered.address(1))
    assert (code, outcome.outcome, outcome.images.saved, outcome.images.failed) == (0, "archived", 1, 1)
    assert numbered.picture_file(8) in archive.files
