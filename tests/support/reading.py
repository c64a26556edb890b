"""A small archive for tests of the reader: edits, a deletion, a lost picture, albums, links, and hostile words."""

from __future__ import annotations

import asyncio
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import httpx

from archiver.models import CHINA
from archiver.settings import Settings
from archiver.site.app import create_app
from tests.support.command import Command
from tests.support.harm import ACTIVE, TEXTS
from tests.support.pages import article_html
from tests.support.wechat import World, pages

BIZ = {"阳台种菜记": "MzUxNDIwNzk2MA==", "江边农事": "MzA5MDAwMDAwMQ==", "城南旧书店": "Mzg2ODAwMDAwMA=="}
HOSTILE = "".join(TEXTS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """An article that the played WeChat has."""

    number: int
    title: str
    body: str
    account: str = "阳台种菜记"
    day: str = "2025-11-07 08:31"
    album: str = ""

    @property
    def address(self) -> str:
        """Its short address."""
        return f"https://mp.weixin.qq.com/s/Story{self.number:017}"

    @property
    def key(self) -> str:
        """Its key in the archive."""
        return f"{BIZ.get(self.account, 'MzI1NjAwMDAwMA==')}:{2247480000 + self.number}:1"

    @property
    def html(self) -> str:
        """Its page."""
        biz, mid, _ = self.key.split(":")
        time = int(datetime.strptime(self.day, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA).timestamp())
        album = f"var appmsgalbuminfo = [{{title: {_script(self.album)}}}];" if self.album else ""
        return article_html(
            f"var biz = '{biz}'; var mid = '{mid}'; var idx = '1'; var nickname = htmlDecode({_script(self.account)});"
            f"var msg_title = {_script(self.title)}; var ct = '{time}'; var user_name = 'gh_{self.number:012}';"
            f"var item_show_type = '0'; {album}",
            head=f'<meta property="og:title" content="{escape(self.title)}">',
            body=self.body,
        )


def _script(text: str) -> str:
    escaped = "".join(f"\\u{ord(char):04x}" if char in "'\"<>&\\\n\r\u2028\u2029\0" else char for char in text)
    return f"'{escaped}'"


def picture(name: str) -> str:
    """Return the element of a picture with this id."""
    return (
        f'<p><img data-src="https://mmbiz.qpic.cn/mmbiz_png/{name}/640?wx_fmt=png" data-w="640" data-ratio="0.6"></p>'
    )


FIRST_BODY = f"""<p>入冬前的最后一茬小白菜，我数了数，一共四十三棵。今年的雨水比往年来得晚，十月底才下透第一场，土里总算存住了水。</p>
{picture("Cabbage")}
<p>很多读者留言问：<strong>阳台朝北能不能种菜？</strong>能，但要挑。叶菜可以，番茄和辣椒就别勉强了。</p>
<h2>一、先看光</h2>
<p>拿一张白纸放在窗台上，正午看它的影子。影子清楚，说明有直射光；影子发虚，是散射光；没有影子，就种豆芽吧。</p>
<ul><li>直射光四小时以上：番茄、辣椒、黄瓜</li><li>散射光：生菜、小白菜、香葱</li><li>几乎没有光：豆芽、蘑菇</li></ul>
<h2>二、再说水</h2>
<p>“见干见湿”四个字，说起来容易。我的办法笨一点：把手指伸进土里两个指节，是干的就浇，浇到盆底出水为止。</p>
<blockquote><p>浇水三年功。急不得，也懒不得。</p></blockquote>
<p>之前写过一篇<a href="https://mp.weixin.qq.com/s/Story00000000000000002">怎么存雨水</a>，可以接着看。也参考了<a href="https://notes.example.org/water?id=7&amp;v=2">这份笔记</a>。</p>
{picture("Rain")}
<table><tr><th>月份</th><th>种什么</th><th>多久浇一次</th></tr><tr><td>十一月</td><td>小白菜</td><td>三天</td></tr><tr><td>十二月</td><td>香葱</td><td>五天</td></tr></table>
<pre><code>water = dryness &gt; 0.6 and not raining</code></pre>
<p>下一篇说说堆肥。天冷，大家保重。</p>"""

_ACTIVE = (
    "".join(markup for name, markup in ACTIVE.items() if name != "plain text") + ACTIVE["plain text"]
)  # takes all that follows

STORIES = (
    Story(number=1, title="北阳台也能种菜：先看光，再说水", body=FIRST_BODY, album="阳台四季"),
    Story(
        number=2, title="雨水怎么存", day="2023-10-22 12:46", album="阳台四季",
        body=f"{picture('Barrel')}<p>第一场秋雨之后，我在阳台上放了两个桶。雨水偏酸，存两天再用，浇杜鹃最好。</p><p>桶要盖，防蚊子。</p>",
    ),
    Story(
        number=3, title="春分之后该种什么", account="江边农事", day="2018-03-20 11:19",
        body=f"<p>春分一到，江边的风就软了。</p>{picture('Gone')}<p>可以下种的有：豆角、丝瓜、空心菜。</p>",
    ),
    Story(
        number=4, title="一间旧书店的账本（1987—2024）", account="城南旧书店", day="2024-06-01 20:00",
        body="<p>账本的第一页写着：一九八七年六月，卖出《平凡的世界》三册，收入六元九角。</p>" + "<p>后来的事，都在账本里。旧书的气味、雨天的生意、来了又走的学生。</p>" * 8,
    ),
    Story(
        number=5, title=HOSTILE, account='<script>alert("号")</script>', day="2022-02-02 02:02",
        album="../..\"><img src=x onerror=alert(1)>",
        body=f"<p>{escape(HOSTILE)}</p>{picture('Hostile')}{_ACTIVE}",
    ),
    Story(number=6, title="🌱", account="江边农事", day="2025-01-05 09:00", body="<p>短。</p>"),
)  # fmt: skip
EDITED = FIRST_BODY.replace("四十三棵", "四十二棵").replace(
    "<p>下一篇说说堆肥。天冷，大家保重。</p>", "<p>更正：十二月的香葱四天浇一次。</p>"
)


def photo(seed: int, width: int = 320, height: int = 192) -> bytes:
    """Return a PNG that is large enough to count as a picture and not as an ornament."""
    rows = bytearray()
    state = seed * 7919 + 1
    for y in range(height):
        rows.append(0)
        for x in range(width):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            grain = (state >> 16) % 12
            rows += bytes((90 + seed * 23 % 90 + y // 4 + grain, 120 + x // 5 + grain, 90 + seed * 41 % 80 + grain))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(rows), 6)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def fill(archiver: Command, world: World) -> Path:
    """Make the archive in `out`: STORIES, the first one edited later, the third one deleted, a picture of it missing."""
    for seed, name in enumerate(("Cabbage", "Rain", "Barrel", "Hostile")):
        for size in ("0", "640"):
            answer = pages.picture(photo(seed), "image/png")
            world.serve(f"https://mmbiz.qpic.cn/mmbiz_png/{name}/{size}?wx_fmt=png", answer)
    for story in STORIES:
        world.serve(story.address, pages.page(story.html))
    archiver.write("archiver.yml", "sources:", "  - {list: links.txt, name: 我的清单}")
    archiver.write("links.txt", *(story.address for story in STORIES[:2]))
    listed = archiver("run", "-o", "out", "--interval", "0")
    assert listed.code == 0, listed.err
    added = archiver.add(*(story.address for story in STORIES[2:]))
    assert len(added.outcomes) == len(STORIES) - 2, added.err
    first, gone = STORIES[0], STORIES[2]
    edited = Story(number=1, title=first.title, body=EDITED, album=first.album)
    world.serve(first.address, pages.page(edited.html))
    world.serve(gone.address, pages.notice("该内容已被发布者删除"))
    checked = archiver("recheck", "-o", "out", "--interval", "0", "--json", first.address, gone.address)
    assert checked.counts == {"updated": 2}, checked.err
    return archiver.folder / "out"


class Reader:
    """The reader of the archive in a folder, asked without a server, as a browser at its address asks."""

    def __init__(self, archive: Path, **settings: str) -> None:
        self.app = create_app(Settings(output=str(archive), **settings))

    def get(self, address: str, *, language: str = "zh-CN", **headers: str) -> httpx.Response:
        """Return the answer to a request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
                return await client.get(address, headers={"Accept-Language": language, **headers})

        return asyncio.run(ask())


class Elements(HTMLParser):
    """The elements of a page, in order: their names and attributes; and the text of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect an element."""
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Collect text."""
        self.text += data

    def values(self, name: str, *tags: str) -> list[str]:
        """Return the values of an attribute of all elements, or of those with these names."""
        return [given[name] for tag, given in self.found if name in given and (not tags or tag in tags)]
