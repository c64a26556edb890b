"""Front matter: the seed's seven keys, then `wechat:`, safe in every YAML reader (docs/reference/jekyll.md#6-front-matter)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.models import CHINA, Article, Reprint
from archiver.writer.front_matter import (
    PlainScalar,
    dump_front_matter,
    dump_yaml,
    front_matter_text,
    read_front_matter,
)
from archiver.writer.profiles.jekyll import JEKYLL

CAPTURED = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
SEED = Article(
    title="抓获874人，冻结涉案资金5321万！南宁警方重拳打击电信网络诈骗",
    account="南宁市反诈骗",
    alias="nanningfanzha",
    biz="MzA3MDAwMDAwMA==",
    mid="2650000001",
    idx="1",
    published=datetime(2020, 6, 17, 2, 0, tzinfo=UTC),
)
SEED_HEAD = """\
---
layout: "post"
title: "抓获874人，冻结涉案资金5321万！南宁警方重拳打击电信网络诈骗"
date: 2020-06-17 10:00:00 +0800
author: "转载"
header-img: "img/the-first.png"
catalog: false
tags:
  - "其他"
wechat:
  account: "南宁市反诈骗"
  alias: "nanningfanzha"
  biz: "MzA3MDAwMDAwMA=="
  mid: "2650000001"
  idx: "1"
  type: "article"
  published: "2020-06-17T10:00:00+08:00"
  archived: "2026-11-20T09:02:03+08:00"
---
"""


def written(article: Article, **options: object) -> dict[str, object]:
    text = JEKYLL.front_matter(article, CAPTURED, options)
    assert text.startswith("---\n")
    return yaml.safe_load(text.removeprefix("---\n").removesuffix("---\n"))


def test_front_matter_profile_keys_in_order_then_wechat():
    assert JEKYLL.front_matter(SEED, CAPTURED, {}) == SEED_HEAD


def test_front_matter_wechat_keys_in_documented_order():
    full = Article(
        title="题", account="号", account_id="gh_1", alias="a", author="人", biz="b", mid="1", idx="2", sn="s",
        url="https://mp.weixin.qq.com/s/x", type="share", published=CAPTURED, modified=CAPTURED, original=True,
        paid=True, reprint=Reprint(account="原", author="作", url="u", notice="按"), albums=("集",),
        topics=("题",), location="广西", source_url="s", digest="摘要", cover="c",
    )  # fmt: skip
    wechat = written(full)["wechat"]
    assert " ".join(wechat) == (
        "url account account_id alias author biz mid idx sn type published modified archived original paid "
        "reprinted_from albums topics location source_url digest cover"
    )
    assert list(wechat["reprinted_from"]) == ["account", "author", "url", "notice"]


def test_front_matter_omits_keys_without_value():
    assert set(written(Article(title="题", biz="b", mid="1", idx="1"))["wechat"]) == {
        "biz", "mid", "idx", "type", "archived"
    }  # fmt: skip


def test_front_matter_without_ids_has_article_key():
    article = Article(title="题", body="<p>文</p>")
    assert written(article)["wechat"]["key"] == article.key


def test_front_matter_without_publish_time_uses_capture_date():
    read = written(Article(title="题", biz="b", mid="1", idx="1"))
    assert read["date"] == "2026-11-20 09:02:03 +0800"
    assert "published" not in read["wechat"]


def test_front_matter_tags_include_albums_and_topics_once():
    article = Article(title="题", albums=("读书", "其他"), topics=("读书", "yes", "2020"))
    assert written(article)["tags"] == ["其他", "读书", "yes", "2020"]
    assert written(article, tags=["转"])["tags"] == ["转", "读书", "其他", "yes", "2020"]


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        ({"author": "{account}"}, "author", "南宁市反诈骗"),
        ({"subtitle": "来自 {account}（{title}）"}, "subtitle", f"来自 南宁市反诈骗（{SEED.title}）"),
        ({"image": {"path": "{cover}", "alt": "{title}"}}, "image", {"alt": SEED.title}),
        ({"image": "{cover}"}, "image", None),
        ({"slug": "{unknown}"}, "slug", "{unknown}"),
        ({"catalog": None}, "catalog", None),
        ({"tags": None}, "tags", None),
        ({"no-catalog": True}, "no-catalog", True),
        ({"toc": 2}, "toc", 2),
        ({"lastmod": "{date}"}, "lastmod", "2020-06-17 10:00:00 +0800"),
    ],
    ids=[
        "a word", "words in text", "nested", "a word without a value", "an unknown word", "removed", "no tags",
        "a boolean",
        "a number", "the date",
    ],
)  # fmt: skip
def test_front_matter_overrides_change_profile_values(options, key, value):
    assert written(SEED, **options).get(key) == value


def test_front_matter_new_keys_between_profile_and_wechat():
    assert list(written(SEED, **{"no-catalog": True}))[-3:] == ["tags", "no-catalog", "wechat"]


def test_front_matter_title_placeholders_are_not_expanded():
    assert written(Article(title="{account} 与 {title}", account="号"))["title"] == "{account} 与 {title}"


@pytest.mark.parametrize(
    "title",
    [
        "A: B", "x:", "a #b", "yes", "null", "~", "010", "1:30", "2020-01-01", "- a", "'a'", '"a" \\ b', "%a", "@a",
        "`a`", "*a", "!a", "|", ">", "", "{{ site.title }}", "{% raw %}", "--- a", "a\n---\nb", "a\tb",
        "😀 👨‍👩‍👧 é", "[a](b)",
    ],
)  # fmt: skip
def test_front_matter_title_with_yaml_syntax_round_trips(title):
    assert written(Article(title=title)).get("title", "") == title


def test_front_matter_long_unicode_title_is_unescaped_single_line():
    title = "读书 😀 " * 100
    assert f'title: "{title}"\n' in JEKYLL.front_matter(Article(title=title), CAPTURED, {})


def test_front_matter_drops_unicode_line_breaks_and_control_characters():
    title = "甲\x85乙\u2028丙\u2029丁\x00\x1b\x7f\x9b\ufeff\ud800戊"
    assert written(Article(title=title))["title"] == "甲乙丙丁戊"


def test_front_matter_huge_value_is_truncated():
    assert len(JEKYLL.front_matter(Article(title="长" * 4_000_000), CAPTURED, {})) < 10_000


PRINTABLE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
)


@given(title=PRINTABLE, account=PRINTABLE, topics=st.lists(PRINTABLE.filter(bool), unique=True, max_size=3))
def test_front_matter_printable_text_round_trips(title, account, topics):
    read = written(Article(title=title, account=account, topics=tuple(topics)), tags=[])
    assert read.get("title", "") == title
    assert read["wechat"].get("account", "") == account
    assert read["tags"] == topics


@given(PRINTABLE)
def test_front_matter_printable_title_takes_one_line(title):
    lines = JEKYLL.front_matter(Article(title=f"题{title}"), CAPTURED, {}).splitlines()
    assert len(lines) == len(JEKYLL.front_matter(Article(title="题"), CAPTURED, {}).splitlines())


KEYS = st.sampled_from("title header-img yes NO null y n x_1 1 1:30 - -a a- a: a#b 题".split()) | PRINTABLE
TEXTS = PRINTABLE | st.text() | st.sampled_from(["yes", "2020-01-01", "- a", "'", '"', "\\", "a\r\nb", "\x00"])
TIMES = st.sampled_from(
    ["2020-06-17 10:00:00 +0800", "2020-06-17", "2020-06-17T10:00:00+08:00", "yes", "12", "a: b", "", "\u0661" * 4]
)
SCALARS = TEXTS | TIMES.map(PlainScalar) | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.none()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3) | st.tuples(inner),
    max_leaves=8,
)


@settings(max_examples=5 * settings().max_examples)
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_dump_front_matter_writes_the_same_as_pyyaml(values):
    assert dump_front_matter(values) == f"---\n{dump_yaml(values)}---\n"


def test_front_matter_title_line_break_is_escaped():
    assert 'title: "甲\\n乙"\n' in JEKYLL.front_matter(Article(title="甲\r\n乙"), CAPTURED, {})


def test_front_matter_omits_value_of_only_control_characters():
    read = written(Article(title="\x1f", account="\x00"))
    assert "title" not in read
    assert "account" not in read["wechat"]


def test_read_front_matter_ignores_post_body():
    assert read_front_matter(SEED_HEAD + "\n---\nwechat: 1\n")["wechat"]["mid"] == "2650000001"


def test_read_front_matter_accepts_crlf_and_byte_order_mark():
    assert read_front_matter("\ufeff" + SEED_HEAD.replace("\n", "\r\n"))["layout"] == "post"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "---\na: [\n---\n",
        "---\n- a\n---\n",
        "\n---\na: 1\n---\n",
        "---\na: 1\n",
    ],
    ids=["empty", "none", "broken", "a list", "not at the beginning", "unfinished"],
)
def test_read_front_matter_missing_or_invalid_is_empty(text):
    assert read_front_matter(text) == {}


def test_front_matter_text_is_block_between_delimiters():
    assert front_matter_text("---\na: 1\n---\nb\n---\n") == "a: 1\n"


def test_front_matter_winter_date_is_beijing_time():
    article = Article(title="题", published=datetime(2018, 1, 1, 0, 30, tzinfo=CHINA))
    assert written(article)["date"] == "2018-01-01 00:30:00 +0800"
