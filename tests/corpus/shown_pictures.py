"""How wide the small pictures of real pages are, in the pages and in a built site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archiver.extractor import ParsedPage
from tests.corpus.browser import chromium_page
from tests.corpus.looks import look_browser
from tests.corpus.real_sites import RealSite, picture_id
from tests.corpus.test_looks import has_body_in_html, read

SMALL = 120  # px
_SITE = "https://site.example"
_POST = """<!doctype html><meta charset=utf-8><style>
article { width: 677px; font: 17px/1.6 sans-serif } img { max-width: 100% }
</style><article>POST</article>"""
_WIDTHS = """() => Promise.all([...document.images].map(i => i.decode().catch(() => 0))).then(() =>
  [...document.images].map(i => [i.src, i.getBoundingClientRect().width]))"""


def small_pictures(pages: Iterable[Path]) -> dict[str, list[tuple[str, float]]]:
    """The pictures (name, width in px) that a page shows small: at most half as wide as its `data-w`, by page name."""
    found = {}
    with look_browser() as browser:
        for path in pages:
            page = read(path)
            if has_body_in_html(page):
                widths = browser.widths(ParsedPage(page).text)
                found[path.stem] = [
                    (_name_of(address), width)
                    for address, width, declared in widths
                    if re.fullmatch(r"[0-9.]+", declared) and 0 < width <= min(SMALL, float(declared) / 2)
                ]
    return found


def _name_of(address: str) -> str:
    """How the file of a picture is called: by its id on WeChat's CDN, or by the digest of its address elsewhere."""
    return picture_id(address) if ".qpic.cn" in address else sha256(address.partition("#")[0].encode()).hexdigest()


def built_pictures(site: RealSite) -> dict[str, list[tuple[str, float]]]:
    """The pictures (name, width in px) that the built articles show in a column of 677 px, by page name."""
    assert site.built is not None
    built, found = site.built, {}

    def answer(route: Any) -> None:
        path = unquote(urlsplit(route.request.url).path).removeprefix("/blog")
        if route.request.resource_type == "document":
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        elif route.request.url.startswith(f"{_SITE}/") and (built / path[1:]).is_file():
            route.fulfill(path=built / path[1:])
        else:
            route.abort()

    with chromium_page() as page:
        page.route("**/*", answer)
        for name, article in site.articles.items():
            document = _POST.replace("POST", article.decode_contents())
            page.goto(f"{_SITE}/", wait_until="load")
            found[name] = [(picture_id(source), width) for source, width in page.evaluate(_WIDTHS)]
    return found


def unlike_pages(site: RealSite, pages: Iterable[Path]) -> tuple[int, list[str]]:
    """How many small pictures the pages of a site have, and those whose width is another in its built pages."""
    wanted, found = small_pictures(pages), built_pictures(site)
    wanted = {name: small for name, small in wanted.items() if name in found}
    unlike = [
        f"{name}: {picture} is {width} px wide, not {[other for same, other in found[name] if same == picture]}"
        for name, small in wanted.items()
        for picture, width in _unmatched(small, found[name])
    ]
    return sum(map(len, wanted.values())), unlike


def _unmatched(small: list[tuple[str, float]], shown: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The small pictures that have none of the same name and width (by 1 px) among those shown, each of which counts once."""
    left, unmatched = [*shown], []
    for picture, width in small:
        match = next((one for one in left if one[0] == picture and abs(one[1] - width) <= 1), None)
        if match:
            left.remove(match)
        else:
            unmatched.append((picture, width))
    return unmatched
