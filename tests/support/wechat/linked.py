"""Articles that link to others: numbered ones, each with the links that a test gives it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tests.support.wechat import albums, numbered, pages
from tests.support.wechat.world import Answer, World

OTHER_BIZ = "MzI5OTAwMDAwMg=="


def page(number: int, addresses: Iterable[str], *, biz: str = albums.BIZ, account: str = "测试号") -> Answer:
    """The page of article `number`, whose text links to `addresses`, as 往期推荐 does."""
    links = "".join(f'<p><a href="{escape(address)}" data-linktype="2">往期</a></p>' for address in addresses)
    answer = pages.article(f"<p>第 {number} 篇。</p>{links}", mid=str(2650000000 + number), title=f"测试 {number:03}")
    text = answer.body.decode().replace(albums.BIZ, biz).replace("测试号", account)
    return pages.page(text)


def serve(world: World, number: int, *addresses: str, biz: str = albums.BIZ, account: str = "测试号") -> str:
    """The short address of article `number`, which the world has now, with links to `addresses`."""
    world.serve(numbered.address(number), page(number, addresses, biz=biz, account=account))
    return numbered.address(number)


def long_link(number: int, biz: str = albums.BIZ) -> str:
    """The long address of article `number`, as it is canonical."""
    return albums.long_link(number).replace(albums.BIZ, biz)


def serve_wall(world: World, *numbers: int, biz: str = albums.BIZ) -> list[str]:
    """The long addresses of articles for which the world shows its wall."""
    links = [long_link(number, biz) for number in numbers]
    for link in links:
        world.serve(link, pages.wall())
    return links
