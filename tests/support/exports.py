"""Lists as other programs export them, with made-up words: two of each form, and what a person expects of them.

The forms are those of the programs that archiver's users come from: exporters of WeChat's articles, bookmarks of
browsers, services that keep articles for later, notes.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.support.wechat import albums, numbered

OTHER = "https://example.org/p/1"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_jpg/Ab1/0?wx_fmt=jpeg"
BIZ = "MzA5MDAwMDAwMQ=="


@dataclass(frozen=True, kw_only=True)
class Export:
    """A list, the articles that it names in their order, and how many of its lines are no address of WeChat's."""

    name: str  # of the file
    content: str | bytes
    articles: tuple[int, ...]
    notes: int

    @property
    def octets(self) -> bytes:
        """What is in the file."""
        return self.content if isinstance(self.content, bytes) else self.content.encode()


def short(number: int) -> str:
    """The short address of an article."""
    return numbered.address(number)


def long(number: int) -> str:
    """The long address of an article, with what is added on the way."""
    return f"{albums.long_link(number)}&chksm=8ab&scene=21#wechat_redirect"


def table(rows: Iterable[Sequence[object]], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """The text of a table."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def workbook(rows: Iterable[Sequence[str]], links: dict[str, str] | None = None) -> bytes:
    """An Excel file of one sheet; `links` has addresses by the cell that leads to them."""
    shared: list[str] = []
    lines = []
    for number, row in enumerate(rows, 1):
        cells = ""
        for column, text in zip("ABCDEFGH", row, strict=False):
            cells += f'<c r="{column}{number}" t="s"><v>{len(shared)}</v></c>'
            shared.append(f"<si><t>{escape(text)}</t></si>")
        lines.append(f'<row r="{number}">{cells}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    linked = "".join(f'<hyperlink ref="{cell}" r:id="rId{at}"/>' for at, cell in enumerate(links or {}))
    targets = "".join(
        f'<Relationship Id="rId{at}" Target="{escape(to)}"/>' for at, to in enumerate((links or {}).values())
    )
    parts = {
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{"".join(shared)}</sst>',
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{main}" xmlns:r="{relations}"><sheetData>{"".join(lines)}</sheetData>'
            f"<hyperlinks>{linked}</hyperlinks></worksheet>"
        ),
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{relations}">{targets}</Relationships>',
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return content.getvalue()


def bookmark(address: str, title: str) -> str:
    """A line of a browser's bookmarks."""
    return f'        <DT><A HREF="{escape(address)}" ADD_DATE="1600000000" ICON="data:image/png;base64,iVBOR">{title}</A>\n'


_WAE_NAMES = ("ID", "标题", "链接", "封面", "摘要", "发布时间", "阅读", "是否原创")
_PUBLISHED = {
    "publish_page": json.dumps({
        "publish_list": [
            {"publish_info": json.dumps({"appmsgex": [
                {"aid": f"265000000{number}_1", "title": "题", "link": long(number), "cover": PICTURE, "content": f"<a href='{short(9)}'>"}
                for number in pair
            ]})}
            for pair in ((1, 2), (3,))
        ]
    })
}  # fmt: skip
_HISTORY = {
    "ret": 0,
    "general_msg_list": json.dumps({"list": [{
        "comm_msg_info": {"id": 1, "fakeid": BIZ},
        "app_msg_ext_info": {
            "title": "一", "content_url": long(1).replace("https", "http").replace("&", "&amp;"), "source_url": short(9),
            "multi_app_msg_item_list": [{"title": "二", "content_url": long(2).removeprefix("https://mp.weixin.qq.com")}],
        },
    }]}),
}  # fmt: skip

EXPORTS = (
    # exporters of WeChat's articles: Excel, CSV, JSON
    Export(
        name="exporter.xlsx", articles=(1, 2), notes=0,
        content=workbook([_WAE_NAMES, *(("7", "题", long(n), PICTURE, "摘要", "2024-01-01", "9", "是") for n in (1, 2))]),
    ),
    Export(
        name="titles-that-link.xlsx", articles=(1, 2, 3), notes=1,
        content=workbook(
            [("公众号", "题"), ("甲", "一"), ("甲", "二"), ("乙", short(3))], {"B2": short(1), "B3": long(2)},
        ),
    ),
    Export(
        name="exporter.csv", articles=(1, 2, 3), notes=0,
        content="\ufeff" + table([("公众号名称", "文章标题", "文章URL", "发布时间"), *(("甲", '题, "引"', long(n), 2024) for n in (1, 2, 3))]),
    ),
    Export(
        name="with-text.csv", articles=(1, 2), notes=1,
        content=table([
            ("标题", "作者", "文章永久链接", "正文"), ("一", "", short(1), f"多行\n<a href='{short(8)}'>旧文</a>\n"),
            ("删了", "", "", f"见 {short(9)}"), ("二", "", short(2), "字"),
        ]),
    ),
    Export(
        name="gbk.csv", articles=(1, 2), notes=0,
        content=table([("序号", "标题", "地址"), (1, "一", short(1)), (2, "二", short(2))]).encode("gb18030"),
    ),
    Export(
        name="relative.csv", articles=(1, 2), notes=0,
        content=table([("content_url", "title"), *((long(n).removeprefix("https://mp.weixin.qq.com"), "题") for n in (1, 2))]),
    ),
    Export(
        name="accounts.tsv", articles=(1, 2), notes=1,
        content=table([("标题", "原文地址", "日期"), ("一", short(1), 2024), ("别处", OTHER, 2024), ("二", short(2), 2024)], "\t"),
    ),
    Export(
        name="wallabag.csv", articles=(1,), notes=1,
        content=table([("Title", "URL", "Content", "Tags"), ("一", short(1), f"<p>{short(9)}</p>", "a"), ("别处", OTHER, "", "")], ";", csv.QUOTE_ALL),
    ),
    Export(name="published.json", articles=(1, 2, 3), notes=0, content=json.dumps(_PUBLISHED)),
    Export(name="history.json", articles=(1, 2), notes=0, content=json.dumps(_HISTORY, indent=2)),
    Export(
        name="exporter.json", articles=(1, 2), notes=0,
        content=json.dumps([{"title": "题", "link": long(n), "cover": PICTURE, "source_url": short(9)} for n in (1, 2)], ensure_ascii=False),
    ),
    Export(
        name="reader.json", articles=(1, 2), notes=0,
        content=json.dumps({"code": 0, "data": {"total": 2, "list": [{"id": f"x-{n}", "mp_name": "甲", "url": short(n), "pic_url": PICTURE} for n in (1, 2)]}}, indent=4),
    ),
    Export(
        name="crawler.jsonl", articles=(1, 2, 3), notes=1,
        content="".join(json.dumps({"title": "题", "url": url}) + "\n" for url in (short(1), OTHER, short(2), long(3))),
    ),
    Export(
        name="crawler-keys.jsonl", articles=(1, 2), notes=0,
        content="".join(json.dumps({"标题": "题", "文章链接": long(n), "公众号": {"名称": "甲", "biz": BIZ}}, ensure_ascii=False) + "\n" for n in (1, 2)),
    ),
    # services that keep articles for later
    Export(
        name="pocket.csv", articles=(1, 2), notes=1,
        content=table([("title", "url", "time_added", "tags", "status"), ("一", short(1), 1600000000, "", "unread"), ("别处", OTHER, 1, "", ""), ("二", long(2), 2, "a|b", "archive")]),
    ),
    Export(
        name="raindrop.csv", articles=(1, 2), notes=0,
        content=table([("id", "title", "note", "excerpt", "url", "folder", "tags", "created", "cover"), *((n, "题", f"见 {short(9)}", "", short(n), "微信", "", "", PICTURE) for n in (1, 2))]),
    ),
    Export(
        name="karakeep.json", articles=(1, 2), notes=0,
        content=json.dumps({"bookmarks": [
            {"createdAt": 1, "title": "一", "tags": ["a"], "content": {"type": "link", "url": short(1)}, "note": None},
            {"createdAt": 2, "title": None, "tags": [], "content": {"type": "text", "text": f"看 {short(2)} 吧"}, "note": None},
            {"createdAt": 3, "title": "别处", "tags": [], "content": {"type": "link", "url": OTHER}, "note": None},
        ]}),
    ),
    Export(
        name="linkwarden.json", articles=(1, 2), notes=0,
        content=json.dumps({"id": 1, "collections": [{"name": "微信", "links": [{"name": "题", "url": short(n), "tags": []} for n in (1, 2)]}, {"name": "空", "links": []}]}, indent=2),
    ),
    Export(
        name="wallabag.json", articles=(1,), notes=1,
        content=json.dumps([{"id": 1, "url": long(1), "title": "一", "content": f"<p><a href='{short(9)}'>旧文</a></p>"}, {"id": 2, "url": OTHER}]),
    ),
    Export(
        name="archivebox.json", articles=(1,), notes=0,
        content=json.dumps([{"timestamp": "1", "url": short(1), "title": "一", "canonical": {"archive_org_path": f"https://web.archive.org/web/{short(1)}", "google_favicon_path": "https://www.google.com/s2/favicons?domain=mp.weixin.qq.com"}}], indent=4),
    ),
    # browsers
    Export(
        name="bookmarks.html", articles=(1, 2), notes=9,
        content="<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<!-- This is an automatically generated file. -->\n<TITLE>Bookmarks</TITLE>\n"
        "<H1>Bookmarks</H1>\n<DL><p>\n    <DT><H3>微信</H3>\n    <DL><p>\n"
        f"{bookmark(long(1), '一')}{bookmark(short(2), '二')}{bookmark(OTHER, '别处')}    </DL><p>\n",
    ),
    Export(
        name="pocket.html", articles=(1, 2), notes=3,
        content=f"<html><head><title>Export</title></head>\n<ul>\n<li><a href='{short(1)}' tags='a'>{short(1)[:30]}…</a></li>\n<li><a href=\"{escape(long(2))}\">二</a></li></ul>\n</html>",
    ),
    Export(
        name="Bookmarks", articles=(1, 2), notes=0,
        content=json.dumps({"checksum": "1", "roots": {"bookmark_bar": {"children": [{"name": "微信", "type": "folder", "children": [{"name": "一", "type": "url", "url": short(1)}]}, {"name": "别处", "url": OTHER}]}, "synced": {"children": [{"url": long(2)}]}}}, indent=3),
    ),
    Export(
        name="firefox.json", articles=(1, 2), notes=0,
        content=json.dumps({"guid": "root", "children": [{"title": "题", "uri": short(1)}, {"title": "夹", "children": [{"uri": f"about:reader?url={short(2)}"}]}]}),
    ),
    # notes
    Export(
        name="clipped.md", articles=(1, 2, 3), notes=6,
        content=f'---\ntitle: 收藏\nsource: "{short(1)}"\ntags: [a]\n---\n# 我的收藏\n\n一些说明，没有地址。\n\n- [ ] [第一篇]({short(1)})\n- [x] 第二篇 <{short(2)}> #标签\n- ![[图.png]]\n| 标题 | 链接 |\n| --- | --- |\n| 三 | [看]({short(3)}) |\n> 引用 {OTHER}\n',
    ),
    Export(
        name="reading.md", articles=(1, 2), notes=3,
        content=f"读书，以及别的\n\n1. {short(1)}，好\n2. [二](https://mp.weixinbridge.com/mp/wapredirect?url={short(2).replace('/', '%2F').replace(':', '%3A')})\n3. 从 mp.weixin.qq.com 找\n* {OTHER}\n",
    ),
    Export(
        name="chat.txt", articles=(1, 2), notes=3,
        content=f"2024-01-01 12:00 甲\n【一】 {short(1)} 来自微信\n2024-01-01 12:01 乙\n好文\n看https://web.archive.org/web/2021/{short(2)}\n",
    ),
    Export(name="paths.txt", articles=(1, 2), notes=0, content=f"# 我的\n\n{short(1)}\nview-source:{short(2)}\n{short(1)}?scene=1\n"),
    Export(
        name="yaml.yml", articles=(1, 2), notes=3,
        content=f"name: 收藏\nitems:\n  - title: 一\n    url: {short(1)}\n  - {{url: '{short(2)}'}}\n",
    ),
    Export(
        name="feed.xml", articles=(1, 2), notes=5,
        content=f"<?xml version='1.0'?>\n<rss><channel><title>甲</title>\n<item><title>一</title>\n<link>{short(1)}</link></item>\n<item>\n<link><![CDATA[{long(2)}]]></link></item>\n</channel></rss>\n",
    ),
)  # fmt: skip
