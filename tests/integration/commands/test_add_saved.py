"""`add` of what browsers and extensions save, with the pictures in it and without a network."""

from __future__ import annotations

import base64
import os
import plistlib

import pytest

from tests.support.command import Command
from tests.support.wechat import World, pages
from tests.support.wechat.pictures import png

ADDRESS = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
ID = "Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv"
SHOWN = f"https://mmbiz.qpic.cn/mmbiz_png/{ID}/640?wx_fmt=png"
IMAGE = f'<p><img data-src="{SHOWN}" data-w="240"></p>'
DATA = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
BLANK = (
    """data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect fill-opacity="0"/></svg>"""
)
PICTURE = f"![]({{{{site.baseurl}}}}/postimg/{ID}.png)"


def webarchive(form: plistlib.PlistFormat) -> bytes:
    def resource(content: bytes, address: str, kind: str) -> dict[str, object]:
        return {"WebResourceData": content, "WebResourceURL": address, "WebResourceMIMEType": kind}

    main = resource(pages.article(IMAGE).body, ADDRESS, "text/html") | {"WebResourceTextEncodingName": "UTF-8"}
    picture = resource(png(), f"{SHOWN}&tp=webp&wxfrom=5&wx_lazy=1", "image/png")
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": [picture]}, fmt=form)


def singlefile(body: str, css: str = "") -> bytes:
    note = f"<!--\n Page saved with SingleFile \n url: {ADDRESS} \n saved date: Thu Jul 18 2024 10:05:00 GMT+0800 (CST)\n-->"
    return pages.article(body).body.replace(b'<html class="">', f'<html class="">{note}<style>{css}</style>'.encode())


FILES = {
    "page.webarchive": webarchive(plistlib.FMT_BINARY),
    "xml.webarchive": webarchive(plistlib.FMT_XML),
    "singlefile.html": singlefile(f'<p><img data-src="{SHOWN}" src="{DATA}"></p>'),
    "grouped.html": singlefile(
        f"""<p><img data-src="{SHOWN}" src='{BLANK}' style="background-image:var(--sf-img-4)"></p>""",
        f':root{{--sf-img-4: url("{DATA}")}}',
    ),
    "background.html": singlefile(
        f'<section data-lazy-bgimg="{SHOWN}" style="height:135px;background-image:url({DATA})"></section>'
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_add_saves_the_picture_that_is_in_the_file(offline: Command, name: str) -> None:
    (offline.folder / name).write_bytes(FILES[name])
    run = offline.add(name)
    assert (run.code, run.outcome["state"], run.outcome["warnings"]) == (0, "article", [])
    assert run.outcome["images"] == {"expected": 1, "saved": 1, "failed": 0}
    assert (offline.folder / "out" / "postimg" / f"{ID}.png").read_bytes() == png()
    assert PICTURE in offline.posts[0].read_text()


def test_batch_reads_a_webarchive_that_a_list_names(offline: Command) -> None:
    (offline.folder / "page.webarchive").write_bytes(FILES["page.webarchive"])
    assert offline.batch(offline.write("list.txt", "page.webarchive")).counts == {"archived": 1}


def test_add_saves_a_grouped_picture_that_has_no_address(offline: Command) -> None:
    image = f"""<p><img src='{BLANK}' style="background-image:var(--sf-img-4)!important"></p>"""
    (offline.folder / "page.html").write_bytes(singlefile(image, f':root{{--sf-img-4: url("{DATA}")}}'))
    assert offline.add("page.html").outcome["images"] == {"expected": 1, "saved": 1, "failed": 0}
    (picture,) = (offline.folder / "out" / "postimg").iterdir()
    assert picture.read_bytes() == png()


def test_add_reads_a_page_in_utf16(offline: Command) -> None:
    (offline.folder / "page.html").write_bytes(pages.article("<p>正文</p>").body.decode().encode("utf-16"))
    run = offline.add("page.html")
    assert (run.code, run.outcome["title"]) == (0, "测试文章")
    assert "\n正文\n" in offline.posts[0].read_text()


def test_add_asks_for_a_picture_whose_copy_is_cut_off(archiver: Command, world: World) -> None:
    world.serve(f"https://mmbiz.qpic.cn/mmbiz_png/{ID}/0", pages.picture(png()))
    image = IMAGE.replace("<img ", '<img src="page_files/640" ')
    (archiver.folder / "page.html").write_bytes(pages.article(image).body)
    (archiver.folder / "page_files").mkdir()
    (archiver.folder / "page_files" / "640").write_bytes(png()[:-9])
    assert archiver.add("page.html").outcome["images"] == {"expected": 1, "saved": 1, "failed": 0}
    assert (archiver.folder / "out" / "postimg" / f"{ID}.png").read_bytes() == png()


def test_add_says_that_a_date_was_counted_back(offline: Command) -> None:
    page = pages.article("<p>正文</p>").body.decode().replace('var ct = "1684904904";', "")
    page = page.replace(
        '<div class="rich_media_content', '<em id="publish_time">5天前</em><div class="rich_media_content'
    )
    (offline.folder / "page.html").write_text(page)
    os.utime(offline.folder / "page.html", (1_685_160_000, 1_685_160_000))  # 2023-05-27 12:00 in China
    run = offline.add("page.html")
    assert run.outcome["published"] == "2023-05-22T00:00:00+08:00"
    assert run.outcome["warnings"] == ["the page says only “5天前”: dated 2023-05-22, counted back from its capture"]
    assert offline.posts[0].name.startswith("2023-05-22-")
    os.utime(offline.folder / "page.html", None)  # a copy of the file is no later publication
    assert offline.add("page.html").outcome["published"] == "2023-05-22T00:00:00+08:00"
