"""The profile of Hugo: HTML in shortcodes and back, names and addresses."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import yaml

from archiver.models import Article
from archiver.writer.front_matter import front_matter_text
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.profiles import SiteOptions, get_profile
from archiver.writer.profiles.base import COVER
from archiver.writer.profiles.hugo import HugoProfile

HUGO = HugoProfile()
IDS = {"biz": "b", "mid": "2650", "idx": "1"}
CAPTURED = datetime.fromisoformat("2026-01-01T20:00:00+00:00")


def written(body: str) -> str:
    return HUGO.native(body_markdown(body, LinkResolver(), HUGO.dialect))


NATIVE = {
    "bold beside punctuation": (
        "<p>甲<strong>“乙”</strong>丙</p>", "甲{{< wechat-html `<strong>` >}}“乙”{{< wechat-html `</strong>` >}}丙"
    ),
    "a card is one piece": (
        '<div class="wechat-card"><strong>文章：</strong>甲</div>',
        '{{< wechat-html `<div class="wechat-card"><strong>文章：</strong>甲</div>` >}}',
    ),
    "asterisks beside a tag, which is letters to goldmark": (
        "<p><strong>甲。</strong><sup>1</sup></p>",
        "{{< wechat-html `<strong>` >}}甲。{{< wechat-html `</strong>` >}}{{< wechat-html `<sup>` >}}1"
        "{{< wechat-html `</sup>` >}}",
    ),
    "an address is no tag": ('<p><a href="https://a.example/">https://a.example/</a></p>', "<https://a.example/>"),
    "code stays": ("<pre><code>&lt;b&gt;</code></pre>", "```\n<b>\n```"),
    "inline code stays": ("<p><code>&lt;b&gt;</code></p>", "`<b>`"),
    "code with a shortcode is HTML": (
        "<pre><code>{{&lt; a `b` &gt;}}</code></pre>",
        "{{< wechat-html `<pre><code>&#123;&#123;&#60; a &#96;b&#96; &#62;&#125;&#125;</code></pre>` >}}",
    ),
    "braces of a heading": ("<h2>题 {#id}</h2>", "## 题 &#123;#id}"),
    "braces that mean nothing": ("<p>{ 甲 } {% x %}</p>", "{ 甲 } {% x %}"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), NATIVE.values(), ids=NATIVE)
def test_hugo_native_markdown(body: str, expected: str) -> None:
    assert written(body) == expected


@pytest.mark.parametrize("body", [body for body, _ in NATIVE.values()], ids=NATIVE)
def test_hugo_portable_undoes_native(body: str) -> None:
    markdown = body_markdown(body, LinkResolver(), HUGO.dialect)
    assert HUGO.portable(HUGO.native(markdown)) == markdown


def test_hugo_front_matter_has_date_of_china_and_cover() -> None:
    article = Article(title="题", **IDS)
    profile = HugoProfile(SiteOptions(header_image=COVER))
    front = profile.front_matter(article, CAPTURED, {"tags": ["甲"]}, header_image="static/postimg/a b.png")
    read = yaml.safe_load(front_matter_text(front))
    assert "date: '2026-01-02T04:00:00+08:00'\n" in front
    assert (read["title"], read["tags"], read["images"]) == ("题", ["甲"], ["/postimg/a%20b.png"])
    assert "layout" not in read
    assert read["wechat"]["mid"] == "2650"


def test_hugo_media_lie_in_static_and_are_found_again() -> None:
    url = HUGO.media_url("static/postimg/a.png")
    assert url == "/postimg/a.png"
    assert HUGO.medium_at(url) == "static/postimg/a.png"
    text = f'![]({url}) {{{{< wechat-html `<audio src="/media/b.mp3" controls></audio>` >}}}}'
    assert HUGO.media_in(text) == ["static/postimg/a.png", "static/media/b.mp3"]
    prefixed = HugoProfile(SiteOptions(media_prefix="/blog"))
    assert prefixed.media_url("static/postimg/a.png") == "/blog/postimg/a.png"
    assert prefixed.medium_at("/blog/postimg/a.png") == prefixed.medium_at("/postimg/a.png") == "static/postimg/a.png"


def test_hugo_post_url_is_lower_case_and_leads_back() -> None:
    path = next(HUGO.post_paths(Article(title="Hugo v0.1 的 A_b", **IDS), date(2024, 7, 18), "col"))
    assert path == "content/posts/col/2024-07-18-Hugo-v0-1-的-A_b.md"
    assert HUGO.post_url(path) == "/posts/col/2024-07-18-hugo-v0-1-%E7%9A%84-a_b/"
    assert HUGO.published_name_at("/posts/col/2024-07-18-hugo-v0-1-的-a_b/") == HUGO.published_name(path)
    assert HUGO.post_url("content/posts/a.txt") == ""


def test_post_url_of_pattern_with_a_date_needs_one() -> None:
    profile = get_profile("hugo", SiteOptions(post_url="/{year}/{month}/{day}/{slug}/"))
    published = datetime.fromisoformat("2024-07-17T16:30:00+00:00")
    assert profile.post_url("content/posts/a.md", published) == "/2024/07/18/a/"
    assert profile.post_url("content/posts/a.md") == ""
