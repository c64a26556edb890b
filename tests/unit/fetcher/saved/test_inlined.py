"""Images that SingleFile wrote into a page, found by the address that WeChat's page has for them."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest

from archiver.fetcher import read_saved

CDN = "https://mmbiz.qpic.cn/mmbiz_png"
BLANK = """data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="677" height="380"><rect fill-opacity="0"/></svg>"""
DOT = "data:image/gif;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVQImWNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg=="


def image(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content.ljust(300)).decode()}"


def find(folder: Path, html: str, address: str) -> bytes | None:
    (folder / "page.html").write_text(html, encoding="utf-8")
    found = read_saved(folder / "page.html").local_media.find(address)
    return None if found is None else found.content.rstrip()


ONE, TWO = image(b"one"), image(b"two")
TAGS = {
    "in src": f'<img data-src="{CDN}/One/640?wx_fmt=png&amp;from=appmsg" src="{ONE}">',
    "in src without quotes": f"<img src={ONE} data-src={CDN}/One/640>",
    "in a variable": f"""<style>:root{{--sf-img-0: url("{TWO}");--sf-img-12: url("{ONE}")}}</style>
        <img data-src="{CDN}/One/640" src='{BLANK}' style="background-image:var(--sf-img-12)!important">""",
    "in a variable without quotes": f"""<style>:root{{--sf-img-1:url({ONE})}}</style>
        <img data-src="{CDN}/One/640" style="background-image: var( --sf-img-1 )">""",
    "with the original address": f'<img src="{ONE}" data-sf-original-src="{CDN}/One/640?tp=webp">',
    "in a background": f'<section data-lazy-bgimg="{CDN}/One/640" style="background-image:url({ONE})"></section>',
    "in a quoted background": (
        f'<section class="a" style="background-image:url(&quot;{ONE}&quot;)" data-lazy-bgimg="{CDN}/One/640"></section>'
    ),
    "in the variable of a background": f"""<style>:root{{--sf-img-3:url('{ONE}')}}</style>
        <svg data-lazy-bgimg={CDN}/One/640 style="background-image:var(--sf-img-3)"></svg>""",
}


@pytest.mark.parametrize("tag", TAGS)
def test_find_inlined_image_by_its_address_on_the_cdn(tmp_path: Path, tag: str) -> None:
    html = f"<p>{TAGS[tag]}</p><img data-src='{CDN}/Two/640' src='{TWO}'>"
    assert find(tmp_path, html, f"{CDN}/One/0?wx_fmt=png") == b"one"
    assert find(tmp_path, html, f"{CDN}/Two/640") == b"two"
    assert find(tmp_path, html, f"{CDN}/Three/0") is None


@pytest.mark.parametrize(
    "html",
    [
        f'<img data-src="{CDN}/One/640" src="{DOT}">',
        f"""<img data-src="{CDN}/One/640" src='{BLANK}'>""",
        f"""<img data-src="{CDN}/One/640" src='{BLANK}' style="background-image:var(--sf-img-1)">""",
        f'<img data-src="{CDN}/One/640" src="data:image/png;base64,{"A" * 401}">',
        f'<section data-lazy-bgimg="{CDN}/One/640" style="background-image:url({DOT})"></section>',
        f'<p data-src="{CDN}/One/640">{ONE}</p>',
    ],
    ids=["a blank", "a blank drawing", "a variable that is not set", "damaged", "a blank background", "no image tag"],
)
def test_find_inlined_image_is_none_for_what_is_no_image(tmp_path: Path, html: str) -> None:
    assert find(tmp_path, html, f"{CDN}/One/640") is None


def test_find_prefers_the_file_beside_the_page(tmp_path: Path) -> None:
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "One.png").write_bytes(b"file")
    assert find(tmp_path, TAGS["in src"], f"{CDN}/One/640") == b"file"


@pytest.mark.parametrize(
    "piece",
    ["--sf-img-1:url(data:image/", "--sf-img-1:url('data:image/", '<a --sf-img-1:url("data:image/', "<img style='var(--sf-img-",
     "<a data-lazy-bgimg ", "<a b", "<p style='url(data:image/' data-lazy-bgimg"],
    ids=range(7),
)  # fmt: skip
def test_find_inlined_image_takes_linear_time(tmp_path: Path, piece: str) -> None:
    html = "<img src='data:image/" + piece * (1_000_000 // len(piece))
    begun = time.process_time()
    assert find(tmp_path, html, f"{CDN}/One/640") is None
    assert time.process_time() - begun < 2
