"""Pages and media as the pipeline gets them: redacted, from the network or from disk, within the article's bounds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.errors import FetchError, InputError, Postponed, TooLarge
from archiver.fetcher.media_budget import MediaBudget, MediaLimits
from archiver.fetcher.page_sources import FilesOrHttpPages, HttpMedia, HttpPages, OfflineMedia, SavedPages, redact_page
from archiver.models import NO_LOCAL_MEDIA, Download, Media, Page, Target

ARTICLE = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
KEY = "3fa1c07be2d94856a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
WITH_KEY = f"<html><body><script>var key = '{KEY}';</script></body></html>".encode()
REDACTED = b"<html><body><script>var key = 'REDACTED';</script></body></html>"
IMAGE = "https://mmbiz.qpic.cn/mmbiz_png/First/640"
DATA = "data:image/gif;base64,R0lGODlh"
LIMIT = 1000


class Server:
    """A client that answers every address and remembers what it was asked."""

    def __init__(self) -> None:
        self.pages: list[Target] = []
        self.asked: list[tuple[str, int | None, MediaBudget | None]] = []
        self.opened = 0

    def open(self) -> Server:
        self.opened += 1
        return self

    def page(self, target: Target) -> Page:
        self.pages.append(target)
        return Page(
            source=target.source,
            url=f"{ARTICLE}?key={KEY}",
            final_url=f"{ARTICLE}?uin={KEY}",
            headers=(("set-cookie", "a=b"), ("location", f"{ARTICLE}?key={KEY}"), ("date", "today")),
            content=WITH_KEY,
            captured=datetime(2024, 1, 1, tzinfo=UTC),
        )

    def media(self, url: str, limit: int | None = None, budget: MediaBudget | None = None) -> Download:
        self.asked.append((url, limit, budget))
        return Download(url=url, content=b"bytes")


def name_of(medium: Media) -> str:
    return medium.url.rpartition("/")[2]


def limit_of(_medium: Media) -> int:
    return LIMIT


def test_redact_page_covers_content_addresses_and_headers() -> None:
    page = redact_page(Server().page(Target(source="s", url=ARTICLE)))
    assert page.content == REDACTED
    assert page.url == f"{ARTICLE}?key=REDACTED"
    assert page.final_url == f"{ARTICLE}?uin=REDACTED"
    assert page.headers == (("location", f"{ARTICLE}?key=REDACTED"), ("date", "today"))
    assert page.redacted == ("key",)


def test_http_pages_returns_the_redacted_page_without_local_media() -> None:
    server, target = Server(), Target(source="s", url=ARTICLE)
    fetched = HttpPages(server.open).fetch(target)
    assert server.pages == [target]
    assert (fetched.page.content, fetched.page.url) == (REDACTED, f"{ARTICLE}?key=REDACTED")
    assert fetched.local_media is NO_LOCAL_MEDIA
    assert fetched.local_media.find(IMAGE) is None


def test_saved_pages_returns_redacted_page_with_local_media(tmp_path: Path) -> None:
    html = WITH_KEY.replace(b"<script>", f'<img src="./a_files/1.png" data-src="{IMAGE}"><script>'.encode())
    (tmp_path / "a.html").write_bytes(html)
    (tmp_path / "a_files").mkdir()
    (tmp_path / "a_files" / "1.png").write_bytes(b"image")
    fetched = SavedPages().fetch(Target(source="a.html", file=str(tmp_path / "a.html")))
    assert KEY.encode() not in fetched.page.content
    assert fetched.page.redacted == ("key",)
    assert fetched.page.saved
    download = fetched.local_media.find(IMAGE)
    assert download
    assert download.content == b"image"


def test_saved_pages_raises_for_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        SavedPages().fetch(Target(source="a", file=str(tmp_path / "a.html")))


def test_files_or_http_pages_reads_files_without_client(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(WITH_KEY)
    server = Server()
    pages = FilesOrHttpPages(HttpPages(server.open))
    assert pages.fetch(Target(source="a", file=str(tmp_path / "a.html"))).page.content == REDACTED
    assert server.opened == 0
    assert pages.fetch(Target(source="a", url=ARTICLE)).page.content == REDACTED
    assert server.opened == 1


def test_http_media_passes_limit_and_budget() -> None:
    server, budget = Server(), MediaBudget()
    download = HttpMedia(server.open, budget, name_of, limit_of).fetch(Media(url=IMAGE, size=LIMIT), IMAGE)
    assert download.content == b"bytes"
    assert server.asked == [(IMAGE, LIMIT, budget)]


def test_http_media_decodes_data_addresses_without_a_request() -> None:
    server, budget = Server(), MediaBudget(MediaLimits(media=0))
    media = HttpMedia(server.open, budget, name_of, limit_of)
    assert media.fetch(Media(url=DATA), DATA).content == b"GIF89a"
    assert server.opened == 0


def test_http_media_refuses_a_declared_size_above_the_limit() -> None:
    server = Server()
    media = HttpMedia(server.open, MediaBudget(), name_of, limit_of)
    with pytest.raises(TooLarge, match="1001 bytes are more than the 1000 allowed"):
        media.fetch(Media(url=IMAGE, size=LIMIT + 1), IMAGE)
    assert server.opened == 0


def test_http_media_counts_media_by_name() -> None:
    server = Server()
    media = HttpMedia(server.open, MediaBudget(MediaLimits(media=1)), name_of, limit_of)
    for address in (IMAGE, f"{IMAGE}?again"):
        media.fetch(Media(url=IMAGE), address)
    with pytest.raises(Postponed, match="max_pictures"):
        media.fetch(Media(url=f"{IMAGE}/other"), IMAGE)
    assert len(server.asked) == 2


def test_offline_media_raises_the_reason_of_an_earlier_run() -> None:
    with pytest.raises(FetchError, match="it was too large"):
        OfflineMedia(lambda _medium: "it was too large").fetch(Media(url=IMAGE), IMAGE)
    with pytest.raises(FetchError, match="nobody asked for it yet"):
        OfflineMedia(lambda _medium: "").fetch(Media(url=IMAGE), IMAGE)


def test_offline_media_decodes_data_addresses() -> None:
    assert OfflineMedia(lambda _medium: "").fetch(Media(url=DATA), DATA).content == b"GIF89a"
