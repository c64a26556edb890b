"""Chromium, offline: pages and renderings are opened in it and measured by measure.js."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.corpus.pages import HERE, CorpusPage, Line

ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
_ADDRESS = "https://mp.weixin.qq.com/s/corpus"  # never asked for: the answer is made here
_MEASURE = (HERE / "measure.js").read_text(encoding="utf-8")
_WECHAT = (HERE / "wechat.js").read_text(encoding="utf-8")
# Pictures are named for their size, `…Tomato1080x608/640`: nothing is fetched, and a column is laid out all the same.
_SIZE = re.compile(r"(\d+)x(\d+)(?=/|@|\.|$)")
_POST = """<!doctype html><meta charset=utf-8><style>
article { width: 677px; overflow-wrap: anywhere; font: 17px/1.6 sans-serif } img { max-width: 100% } p > code { white-space: normal }
</style><article>POST</article>"""


class Browser:
    """A page of Chromium that answers its own requests."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._document = ""
        page.route("**/*", self._answer)

    def measure_page(self, page: CorpusPage) -> list[Line]:
        """Return what a reader sees of a page as WeChat serves it."""
        self._open(page.file.read_text(encoding="utf-8"))
        self._page.evaluate(_WECHAT)
        return self._measure("#js_content")

    def measure_post(self, html: str) -> list[Line]:
        """Return what a reader sees of a post's body as an engine rendered it."""
        self._open(_POST.replace("POST", html))
        return self._measure("article")

    def screenshot(self, file: Path) -> None:
        """Save what is open as a picture, for people."""
        self._page.screenshot(path=file, full_page=True)

    def _open(self, document: str) -> None:
        self._document = document
        self._page.goto(_ADDRESS, wait_until="load")

    def _measure(self, selector: str) -> list[Line]:
        # Sizes of pictures are part of the measure.
        self._page.evaluate(
            "() => Promise.all([...document.images].filter(i => i.src).map(i => i.decode().catch(() => 0)))"
        )
        return self._page.evaluate(_MEASURE, selector) or []

    def _answer(self, route: Any) -> None:
        request = route.request
        if request.resource_type == "document" and request.url == _ADDRESS:
            route.fulfill(body=self._document, content_type="text/html; charset=utf-8")
        elif request.resource_type == "image":
            route.fulfill(body=_drawing(request.url), content_type="image/svg+xml")
        else:
            route.abort()


def _drawing(address: str) -> str:
    found = _SIZE.search(address)
    width, height = found.groups() if found else ("640", "360")
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><rect width="100%" height="100%" fill="#9bc"/></svg>'


@contextmanager
def chromium_page() -> Iterator[Any]:
    """Run Debian's Chromium for as long as its empty page is needed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        try:
            yield browser.new_page()
        finally:
            browser.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium for as long as it is needed."""
    with chromium_page() as page:
        yield Browser(page)


def measure_posts(bodies: Iterable[str]) -> list[list[Line]]:
    """Return what a reader sees of each rendered body."""
    with chromium() as browser:
        return [browser.measure_post(body) for body in bodies]
