"""The message about news: what it names, how long it is, and that no title of a page is more than words in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.messages import Language
from archiver.models.news import NewsItem
from archiver.news.message import write_message

ADDRESS = "https://mp.weixin.qq.com/s/0123456789abcdefABCDEF"


def article(title: str = "题目", **fields: str) -> NewsItem:
    return NewsItem(kind="archived", title=title, **fields)


def test_write_message_names_the_most_urgent_first() -> None:
    items = [
        article("甲", account="某号", url=ADDRESS),
        NewsItem(kind="updated", title="乙"),
        NewsItem(kind="gone", title="丙", account="某号", reason="deleted"),
        NewsItem(kind="need", title="only 12 MB of the disk are free: free some space", reason="disk"),
    ]
    message = write_message(items, {}, Language.ENGLISH)
    assert message.title == (
        "archiver: 1 matter needs you, 1 article gone from WeChat, 1 new article, 1 updated article"
    )
    assert message.body == (
        "1 matter needs you\n· only 12 MB of the disk are free: free some space\n\n"
        "1 article gone from WeChat\n· 丙 (某号 · Deleted by its publisher)\n\n"
        f"1 new article\n· 甲 (某号)\n  {ADDRESS}\n\n"
        "1 updated article\n· 乙"
    )


def test_write_message_in_chinese() -> None:
    message = write_message([NewsItem(kind="gone", title="丙", reason="violation")], {}, Language.CHINESE)
    assert message.title == "archiver: 1 篇文章从微信消失"
    assert message.body.splitlines() == ["1 篇文章从微信消失", "· 丙 (已被微信屏蔽)"]


def test_write_message_names_ten_and_counts_the_rest() -> None:
    message = write_message([article(f"第{number}篇") for number in range(12)], {"archived": 30}, Language.ENGLISH)
    lines = message.body.splitlines()
    assert message.title == "archiver: 42 new articles"
    assert lines[0] == "42 new articles"
    assert lines[10] == "· 第9篇"
    assert lines[11:] == ["and 32 more"]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("@all 注意", "＠all 注意"),
        ("<b>粗</b> & <!channel>", "＜b＞粗＜/b＞ ＆ ＜!channel＞"),
        ("[点这里](https://evil.example/)", "［点这里］(https：//evil.example/)"),
        ("# 标题\n- *假*的\x1b[31m", "＃ 标题 - ＊假＊的 ［31m"),
        ("字" * 61, "字" * 59 + "…"),
        ("孤\ud83d独", "孤?独"),
    ],
    ids=["mention", "tags", "link", "markup and control characters", "long", "lone surrogate"],
)
def test_write_message_titles_are_plain_words(title: str, shown: str) -> None:
    message = write_message([article(title)], {}, Language.ENGLISH)
    assert message.body == f"1 new article\n· {shown}"
    assert title not in message.title


@pytest.mark.parametrize(
    "address", ["https://evil.example/s/x", f"{ADDRESS}?a=<b>", f"{ADDRESS}\n@all", ADDRESS + "x" * 80]
)
def test_write_message_leaves_other_addresses_out(address: str) -> None:
    assert write_message([article(url=address)], {}, Language.ENGLISH).body == "1 new article\n· 题目"


@given(
    st.lists(
        st.builds(
            NewsItem, kind=st.sampled_from(["need", "gone", "archived", "updated"]),
            title=st.text() | st.text("长标题𠀀", min_size=200, max_size=300), account=st.text(), url=st.just(ADDRESS),
        ),
        min_size=1, max_size=60,
    ),
    st.sampled_from(Language),
)  # fmt: skip
def test_write_message_fits_every_service(items: list[NewsItem], language: Language) -> None:
    """WeCom's bots take 2,048 bytes."""
    message = write_message(items, {"archived": 10**6}, language)
    assert len(f"{message.title}\r\n{message.body}".encode()) <= 2048
    assert len(message.title.splitlines()) == 1
    assert message.body
