"""Archiver.add over several sources: what a wall, a full disk or a bug in one means for the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver import Archiver, Settings
from archiver.archive.posts import PostFiles
from archiver.context import Context
from archiver.errors import OutputError
from archiver.fetcher.rate_limit import SharedRateLimiter
from archiver.models import Page, State, Target
from tests.integration.cli.test_cli import PAGE, WALL

ADDRESSES = [f"https://mp.weixin.qq.com/s/{letter * 22}" for letter in "abc"]


class Network:
    """The fetcher, as a function from address to HTML that remembers what it was asked."""

    rate_limiter: SharedRateLimiter

    def __init__(self, answer: Callable[[str], str]) -> None:
        self.asked: list[str] = []
        self._answer = answer

    def page(self, target: Target) -> Page:
        self.rate_limiter.acquire(target.url)
        self.asked.append(target.url)
        content = self._answer(target.url).encode()
        page = Page(source=target.source, url=target.url, content=content, captured=datetime.now(UTC))
        self.rate_limiter.observe(page)
        return page


def article(mid: int) -> str:
    return PAGE.format(title=f"题{mid}", mid=mid, text="正文。", more="")


@pytest.fixture
def network(monkeypatch) -> Network:
    """Articles, but for the second address: there stands the wall."""
    answers = dict(zip(ADDRESSES, (article(1), WALL, article(3)), strict=True))
    network = Network(answers.__getitem__)

    def before(context: Context) -> Network:
        network.rate_limiter = context.rate_limiter
        return network

    monkeypatch.setattr(Context, "fetcher", property(before))
    return network


@pytest.fixture
def saved(tmp_path: Path) -> str:
    path = tmp_path / "saved.html"
    path.write_text(article(9), encoding="utf-8")
    return str(path)


def archiver(tmp_path: Path) -> Archiver:
    return Archiver(Settings(output=str(tmp_path / "out"), interval=0))


def test_add_after_verification_page_reads_only_saved_pages(tmp_path, network, saved):
    with archiver(tmp_path) as archive:
        first, wall, last, unasked = archive.add([*ADDRESSES[:2], saved, ADDRESSES[2]])
    assert network.asked == ADDRESSES[:2]
    assert (first.outcome, last.outcome) == ("archived", "archived")
    assert (wall.state, wall.exit_code) == (State.VERIFICATION, 75)
    assert (unasked.outcome, unasked.state, unasked.exit_code) == ("failed", None, 75)
    assert unasked.error.startswith("not asked: WeChat wants a rest, no page is asked for before ")


def test_add_wrong_url_after_verification_page_is_usage_error(tmp_path, network):
    with archiver(tmp_path) as archive:
        *_, wrong = archive.add([ADDRESSES[1], "https://example.com/"])
    assert wrong.exit_code == 2


def test_add_failed_write_stops_further_requests(tmp_path, network, saved, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OutputError("cannot be written (No space left on device)", concerns="out")

    monkeypatch.setattr(PostFiles, "save", full)
    with archiver(tmp_path) as archive:
        outcomes = list(archive.add([ADDRESSES[0], ADDRESSES[2], saved]))
    assert network.asked == ADDRESSES[:1]
    assert [outcome.exit_code for outcome in outcomes] == [73, 73, 73]


def test_add_unwritable_output_fails_before_any_request(tmp_path, network):
    (tmp_path / "out").touch()
    with archiver(tmp_path) as archive, pytest.raises(OutputError):
        list(archive.add(ADDRESSES))
    assert network.asked == []


def test_add_yields_outcomes_one_by_one(tmp_path, network):
    with archiver(tmp_path) as archive:
        next(archive.add(ADDRESSES))
    assert network.asked == ADDRESSES[:1]


def test_add_reports_source_before_its_request(tmp_path, network):
    reported: list[tuple[str, int]] = []
    with archiver(tmp_path) as archive:
        list(archive.add(ADDRESSES[:1], lambda what: reported.append((what, len(network.asked)))))
    assert reported == [(ADDRESSES[0], 0)]
