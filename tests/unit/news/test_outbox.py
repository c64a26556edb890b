"""The file of pending news."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.errors import OutputError
from archiver.models.news import NewsItem
from archiver.news import outbox
from archiver.news.outbox import FILE, Outbox, PendingNews
from archiver.storage.local import LocalStore


def test_outbox_write_is_read_back(tmp_path: Path) -> None:
    box = Outbox(LocalStore(tmp_path))
    news = PendingNews(told=["disk: x"], digest="2026-05-04")
    news.add([NewsItem(kind="archived", title="题", url="u"), NewsItem(kind="need", title="do", reason="disk")])
    box.write(news)
    with box.locked() as read:
        assert read == news


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"items": [{"kind": "x"}]}', b"\xff\xfe", None])
def test_outbox_damaged_file_is_empty(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / FILE
    path.parent.mkdir()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with Outbox(LocalStore(tmp_path)).locked() as read:
        assert read == PendingNews()


def test_outbox_lock_keeps_others_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_PATIENCE", 0.0)
    box = Outbox(LocalStore(tmp_path))
    with box.locked(), pytest.raises(OutputError), box.locked():
        pass


def test_pending_news_beyond_the_limit_are_counted() -> None:
    news = PendingNews()
    news.add(NewsItem(kind="archived", title="长" * 10_000) for _ in range(205))
    assert (len(news.items), news.unnamed) == (200, {"archived": 5})
    assert {len(item.title) for item in news.items} == {500}
    news.clear()
    assert news.is_empty
