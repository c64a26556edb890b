"""The built site in Chromium: nothing runs, nothing is asked for but pictures, nothing leaves the column."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.command import Command
from tests.conftest import FIXTURES
from tests.jekyll import build
from tests.wechat import World, pages

pytestmark = [pytest.mark.jekyll, pytest.mark.browser]

ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
SITE = "http://site.invalid/blog/"
WIDER = """() => {
  const column = document.querySelector('article').getBoundingClientRect()
  return [...document.querySelectorAll('article *')].filter(e => !e.closest('pre'))
    .filter(e => e.getBoundingClientRect().right > column.right + 1).map(e => e.outerHTML.slice(0, 200))
}"""
DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="400"/>'
HARM = """<p onclick="harm()"><img src="x" onerror="harm()" data-src="https://mmbiz.qpic.cn/mmbiz_png/Abc/0&quot; onerror=&quot;harm()">
<a href="javascript:harm()">甲</a><svg onload="harm()"><script>harm()</script></svg>&lt;script&gt;harm()&lt;/script&gt;</p>
<table><tr><td colspan="2"><img data-src="https://mmbiz.qpic.cn/mmbiz_png/Abd/0" onload="harm()"></td></tr><tr><td>1</td><td>2</td></tr></table>
<pre><code>&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;harm()&lt;/script&gt;</code></pre>
<mp-common-miniprogram data-miniprogram-title="&lt;img src=x onerror=harm()&gt;"></mp-common-miniprogram>
<iframe data-src="https://evil.example/"></iframe><link rel="stylesheet" href="https://evil.example/x.css">"""


class Seen:
    """What opening pages showed that it should not."""

    def __init__(self, built: Path) -> None:
        self.built = built
        self.trouble: list[str] = []

    def look(self, names: list[str]) -> list[str]:
        """The trouble of all pages of the site with these names."""
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            page = browser.new_page()
            page.route("**/*", self._answer)
            page.on("console", lambda said: self.trouble.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: self.trouble.append(str(error)))
            for name in names:
                page.goto(SITE + quote(name))
                self.trouble += [f"{name}: {element}" for element in page.evaluate(WIDER)]
            browser.close()
        return self.trouble

    def _answer(self, route: object) -> None:
        request = route.request
        if request.url.startswith(SITE) and request.resource_type == "document":
            route.fulfill(path=self.built / unquote(request.url.removeprefix(SITE)))
        elif request.resource_type == "image":
            route.fulfill(body=DOT, content_type="image/svg+xml")
        else:
            if not request.url.endswith("/favicon.ico"):
                self.trouble.append(f"asked for {request.url}")
            route.abort()


@pytest.fixture
def built(archiver: Command, world: World) -> Path:
    world.serve("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", pages.article(HARM, title="坏页"))
    fixtures = sorted(FIXTURES.glob("*/page.html"))
    run = archiver.add("--no-media", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", *fixtures)
    assert run.code == 0, run.err
    return build(archiver.folder / "out")


def test_no_page_runs_anything_asks_for_anything_or_leaves_its_column(built: Path) -> None:
    names = sorted(page.name for page in built.glob("*.html"))
    assert "坏页.html" in names
    assert Seen(built).look(names) == []
