"""Messages as people paste them: each article is found once, everything else is told or counted."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from archiver.errors import UsageError
from archiver.models import Target
from archiver.models.queue import QueueEntry
from archiver.sources.messages import MAX_MESSAGE_LENGTH, read_message

A = "https://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv"
B = "https://mp.weixin.qq.com/s/BbCd-fGh_jKlMnOpQrStU_"
C = "https://mp.weixin.qq.com/s/-bCd-fGh_jKlMnOpQrStU-"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"
SHARED = f"{LONG}&chksm=84f0&mpshare=1&scene=1&srcid=1127abcd&sharer_shareid=ef01#rd"
CUT = "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA=="
ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA3MDAwMDAwMA==&action=getalbum&album_id=1234567890123456789"
ACCOUNT = "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA3MDAwMDAwMA=="


@dataclass(frozen=True, kw_only=True)
class Read:
    """What is read of a message: the articles, (status, source) of other addresses, and the number of notes."""

    articles: list[str]
    others: list[tuple[str, str]]
    notes: int


def read(text: str) -> Read:
    message = read_message(text)
    return Read(
        articles=[each.url for each in message.addresses if isinstance(each, Target)],
        others=[(each.status, each.source) for each in message.addresses if isinstance(each, QueueEntry)],
        notes=message.notes,
    )


MESSAGES: dict[str, tuple[str, list[str], int]] = {
    "the link alone, as WeChat copies it": (A, [A], 0),
    "with parameters of the one who shares": (SHARED, [LONG], 0),
    "a title before it": (f"抓获874人，冻结涉案资金5321万！ {A}", [A], 0),
    "a title in brackets": (f"【反诈提醒】这些套路要当心\n{A}\n来自微信公众号「南宁警方」", [A], 2),
    "a browser's share text": (f"分享一篇文章《雨水》，快来看看吧：{A}（来自QQ浏览器）", [A], 0),
    "emoji and full-width punctuation": (f"👍👍{A}。很好看🎉", [A], 0),
    "a forwarded chat": (
        f"张三 2024/5/31 10:23:11\n[链接] 阳台种菜\n{A}\n\n李四 2024/5/31 10:24:02\n[图片]\n也看看这篇 {B}！\n",
        [A, B],
        4,
    ),
    "several on a line": (f"{A} {B}、{C}", [A, B, C], 0),
    "two without a space": (f"{A}{B}", [A, B], 0),
    "one of them twice": (f"{A}\n再发一次\n{A}", [A], 1),
    "http, and without a scheme": (f"http{A[5:]}\n{B[8:]}，", [A, B], 0),
    "a long link escaped for HTML": (LONG.replace("&", "&amp;"), [LONG], 0),
    "inside a web archive's": (f"存档 https://web.archive.org/web/20240601000000/{A}", [A], 0),
    "inside WeChat's page of the wall": (
        "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=HXyz&target_url="
        "https%3A%2F%2Fmp.weixin.qq.com%2Fs%2FAbCd-fGh_jKlMnOpQrStUv",
        [A],
        0,
    ),
    "a hashtag before it": (f"#反诈骗# 转给爸妈\n#话题 {A}", [A], 1),
    "Markdown": (f"- [标题]({A})\n> [另一篇]({B})", [A, B], 0),
    "with the line ends of Windows and old Macs": (f"标题\r\n{A}\r{B}", [A, B], 1),
    "a line separator that phones write": (f"标题\u2028{A}\u2028完", [A], 0),
    "a list with comments": (f"# {C}\n#{C}\n{A}", [A], 0),
    "a name like that of a saved page": (f"雨水.html\n{A}", [A], 1),
    "JSON": (f'[{{"title": "甲", "url": "{A}"}},\n{{"title": "乙", "url": "{B}"}}]', [A, B], 0),
    "nothing": ("", [], 0),
    "empty lines": ("\n \u3000\n", [], 0),
    "prose": ("今天没有链接。\n明天发。", [], 2),
}


@pytest.mark.parametrize(("text", "articles", "notes"), MESSAGES.values(), ids=MESSAGES)
def test_read_message_finds_articles(text: str, articles: list[str], notes: int) -> None:
    assert read(text) == Read(articles=articles, others=[], notes=notes)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        (f"标题 {CUT}", [("broken", CUT)]),
        ("https://mp.weixin.qq.com/s/AbC…", [("broken", "https://mp.weixin.qq.com/s/AbC")]),
        (ALBUM, [("not_article", ALBUM)]),
        (ACCOUNT, [("not_article", ACCOUNT)]),
        ("https://mp.weixin.qq.com/", [("not_article", "https://mp.weixin.qq.com/")]),
        ("看 https://example.org/a?b=1，还有", [("foreign", "https://example.org/a?b=1")]),
        ("(http://example.org/)", [("foreign", "http://example.org/")]),
        ("https://weixin.qq.com/r/kC5x", [("foreign", "https://weixin.qq.com/r/kC5x")]),
        ("https://mp.weixin.qq.com.example.org/s/x", [("foreign", "https://mp.weixin.qq.com.example.org/s/x")]),
        ("http://example.org:x[", [("foreign", "http://example.org:x")]),
    ],
)
def test_read_message_tells_other_addresses(text: str, others: list[tuple[str, str]]) -> None:
    assert read(text) == Read(articles=[], others=others, notes=0)
    assert all(entry.error for entry in read_message(text).addresses if isinstance(entry, QueueEntry))


def test_read_message_keeps_order_of_all_addresses() -> None:
    found = read_message(f"{A}\nhttps://example.org/\n{CUT}\n说明\n{B}")
    assert [each.url or each.source for each in found.addresses] == [A, "https://example.org/", CUT, B]
    assert found.notes == 1


def test_read_message_album_advice_names_sources() -> None:
    (entry,) = read_message(ALBUM).addresses
    assert isinstance(entry, QueueEntry)
    assert "sources:" in entry.error


def test_read_message_shows_no_credentials() -> None:
    text = f"{SHARED}&key=0123456789abcdef&pass_ticket=secret\nhttps://example.org/?pass_ticket=secret\n{CUT}&pass_ticket=secret"
    shown = repr(read_message(text))
    assert "secret" not in shown
    assert LONG in shown


def test_read_message_is_bounded() -> None:
    longest = f"{A}\n".ljust(MAX_MESSAGE_LENGTH)
    assert read(longest).articles == [A]
    with pytest.raises(UsageError, match="archiver batch"):
        read_message(longest + " ")
