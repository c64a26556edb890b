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
    return next(name for name in wanted if JEKYLL.published_name(name.rpartition("/")[2]) not in taken)


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
def test_post_paths_name_has_day_and_slug(title, slug):
    assert post_name(title) == f"_posts/2020-06-17-{slug}.md"


def test_post_paths_collision_appends_article_number():
    assert post_name("甲！乙", "2020-06-17-甲-乙") == "_posts/2020-06-17-甲-乙-2650000001-2.md"


def test_post_paths_collision_ignores_case():
    assert post_name("HELLO", JEKYLL.published_name("2020-06-17-Hello.md")).endswith("-HELLO-2650000001-2.md")


def test_post_paths_same_slug_other_day_does_not_collide():
    assert post_name("甲乙", "2020-06-18-甲乙") == "_posts/2020-06-17-甲乙.md"


def test_post_paths_collision_without_ids_appends_key_digest():
    article = Article(title="甲", account="乙", body="<p>丙</p>")
    _, name, _ = JEKYLL.post_paths(article, DAY)
    assert name == f"_posts/2020-06-17-甲-{article.key.removeprefix('sha256:')}.md"


@given(st.text(), st.booleans())
def test_post_paths_any_title_gives_publishable_portable_name(title, collides):
    first = post_name(title)
    taken = JEKYLL.published_name(first.removeprefix("_posts/"))
    name = post_name(title, *([taken] if collides else [])).removeprefix("_posts/")
    assert re.fullmatch(r"2020-06-17-[^/]+\.md", name)
    assert len(name.encode()) <= 120
    assert not set(name) & set('<>:"/\\|?*#% \0\n')
    assert name == unicodedata.normalize("NFC", name)
    assert not name.removesuffix(".md").endswith((".", "-", "_"))
    assert (JEKYLL.published_name(name) == taken) is not collides


@given(st.text(alphabet="汉字😀a，", min_size=200))
def test_post_paths_long_title_is_cut_between_characters(title):
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
def test_published_key_matches_jekyll_url_of_file(file_name, url):
    assert JEKYLL.published_name(file_name) == url


def image(url: str) -> str:
    return names.media_name(Media(url=url))


def cdn(image_id: str) -> str:
    return f"https://mmbiz.qpic.cn/mmbiz_jpg/{image_id}/640?wx_fmt=jpeg"


def test_media_name_image_uses_cdn_id():
    assert image(cdn(SEED_ID)) == f"postimg/{SEED_ID}"


def test_media_name_ignores_image_bucket_and_size():
    assert image(cdn("abc123")) == image("http://mmbiz.qlogo.cn/sz_mmbiz_png/abc123/0#imgIndex=3")


@pytest.mark.parametrize("image_id", ["_abc", ".abc", "~abc", "abc~", "%23abc", "a%2Fb", "中文", "a" * 201])
def test_media_name_unpublishable_image_id_gets_safe_name(image_id):
    name = image(cdn(image_id))
    assert re.fullmatch(r"postimg/[a-z0-9]{1,24}-[0-9a-f]{8}", name)


def test_media_name_safe_name_has_digest_of_id():
    assert image(cdn("_abc")) != image(cdn("~abc"))
    assert image(cdn("_abc")) == "postimg/abc-" + sha256(b"_abc").hexdigest()[:8]


def test_safe_name_ids_differing_in_case_stay_distinct():
    upper, lower = names.safe_name("postimg/ABC"), names.safe_name("postimg/abc")
    assert upper.lower() == upper
    assert upper != lower


def test_media_name_other_host_uses_address_digest():
    url = "https://example.com/a/b.png?size=1"
    assert image(url) == f"postimg/{sha256(url.encode()).hexdigest()}"


def test_media_name_audio_differs_by_query_in_media_folder():
    sounds = [Media(url=f"https://res.wx.qq.com/voice/getvoice?mediaid={n}", kind="audio") for n in "12"]
    first, second = map(names.media_name, sounds)
    assert first.startswith("media/")
    assert first != second


def test_media_name_video_ignores_signed_query():
    films = [Media(url=f"https://mpvideo.qpic.cn/0bc3.f10002.mp4?dis_k={key}", kind="video") for key in ("a", "b")]
    assert names.media_name(films[0]) == names.media_name(films[1])


def test_jekyll_post_url_is_published_address():
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
