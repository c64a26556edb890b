"""Sites that real Hugo, Hexo and Jekyll build of an archive, with layouts that show a post and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag

from tests.support.engines.shown_post import article_of, code_text
from tests.support.paths import HEXO, NODE

PAGE = (
    '<!doctype html><meta charset=utf-8><meta name=post content="{path}"><h1>{title}</h1><article>{content}</article>'
)
HUGO_SITE = {
    "hugo.toml": 'baseURL = "https://me.example/"\nlanguageCode = "zh-CN"\ntitle = "站"\ndisableKinds = ["taxonomy", "term", "RSS"]\n',
    "layouts/_default/single.html": PAGE.format(
        path="{{ with .File }}{{ .Path }}{{ end }}", title="{{ .Title }}", content="{{ .Content }}"
    ),
    "layouts/_default/list.html": "<ul>{{ range .Pages }}<li>{{ .Title }}{{ end }}</ul>",
}
HEXO_SITE = {
    "_config.yml": "title: 站\nurl: https://me.example\nlanguage: zh-CN\ntheme: bare\n",
    "package.json": '{"name": "site", "private": true, "hexo": {"version": ""}, "dependencies": {'
    '"hexo": "*", "hexo-renderer-marked": "*", "hexo-renderer-ejs": "*"}}',
    "themes/bare/layout/post.ejs": PAGE.format(
        path="<%= page.source %>", title="<%= page.title %>", content="<%- page.content %>"
    ),
    "themes/bare/layout/index.ejs": "<p></p>",
}
HUX_SITE = {  # a theme that reads the keys of Hux; addresses, a path and a time zone as people have them
    "_config.yml": "baseurl: /blog\npermalink: pretty\ntimezone: Asia/Shanghai\nexclude: [archiver.yml]\n",
    "_layouts/post.html": '<!doctype html><meta charset=utf-8><meta name=post content="{{ page.path }}">'
    "{% if page.header-img %}<header style=\"background-image: url('{{ site.baseurl }}/{{ page.header-img }}')\"></header>"
    "{% endif %}<h1>{{ page.title }}</h1><p>{{ page.subtitle }}</p><article>{{ content }}</article>"
    "{% for tag in page.tags %}<a>{{ tag }}</a>{% endfor %}",
}


def write_site(folder: Path, files: Mapping[str, str]) -> None:
    """Writes the files of a site that an archive is to lie in."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def run_engine(*command: str | Path, folder: Path, **environment: str) -> None:
    """Runs an engine, which must end well and warn of nothing."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )
    said = f"{done.stdout.decode()}{done.stderr.decode()}"
    assert done.returncode == 0, said[-3000:]
    assert not re.search(r"(?i)\b(?:warn|error|conflict)", said), said[-3000:]


def has_hugo() -> bool:
    """Whether Hugo is installed."""
    return shutil.which("hugo") is not None


def has_hexo() -> bool:
    """Whether Hexo is installed, and the Node that runs it."""
    return HEXO.is_file() and NODE.is_file()


def build_hugo(folder: Path) -> Path:
    """The folder of the pages that Hugo makes of the site in `folder`, by its default settings."""
    run_engine("hugo", "--quiet", "--destination", "public", folder=folder)
    return folder / "public"


def build_hexo(folder: Path, **environment: str) -> Path:
    """The folder of the pages that Hexo makes of the site in `folder`, by its default settings."""
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(HEXO.parents[2])
    run_engine(NODE, HEXO, "generate", "--silent", "--force", folder=folder, **environment)
    return folder / "public"


def build_jekyll(folder: Path, **environment: str) -> Path:
    """The folder of the pages that Jekyll makes of the site in `folder`, beside it."""
    built = folder.with_name("built")
    run_engine(
        "jekyll", "build", "--quiet", "--source", folder, "--destination", built, "--disable-disk-cache",
        folder=folder, JEKYLL_NO_BUNDLER_REQUIRE="true", **environment,
    )  # fmt: skip
    return built


def built_articles(built: Path) -> dict[str, Tag]:
    """The articles of a built site, by the path of the post below the folder that the generator reads.

    Hexo sets a code block into a table with the numbers of its lines; here it is a `<pre>` as elsewhere.
    """
    found = {}
    for page in built.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if "<meta name=post" not in text:
            continue
        article, post = article_of(text), BeautifulSoup(text, "html.parser").find("meta", {"name": "post"})
        assert isinstance(post, Tag)
        for figure in article.select("figure.highlight"):
            code = Tag(name="pre")
            code.string = code_text(figure)
            figure.replace_with(code)
        found[str(post["content"])] = article
    return found


def lost_addresses(built: Path, base: str = "") -> list[str]:
    """The local addresses in the articles of a built site that lead to no file of it."""
    lost = []
    for page in built.rglob("*.html"):
        article = page.read_text(encoding="utf-8").partition("<article>")[2].partition("</article>")[0]
        for found in re.findall(r"""(?:src|href|poster)="(?!#|https?:|mailto:|data:)([^"]*)\"""", article):
            path = unquote(found)
            target = built / path.removeprefix(base).lstrip("/") if path.startswith("/") else page.parent / path
            if not (target / "index.html" if path.endswith("/") else target).is_file():
                lost.append(f"{page.relative_to(built)}: {found}")
    return lost
