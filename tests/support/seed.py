"""The article that the project began with, served as WeChat serves it since 2024."""

from __future__ import annotations

import re

from tests.support.paths import FIXTURES
from tests.support.wechat import World, pages

SEED = FIXTURES / "article--seed-2020"


def serve_seed(world: World) -> str:
    """The article's short address, once `world` redirects it and has its pictures."""
    page = (SEED / "page.html").read_text(encoding="utf-8")
    found = re.search(r'og:url" content="http://([^"]+)"', page)
    assert found
    address = f"https://{found[1]}"
    world.serve(address, pages.redirect(f"{address}?nwr_flag=1#wechat_redirect"))
    world.serve(f"{address}?nwr_flag=1", pages.page(page))
    for file in (SEED / "page_files").iterdir():
        bucket = "mmbiz_gif" if file.suffix == ".gif" else "mmbiz_jpg"
        world.serve(f"https://mmbiz.qpic.cn/{bucket}/{file.stem}/0", pages.picture(file.read_bytes()))
    return address
