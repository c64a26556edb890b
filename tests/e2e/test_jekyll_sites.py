"""Jekyll sites as people have them: a theme with Hux's keys, pretty addresses, a path, a time zone; and Chirpy's rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.engines import chirpy
from tests.support.engines.fixture_posts import (
    archive_fixtures,
    archive_linked,
    differences,
    shown_by_site,
)
from tests.support.engines.shown_post import Shown
from tests.support.engines.sites import HUX_SITE, build_jekyll, lost_addresses, write_site
from tests.support.wechat import World, pages
from tests.support.wechat.pictures import png


@pytest.fixture
def site(offline: Command) -> Path:
    """The folder of a site with a theme that reads the keys of Hux, after `init`."""
    folder = offline.folder / "hux"
    write_site(folder, HUX_SITE)
    assert offline("init", "--profile", "hux", folder).code == 0
    return folder


@pytest.mark.jekyll
def test_hux_site_shows_what_jekyll_shows(
    offline: Command, site: Path, fixtures_in_jekyll: dict[str, list[Shown]]
) -> None:
    archive_fixtures(offline, "hux")
    built = build_jekyll(site, TZ="UTC")
    wanted = fixtures_in_jekyll
    seen = {title.translate(str.maketrans("＜＞＂", '<>"')): post for title, post in shown_by_site(built).items()}
    assert differences(wanted, seen) == []
    assert lost_addresses(built, "/blog") == []
    pages = [page.read_text(encoding="utf-8") for page in built.rglob("index.html")]
    assert not [page for page in pages if "<header" in page]  # no post asks for a picture that the site lacks


@pytest.mark.jekyll
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/New_York"])
def test_jekyll_links_between_posts_follow_permalink_and_time_zone(
    archiver: Command, world: World, tmp_path: Path, zone: str
) -> None:
    folder = tmp_path / "site"
    config = f"baseurl: /blog\npermalink: /a/:year/:month/:day/:title/\ntimezone: {zone}\nexclude: [archiver.yml]\n"
    write_site(
        folder,
        {"_config.yml": config, "_layouts/post.html": HUX_SITE["_layouts/post.html"], "archiver.yml": "output: .\n"},
    )
    archive_linked(archiver, world, folder)
    built = build_jekyll(folder, TZ="Asia/Tokyo")
    found = re.findall(r'href="(/blog/a/[^"]*)"', "".join(page.read_text("utf-8") for page in built.rglob("*.html")))
    assert len(found) == 1
    assert lost_addresses(built, "/blog") == []


@pytest.mark.jekyll
def test_jekyll_header_img_cover_is_saved_and_shown(archiver: Command, world: World, tmp_path: Path) -> None:
    cover = "https://mmbiz.qpic.cn/mmbiz_png/Cover/0?wx_fmt=png"
    world.serve(
        "https://mp.weixin.qq.com/s/FirstFirstFirstFirst11",
        pages.article("<p>先</p>", more=f"var msg_cdn_url = '{cover}';"),
    )
    world.serve(cover, pages.picture(png(30, 20), "image/png"))
    write_site(
        tmp_path / "site",
        {
            "_config.yml": "baseurl: /blog\ntimezone: Asia/Shanghai\n",
            "_layouts/post.html": HUX_SITE["_layouts/post.html"],
        },
    )
    assert archiver("init", "--profile", "jekyll", tmp_path / "site").code == 0
    run = archiver(
        "add", "--config", tmp_path / "site" / "archiver.yml", "https://mp.weixin.qq.com/s/FirstFirstFirstFirst11"
    )
    assert run.code == 0, run.err
    built = build_jekyll(tmp_path / "site")
    page = next(built.rglob("*.html")).read_text(encoding="utf-8")
    found = re.search(r"url\('/blog/(postimg/[^']+)'\)", page)
    assert found is not None
    assert (built / found[1]).read_bytes() == png(30, 20)
    assert archiver("verify", "--config", tmp_path / "site" / "archiver.yml").code == 0


def test_chirpy_checker_finds_faults_of_a_jekyll_post(offline: Command) -> None:
    folder = archive_fixtures(offline, "jekyll")
    found = {fault.partition(":")[0] for post in folder.glob("_posts/*.md") for fault in chirpy.faults(folder, post)}
    assert found >= {"author", "media", "key"}


def test_chirpy_posts_have_no_faults(offline: Command) -> None:
    folder = archive_fixtures(offline, "chirpy")
    posts = sorted(folder.glob("_posts/*.md"))
    assert len(posts) > 25
    assert {post.name: chirpy.faults(folder, post) for post in posts if chirpy.faults(folder, post)} == {}
