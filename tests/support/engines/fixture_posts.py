"""The pages of fixtures/ as posts of a profile, and what a reader sees of them in Jekyll's pages and in those of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from archiver.models import CHINA
from archiver.writer.front_matter import read_front_matter
from tests.support.command import Command
from tests.support.engines import kramdown
from tests.support.engines.shown_post import Shown, article_of, shown
from tests.support.paths import FIXTURES
from tests.support.wechat import World, pages

FIRST, SECOND = "https://mp.weixin.qq.com/s/FirstFirstFirstFirst11", "https://mp.weixin.qq.com/s/SecondSecondSecond2222"


def archive_fixtures(offline: Command, profile: str) -> Path:
    """The folder of an archive with all fixtures; the pictures of one lie beside its page."""
    folder = offline.folder / profile
    folder.mkdir(exist_ok=True)
    (folder / "archiver.yml").write_text(f"profile: {profile}\noutput: .\nlink_local: true\n", encoding="utf-8")
    found = sorted(FIXTURES.glob("*/page.html"))
    with_pictures = [page for page in found if "seed" in page.parent.name]
    for arguments in (with_pictures, ["--no-media", *(page for page in found if page not in with_pictures)]):
        run = offline("add", "--config", folder / "archiver.yml", *arguments)
        assert run.code == 0, run.err
    return folder


def archive_linked(archiver: Command, world: World, folder: Path) -> None:
    """Adds two articles to the archive in `folder`, half an hour after midnight in China, of which the second links to
    the first; both have one title.
    """
    link = f'<p>见<a href="{FIRST}"><strong>前</strong>文</a></p>'
    for address, mid, body, day in ((FIRST, "2650000001", "<p>先</p>", 18), (SECOND, "2650000002", link, 19)):
        answer = pages.article(body, title="同一个题目", mid=mid)
        time = str(int(datetime(2024, 7, day, 0, 30, tzinfo=CHINA).timestamp()))
        world.serve(address, replace(answer, body=answer.body.replace(b"1684904904", time.encode())))
        run = archiver("add", "--config", folder / "archiver.yml", "--link-local", address)
        assert run.code == 0, run.err


@cache
def _kramdown(body: str) -> str:
    return kramdown(body)


def shown_by_jekyll(posts: Path, change: Callable[[Tag], Tag] = lambda article: article) -> dict[str, list[Shown]]:
    """What Jekyll's engine shows of the posts of the profile `jekyll`, by their titles.

    `change` is what another engine shows otherwise by its nature.
    """
    found = {}
    for path in posts.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        body = text.split("\n---\n", 1)[1]
        article = article_of(f"<article>{_kramdown(body)}</article>")
        found[str(read_front_matter(text)["title"])] = shown(change(article))
    return found


def shown_by_site(built: Path) -> dict[str, list[Shown]]:
    """What the pages of a built site show of their posts, by their titles."""
    found = {}
    for path in built.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if "<article>" in page:
            title = BeautifulSoup(page, "html.parser").h1
            assert title is not None
            found[title.get_text()] = shown(article_of(page))
    return found


def differences(wanted: dict[str, list[Shown]], found: dict[str, list[Shown]]) -> list[str]:
    """The posts of which the two show something different, each with the place where they part."""
    return [
        f"{title}: {_parting(seen, found.get(title, []))}" for title, seen in wanted.items() if seen != found.get(title)
    ]


def _parting(one: list[Shown], other: list[Shown]) -> str:
    at = next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    return f"{one[max(0, at - 5) : at + 3]} is not {other[max(0, at - 5) : at + 3]}"
