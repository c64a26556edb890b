"""The profiles of themes for Jekyll, and of Jekyll sites with settings of their own."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import yaml

from archiver.models import Article, LocalFile, Media
from archiver.writer.front_matter import front_matter_text
from archiver.writer.names import media_name
from archiver.writer.profiles import Profile, SiteOptions, get_profile
from archiver.writer.profiles.base import COVER, NO_HEADER
from archiver.writer.profiles.jekyll import JekyllProfile
from archiver.writer.profiles.permalinks import HEXO_WORDS, JEKYLL_STYLES, JEKYLL_WORDS, post_address
from archiver.writer.renderer import ProfileRenderer

CAPTURED = datetime.fromisoformat("2026-01-01T20:00:00+00:00")
PICTURE = "https://mmbiz.qpic.cn/mmbiz_jpg/abc/0"
ARTICLE = Article(
    title='List<T> 与 "引号"', digest="<b>摘要</b>", biz="b", mid="1", idx="2", albums=("C#<x>",), cover=PICTURE,
    body="<p>甲</p>",
)  # fmt: skip


def front_matter(profile: Profile, *, saved: bool = True) -> dict[str, object]:
    file = LocalFile(path=profile.media_path("postimg/abc.jpg"), size=1, sha256="0")
    media = {media_name(Media(url=PICTURE)): file if saved else "not there"}
    text = ProfileRenderer(profile=profile).render(ARTICLE, media, CAPTURED).text
    read: dict[str, object] = yaml.safe_load(front_matter_text(text))
    return read


def test_hux_keys_contain_no_html() -> None:
    read = front_matter(get_profile("hux", SiteOptions()))
    assert (read["title"], read["subtitle"]) == ("List＜T＞ 与 ＂引号＂", "＜b＞摘要＜/b＞")
    assert read["tags"] == ["其他", "C#＜x＞"]
    assert (read["header-style"], read["no-catalog"]) == ("text", True)
    assert "header-img" not in read


def test_chirpy_keys() -> None:
    read = front_matter(get_profile("chirpy", SiteOptions()))
    assert (read["description"], read["categories"], read["tags"]) == ("<b>摘要</b>", ["微信"], ["c#<x>"])
    assert not {"layout", "author", "image"} & read.keys()


HEADERS = {  # profile, header_img, its keys if the cover was saved, and if not
    "jekyll": ("jekyll", None, {"header-img": "img/the-first.png"}, {"header-img": "img/the-first.png"}),
    "jekyll, cover": ("jekyll", COVER, {"header-img": "postimg/abc.jpg"}, {}),
    "jekyll, none": ("jekyll", NO_HEADER, {}, {}),
    "jekyll, a picture": ("jekyll", "img/b.png", {"header-img": "img/b.png"}, {"header-img": "img/b.png"}),
    "hux, cover": ("hux", COVER, {"header-img": "postimg/abc.jpg"}, {"header-style": "text"}),
    "hux, a picture": ("hux", "img/b.png", {"header-img": "img/b.png"}, {"header-img": "img/b.png"}),
    "chirpy, cover": ("chirpy", COVER, {"image": {"path": "/postimg/abc.jpg"}}, {}),
    "chirpy, a picture": ("chirpy", "/a.png", {"image": {"path": "/a.png"}}, {"image": {"path": "/a.png"}}),
    "hugo": ("hugo", None, {}, {}),
    "hugo, cover": ("hugo", COVER, {"images": ["/postimg/abc.jpg"]}, {}),
    "hexo, cover": ("hexo", COVER, {"cover": "/postimg/abc.jpg"}, {}),
    "obsidian, none": ("obsidian", NO_HEADER, {}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("name", "header", "with_cover", "without"), HEADERS.values(), ids=HEADERS)
def test_header_image_is_the_chosen_one(
    name: str, header: str | None, with_cover: dict[str, object], without: dict[str, object]
) -> None:
    profile = get_profile(name, SiteOptions(header_image=header))
    keys = {"header-img", "header-style", "image", "images", "cover"}
    for saved, expected in ((True, with_cover), (False, without)):
        read = front_matter(profile, saved=saved)
        assert {key: read[key] for key in keys & read.keys()} == expected


def test_chirpy_posts_of_one_title_and_two_days_collide() -> None:
    chirpy = get_profile("chirpy", SiteOptions())
    names = {chirpy.published_name(f"_posts/2024-07-{day}-Tea.md") for day in (18, 19)}
    assert names == {"tea"} == {chirpy.published_name_start("_posts/2024-07-18-Tea.md")}
    assert chirpy.post_url("_posts/2024-07-18-Tea.md") == "{{site.baseurl}}/posts/Tea/"
    assert chirpy.published_name_at("{{site.baseurl}}/posts/Tea/") == "tea"
    assert chirpy.published_name_at("https://mp.weixin.qq.com/posts/Tea/") == ""


def test_jekyll_post_url_has_the_day_of_the_sites_zone() -> None:
    path, published = "_posts/2024-07-18-a.md", datetime.fromisoformat("2024-07-18T00:30:00+08:00")
    in_utc = JekyllProfile(SiteOptions(time_zone=timezone(timedelta())))
    assert in_utc.post_url(path, published) == "{{site.baseurl}}/2024/07/17/a.html"
    assert in_utc.post_url(path) == "{{site.baseurl}}/2024/07/18/a.html"
    assert JekyllProfile().post_url(path, published) == "{{site.baseurl}}/2024/07/18/a.html"


@pytest.mark.parametrize(
    ("permalink", "pattern"),
    [
        ("date", "/{year}/{month}/{day}/{slug}.html"),
        ("pretty", "/{year}/{month}/{day}/{slug}/"),
        ("none", "/{slug}.html"),
        ("/blog/:year/:title", "/blog/{year}/{slug}"),
        ("weekdate", ""),
        ("/:i_month/:title/", ""),
    ],
)
def test_post_address_of_jekyll_permalink(permalink: str, pattern: str) -> None:
    found, unknown = post_address(JEKYLL_STYLES.get(permalink, permalink), JEKYLL_WORDS)
    assert found == pattern
    assert bool(unknown) is (pattern == "")


def test_post_address_of_hexo_permalink_has_its_root() -> None:
    assert post_address(":year/:title/", HEXO_WORDS, "/b") == ("/b/{year}/{slug}/", [])
