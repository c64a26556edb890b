"""The built site in Chromium: nothing runs, nothing is asked for but pictures, nothing leaves the column."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.support.command import Command
from tests.support.harm import ACTIVE, BODIES, SCRIPT, TEXTS, spoken
from tests.support.jekyll import build
from tests.support.pages import article_html
from tests.support.paths import FIXTURES
from tests.support.wechat import World, pages
from tests.support.wechat.pictures import png

pytestmark = [pytest.mark.jekyll, pytest.mark.browser]

ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
SITE = "http://site.invalid/blog/"
WIDER = """() => {
  const column = document.querySelector('article').getBoundingClientRect()
  return [...document.querySelectorAll('article *')].filter(e => !e.closest('pre'))
    .filter(e => e.getBoundingClientRect().right > column.right + 1).map(e => e.outerHTML.slice(0, 200))
}"""
DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="400"/>'
PICTURES = ("Abc/0%22%20onerror=%22harm()", "Abd/0")  # of HARM, as they are asked for
HARM = """<p onclick="harm()"><img src="x" onerror="harm()" data-src="https://mmbiz.qpic.cn/mmbiz_png/Abc/0&quot; onerror=&quot;harm()">
<a href="javascript:harm()">甲</a><svg onload="harm()"><script>harm()</script></svg>&lt;script&gt;harm()&lt;/script&gt;</p>
<table><tr><td colspan="2"><img data-src="https://mmbiz.qpic.cn/mmbiz_png/Abd/0" onload="harm()"></td></tr><tr><td>1</td><td>2</td></tr></table>
<pre><code>&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;harm()&lt;/script&gt;</code></pre>
<mp-common-miniprogram data-miniprogram-title="&lt;img src=x onerror=harm()&gt;"></mp-common-miniprogram>
<iframe data-src="https://evil.example/"></iframe><link rel="stylesheet" href="https://evil.example/x.css">"""


class Seen:
    """What opening pages showed that it should not."""

    def __init__(self, built: Path, *, pictures: bool = True) -> None:
        self.built = built
        self.pictures = pictures  # whether they come; an `onerror` waits for those that do not
        self.trouble: list[str] = []
        self.foreign: list[str] = []  # pictures of other hosts

    def look(self, names: list[str], *, narrow: bool = True) -> list[str]:
        """The trouble of all pages of the site with these names."""
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            page = browser.new_page()
            page.route("**/*", self._answer)
            page.on("console", self._console)
            page.on("pageerror", lambda error: self.trouble.append(str(error)))
            page.on("dialog", self._dialog)
            for name in names:
                page.goto(SITE + quote(name))
                if narrow:
                    self.trouble += [f"{name}: {element}" for element in page.evaluate(WIDER)]
            browser.close()
        return self.trouble

    def _console(self, said: object) -> None:
        if said.type == "error" and not said.text.startswith("Failed to load resource"):  # requests are looked at
            self.trouble.append(said.text)

    def _dialog(self, dialog: object) -> None:
        self.trouble.append(f"a script ran: {dialog.message}")
        dialog.dismiss()

    def _answer(self, route: object) -> None:
        request = route.request
        if request.url.startswith(SITE) and request.resource_type == "document":
            route.fulfill(path=self.built / unquote(request.url.removeprefix(SITE)))
        elif request.resource_type == "image":
            if not request.url.startswith((SITE, "data:")):
                self.foreign.append(request.url)
            if self.pictures:
                route.fulfill(body=DOT, content_type="image/svg+xml")
            else:
                route.abort()
        else:
            if not request.url.endswith("/favicon.ico"):
                self.trouble.append(f"asked for {request.url}")
            route.abort()


def test_built_site_no_script_no_overflow_only_image_requests(archiver: Command, world: World) -> None:
    world.serve("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", pages.article(HARM, title="坏页"))
    fixtures = sorted(FIXTURES.glob("*/page.html"))
    run = archiver.add("--no-media", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", *fixtures)
    assert run.code == 0, run.err
    built = build(archiver.folder / "out")
    names = sorted(page.name for page in built.glob("*.html"))
    assert "坏页.html" in names
    assert Seen(built).look(names) == []


def test_add_hostile_text_no_script_no_file_outside_output(offline: Command) -> None:
    bodies = {title: "".join(spoken(body, text) for body in BODIES.values()) for title, text in TEXTS.items()}
    bodies |= {f"active {name}": body for name, body in ACTIVE.items()}
    for number, (name, body) in enumerate(bodies.items()):
        script = SCRIPT.replace("2650000001", str(2650000001 + number))
        literal = json.dumps(TEXTS.get(name, name)).replace("</", "<\\/")
        page = article_html(script.replace("'标题'", literal), body=f"<p>正文</p>{body}")
        (offline.folder / f"{number}.html").write_text(page.replace("\0", ""), encoding="utf-8")  # a NUL is no page's
    before = {*offline.folder.rglob("*")}
    run = offline.add("--no-media", *(f"{number}.html" for number in range(len(bodies))))
    assert (run.code, run.counts) == (0, {"archived": len(bodies)}), run.err
    assert {path.relative_to(offline.folder).parts[0] for path in {*offline.folder.rglob("*")} - before} == {"out"}
    built = build(offline.folder / "out")
    names = sorted(page.name for page in built.rglob("*.html"))
    assert len(names) == len(bodies)
    assert Seen(built).look(names, narrow=False) == []
    assert Seen(built, pictures=False).look(names, narrow=False) == []
    outside = {path for path in offline.folder.iterdir() if path.name not in ("out", "built") and path not in before}
    assert outside == set()


def test_built_site_with_saved_images_makes_no_foreign_request(archiver: Command, world: World) -> None:
    world.serve("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", pages.article(HARM, title="坏页"))
    for picture in PICTURES:
        world.serve(f"https://mmbiz.qpic.cn/mmbiz_png/{picture}", pages.picture(png(), "image/png"))
    run = archiver.add("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv")
    assert (run.code, run.outcome["images"]["failed"]) == (0, 0), run.err
    seen = Seen(build(archiver.folder / "out"))
    assert seen.look(["坏页.html"]) == []
    assert seen.foreign == []
