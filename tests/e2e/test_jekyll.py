"""A real Jekyll build of freshly written posts: what its reader sees is what the article said."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.jekyll import build
from tests.support.paths import FIXTURES
from tests.support.wechat import World, pages

pytestmark = pytest.mark.jekyll


def _text(page: Path) -> str:
    """The words of an article's page, each block on its line."""
    article = page.read_text(encoding="utf-8").partition("<article>")[2].partition("</article>")[0]
    return html.unescape(re.sub(r"<!--.*?-->|<[^>]*>", "", article))


def test_jekyll_build_shows_template_code_literally(archiver: Command, world: World) -> None:
    prose = "<p>写作 {{ site.title }} 或 {% include x %}，行内 <code>{{name}}</code>。</p>"
    body = prose + "<pre><code>&lt;b :style=\"{{color: 'red'}}\"&gt;\n{% if page %}</code></pre><p>{% endraw %}</p>"
    world.serve("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", pages.article(body, title="模板"))
    archiver.add("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv")
    text = _text(build(archiver.folder / "out") / "模板.html")
    assert "写作 {{ site.title }} 或 {% include x %}，行内 {{name}}。" in text
    assert "<b :style=\"{{color: 'red'}}\">\n{% if page %}\n" in text
    assert "{% endraw %}" in text


def test_jekyll_build_has_every_post_and_image(offline: Command) -> None:
    run = offline("add", "-o", "out", FIXTURES / "article--seed-2020" / "page.html")
    assert run.code == 0, run.err
    others = sorted(page for page in FIXTURES.glob("*/page.html") if "seed" not in page.parent.name)
    assert offline("add", "-o", "out", "--no-media", *others).code == 0
    built = build(offline.folder / "out")
    assert len([*built.glob("*.html")]) == len(others) + 1
    (seed,) = built.glob("抓获874人*.html")
    pictures = re.findall(r'<img [^>]*\bsrc="/blog/(postimg/[^"]+)"', seed.read_text(encoding="utf-8"))
    assert len(pictures) == 9
    assert all((built / picture).is_file() for picture in pictures)
