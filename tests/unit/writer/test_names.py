"""Names of posts and media: docs/reference/jekyll.md#8-names-of-posts and #9-pictures."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.models import Article, Media
from archiver.writer import names
from archiver.writer.profiles.base import SiteOptions
from archiver.writer.profiles.jekyll import JEKYLL, JekyllProfile

DAY = date(2020, 6, 17)
SEED_TITLE = "抓获874人，冻结涉案资金5321万！南宁警方重拳打击电信网络诈骗"
IDS = {"biz": "MzA3MDAwMDAwMA==", "mid": "2650000001", "idx": "2"}
SEED_ID = "P9ficrEVSdibb1dIZJFHGXVGcnj7ygD9J561Q8XuvpzCLzwhXyefvgRyZWHeMfqficvoLy18T7tXn7mltMMJfYCTg"


def post_name(title: str, *taken: str, **fields: str) -> str:
    wanted = JEKYLL.post_paths(Article(title=title, **(IDS | fields)), DAY)
    return next(name for name in wanted if JEKYLL.published_key(name.rpartition("/")[2]) not in taken)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        (SEED_TITLE, "抓获874人-冻结涉案资金5321万-南宁警方重拳打击电信网络诈骗"),
        ("甲，乙", "甲-乙"),
        ("（一）【二】", "一-二"),
        ("Node.js 与 C++", "Node.js-与-C"),
        ("a/b\\c:d*e?f<g>h|i\"j'k", "a-b-c-d-e-f-g-h-i-j-k"),
        ("../../etc/passwd", "etc-passwd"),
        ("等等...后来", "等等-后来"),
        ("甲 ... 乙....", "甲-乙"),
        ("Cafe\u0301", "Café"),
        ("CON", "CON"),
        ("💥💥", "2650000001-2"),
        ("！！！", "2650000001-2"),
        ("", "2650000001-2"),
    ],
    ids=[
        "the seed", "full-width comma", "brackets", "dots stay", "Windows' characters", "a path", "dots that Jekyll takes for a folder", "dots between spaces", "NFC",
        "a device's name has a date before it", "emoji only", "punctuation only", "no title",
    ],
)  # fmt: skip
def test_a_post_is_called_by_day_and_slug(title, slug):
    assert post_name(title) == f"_posts/2020-06-17-{slug}.md"


def test_a_collision_on_the_url_gets_the_articles_number_and_no_counter():
    assert post_name("甲！乙", "2020-06-17-甲-乙") == "_posts/2020-06-17-甲-乙-2650000001-2.md"


def test_a_collision_is_seen_though_case_differs():
    assert post_name("HELLO", JEKYLL.published_key("2020-06-17-Hello.md")).endswith("-HELLO-2650000001-2.md")


def test_the_same_slug_on_another_day_is_no_collision():
    assert post_name("甲乙", "2020-06-18-甲乙") == "_posts/2020-06-17-甲乙.md"


def test_a_page_without_ids_is_told_apart_by_its_key():
    article = Article(title="甲", account="乙", body="<p>丙</p>")
    _, name, _ = JEKYLL.post_paths(article, DAY)
    assert name == f"_posts/2020-06-17-甲-{article.key.removeprefix('sha256:')}.md"


@given(st.text(), st.booleans())
def test_every_title_gives_a_name_that_jekyll_publishes_and_every_system_takes(title, collides):
    first = post_name(title)
    taken = JEKYLL.published_key(first.removeprefix("_posts/"))
    name = post_name(title, *([taken] if collides else [])).removeprefix("_posts/")
    assert re.fullmatch(r"2020-06-17-[^/]+\.md", name)
    assert len(name.encode()) <= 120
    assert not set(name) & set('<>:"/\\|?*#% \0\n')
    assert name == unicodedata.normalize("NFC", name)
    assert not name.removesuffix(".md").endswith((".", "-", "_"))
    assert (JEKYLL.published_key(name) == taken) is not collides


@given(st.text(alphabet="汉字😀a，", min_size=200))
def test_a_long_title_is_cut_by_bytes_between_characters(title):
    name = post_name(title).removeprefix("_posts/")
    assert len(name.encode()) <= 120
    assert "\ufffd" not in name


@pytest.mark.parametrize(
    ("file_name", "url"),
    [
        ("2020-06-17-甲，乙.md", "2020-06-17-甲-乙"),
        ("2020-6-7-Hello World.markdown", "2020-06-07-hello-world"),
        ("20-6-7-a.md", "2020-06-07-a"),
        ("99-06-07-a.md", "1999-06-07-a"),
        ("2020-06-17-a+b&c.md", "2020-06-17-a+b&c"),
        ("2020-06-17-（）.md", "2020-06-17-"),
        ("nodate.md", ""),
        ("2020-06-17.md", ""),
    ],
)
def test_posts_of_other_hands_are_known_by_jekylls_url(file_name, url):
    assert JEKYLL.published_key(file_name) == url


def image(url: str) -> str:
    return names.media_name(Media(url=url))


def cdn(image_id: str) -> str:
    return f"https://mmbiz.qpic.cn/mmbiz_jpg/{image_id}/640?wx_fmt=jpeg"


def test_a_picture_is_called_by_the_cdns_id_as_the_seeds_are():
    assert image(cdn(SEED_ID)) == f"postimg/{SEED_ID}"


def test_one_id_is_one_name_whatever_bucket_and_size():
    assert image(cdn("abc123")) == image("http://mmbiz.qlogo.cn/sz_mmbiz_png/abc123/0#imgIndex=3")


@pytest.mark.parametrize("image_id", ["_abc", ".abc", "~abc", "abc~", "%23abc", "a%2Fb", "中文", "a" * 201])
def test_an_id_that_jekyll_would_not_publish_gets_a_safe_name(image_id):
    name = image(cdn(image_id))
    assert re.fullmatch(r"postimg/[a-z0-9]{1,24}-[0-9a-f]{8}", name)


def test_a_safe_name_is_the_ids_own():
    assert image(cdn("_abc")) != image(cdn("~abc"))
    assert image(cdn("_abc")) == "postimg/abc-" + sha256(b"_abc").hexdigest()[:8]


def test_ids_that_differ_only_by_case_have_different_safe_names():
    upper, lower = names.safe_name("postimg/ABC"), names.safe_name("postimg/abc")
    assert upper.lower() == upper
    assert upper != lower


def test_a_picture_of_another_host_is_called_by_its_addresss_digest():
    url = "https://example.com/a/b.png?size=1"
    assert image(url) == f"postimg/{sha256(url.encode()).hexdigest()}"


def test_sound_lies_in_media_and_its_query_names_it():
    sounds = [Media(url=f"https://res.wx.qq.com/voice/getvoice?mediaid={n}", kind="audio") for n in "12"]
    first, second = map(names.media_name, sounds)
    assert first.startswith("media/")
    assert first != second


def test_a_film_is_one_file_though_its_address_is_signed_anew():
    films = [Media(url=f"https://mpvideo.qpic.cn/0bc3.f10002.mp4?dis_k={key}", kind="video") for key in ("a", "b")]
    assert names.media_name(films[0]) == names.media_name(films[1])


def test_a_posts_address_is_where_jekyll_publishes_it():
    pattern = "{{site.baseurl}}/{year}/{month}/{day}/{slug}.html"
    assert (
        JekyllProfile(SiteOptions(post_url=pattern)).post_url("_posts/2020-06-17-甲-B.md")
        == "{{site.baseurl}}/2020/06/17/%E7%94%B2-B.html"
    )
    assert (
        JekyllProfile(SiteOptions(post_url=pattern)).post_url("_posts/20-6-7-a.md")
        == "{{site.baseurl}}/2020/06/07/a.html"
    )
    assert (
        JekyllProfile(SiteOptions(post_url=pattern)).post_url("_posts/2020-06-17-a...b.md")
        == "{{site.baseurl}}/2020/06/17/a/.b.html"
    )
