"""Names that lead where no page may lead us: the resolver is the test's, the rest is real."""

from __future__ import annotations

import ssl
from functools import partial
from pathlib import Path

import pytest

import archiver.fetcher
from archiver.fetcher.client import Fetcher
from tests.support.inside import Inside
from tests.support.loopback import PUBLIC, Loopback, head
from tests.support.wechat import PAGES, numbered, pages
from tests.support.wechat.pictures import png

ONE = numbered.address(1)
EVIL = "pictures.example.com"
ARTICLE = pages.article(f'<p>正文</p><p><img data-src="https://{EVIL}/a.png" data-w="240"></p>', title="题")
INSIDE = {
    "this machine": "127.0.0.1",
    "this machine, IPv6": "::1",
    "this machine, wrapped": "::ffff:127.0.0.1",
    "nobody": "0.0.0.0",
    "the cloud's metadata": "169.254.169.254",
    "the cloud's metadata, through NAT64": "64:ff9b::a9fe:a9fe",
    "a home's router": "192.168.1.1",
    "a carrier's network": "100.64.0.1",
    "a private network, IPv6": "fd00::1",
    "a link": "fe80::1%eth0",
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loopback:
    world = Loopback(tmp_path, monkeypatch)
    monkeypatch.setattr(archiver.fetcher, "Fetcher", partial(Fetcher, resolve=world.resolve), raising=False)
    return world


@pytest.fixture
def archive(tmp_path: Path) -> Inside:
    return Inside(folder=tmp_path / "out")


def _talk(connection: ssl.SSLSocket) -> None:
    """The article, a picture for all else; a connection of its own for each."""
    body = ARTICLE.body if b"GET /s/" in head(connection) else png()
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
        + body
    )


@pytest.mark.parametrize("address", INSIDE.values(), ids=INSIDE)
def test_batch_page_host_with_private_address_is_not_requested(world: Loopback, archive: Inside, address: str) -> None:
    world.answers = [[address]]
    code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.outcome, outcome.state) == (1, "failed", None)
    assert "not a public address" in outcome.error
    assert (world.connected, world.resolved) == ([], [PAGES])
    assert (archive.files, archive.due) == ([], [ONE])


@pytest.mark.parametrize("address", INSIDE.values(), ids=INSIDE)
def test_batch_picture_host_with_private_address_is_not_requested(
    world: Loopback, archive: Inside, address: str
) -> None:
    world.answers = [[PUBLIC], [address]]
    with world.serve(_talk, PAGES, EVIL):
        code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.outcome, outcome.images.failed) == (0, "archived", 1)
    assert any("not a public address" in warning for warning in outcome.warnings)
    assert (world.connected, {*world.resolved}) == ([PUBLIC], {PAGES, EVIL})
    assert [name.partition("/")[0] for name in archive.files] == ["_posts", "snapshot"]


def test_batch_dns_rebinding_connects_to_checked_address(world: Loopback, archive: Inside) -> None:
    world.answers = [[PUBLIC], [PUBLIC], ["127.0.0.1"]]  # the page, the picture, and whoever would ask once more
    with world.serve(_talk, PAGES, EVIL):
        code, (outcome,) = archive.batch(ONE)
    assert (code, outcome.images.saved) == (0, 1)
    assert (world.connected, world.resolved) == ([PUBLIC, PUBLIC], [PAGES, EVIL])


def test_batch_dns_rebinding_in_next_run_is_rejected(world: Loopback, archive: Inside) -> None:
    world.answers = [[PUBLIC], [PUBLIC], ["127.0.0.1"]]
    with world.serve(_talk, PAGES, EVIL):
        archive.batch(ONE)
        code, (outcome,) = archive.batch(numbered.address(2))  # the same picture lies here: only the page is asked for
    assert (code, outcome.outcome) == (1, "failed")
    assert world.connected == [PUBLIC, PUBLIC]
    assert archive.due == [numbered.address(2)]
