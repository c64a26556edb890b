"""An exported article in a player: pywb replays it, Chromium shows it, and the original is there to the byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from lxml import html

from tests.support.command import Command
from tests.support.paths import SHARED
from tests.support.player import playing_back, replayed
from tests.support.wechat import World, pages
from tests.support.wechat.pictures import png

pytestmark = [pytest.mark.corpus, pytest.mark.browser, pytest.mark.replay]

PAGES = {  # pages of the corpus, by the addresses that they are served at
    "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStU1": "exp-article-04",
    "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStU2": "exp-picture-01",
    "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStU3": "sogou-2018-bgimage-qqmusic",
}
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
NOT_SEEN = re.compile(
    r"[\s\u200b-\u200f\u2028\u2029\u2060\ufeff\u00ad\u3164\ufe0f\ufe0e]"
)  # what takes no room on a screen
NOT_LOADED = """() => [...document.querySelectorAll('article img')]
  .filter(image => !image.closest('.wechat-card') && image.naturalWidth < 240).map(image => image.outerHTML)"""


@dataclass(frozen=True, kw_only=True)
class Original:
    """A page of the corpus, and what Chromium showed of it."""

    content: bytes
    truth: dict[str, Any]

    @property
    def text(self) -> str:
        return text_of(self.truth["body"]["tokens"])

    @property
    def pictures(self) -> list[str]:
        """The pictures it shows, by the addresses it names them by."""
        return [token["img"] for token in self.truth["body"]["tokens"] if "img" in token]

    @property
    def media(self) -> list[str]:
        """The media addresses that its body names, letter by letter, and those that Chromium asked for."""
        bodies = html.document_fromstring(self.content.decode()).xpath("//*[@id='js_content']")
        lazy = [str(address) for body in bodies for address in body.xpath(".//@data-src[contains(., 'qpic.cn')]")]
        return list(dict.fromkeys([*self.pictures, *lazy]))


def original(name: str) -> Original:
    corpus = SHARED / "corpus"
    truth = json.loads((corpus / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    return Original(content=(corpus / "pages" / f"{name}.html").read_bytes(), truth=truth)


def text_of(tokens: list[dict[str, Any]]) -> str:
    return NOT_SEEN.sub("", normalize("NFC", "".join(token.get("t", "") for token in tokens)))


def serve(world: World, address: str, page: Original) -> dict[str, bytes]:
    """Puts the page and the originals of its pictures on the played hosts: the pictures by their ids."""
    world.serve(address, pages.page(page.content.decode()))
    served = {}
    for number, medium in enumerate(page.media):
        bucket, identity = medium.partition("qpic.cn/")[2].split("/")[:2]
        served.setdefault(identity, png(240 + number, 135))
        world.serve(f"https://mmbiz.qpic.cn/{bucket}/{identity}/0", pages.picture(served[identity], "image/png"))
    return served


@contextmanager
def chromium() -> Iterator[Any]:
    """A tab of Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


def test_export_warc_replays_article_in_pywb(archiver: Command, world: World, tmp_path: Path) -> None:
    originals = {address: original(name) for address, name in PAGES.items()}
    served = {address: serve(world, address, page) for address, page in originals.items()}
    keys = [outcome["key"] for outcome in archiver.add(*originals).outcomes]
    run = archiver("export", "-o", "out", "--warc", "articles.warc.gz")
    assert (run.code, run.out) == (0, "articles.warc.gz\n"), run.err
    (folder := tmp_path / "player").mkdir()
    with playing_back(tmp_path / "articles.warc.gz", folder) as player, chromium() as tab:
        for key, (address, page) in zip(keys, originals.items(), strict=True):
            check_responses(player, address, page, served[address])
            check_article(tab, f"{player}mp_/https://archiver.invalid/article/{key}", page)


def check_responses(player: str, address: str, page: Original, pictures: dict[str, bytes]) -> None:
    """The page and its pictures are replayed as they came, to the byte."""
    assert sha256(replayed(f"{player}id_/{address}")[1]).digest() == sha256(page.content).digest(), address
    for medium in page.media:
        status, picture = replayed(f"{player}id_/{medium.partition('#')[0]}")
        assert (status, picture) == (200, pictures[medium.split("/")[4]]), medium


def check_article(tab: Any, address: str, page: Original) -> None:
    """The readable page has the words and the pictures that Chromium showed of the original."""
    tab.goto(address, wait_until="load")
    measure = (SHARED / "fidelity" / "measure.js").read_text(encoding="utf-8")
    tokens = tab.evaluate(f"() => ({measure})(document.querySelector('article'))")["tokens"]
    assert text_of(tokens) == page.text
    assert len([token for token in tokens if "img" in token]) == len(page.pictures) > 0
    assert tab.evaluate(NOT_LOADED) == []
