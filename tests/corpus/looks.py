"""Compare how a page and its styled copy look in Chromium, character by character and picture by picture.

Both sides are without WeChat's base style sheet and without ours, so that what is compared is what the page itself
says: its inline styles and its `<style>` rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from archiver.export.styled_html import styled_document
from archiver.extractor.styled import read_styled
from archiver.models import Page
from tests.corpus.browser import ARGUMENTS
from tests.corpus.pages import HERE
from tests.support.solid import picture

ADDRESS = "https://mp.weixin.qq.com/s/corpus"  # never asked for: the answer is made here
FACETS = ("bold", "italic", "size", "colour", "background", "alignment")
_LOOKS = (HERE / "looks.js").read_text(encoding="utf-8")
_BASE = re.compile(r"<style>.*?</style>", re.S)
# What the page's script does that is no matter of style: it fills the body in, shows it and loads the pictures.
_SHOW = """() => {
  const body = document.querySelector('#js_content')
  const template = document.querySelector('#content_tpl')
  if (template) body.innerHTML = template.textContent
  body.style.removeProperty('visibility')
  body.style.removeProperty('opacity')
  for (const image of body.querySelectorAll('img[data-src]')) image.src = image.dataset.src
}"""
_WIDE = "() => { document.querySelector('#js_content').style.width = '677px' }"
_WIDTHS = """() => [...document.querySelectorAll('#js_content img')].map(
  i => [i.src, i.getBoundingClientRect().width, i.dataset.w || ''])"""
_IMAGE = re.compile(r"<img\b[^<>]*>")
_DECLARED = re.compile(r"\s(data-src|src|data-w|data-ratio)=\"([^\"]*)\"")
_LOADED = "() => Promise.all([...document.images].filter(i => i.src).map(i => i.decode().catch(() => 0)))"


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """What looks.js says of one side."""

    text: str
    looks: list[list[Any]]
    pictures: list[tuple[str, int, int]]

    def by_character(self) -> list[tuple[Any, ...]]:
        """Return the look of each character of `text`."""
        return [tuple(look) for count, *look in self.looks for _ in range(count)]


@dataclass(kw_only=True, slots=True)
class Agreement:
    """How much of the pages is as it was: of each facet, how many of how many."""

    same: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def share(self, facet: str) -> float:
        """Return the share of what agrees, 1 if there is nothing to compare."""
        return self.same[facet] / self.all[facet] if self.all[facet] else 1.0

    def add(self, name: str, page: Looks, copy: Looks) -> None:
        """Count a page and its copy."""
        self._add_text(name, page, copy)
        names, copied = [one[0] for one in page.pictures], [one[0] for one in copy.pictures]
        self._count("pictures", name, sum((Counter(names) & Counter(copied)).values()), len(names))
        boxes = sum((Counter(page.pictures) & Counter(copy.pictures)).values())
        self._count("boxes", name, boxes, len(names))

    def _add_text(self, name: str, page: Looks, copy: Looks) -> None:
        wanted, shown = page.by_character(), copy.by_character()
        pairs: list[tuple[int, int]] = []
        if page.text == copy.text:
            pairs = [(at, at) for at in range(len(wanted))]
        else:
            matcher = SequenceMatcher(None, list(page.text), list(copy.text), autojunk=False)
            pairs = [(a + n, b + n) for a, b, size in matcher.get_matching_blocks() for n in range(size)]
            self.differences += [
                f"{name} text: {page.text[a1:a2][:60]!r} is {copy.text[b1:b2][:60]!r}"
                for kind, a1, a2, b1, b2 in matcher.get_opcodes() if kind != "equal"
            ][:5]  # fmt: skip
        self._count("text", name, len(pairs), max(len(wanted), len(shown)))
        for at, facet in enumerate(FACETS):
            differing = [(a, b) for a, b in pairs if wanted[a][at] != shown[b][at]]
            self._count(facet, name, len(wanted) - len(differing) - (len(wanted) - len(pairs)), len(wanted))
            if differing:
                a, b = differing[0]
                around = page.text[max(0, a - 5) : a + 15]
                self.differences.append(
                    f"{name} {facet}: {len(differing)} as {around!r}: {wanted[a][at]} is {shown[b][at]}"
                )

    def _count(self, facet: str, name: str, same: int, count: int) -> None:
        self.same[facet] += same
        self.all[facet] += count
        if same < count:
            self.differences.append(f"{name} {facet}: {same} of {count}")


class LookBrowser:
    """A page of Chromium that answers its own requests, and asks for nothing else."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._document = ""
        self._sizes: dict[str, tuple[int, int]] = {}
        self._numbers: dict[str, int] = {}
        page.route("**/*", self._answer)

    def original(self, html: str) -> Looks:
        """Return how the body of a page looks as WeChat serves it, without its scripts."""
        for image in _IMAGE.findall(html):
            self._learn(dict(_DECLARED.findall(image)))
        self._open(html)
        self._page.evaluate(_SHOW)
        return self._measure()

    def widths(self, html: str) -> list[tuple[str, float, str]]:
        """Return each picture of a page that is opened as by `original`: its address, its width in px, its `data-w`."""
        self.original(html)
        return [tuple(one) for one in self._page.evaluate(_WIDTHS)]

    def copy(self, page: Page) -> Looks:
        """Return how the styled copy of a page looks."""
        styled = read_styled(page)
        document = styled_document(styled, styled.article, lambda address: f"/picture?of={quote(address, safe='')}")
        self._open(_BASE.sub("", document, count=1))
        return self._measure()

    def _open(self, html: str) -> None:
        self._document = html
        self._page.goto(ADDRESS, wait_until="load")

    def _measure(self) -> Looks:
        self._page.evaluate(_WIDE)
        self._page.evaluate(_LOADED)
        found = self._page.evaluate(_LOOKS, "#js_content")
        return Looks(text=found["text"], looks=found["looks"], pictures=[tuple(one) for one in found["pictures"]])

    def _learn(self, declared: dict[str, str]) -> None:
        """Note the size that the page declares for a picture."""
        address = unescape(declared.get("data-src") or declared.get("src") or "")
        try:
            wide = max(1, min(4000, int(float(declared["data-w"]))))
            high = max(1, min(16000, round(wide * float(declared["data-ratio"]))))
        except (KeyError, ValueError):
            return
        self._sizes.setdefault(_identity(address), (wide, high))

    def _answer(self, route: Any) -> None:
        request = route.request
        if request.resource_type == "document" and request.url == ADDRESS:
            headers = {"Content-Security-Policy": "script-src 'none'", "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=self._document, headers=headers)
        elif request.resource_type == "image":
            parts = urlsplit(request.url)
            name = _identity(parse_qs(parts.query)["of"][0] if parts.path == "/picture" else request.url)
            number = self._numbers.setdefault(name, len(self._numbers))
            kind, content = picture(number, *self._sizes.get(name, (640, 360)))
            route.fulfill(body=content, content_type=kind)
        else:
            route.abort()


def _identity(address: str) -> str:
    """Return the part of a picture's address that is the same in all its forms."""
    path = address.partition("?")[0].partition("#")[0].split("/")
    return path[-2] if ".qpic.cn" in address and len(path) > 2 else path[-1]


@contextmanager
def look_browser() -> Iterator[LookBrowser]:
    """Run Debian's Chromium for as long as it is needed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        try:
            yield LookBrowser(browser.new_page(viewport={"width": 1200, "height": 900}))
        finally:
            browser.close()
