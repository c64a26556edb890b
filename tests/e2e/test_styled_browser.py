"""Hostile pages as they looked and as text, in Chromium without Content-Security-Policy: nothing runs or is asked for.

The policy would hide what the document itself lets through, so it is taken out, and looked at by itself at the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from archiver.models import Page
from tests.corpus.browser import ARGUMENTS
from tests.support.harm import ACTIVE, BODIES, SCRIPT, TEXTS, spoken
from tests.support.harmless_styled import OWN, styled_of
from tests.support.harmless_text import text_of
from tests.support.mutations import mutated
from tests.support.pages import CAPTURED, article_html, page_of
from tests.support.paths import FIXTURES, SHARED
from tests.support.styles import LOADING, PAGE_STYLES

pytestmark = pytest.mark.browser

SITE = "http://site.invalid/"
DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="400"/>'
TEXT_PAGE = "<!doctype html><meta charset=utf-8><main>{}</main>"
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">')
# Each name that hostile markup of the tests calls, as a function that tells of its call.
_WITNESS = "for (const name of ['a', 'harm', 'alert', 'x']) globalThis[name] = () => console.error('a script ran')"


class Witness:
    """A page of Chromium that notes each script that runs, and each request but for the documents and their pictures."""

    def __init__(self, browser: object) -> None:
        self.page = browser.new_page()
        self.trouble: list[str] = []
        self._document = ""
        self.page.add_init_script(_WITNESS)
        self.page.route("**/*", self._answer)
        self.page.on("console", lambda said: self._note(said.text) if "a script ran" in said.text else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("dialog", lambda dialog: (self._note("a dialog"), dialog.dismiss()))
        self.page.on(
            "framenavigated", lambda frame: self._note(frame.url) if frame.url not in (SITE, "about:blank") else None
        )

    def look(self, name: str, document: str, *, with_policy: bool = False) -> None:
        """Open a document and touch what is in it."""
        self._document = document if with_policy else _POLICY.sub("", document)
        before = len(self.trouble)
        try:
            self.page.goto(SITE, timeout=60_000)
        except Exception as error:
            error.add_note(f"the document is that of {name!r}")
            raise
        self.page.evaluate("""() => document.querySelectorAll('*').forEach(e => {
          for (const kind of ['mouseover', 'focus', 'error', 'load', 'toggle', 'animationstart']) e.dispatchEvent(new Event(kind))
        })""")
        self.trouble[before:] = [f"{name}: {what}" for what in self.trouble[before:]]

    def _note(self, what: str) -> None:
        self.trouble.append(what)

    def _answer(self, route: object) -> None:
        request = route.request
        if request.url == SITE and request.resource_type == "document":
            route.fulfill(body=self._document, content_type="text/html; charset=utf-8")
        elif request.resource_type == "image" and request.url.startswith((SITE.rstrip("/") + OWN, "data:")):
            route.fulfill(body=DOT, content_type="image/svg+xml")
        else:
            self._note(f"asked for {request.url}") if not request.url.endswith("/favicon.ico") else None
            route.abort()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield opened
        opened.close()


def hostile() -> Iterator[tuple[str, str]]:
    """Bodies made to do harm, and the style sheets of their pages."""
    for name, text in TEXTS.items():
        yield name, article_html(SCRIPT.replace("'标题'", json.dumps(text).replace("</", "<\\/")),
                                 body="".join(spoken(body, text) for body in BODIES.values()))  # fmt: skip
    for name, body in {**ACTIVE, **LOADING}.items():
        yield name, article_html(SCRIPT, body=f"<p>正文</p>{body}")
    for name, css in PAGE_STYLES.items():
        yield name, article_html(SCRIPT, head=f"<style>{css}</style>", body='<p class="a">正文</p>')


def test_styled_and_text_of_hostile_pages_run_nothing_and_ask_for_nothing(browser: object) -> None:
    witness = Witness(browser)
    texts: dict[str, str] = {}
    for name, html in hostile():
        document = styled_of(page_of(html))
        assert document is not None, name
        witness.look(name, document)
        texts[name] = f"<section>{text_of(page_of(html))}</section>"
    for start in range(0, len(texts), 20):  # a document with 20 texts takes as long as one with a single one
        names = [*texts][start : start + 20]
        witness.look(f"one of {names}, as text", TEXT_PAGE.format("".join(texts[name] for name in names)))
    assert witness.trouble == []


@pytest.mark.timeout(3600)  # with --long
def test_styled_and_text_of_mutated_pages_run_nothing_and_ask_for_nothing(
    browser: object, request: pytest.FixtureRequest
) -> None:
    witness = Witness(browser)
    styled: list[str] = []
    run = request.config.getoption("randomly_seed", default=0)
    is_long = request.config.getoption("--long")
    turns = 12 if is_long else 1  # 12: more than 1,000 pages that still are articles
    files = sorted(FIXTURES.glob("*--*/page.html")) + (sorted(SHARED.glob("corpus/pages/*.html")) if is_long else [])
    for file in files:
        content = file.read_bytes()
        texts = []
        for turn in range(turns):
            seed = f"{file.parent.name}/{file.stem}:{run}:{turn}"
            page = Page(source=seed, content=mutated(content, seed), captured=CAPTURED)
            document = styled_of(page)
            if document:
                styled.append(seed)
                witness.look(seed, document)
            texts.append(f"<section>{text_of(page) or ''}</section>")
        witness.look(f"{seed} and before, as text", TEXT_PAGE.format("".join(texts)))
    assert len(styled) > len(files) * turns / 2
    assert witness.trouble == []


@pytest.mark.parametrize("layout", [
    "display:inline-block", "display:table", "display:inline-table", "display:block", "display:flex", "display:grid",
    "display:inline-grid", "columns:2", "column-width:9em", "display:grid;columns:2", "display:var(--x, grid)",
])  # fmt: skip
@pytest.mark.parametrize("is_rule", [False, True], ids=["attribute", "rule"])
def test_styled_deep_boxes_are_shown(browser: object, layout: str, is_rule: bool) -> None:
    """Chromium ends the process of a page of 350 boxes of some kinds in each other, and 20 grids are never laid out."""
    style = 'class="a"' if is_rule else f'style="{layout};padding:1px"'
    body = f"<span {style}>" * 399 + "最深" + "</span>" * 399
    head = f"<style>.a{{{layout};padding:1px}}</style>" if is_rule else ""
    document = styled_of(page_of(article_html(SCRIPT, head=head, body=body)))
    assert document is not None
    assert "padding:1px" in document
    witness = Witness(browser)
    witness.look(layout, document)
    assert witness.page.evaluate("document.querySelector('#js_content').textContent.trim()") == "最深"
    assert witness.trouble == []


COVERING = {
    "absolute": "position:absolute;top:-500px;left:-500px;width:3000px;height:900px;z-index:99999",
    "relative": "position:relative;top:-500px;height:900px;z-index:99999",
    "fixed": "position:fixed;top:0;left:0;width:3000px;height:900px;z-index:99999",
    "a negative margin": "margin-top:-500px;height:900px;position:relative",
    "a transform": "transform:translateY(-500px) scale(9);height:900px",
    "a translation": "translate:0 -500px;scale:9;height:900px",
    "a shadow": "height:9px;box-shadow:0 -100px 0 900px red;position:relative;z-index:9",
    "an outline": "height:9px;outline:900px solid red",
}


@pytest.mark.parametrize("style", COVERING.values(), ids=COVERING)
def test_styled_body_cannot_cover_what_is_around_it(browser: object, style: str) -> None:
    witness = Witness(browser)
    document = styled_of(page_of(article_html(SCRIPT, body=f'<p>正文</p><div style="background:red;{style}">字</div>')))
    assert document is not None
    witness.look("covering", document.replace("<h1></h1>", "<h1>标题</h1>"))
    where = "document.querySelector('h1').getBoundingClientRect()"
    hit = witness.page.evaluate(f"document.elementFromPoint({where}.left + 5, {where}.top + 5).localName")
    assert hit == "h1"
    picture = witness.page.screenshot(clip={"x": 0, "y": 0, "width": 1280, "height": 60})
    witness.look("bare", document.replace('<div style="', '<div hidden style="'))
    assert picture == witness.page.screenshot(clip={"x": 0, "y": 0, "width": 1280, "height": 60})


def test_styled_wide_table_can_be_scrolled_to_on_a_phone(browser: object) -> None:
    cells = "".join(f'<td style="min-width:200px">{number}</td>' for number in range(5))
    document = styled_of(page_of(article_html(SCRIPT, body=f"<table><tr>{cells}</tr></table>")))
    assert document is not None
    witness = Witness(browser)
    witness.page.set_viewport_size({"width": 360, "height": 640})
    witness.look("table", document)
    moved = "(e => { e.scrollLeft = 1e6; return e.scrollLeft })(document.querySelector('#js_content'))"
    assert witness.page.evaluate(moved) > 500
    assert witness.page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("harm", [
    "<script>a()</script>", '<img src="//evil.example/">', '<svg onload="a()"></svg>', '<p style="background:url(//evil.example/)">x</p>',
    '<link rel="stylesheet" href="//evil.example/">', '<p onmouseover="a()">x</p>',
])  # fmt: skip
def test_witness_sees_harm_and_policy_stops_it(browser: object, harm: str) -> None:
    document = styled_of(page_of(article_html(SCRIPT, body="<p>正文</p>")))
    assert document is not None
    witness = Witness(browser)
    witness.look("harm", document.replace("<p>正文</p>", harm))
    assert len(witness.trouble) >= 1
    guarded = Witness(browser)
    guarded.look("harm", document.replace("<p>正文</p>", harm), with_policy=True)
    assert guarded.trouble == []
