"""What web archives put before an address, and addresses that only look like it."""

from __future__ import annotations

import time

import pytest

from archiver import urls

ORIGINAL = "https://docs.example.org/a?b=https://x.y/z#c"
PREFIXES = [
    "https://web.archive.org/web/20210601000000/",
    "http://web.archive.org/web/20210601000000/",
    "http://web.archive.org:80/web/20210601000000/",
    "//web.archive.org/web/20210601000000/",
    "/web/20210601000000/",
    "/web/20210601000000im_/",
    "https://web.archive.org/web/20210601000000id_/",
    "https://web.archive.org/web/2021/",
    "https://web.archive.org/web/2021*/",
    "https://web.archive.org/web/*/",
    "https://web.archive.org/web/",
    "https://WEB.archive.org/web/20210601000000/",
    "https://archive.ph/o/AbCdE/",
    "https://archive.today/o/AbCdE/",
    "/o/AbCdE/",
    "https://archive.is/20210601000000/",
    "https://archive.li/2021.06.01-000000/",
    "https://archive.ph/newest/",
    "https://www.archive.md/oldest/",
    "https://archive.vn/",
    "https://archive.ph/o/AbCdE/https://web.archive.org/web/20210601000000/",
]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_original_address_is_what_stands_behind_the_prefix(prefix: str) -> None:
    assert urls.original_address(prefix + ORIGINAL) == ORIGINAL
    assert urls.original_address(prefix + ORIGINAL.replace("https://", "http:/", 1)) == ORIGINAL.replace(
        "https", "http", 1
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        ORIGINAL,
        "https://example.org/web/20210601000000/https://docs.example.org/",
        "https://web.archive.org.example.org/web/2021/https://docs.example.org/",
        "https://web.archive.org/details/https://docs.example.org/",
        "https://web.archive.org/web/20210601000000/javascript:alert(1)",
        "https://web.archive.org/web/20210601000000/docs.example.org/",
        "/web/20210601000000/page.html",
        "/web/page.html",
        "https://archive.ph/AbCdE",
        "https://archive.ph/AbCdE/image.png",
        "https://archive.org/details/x",
        "text https://web.archive.org/web/2021/https://docs.example.org/",
        "https://web.archive.org/web/2021/https://",
    ],
)
def test_original_address_leaves_other_addresses(address: str) -> None:
    assert urls.original_address(address) == address


def test_media_has_no_prefix_of_a_web_archive() -> None:
    address = (
        "https://web.archive.org/web/20210601000000im_/https://mmbiz.qpic.cn/mmbiz_png/Pic/640?wx_fmt=png&amp;tp=webp"
    )
    assert urls.media(address) == "https://mmbiz.qpic.cn/mmbiz_png/Pic/640?wx_fmt=png"
    assert urls.image_id(urls.media(address)) == "Pic"


def test_link_in_a_text_keeps_the_prefix_that_its_author_wrote() -> None:
    address = "https://web.archive.org/web/20210601000000/https://docs.example.org/"
    assert urls.link(address) == address


def test_original_address_takes_linear_time() -> None:
    begun = time.process_time()
    for piece in ("/web/", "https://archive.ph/", "/o/abcde/", "/web/2021/https://web.archive.org"):
        urls.original_address(piece * 200_000)
    assert time.process_time() - begun < 2
