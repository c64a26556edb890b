"""export/post_html.py: the HTML of a post loads and runs nothing but what the caller names."""

from __future__ import annotations

import re
from typing import Any

import nh3
import pytest

from archiver.document.allowlist import TAGS
from archiver.export.post_html import PostAddresses, links_in, post_html
from archiver.search.post_text import parse_post
from tests.support.harm import ACTIVE, TEXTS
from tests.support.reading import Elements

HEAD = '---\ntitle: "x"\nwechat:\n  account: "号"\n  url: "https://mp.weixin.qq.com/s/A"\n---\n\n'
SOURCE = "> 转载：号  \n> 来源：[微信公众号](https://mp.weixin.qq.com/s/A)\n\n"
CELLS = ("colspan", "rowspan", "start", "reversed", "type", "value")
KEPT = "{{site.baseurl}}/postimg/Kept.png"


def html(body: str, *, kept: tuple[str, ...] = ("postimg/Kept.png", "media/kept.mp4")) -> str:
    """The HTML of a post with this body."""

    def medium_of(address: str) -> str:
        return next((f"/media/{path}" for path in kept if address.endswith(path)), "")

    def link_of(address: str) -> str:
        return (
            "/articles/b"
            if address.endswith("/s/B")
            else address
            if address.startswith(("http://", "https://"))
            else ""
        )

    addresses = PostAddresses(medium_of=medium_of, link_of=link_of, missing="没有")
    return post_html(parse_post(HEAD + SOURCE + body), addresses).strip()


def test_post_html_leaves_out_front_matter_and_source() -> None:
    assert html("甲\n\n乙") == "<p>甲</p>\n<p>乙</p>"


def test_post_html_kept_picture_has_its_address() -> None:
    shown = html(f"![图]({KEPT})")
    assert re.search(r'<img [^>]*src="/media/postimg/Kept.png"', shown)
    assert 'alt="图"' in shown
    assert 'loading="lazy"' in shown


@pytest.mark.parametrize(
    "body", ["![](https://mmbiz.qpic.cn/a/640?b=1&c=2)", '<table><tr><td><img src="https://mmbiz.qpic.cn/a/640?b=1&amp;c=2"></td></tr></table>']
)  # fmt: skip
def test_post_html_remote_picture_becomes_a_link(body: str) -> None:
    shown = html(body)
    assert "<img" not in shown
    assert '<a class="missing" href="https://mmbiz.qpic.cn/a/640?b=1&amp;c=2">没有</a>' in shown


def test_post_html_remote_film_becomes_a_link_and_kept_one_plays() -> None:
    shown = html('<video src="https://a.example/x.mp4" poster="https://a.example/p.jpg" controls></video>')
    assert '<a class="missing" href="https://a.example/x.mp4">没有</a>' in shown
    assert "<video" not in shown
    shown = html('<video src="/media/kept.mp4" poster="https://a.example/p.jpg" controls></video>')
    assert 'src="/media/media/kept.mp4"' in shown
    assert "a.example" not in shown


def test_post_html_links_lead_to_the_archive_or_the_web_alone() -> None:
    shown = html("[甲](https://mp.weixin.qq.com/s/B) [乙](https://a.example/) [丙](/2020/01/01/x.html)")
    assert '<a href="/articles/b">甲</a> <a href="https://a.example/">乙</a> <a>丙</a>' in shown


def test_post_html_headings_begin_at_level_two_without_gaps() -> None:
    assert re.findall("<h[1-6]>", html("# 甲\n\n#### 乙\n\n# 丙\n\n###### 丁")) == ["<h2>", "<h3>", "<h2>", "<h4>"]


def test_links_in_finds_markdown_and_html_once() -> None:
    body = '[甲](https://a.example/1) <a href="https://a.example/2?x=1&amp;y=2">乙</a> [丙](https://a.example/1)'
    assert links_in(parse_post(body)) == ["https://a.example/1", "https://a.example/2?x=1&y=2"]


@pytest.mark.parametrize(("body", "shown"), [
    ('<a href="https://a.example/&lt;img&gt;">字</a>', [("a", {"href": "https://a.example/<img>"})]),
    ('<a href="https://a.example/&lt;audio&gt;&lt;/audio&gt;">字</a>', [("a", {"href": "https://a.example/<audio></audio>"})]),
])  # fmt: skip
def test_post_html_leaves_tags_inside_of_attributes(
    body: str, shown: list[tuple[str, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older versions of nh3 write `<` and `>` in the value of an attribute as they are."""
    clean = nh3.clean

    def clean_as_before(*arguments: Any, **options: Any) -> str:
        return re.sub(
            '="[^"]*"', lambda value: value[0].replace("&lt;", "<").replace("&gt;", ">"), clean(*arguments, **options)
        )

    monkeypatch.setattr(nh3, "clean", clean_as_before)
    assert Elements(html(body)).found[1:] == shown


HOSTILE = [
    *ACTIVE.values(), *TEXTS.values(), '<img src="#remote:javascript:a()">', '<img src=x alt="> src=https://evil.example/">',
    '<video src="https://a.example/&quot; onerror=&quot;a()"></video>', "![](javascript:a())", "[x](javascript:a())",
    '<p style="background:url(https://evil.example/)">x</p><link rel=prefetch href=//evil.example/><img srcset="//evil.example/ 2x">',
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
def test_post_html_hostile_post_has_nothing_active_and_nothing_foreign(body: str) -> None:
    for tag, attributes in Elements(html(body)).found:
        assert tag in TAGS
        assert attributes.keys() <= {
            "class",
            "href",
            "src",
            "alt",
            "poster",
            "loading",
            "decoding",
            "controls",
            "preload",
            "tabindex",
            *CELLS,
        }
        for name in ("src", "poster"):
            assert attributes.get(name, "/media/").startswith("/media/")
        assert re.match(r"https?://|/articles/|mailto:", attributes.get("href", "https://"))
