"""What the sites of Hugo and Hexo show of pages: the posts of their profiles, built by their default settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bs4 import Tag

from tests.support.command import Command
from tests.support.engines.sites import (
    HEXO_SITE,
    HUGO_SITE,
    build_hexo,
    build_hugo,
    built_articles,
    has_hexo,
    has_hugo,
    write_site,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteEngine:
    """A site generator whose Markdown engine is measured: its profile, where it reads posts, an empty site, its build,
    and whether it is installed.
    """

    profile: str
    read_from: str
    files: Mapping[str, str]
    build: Callable[[Path], Path]
    is_installed: Callable[[], bool]


SITE_ENGINES = {
    "goldmark": SiteEngine(
        profile="hugo", read_from="content", files=HUGO_SITE, build=build_hugo, is_installed=has_hugo
    ),
    "marked": SiteEngine(profile="hexo", read_from="source", files=HEXO_SITE, build=build_hexo, is_installed=has_hexo),
}


def render_site(engine: SiteEngine, pages: Iterable[Path], folder: Path) -> dict[str, str]:
    """Archive pages into a new site, build it, and return the HTML of each article by the name of its page.

    The quote at the head of a post, which names the source, is left out: it is not the article's.
    """
    site = folder / engine.profile
    write_site(site, engine.files)
    command = Command(folder=folder, environment={"HTTPS_PROXY": "http://127.0.0.1:9"})  # nobody listens there
    for words in (
        ("init", "--profile", engine.profile, site),
        ("add", "--json", "--no-media", "--config", site / "archiver.yml", *pages),
    ):
        run = command(*words)
        if run.code not in (0, 1):  # 1: a page was no article
            raise RuntimeError(run.err)
    articles = built_articles(engine.build(site))
    posts = {Path(one["source"]).stem: folder / one["post"] for one in run.outcomes if one["post"]}
    read_from = site / engine.read_from
    return {name: _without_source(articles[post.relative_to(read_from).as_posix()]) for name, post in posts.items()}


def _without_source(article: Tag) -> str:
    head = article.find(True)
    if not isinstance(head, Tag) or head.name != "blockquote":
        raise ValueError(f"a post begins with its source, not with {str(article)[:80]!r}")
    head.decompose()
    return article.decode_contents()
