"""The reader in Chromium: no barriers for readers, nothing wider than the screen, nothing run or asked of others."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import imagesize
import pytest
import uvicorn

from archiver.app import Archiver, ArticleQuery
from archiver.settings import Settings
from archiver.site.app import create_app
from archiver.site.security.address import ReaderAddress
from archiver.site.security.gate import Access
from tests.support.paths import AXE, ROOT
from tests.support.reader_picture import HEIGHT, WIDTH, take_pictures
from tests.support.reading import STORIES

pytestmark = pytest.mark.browser

ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
FIRST, _, GONE, _, HARM, _ = STORIES
PAGES = (
    "/", "/accounts", "/dates", "/tags", "/albums", "/sources", "/feeds", "/status", "/search", "/search?q=浇水",
    "/search?q=Zeppelin",
    f"/articles?account={FIRST.account}", f"/articles/{FIRST.key}", f"/articles/{FIRST.key}/look",
    f"/articles/{FIRST.key}/captures", f"/articles/{FIRST.key}/changes?old=1&new=2", f"/articles/{GONE.key}",
    f"/articles/{HARM.key}", f"/articles/{HARM.key}/look", "/nothing", "/add?text=https://mp.weixin.qq.com/s/x", "/queue", "/phone", "/login",
)  # fmt: skip
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """() => {
  const main = document.querySelector('main'), right = main.getBoundingClientRect().right
  const edge = right - parseFloat(getComputedStyle(main).paddingRight) + 1
  const controls = [...main.querySelectorAll('input, button, select, textarea, fieldset')]
  return controls.filter(each => each.getBoundingClientRect().right > edge).map(each => each.outerHTML)
}"""
FINDINGS = "async () => (await axe.run(document, {resultTypes: ['violations'], iframes: false})).violations"


@pytest.fixture(scope="module")
def address(reading_archive: Path) -> Iterator[str]:
    """The address of a reader of the archive of tests/support/reading.py, which runs in a thread."""
    yield from _served(reading_archive)


def _served(archive: Path) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = create_app(Settings(output=str(archive)), Access(address=ReaderAddress(port=port)))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        thread.join(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield started
        started.close()


def opened(browser: Any, language: str, scheme: str, width: int) -> Any:
    context = browser.new_context(locale=language, color_scheme=scheme, viewport={"width": width, "height": 800})
    return context.new_page()


@pytest.mark.axe
@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-CN", "light", 1200), ("en", "dark", 360)])
def test_reader_has_no_serious_barrier(browser: Any, address: str, language: str, scheme: str, width: int) -> None:
    page = opened(browser, language, scheme, width)
    found: list[str] = []
    for path in PAGES:
        page.goto(address + path)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for finding in page.evaluate(FINDINGS):
            if finding["impact"] in ("serious", "critical"):
                nodes = [node["html"][:200] for node in finding["nodes"][:3]]
                found.append(f"{path}: {finding['id']}: {json.dumps(nodes, ensure_ascii=False)}")
    page.context.close()
    assert found == []


@pytest.mark.parametrize(("language", "width"), [("en", 360), ("zh-CN", 360), ("zh-CN", 1200)])
def test_reader_fits_the_screen_and_asks_nobody_else(browser: Any, address: str, language: str, width: int) -> None:
    page = opened(browser, language, "light", width)
    asked: list[str] = []
    trouble: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    for path in PAGES:
        page.goto(address + path)
        wider = page.evaluate(WIDER)
        scripts = page.evaluate("document.scripts.length")
        trouble += [f"{path}: {wider} px wider"] if wider > 0 else []
        trouble += [f"{path}: {scripts} scripts"] if scripts else []
        trouble += [f"{path}: in the margin: {each}" for each in page.evaluate(OUTSIDE)]
    page.context.close()
    assert trouble == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(address).netloc}


def test_reader_of_hostile_articles_runs_and_asks_nothing(browser: Any, hostile_archive: Path) -> None:
    """Every kind of hostile body with every kind of hostile words: as text and as it looked."""
    with Archiver(Settings(output=str(hostile_archive))) as archive:
        keys = [article.key for article in archive.list(ArticleQuery())]
    assert len(keys) > 50
    page = opened(browser, "en", "light", 1200)
    asked: list[str] = []
    trouble: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    for address in _served(hostile_archive):
        for key in keys:
            for part in ("", "/styled"):
                answer = page.goto(f"{address}/articles/{key}{part}")
                assert answer.status == 200, (key, part)
        assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(address).netloc}
    page.context.close()
    assert trouble == []


def test_reader_shows_pictures_of_the_archive(browser: Any, address: str) -> None:
    """In lists, in the text, and in the frame of an article as it looked, which has no rights of the reader's pages."""
    page = opened(browser, "zh-CN", "light", 1200)
    loaded = "() => Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth, () => 0)))"
    page.goto(address)
    page.evaluate("() => document.querySelectorAll('img').forEach(i => i.loading = 'eager')")
    assert min(page.evaluate(loaded)) > 0
    page.goto(f"{address}/articles/{FIRST.key}")
    page.evaluate("() => document.querySelectorAll('img').forEach(i => i.loading = 'eager')")
    assert page.evaluate(loaded)[1:] == [320, 320]
    page.goto(f"{address}/articles/{FIRST.key}/look")
    (frame,) = page.frames[1:]
    assert frame.evaluate(loaded) == [320, 320]
    page.context.close()


def test_reader_is_used_by_keyboard(browser: Any, address: str) -> None:
    """The first stop of Tab leads past the head; a search is typed and sent with Enter; composing sends nothing."""
    page = opened(browser, "en", "light", 1200)
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto(f"{address}/search")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    session = page.context.new_cdp_session(page)
    for composed in ("j", "jiao", "jiao shui"):
        session.send(
            "Input.imeSetComposition",
            {"text": composed, "selectionStart": len(composed), "selectionEnd": len(composed)},
        )
    session.send("Input.insertText", {"text": "浇水"})
    assert page.input_value(".words input") == "浇水"
    assert [url for url in asked if "/search" in url] == []
    page.keyboard.press("Enter")
    page.wait_for_selector("mark")
    assert page.inner_text(".entries h3") == FIRST.title
    page.context.close()


def test_pictures_of_the_readmes_are_made_from_the_fixtures(browser: Any, tmp_path: Path) -> None:
    """`imagesize` reads their size; a picture of nothing would be some kilobytes."""
    for picture in take_pictures(browser, tmp_path):
        assert imagesize.get(str(picture)) == (WIDTH, HEIGHT)
        assert picture.stat().st_size > 60_000
        assert (ROOT / "docs" / "_static" / picture.name).is_file()
