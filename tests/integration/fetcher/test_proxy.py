"""The user's proxy, over real loopback sockets: when it is used, and what is checked all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.errors import ConfigError, ForbiddenAddress, Unreachable
from archiver.fetcher import Fetcher, FetcherOptions
from tests.support.loopback import PICTURE, WHOLE, Loopback, connect_proxy, page


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loopback:
    return Loopback(tmp_path, monkeypatch)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "--proxy"])
def test_proxy_on_loopback_is_used_and_resolves_names(
    world: Loopback, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with world.serve(page), connect_proxy(world) as (port, asked):
        address = f"http://127.0.0.1:{port}"
        if variable == "--proxy":
            monkeypatch.setenv("NO_PROXY", "*")  # what the user says now outranks the environment
        else:
            monkeypatch.setenv(variable, address)
        options = FetcherOptions(interval=0, proxy=address if variable == "--proxy" else "")
        with world.fetcher(options) as fetcher:
            assert fetcher.media(PICTURE).content == WHOLE
    assert asked == ["mmbiz.qpic.cn:443"]
    assert world.resolved == []


@pytest.mark.parametrize("exception", ["mmbiz.qpic.cn", "qpic.cn", ".qpic.cn", "a.example, mmbiz.qpic.cn", "*"])
def test_no_proxy_variable_bypasses_proxy(world: Loopback, monkeypatch: pytest.MonkeyPatch, exception: str) -> None:
    with world.serve(page), connect_proxy(world) as (port, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", exception)
        with world.fetcher() as fetcher:
            fetcher.media(PICTURE)
    assert asked == []
    assert world.resolved == ["mmbiz.qpic.cn"]


def test_proxy_private_ip_address_is_rejected(world: Loopback) -> None:
    with (
        connect_proxy(world) as (port, asked),
        world.fetcher(FetcherOptions(proxy=f"http://127.0.0.1:{port}")) as fetcher,
    ):
        for url in ("https://127.0.0.1/", "https://2130706433/", "https://a.localhost/"):
            with pytest.raises(ForbiddenAddress):
                fetcher.media(url)
    assert asked == []


def test_proxy_certificate_of_target_is_checked(world: Loopback) -> None:
    untrusted = pytest.raises(Unreachable, match="certificate is not trusted")
    with (
        world.serve(page, "example.com"),
        connect_proxy(world) as (port, _),
        world.fetcher(FetcherOptions(proxy=f"127.0.0.1:{port}")) as fetcher,
        untrusted,
    ):
        fetcher.media(PICTURE)


@pytest.mark.parametrize("address", ["ftp://user:secret@proxy:1", "http://", "http://user:secret@host:port"])
def test_proxy_invalid_url_is_config_error_without_password(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Fetcher(FetcherOptions(proxy=address))
    assert "secret" not in str(caught.value)
