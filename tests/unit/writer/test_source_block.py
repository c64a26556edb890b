"""The quote above the article: whose it is, where from, what its author states, and whether it is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import yaml

from archiver.comparison import comparable_text
from archiver.models import Article, State
from archiver.models.article import Unavailability
from archiver.settings import Settings
from archiver.writer.profiles.jekyll import JEKYLL
from archiver.writer.renderer import PostStyle, source_block

SEEN = datetime(2026, 5, 4, tzinfo=UTC)
ARTICLE = Article(
    title="题", account="号", url="https://mp.weixin.qq.com/s/AbCdEf0123456789_-AbCd", statement="内容由AI生成"
)
LINES = [
    "> 转载：号",
    "> 来源：[微信公众号](https://mp.weixin.qq.com/s/AbCdEf0123456789_-AbCd)",
    "> 作者提示：内容由AI生成",
]


def lines(article: Article, style: PostStyle | None = None) -> list[str]:
    return source_block(article, style or PostStyle(), JEKYLL).split("  \n")


def test_statement_line() -> None:
    assert lines(ARTICLE) == LINES


def test_statement_line_before_the_notice() -> None:
    gone = replace(ARTICLE, gone=Unavailability(state=State.DELETED, seen=SEEN))
    assert lines(gone) == [*LINES, "> 原文已无法访问：已被发布者删除（2026-05-04）"]


def test_statement_line_without_a_statement() -> None:
    assert lines(replace(ARTICLE, statement="")) == LINES[:2]


def test_statement_line_of_the_users_own_or_none() -> None:
    assert lines(ARTICLE, PostStyle(statement_line="声明：{statement}"))[2:] == ["> 声明：内容由AI生成"]
    assert lines(ARTICLE, PostStyle(statement_line="")) == LINES[:2]


def test_statement_line_is_escaped() -> None:
    assert lines(replace(ARTICLE, statement="*{{a}}*"))[2] == "> 作者提示：\\*&#123;{a}}\\*"


def test_statement_line_setting() -> None:
    assert Settings().source_block.statement == PostStyle().statement_line == "作者提示：{statement}"


def test_statement_in_the_front_matter() -> None:
    front_matter = yaml.safe_load(JEKYLL.front_matter(ARTICLE, SEEN, {}).strip("-\n"))
    assert front_matter["wechat"]["statement"] == "内容由AI生成"
    without = yaml.safe_load(JEKYLL.front_matter(replace(ARTICLE, statement=""), SEEN, {}).strip("-\n"))
    assert "statement" not in without["wechat"]


def test_statement_added_later_is_a_change() -> None:
    assert comparable_text(ARTICLE) != comparable_text(replace(ARTICLE, statement=""))
