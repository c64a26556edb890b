"""The reader's protection in Chromium: what its own pages can do, and what those of other sites cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from archiver.settings import Settings
from archiver.site.app import create_app
from archiver.site.links import PageLinks
from archiver.site.security.address import ReaderAddress
from archiver.site.security.answers import FRAME
from archiver.site.security.api_token import ApiToken
from archiver.site.security.connections import BoundedProtocol
from archiver.site.security.gate import Access
from archiver.site.security.passwords import PasswordCheck
from archiver.site.server import listen
from tests.support.command import Command
from tests.support.paths import FIXTURES
from tests.support.reader import PASSWORD

pytestmark = [pytest.mark.browser]

ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
HOSTILE = """<p style="color:red">文</p><script>parent.harm = document.body.harm = 1</script><img src=x onerror="harm()">
<a id=out href="{reader}/queue" target=_blank>out</a>"""


def show_frame(request: Request) -> HTMLResponse:
    """An article as it looked, as hostile as if nothing had cleaned it."""
    media_url = request.app.state.access.media.for_page(PageLinks.of(request))
    picture = media_url("postimg/" + request.query_params["name"])
    body = HOSTILE.format(reader=str(request.base_url).rstrip("/"))
    return HTMLResponse(f'<img id=picture src="{escape(picture)}">{body}', headers=dict(FRAME))


def show_page(request: Request) -> HTMLResponse:
    """A page of the reader with this article in a frame."""
    frame = "/frame?name=" + request.query_params["name"]
    return HTMLResponse(f'<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="{frame}"></iframe>')


@contextmanager
def reading(output: Path, password: str = "") -> Iterator[str]:
    """The address of a reader in a thread, with two more pages, of an article in a frame."""
    listener = listen(ReaderAddress(port=0))
    address = ReaderAddress(port=listener.getsockname()[1])
    access = Access(
        address=address, password=PasswordCheck(password) if password else None, token=ApiToken(output / "token")
    )
    app = create_app(Settings(output=str(output)), access)
    app.routes.extend([Route("/frame", show_frame), Route("/framed", show_page)])
    server = uvicorn.Server(uvicorn.Config(app, http=BoundedProtocol, ws="none", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{address.port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def foreign_site(content: Callable[[str], str]) -> Iterator[str]:
    """The address of another site; `content` makes each page from its path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content(self.path).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://localhost:{server.server_address[1]}"  # another site than 127.0.0.1
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Any) -> Iterator[Any]:
    """A profile of its own."""
    with closing(chromium.new_context()) as context:
        yield context


@pytest.fixture
def output(offline: Command) -> Path:
    """An archive of one article."""
    assert offline("add", "-o", "out", FIXTURES / "article--seed-2020" / "page.html").code == 0
    return offline.folder / "out"


def log_in(page: Any, reader: str) -> None:
    page.goto(f"{reader}/login")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{reader}/")


def test_own_form_is_accepted_and_shows_the_token(context: Any, output: Path) -> None:
    with reading(output) as reader:
        page = context.new_page()
        page.goto(f"{reader}/phone")
        page.click("text=Show the token")
        assert page.input_value("#token-value") == (output / "token").read_text().strip()


def test_link_of_another_site_fills_in_the_box_of_one_who_is_logged_in(context: Any, output: Path) -> None:
    with (
        reading(output, PASSWORD) as reader,
        foreign_site(lambda _: f'<a href="{reader}/add?text=文%20a">x</a>') as other,
    ):
        page = context.new_page()
        log_in(page, reader)
        page.goto(other)
        page.click("a")
        page.wait_for_url("**/add?text=*")
        assert page.input_value("#text") == "文 a"


def test_link_of_another_site_leads_to_the_login_page_of_one_who_is_not(context: Any, output: Path) -> None:
    with reading(output, PASSWORD) as reader, foreign_site(lambda _: f'<a href="{reader}/add?text=文">x</a>') as other:
        page = context.new_page()
        page.goto(other)
        page.click("a")
        page.wait_for_selector("#password")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/add?text=*")
        assert page.input_value("#text") == "文"


@pytest.mark.parametrize("password", ["", PASSWORD], ids=["without password", "with password"])
def test_article_in_its_frame_shows_its_pictures_and_runs_nothing(context: Any, output: Path, password: str) -> None:
    name = next(output.glob("postimg/*.jpg")).name
    with reading(output, password) as reader:
        page = context.new_page()
        if password:
            log_in(page, reader)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{reader}/framed?name={name}", wait_until="networkidle")
        frame = page.frames[1]
        assert frame.evaluate("document.querySelector('#picture').naturalWidth") > 0
        assert frame.evaluate("window.origin") == "null"
        assert frame.evaluate("document.body.harm === undefined")
        assert page.evaluate("window.harm === undefined")
        assert not [url for url in asked if not url.startswith(reader)]
        with context.expect_page() as opened:
            frame.click("#out")
        opened.value.wait_for_url(f"{reader}/queue")
        opened.value.wait_for_selector("text=The queue")


ATTACK = """<form method=post action="{reader}/phone/token"><input name=renew value=1><button>go</button></form>
<img id=known src="{reader}/media/postimg/{name}"><img id=guessed src="{reader}/media/postimg/{name}?s=0">
<img src="{reader}/search?q=x"><link rel=stylesheet href="{reader}/feeds/all.atom">
<iframe id=frame src="{reader}/add"></iframe>"""
READ_BY_ATTACK = ("/add", "/search", "/feeds/all.atom")
FETCH = """async ([url, mode]) => { try {
  const answer = await fetch(url, {method: 'POST', mode, credentials: 'include', body: 'text=https://mp.weixin.qq.com/s/a',
    headers: {'Content-Type': 'application/x-www-form-urlencoded'}})
  return [answer.type, answer.status, await answer.text()]
} catch (error) { return ['failed', 0, ''] } }"""


def test_other_site_neither_reads_nor_changes_anything(
    context: Any, output: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "archiver.site.security.answers")
    name = next(output.glob("postimg/*.jpg")).name
    token = ApiToken(output / "token").show()
    with reading(output) as reader, foreign_site(lambda _: ATTACK.format(reader=reader, name=name)) as other:
        page = context.new_page()
        statuses: dict[str, int] = {}
        page.on("response", lambda answer: statuses.update({answer.request.method + answer.url: answer.status}))
        page.goto(other, wait_until="networkidle")
        for picture in ("known", "guessed"):
            assert page.evaluate(f"document.querySelector('#{picture}').naturalWidth") == 0
        assert page.frames[1].url == "chrome-error://chromewebdata/"
        for path in READ_BY_ATTACK:
            assert f"GET {path}: 403" in caplog.text  # the browser tells nobody the status
        for mode in ("no-cors", "cors"):
            assert page.evaluate(FETCH, [f"{reader}/add", mode])[1:] == [0, ""]
        page.click("button")
        page.wait_for_url(f"{reader}/phone/token")
        assert statuses[f"POST{reader}/phone/token"] == 403
    assert ApiToken(output / "token").show() == token
    assert not list(output.glob(".archive/queue*"))


LISTEN = """() => addEventListener('dragstart', event => {
  window.dragged = event.dataTransfer.getData('text/uri-list') || event.dataTransfer.types.join() || 'nothing'
})"""


def test_bookmarklet_is_dragged_runs_elsewhere_and_not_here(context: Any, output: Path) -> None:
    article = "<title>标题 &amp; “x”</title><p>文"
    with reading(output) as reader, foreign_site(lambda _: article) as other:
        page = context.new_page()
        violations: list[str] = []
        page.on("console", lambda said: violations.append(said.text))
        page.goto(f"{reader}/phone")
        bookmarklet = page.get_attribute("#browser a, section[aria-labelledby=browser] a", "href")
        assert page.input_value("#bookmarklet") == bookmarklet
        page.click("section[aria-labelledby=browser] a")
        assert page.url == f"{reader}/phone"
        assert [text for text in violations if "Content Security Policy" in text]
        page.evaluate(LISTEN)
        page.hover("section[aria-labelledby=browser] a")
        page.mouse.down()
        page.mouse.move(0, 0, steps=5)
        page.mouse.up()
        assert unquote(page.evaluate("window.dragged")) == bookmarklet  # browsers decode it before they run it
        page.goto(f"{other}/s/x")
        with context.expect_page() as opened:
            page.evaluate(bookmarklet.removeprefix("javascript:"))
        opened.value.wait_for_selector("#text")
        assert opened.value.input_value("#text") == f"标题 & “x”\n{other}/s/x"
        assert opened.value.evaluate("window.opener") is None
