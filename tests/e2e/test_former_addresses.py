"""Sites of an archive that was moved from another profile, built with the redirects of their engines: old addresses lead on."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.command import Command
from tests.support.engines.fixture_posts import archive_linked
from tests.support.engines.sites import HUGO_SITE, HUX_SITE, build_hugo, build_jekyll, write_site
from tests.support.wechat import World

# The address of the first of the two posts on a site of each generator, by its own default.
ADDRESSES = {
    "jekyll": "/2024/07/18/同一个题目.html",
    "hugo": "/posts/2024-07-18-同一个题目/",
    "hexo": "/2024/07/18/同一个题目/",
}
JEKYLL_SITE = {
    "_config.yml": "timezone: Asia/Shanghai\nplugins: [jekyll-redirect-from]\nexclude: [archiver.yml]\n",
    "_layouts/post.html": HUX_SITE["_layouts/post.html"],
}


def moved(archiver: Command, world: World, site: Path, former: str, profile: str) -> None:
    """Two articles, archived into a site for one profile and then moved to another."""
    (site / "archiver.yml").write_text(f"profile: {former}\noutput: .\n", encoding="utf-8")
    archive_linked(archiver, world, site)
    (site / "archiver.yml").unlink()
    assert archiver("init", "--profile", profile, site).code == 0
    run = archiver("rebuild", "--all", "--yes", "--config", site / "archiver.yml")
    assert run.code == 0, run.err


def file_at(built: Path, address: str) -> Path:
    """The file that a server answers an address of the site with."""
    path = built / unquote(urlsplit(address).path).lstrip("/")
    return path / "index.html" if address.endswith("/") else path


def leads_to(built: Path, address: str) -> str:
    """Where the page at an address sends a browser to."""
    page = file_at(built, address).read_text(encoding="utf-8")
    found = re.search(r'<meta http-equiv="?refresh"? content="0; ?url=([^"]+)"', page)
    assert found is not None, page
    return unquote(urlsplit(found[1]).path)


@pytest.mark.hugo
@pytest.mark.parametrize("former", ["jekyll", "hexo"])
def test_hugo_former_address_leads_to_post(archiver: Command, world: World, tmp_path: Path, former: str) -> None:
    write_site(tmp_path / "site", HUGO_SITE)
    moved(archiver, world, tmp_path / "site", former, "hugo")
    built = build_hugo(tmp_path / "site")
    assert leads_to(built, ADDRESSES[former]) == ADDRESSES["hugo"]
    assert "同一个题目" in file_at(built, ADDRESSES["hugo"]).read_text(encoding="utf-8")


@pytest.mark.redirects
@pytest.mark.jekyll
@pytest.mark.parametrize("former", ["hugo", "hexo"])
def test_jekyll_former_address_leads_to_post(archiver: Command, world: World, tmp_path: Path, former: str) -> None:
    write_site(tmp_path / "site", JEKYLL_SITE)
    moved(archiver, world, tmp_path / "site", former, "jekyll")
    built = build_jekyll(tmp_path / "site")
    assert leads_to(built, ADDRESSES[former]) == ADDRESSES["jekyll"]
    assert "先" in file_at(built, ADDRESSES["jekyll"]).read_text(encoding="utf-8")
