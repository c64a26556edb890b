"""Pictures: where they come from, what they are called, and what a post shows when one is lost."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.wechat import Answer, World, pages
from tests.support.wechat.pictures import HOTLINK_NOTICE, png

ADDRESS = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
ID = "Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv"
PICTURE = f"https://mmbiz.qpic.cn/mmbiz_jpg/{ID}"
SHOWN = f"{PICTURE}/640?wx_fmt=jpeg"
IMAGE = f'<p><img data-src="{SHOWN}" data-type="jpeg" data-w="1080"></p>'
NOT_FOUND = Answer(status=404)


def _post(command: Command) -> str:
    (post,) = command.posts
    return post.read_text(encoding="utf-8")


LOST = {"404": NOT_FOUND, "the hot-link notice": pages.picture(HOTLINK_NOTICE), "empty": pages.picture(b"")}


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
def test_add_image_download_failure_keeps_article(archiver: Command, world: World, answer: Answer) -> None:
    world.serve(ADDRESS, pages.article(f"<p>前</p>{IMAGE}<p>后</p>"))
    world.serve(f"{PICTURE}/0", answer)
    world.serve(f"{PICTURE}/640", answer)
    run = archiver.add(ADDRESS)
    assert (run.code, run.outcome["outcome"]) == (0, "archived")
    assert run.outcome["images"] == {"expected": 1, "saved": 0, "failed": 1}
    assert any(ID in warning for warning in run.outcome["warnings"])
    assert f"前\n\n![]({SHOWN})\n\n后" in _post(archiver)


def test_add_repeated_image_id_downloaded_once(archiver: Command, world: World) -> None:
    twice = IMAGE + IMAGE.replace("wx_fmt=jpeg", "wx_fmt=jpeg&amp;from=appmsg#imgIndex=3")
    world.serve(ADDRESS, pages.article(twice))
    world.serve(f"{PICTURE}/0", pages.picture(png()))
    run = archiver.add(ADDRESS)
    assert run.outcome["images"] == {"expected": 1, "saved": 1, "failed": 0}
    assert world.asked("mmbiz.qpic.cn") == [f"/mmbiz_jpg/{ID}/0"]
    assert _post(archiver).count(f"/postimg/{ID}.png)") == 2


def test_add_missing_original_image_falls_back_to_shown_size(archiver: Command, world: World) -> None:
    world.serve(ADDRESS, pages.article(IMAGE))
    world.serve(f"{PICTURE}/0", NOT_FOUND)
    world.serve(f"{PICTURE}/640", pages.picture(png()))
    assert archiver.add(ADDRESS).outcome["images"]["saved"] == 1
    assert world.asked("mmbiz.qpic.cn") == [f"/mmbiz_jpg/{ID}/0", f"/mmbiz_jpg/{ID}/640"]


def test_add_image_extension_from_bytes_not_url(archiver: Command, world: World) -> None:
    world.serve(ADDRESS, pages.article(IMAGE))
    world.serve(f"{PICTURE}/0", pages.picture(png(), "image/jpeg"))
    archiver.add(ADDRESS)
    assert (archiver.folder / "out" / "postimg" / f"{ID}.png").read_bytes() == png()
    assert f"![]({{{{site.baseurl}}}}/postimg/{ID}.png)" in _post(archiver)


def test_add_no_media_keeps_remote_image_urls(archiver: Command, world: World) -> None:
    world.serve(ADDRESS, pages.article(IMAGE))
    run = archiver.add("--no-media", ADDRESS)
    assert run.outcome["images"] == {"expected": 1, "saved": 0, "failed": 0}
    assert {request.host for request in world.requests} == {"mp.weixin.qq.com"}
    assert f"![]({SHOWN})" in _post(archiver)


def test_add_saved_page_images_from_companion_folder(offline: Command) -> None:
    """As Chrome saves: `src` leads to a file, `data-src` still to the CDN."""
    image = IMAGE.replace("<img ", '<img src="./页面_files/640(1)" ')
    (offline.folder / "页面.html").write_bytes(pages.article(image).body)
    (offline.folder / "页面_files").mkdir()
    (offline.folder / "页面_files" / "640(1)").write_bytes(png())
    assert offline.add("页面.html").outcome["images"] == {"expected": 1, "saved": 1, "failed": 0}
    assert (offline.folder / "out" / "postimg" / f"{ID}.png").read_bytes() == png()


def test_add_mhtml_images_from_embedded_parts(offline: Command) -> None:
    _save_mhtml(
        offline.folder / "page.mhtml", {ADDRESS: ("text/html", pages.article(IMAGE).body), SHOWN: ("image/png", png())}
    )
    run = offline.add("page.mhtml")
    assert (run.code, run.outcome["state"]) == (0, "article")
    assert run.outcome["images"] == {"expected": 1, "saved": 1, "failed": 0}
    assert (offline.folder / "out" / "postimg" / f"{ID}.png").read_bytes() == png()


def _save_mhtml(file: Path, parts: dict[str, tuple[str, bytes]]) -> None:
    """As Chrome writes it: one MIME part for each address, base64."""
    head = (
        "From: <Saved by Blink>\r\n"
        f"Snapshot-Content-Location: {ADDRESS}\r\n"
        "Subject: =?utf-8?Q?=E6=B5=8B=E8=AF=95?=\r\n"
        "Date: Wed, 24 May 2023 05:30:00 +0000\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----MultipartBoundary--x"\r\n\r\n'
    )
    written = [
        f"------MultipartBoundary--x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Location: {address}\r\n\r\n{base64.encodebytes(content).decode()}\r\n"
        for address, (kind, content) in parts.items()
    ]
    file.write_text(head + "".join(written) + "------MultipartBoundary--x--\r\n", newline="")
