"""The files of drawings in Chromium: each shows by itself what the page shows, and asks for nothing."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.e2e.test_browser import ARGUMENTS
from tests.support.drawings import CHART, CURVE, GLYPH, LABELLED_DIAGRAM, LETTERED_DIAGRAM, LOGO, MATHJAX, files_of

pytestmark = pytest.mark.browser

# A glyph that can be seen, in place of the small one of MATHJAX.
LARGE_GLYPH = GLYPH.replace("M308 24Q367 24 416 76Z", "M208 74Q208 50 254 46L523 704L606 383L701 46Z")
GRADIENT = (
    '<svg viewBox="0 0 200 100" width="200"><defs><linearGradient id="g" x2="0" y2="1"><stop offset="0" stop-color="#f00">'
    '</stop><stop offset="1" style="stop-color:#00f;stop-opacity:.5"></stop></linearGradient><clipPath id="c"><circle cx="100" '
    'cy="50" r="45"></circle></clipPath></defs><rect width="200" height="100" fill="url(#g)" clip-path="url(#c)"></rect></svg>'
)
SAMPLES = {
    "formula": MATHJAX.replace(GLYPH, LARGE_GLYPH),
    "formula in colour": f'<section style="color:#c00">{MATHJAX.replace(GLYPH, LARGE_GLYPH)}</section>',
    "formula whose glyphs are elsewhere": f'<svg style="display:none">{LARGE_GLYPH}</svg>{MATHJAX.replace(GLYPH, "")}',
    "logo": LOGO,
    "diagram": LETTERED_DIAGRAM,
    "diagram with labels": LABELLED_DIAGRAM,
    "chart": f'<section style="font-family:sans-serif">{CHART}</section>',
    "gradient": GRADIENT,
    "symbol": '<svg style="display:none"><symbol id="i" viewBox="0 0 9 9"><path d="M1 1L8 1L4 8z"></path></symbol></svg>'
    '<svg width="100" height="100"><use xlink:href="#i" x="10" y="10" width="80" height="80"></use></svg>',
    "sheet": f'<style>.a{{fill:#c00;stroke:#00c;stroke-width:4px}}</style><svg viewBox="0 0 99 50" width="200"><g class="a">{CURVE}</g></svg>',
    "letters": '<section style="font-size:20px;color:#06c;font-weight:bold;font-family:sans-serif">'
    '<svg width="200" height="40"><text y="30" fill="currentColor">艺术字标题</text></svg></section>',
    "drawing that fades in": '<svg width="120" height="60"><circle cx="60" cy="30" r="25" fill="red" opacity="0">'
    '<animate attributeName="opacity" to="1" dur="1ms" fill="freeze"></animate></circle></svg>',
}  # fmt: skip
PAGE = '<!DOCTYPE html><body style="margin:0;background:#fff;font-size:16px">{}'
# The share of pixels that differ, and the share that is not white, of two screenshots at the size of the second.
COMPARE = """async (addresses) => {
  const pictures = await Promise.all(addresses.map(address => new Promise(resolve => {
    const image = new Image(); image.onload = () => resolve(image); image.src = address })))
  const [width, height] = [pictures[1].width, pictures[1].height]
  const [page, file] = pictures.map(image => {
    const canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d')
    context.drawImage(image, 0, 0, width, height)
    return context.getImageData(0, 0, width, height).data })
  let differing = 0, drawn = 0
  for (let at = 0; at < page.length; at += 4) {
    const apart = [0, 1, 2].map(part => Math.abs(page[at + part] - file[at + part]))
    differing += Math.max(...apart) > 96 ? 1 : 0
    drawn += page[at] + page[at + 1] + page[at + 2] < 700 ? 1 : 0 }
  return [differing / (width * height), drawn / (width * height)] }"""


def test_files_show_what_the_page_shows() -> None:
    from playwright.sync_api import sync_playwright

    apart: dict[str, tuple[float, float]] = {}
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for name, sample in SAMPLES.items():
            (content,) = files_of(f"<p>甲</p>{sample}")
            page.set_content(PAGE.format(sample))
            original = page.locator("svg").last.screenshot()
            page.set_content(PAGE.format(f'<img src="data:image/svg+xml;base64,{b64encode(content).decode()}">'))
            page.wait_for_function("document.images[0].complete")
            file = page.locator("img").screenshot()
            pictures = [f"data:image/png;base64,{b64encode(png).decode()}" for png in (original, file)]
            apart[name] = tuple(page.evaluate(COMPARE, pictures))
        browser.close()
    assert [name for name, (_, drawn) in apart.items() if drawn < 0.005] == []  # each shows something
    assert {name: round(differing, 3) for name, (differing, _) in apart.items() if differing > 0.02} == {}
    assert [address for address in asked if not address.startswith("data:")] == []
