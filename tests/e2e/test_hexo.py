"""A real Hexo build of freshly written posts, by Hexo's default settings: what its reader sees is what Jekyll's sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.engines.fixture_posts import (
    archive_fixtures,
    archive_linked,
    differences,
    shown_by_site,
)
from tests.support.engines.shown_post import Shown
from tests.support.engines.sites import HEXO_SITE, build_hexo, lost_addresses, write_site
from tests.support.wechat import World, pages

pytestmark = [pytest.mark.hexo, pytest.mark.jekyll]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a Hexo site, ready for an archive."""
    write_site(tmp_path / "hexo", HEXO_SITE | {"archiver.yml": "profile: hexo\noutput: .\n"})
    return tmp_path / "hexo"


def test_hexo_build_shows_what_jekyll_shows(
    offline: Command, site: Path, fixtures_in_jekyll: dict[str, list[Shown]]
) -> None:
    archive_fixtures(offline, "hexo")
    built = build_hexo(site)
    wanted = fixtures_in_jekyll
    assert len(wanted) > 25
    assert differences(wanted, shown_by_site(built)) == []
    assert lost_addresses(built) == []
    assert not [page for page in built.rglob("index.html") if page.parent.name.startswith("20")]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Los_Angeles"])
def test_hexo_links_between_posts_lead_to_pages_wherever_it_is_built(
    archiver: Command, world: World, site: Path, zone: str
) -> None:
    archive_linked(archiver, world, site)
    built = build_hexo(site, TZ=zone)
    name = "同一个题目-2650000002-1"
    linked = (built / "2024" / "07" / "19" / name / "index.html").read_text(encoding="utf-8")
    assert '<a href="/2024/07/18/%E5%90%8C%E4%B8%80%E4%B8%AA%E9%A2%98%E7%9B%AE/">' in linked
    assert lost_addresses(built) == []


def test_hexo_build_shows_template_code_literally(archiver: Command, world: World, site: Path) -> None:
    prose = (
        "<p>写作 {{ config.title }} 或 {% asset_img x %}{# y #}，行内 <code>{{name}}</code>、<code>{% x</code>。</p>"
    )
    code = "<pre><code>{{ config.title }}\n{% raw %} {# a #}</code></pre>"
    body = f"{prose}{code}<ul><li><p>甲</p>{code}</li></ul><blockquote>{code}</blockquote>"
    world.serve("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", pages.article(body, title="模板"))
    run = archiver("add", "--config", site / "archiver.yml", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv")
    assert run.code == 0, run.err
    seen = shown_by_site(build_hexo(site))["模板"]
    text = "".join(token[0] for token in seen if len(token[0]) == 1)
    assert "写作{{config.title}}或{%asset_imgx%}{#y#}，行内{{name}}、{%x。" in text
    assert seen.count(("code", "{{ config.title }}\n{% raw %} {# a #}")) == 3
