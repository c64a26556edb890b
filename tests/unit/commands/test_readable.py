"""commands/readable.py: which post a link of a site leads to."""

from __future__ import annotations

import pytest

from archiver.commands.readable import published_name
from archiver.settings import Settings
from archiver.writer.profiles import SiteOptions, get_profile

USUAL = Settings().post_address
NAMES = ["2024-05-31-标题.md", "2020-01-02-C++-and-more.md", "2020-01-02-ＡＢＣ.md", "1999-12-31-a%b c.md"]


@pytest.mark.parametrize(
    "pattern", [USUAL, "/{year}/{month}/{slug}-{day}/", "https://me.example/blog/{slug}?{year}{month}{day}"]
)
@pytest.mark.parametrize("name", NAMES)
def test_published_name_undoes_post_url(pattern: str, name: str) -> None:
    profile = get_profile("jekyll", SiteOptions(post_url=pattern))
    path = f"_posts/{name}"
    assert published_name(profile.post_url(path), pattern) == profile.published_name(path)


@pytest.mark.parametrize(
    "link", ["https://mp.weixin.qq.com/s/A", "", "/2020/13/x", "{{site.baseurl}}/2020/01/02/.html", "/about.html"]
)
def test_published_name_other_links_lead_to_no_post(link: str) -> None:
    assert published_name(link, USUAL) == ""


def test_published_name_pattern_with_a_part_twice_is_not_understood() -> None:
    assert published_name("/2020/2020/01/02/x", "/{year}/{year}/{month}/{day}/{slug}") == ""
