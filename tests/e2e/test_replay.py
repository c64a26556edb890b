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

ADDRESS = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
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


def serve(world: World, page: Original) -> dict[str, bytes]:
    """Puts the page and the originals of its pictures on the played hosts: the pictures by their ids."""
    world.serve(ADDRESS, pages.page(page.content.decode()))
    served = {}
    for number, address in enumerate(page.media):
        bucket, identity = address.partition("qpic.cn/")[2].split("/")[:2]
        served.setdefault(identity, png(240 + number, 135))
        world.serve(f"https://mmbiz.qpic.cn/{bucket}/{identity}/0", pages.picture(served[identity], "image/png"))
    return served


@contextmanager
def shown(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page()
        page.goto(address, wait_until="load")
        yield page
        browser.close()


@pytest.mark.parametrize("name", ["exp-article-04", "exp-picture-01", "sogou-2018-bgimage-qqmusic"])
def test_export_warc_replays_article_in_pywb(archiver: Command, world: World, tmp_path: Path, name: str) -> None:
    page = original(name)
    served = serve(world, page)
    key = archiver.add(ADDRESS).outcome["key"]
    run = archiver("export", "-o", "out", "--warc", "article.warc.gz")
    assert (run.code, run.out) == (0, "article.warc.gz\n"), run.err
    (folder := tmp_path / "player").mkdir()
    with playing_back(tmp_path / "article.warc.gz", folder) as player:
        assert sha256(replayed(f"{player}id_/{ADDRESS}")[1]).digest() == sha256(page.content).digest()
        for address in page.media:
            status, picture = replayed(f"{player}id_/{address.partition('#')[0]}")
            assert (status, picture) == (200, served[address.split("/")[4]]), address
        with shown(f"{player}mp_/https://archiver.invalid/article/{key}") as seen:
            measure = (SHARED / "fidelity" / "measure.js").read_text(encoding="utf-8")
            tokens = seen.evaluate(f"() => ({measure})(document.querySelector('article'))")["tokens"]
            assert text_of(tokens) == page.text
            assert len([token for token in tokens if "img" in token]) == len(page.pictures) > 0
            assert seen.evaluate(NOT_LOADED) == []
