"""A real Hugo build of freshly written posts, by Hugo's default settings: what its reader sees is what Jekyll's sees."""

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
from tests.support.engines.sites import HUGO_SITE, build_hugo, lost_addresses, write_site
from tests.support.wechat import World, pages

pytestmark = [pytest.mark.hugo, pytest.mark.jekyll]


@pytest.fixture
def site(offline: Command) -> Path:
    """The folder of a Hugo site, ready for an archive."""
    folder = offline.folder / "hugo"
    write_site(folder, HUGO_SITE)
    assert offline("init", "--profile", "hugo", folder).code == 0
    return folder


def test_hugo_build_shows_what_jekyll_shows(
    offline: Command, site: Path, fixtures_in_jekyll: dict[str, list[Shown]]
) -> None:
    archive_fixtures(offline, "hugo")
    built = build_hugo(site)
    wanted = fixtures_in_jekyll
    assert len(wanted) > 25
    assert differences(wanted, shown_by_site(built)) == []
    assert lost_addresses(built) == []


def test_hugo_links_between_posts_lead_to_pages(archiver: Command, world: World, site: Path) -> None:
    archive_linked(archiver, world, site)
    built = build_hugo(site)
    linked = (built / "posts" / "2024-07-19-同一个题目" / "index.html").read_text(encoding="utf-8")
    assert '<a href="/posts/2024-07-18-%E5%90%8C%E4%B8%80%E4%B8%AA%E9%A2%98%E7%9B%AE/">' in linked
    assert lost_addresses(built) == []


def test_hugo_build_shows_template_code_literally(archiver: Command, world: World, site: Path) -> None:
    prose = "<p>写作 {{&lt; ref &gt;}} 或 {{% x %}}，行内 <code>{{&lt; a &gt;}}</code>、<code>`{{%`</code>。</p><h2>题 {#id .c}</h2>"
    body = prose + '<pre><code>{{&lt; figure src="a" &gt;}}\n{{% `x` %}}\n{{&lt;/* c */&gt;}}</code></pre>'
    world.serve("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", pages.article(body, title="模板"))
    run = archiver("add", "--config", site / "archiver.yml", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv")
    assert run.code == 0, run.err
    seen = shown_by_site(build_hugo(site))["模板"]
    text = "".join(token[0] for token in seen if len(token[0]) == 1)
    assert "写作{{<ref>}}或{{%x%}}，行内{{<a>}}、`{{%`。题{#id.c}" in text
    assert ("code", '{{< figure src="a" >}}\n{{% `x` %}}\n{{</* c */>}}') in seen
