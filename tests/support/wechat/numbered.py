"""Articles by number: small pages, each under a short address, the same that albums.py names by long ones."""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.wechat import pages
from tests.support.wechat.pictures import png
from tests.support.wechat.world import Answer, World


def address(number: int) -> str:
    """The short address of article `number`."""
    return f"https://mp.weixin.qq.com/s/{number:022}"


def addresses(numbers: Iterable[int]) -> list[str]:
    """The short addresses of several."""
    return [address(number) for number in numbers]


def path(number: int) -> str:
    """The path that is asked for article `number`."""
    return f"/s/{number:022}"


def key(number: int) -> str:
    """The key of article `number`."""
    return f"MzA5MDAwMDAwMQ==:{2650000000 + number}:1"


def article(number: int, *, words: str = "", pictures: Iterable[int] = ()) -> Answer:
    """The page of article `number`."""
    shown = "".join(f'<p><img data-src="{picture(each)}/640?wx_fmt=png" data-w="240"></p>' for each in pictures)
    body = f"<p>第 {number} 篇。{words}</p>{shown}"
    return pages.article(body, mid=str(2650000000 + number), title=f"测试 {number:03}")


def picture(number: int) -> str:
    """The address of picture `number` without its size."""
    return f"https://mmbiz.qpic.cn/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv{number:04}"


def picture_file(number: int) -> str:
    """The name that picture `number` has in the archive."""
    return f"postimg/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv{number:04}.png"


def picture_bytes(number: int) -> bytes:
    """Picture `number`: no two are the same."""
    return png(240 + number // 256, 135, red=number % 256)


def serve(world: World, numbers: Iterable[int]) -> list[str]:
    """The short addresses of articles without pictures, which the world has now."""
    wanted = list(numbers)
    for number in wanted:
        world.serve(address(number), article(number))
    return addresses(wanted)


def serve_picture(world: World, number: int) -> None:
    """Puts the original of picture `number` on the CDN."""
    world.serve(f"{picture(number)}/0", pages.picture(picture_bytes(number), "image/png"))
