"""Real pages as the posts of each profile, with their pictures, and what readers see in the pages that engines build.

A played server has the pictures, each as large as the pages that show it say (`data-w`, `data-ratio`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from bs4 import Tag

from archiver.writer.profiles import SiteOptions, get_profile
from tests.support.command import Command
from tests.support.engines import commonmark, kramdown
from tests.support.engines.shown_post import Shown, article_of, shown
from tests.support.engines.sites import (
    HEXO_SITE,
    HUGO_SITE,
    HUX_SITE,
    build_hexo,
    build_hugo,
    build_jekyll,
    built_articles,
    write_site,
)
from tests.support.solid import jpeg
from tests.support.wechat import Answer, Authority, Request, World, playing
from tests.support.wechat.pages import picture
from tests.support.wechat.world import PICTURES

_IMAGE = re.compile(r"<img\b[^<>]*>")
_DECLARED = re.compile(r"\s(data-src|src|data-w|data-ratio)=\"([^\"]*)\"")


class RealPictures(World):
    """A world whose hosts of pictures have one at every address, as large as the pages declare it."""

    def __init__(self, pages: Iterable[Path]) -> None:
        super().__init__()
        self.sizes: dict[str, tuple[int, int]] = {}  # width and height in px by the picture's id
        for page in pages:
            for image in _IMAGE.findall(page.read_text(encoding="utf-8", errors="replace")):
                self._learn(dict(_DECLARED.findall(image)))

    def _learn(self, declared: Mapping[str, str]) -> None:
        try:
            wide = max(1, min(4000, int(float(declared["data-w"]))))
            high = max(1, min(16000, round(wide * float(declared["data-ratio"]))))
        except (KeyError, ValueError):
            return
        self.sizes.setdefault(picture_id(unescape(declared.get("data-src") or declared.get("src") or "")), (wide, high))

    def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        if request.host not in PICTURES:
            return super().answer(request)
        return picture(jpeg(*self.sizes.get(picture_id(request.host + request.path), (640, 360))))


def picture_id(address: str) -> str:
    """The part of a picture's address, or of its file's, that is the same in all its forms."""
    path = address.partition("?")[0].partition("#")[0].split("/")
    return path[-2] if ".qpic.cn" in address and len(path) > 2 else path[-1].partition(".")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class RealSite:
    """The archive of a profile, in a site if the profile has an engine."""

    profile: str
    folder: Path
    posts: Mapping[str, Path]  # by the names of their pages
    articles: Mapping[str, Tag] = field(default_factory=dict)  # likewise, as the engine built them
    built: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """How the site of a profile begins, where its engine reads posts, and how it is built."""

    files: Mapping[str, str] = field(default_factory=dict)
    read_from: str = ""
    build: Callable[[Path], Path] | None = None


_KINDS = {
    "hux": _Kind(files=HUX_SITE, build=build_jekyll),
    "hugo": _Kind(files=HUGO_SITE, read_from="content", build=build_hugo),
    "hexo": _Kind(files=HEXO_SITE, read_from="source", build=build_hexo),
}


def archive_site(profile: str, pages: Iterable[Path], world: World, folder: Path, authority: Authority) -> RealSite:
    """Archive pages with their pictures into a new site of a profile, and build it."""
    site, kind = folder / profile, _KINDS.get(profile, _Kind())
    site.mkdir(parents=True)
    write_site(site, kind.files)
    with playing(world, authority) as environment:
        command = Command(folder=folder, environment=environment, in_process=True)
        said = command("init", "--profile", profile, site)
        assert said.code == 0, said.err
        settings = site / "archiver.yml"
        settings.write_text(settings.read_text(encoding="utf-8") + "\nlink_local: true\n", encoding="utf-8")
        added = command("add", "--json", "--interval", "0", "--config", settings, *pages)
        assert added.code in (0, 1), added.err  # 1: a page was no article
        rebuilt = command("rebuild", "--all", "--yes", "--config", settings)  # for links to what came later
        assert rebuilt.code == 0, rebuilt.err
    posts = {Path(one["source"]).stem: folder / one["post"] for one in added.outcomes if one["post"]}
    if kind.build is None:
        return RealSite(profile=profile, folder=site, posts=posts)
    built = kind.build(site)
    found = built_articles(built)
    articles = {name: found[post.relative_to(site / kind.read_from).as_posix()] for name, post in posts.items()}
    return RealSite(profile=profile, folder=site, posts=posts, articles=articles, built=built)


def articles_of(site: RealSite) -> dict[str, Tag]:
    """The article of each page: in the built site, or as an engine makes it of the post's Markdown."""
    if site.articles:
        return {name: copy(article) for name, article in site.articles.items()}
    portable = get_profile(site.profile, SiteOptions()).portable
    engine = kramdown if site.profile in ("jekyll", "chirpy") else commonmark
    found = {}
    for name, post in site.posts.items():
        body = portable(post.read_text(encoding="utf-8")).split("\n---\n", 1)[1]
        found[name] = article_of(f"<article>{engine(body)}</article>")
    return found


def shown_by(site: RealSite, change: Callable[[Tag], Tag] = lambda article: article) -> dict[str, list[Shown]]:
    """What readers see of each page's post; a link to another post is one to its page, wherever it is published.

    `change` is what another engine shows otherwise by its nature.
    """
    found = {}
    for name, article in articles_of(site).items():
        for link in article.find_all("a", href=True):
            if is_local(str(link["href"])):
                link["href"] = f"page:{_page_of(str(link['href']), site)}"
        found[name] = shown(change(article))
    return found


def is_local(address: str) -> bool:
    """Whether an address leads to the site itself."""
    return not re.match(r"#|https?:|mailto:|data:", address)


def _page_of(address: str, site: RealSite) -> str:
    """The page whose post is at `address`: each profile ends it with the name of the file, perhaps without its day."""
    slug = re.sub(r"(?:\.html|\.md)?/?$", "", unquote(address)).rpartition("/")[2].casefold()
    (page,) = [name for name, post in site.posts.items() if post.stem.casefold().endswith(slug)]
    return page


def local_addresses(article: Tag) -> list[str]:
    """The addresses in an article that lead to the site itself."""
    found = [str(tag[name]) for name in ("src", "href", "poster") for tag in article.find_all(attrs={name: True})]
    return [address for address in found if is_local(address)]
