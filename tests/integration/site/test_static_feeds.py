"""`archiver site --base-url`: the feeds as files, and which files change when an article comes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import feedparser
import pytest
from lxml import etree

from archiver.app import Archiver, ArticleQuery
from archiver.errors import UsageError
from archiver.settings import Settings
from archiver.site.generator.generate import SiteRequest, generate_site
from tests.support.command import Command
from tests.support.feeds import ATOM, atom_errors, json_feed_errors, links_of
from tests.support.reading import STORIES, Reader, Story
from tests.support.wechat import Authority, World, pages, playing

FIRST, RAIN, GONE, SHOP, HARM, SHORT = STORIES
BASE = "https://example.org/archive"
MANY = 101


def generate(archive: Path, folder: Path, base: str = BASE, **query: str) -> Path:
    """Write the site of an archive for an address, and return its folder."""
    with Archiver(Settings(output=str(archive), lang="zh-CN")) as opened:
        request = SiteRequest(folder=folder, articles=ArticleQuery(**query), base_url=base)
        generate_site(opened, request, lambda _: None)
    return folder


def items(file: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(file.read_text())["items"]
    return found


def keys(file: Path) -> list[str]:
    return [item["id"].partition(":article/")[2] for item in items(file)]


def file_of(folder: Path, address: str) -> Path:
    """The file at an address of the site."""
    assert address.startswith(f"{BASE}/"), address
    return folder / unquote(address.removeprefix(f"{BASE}/"))


def subscriptions(opml: bytes) -> list[etree._Element]:
    """The feeds in a list of them."""
    return [each for each in etree.fromstring(opml).iter("outline") if each.get("xmlUrl")]


@pytest.fixture(scope="module")
def site(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the archive. No test changes it."""
    return generate(archive, tmp_path_factory.mktemp("site") / "public")


def story(number: int) -> Story:
    return Story(
        number=100 + number, title=f"第{number}篇", day=f"2020-01-{number % 28 + 1:02} 08:00", body="<p>文</p>"
    )


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[tuple[Path, Path]]:
    """A site of MANY articles, and the same after one more came, the oldest of all by its date."""
    world, folder = World(), tmp_path_factory.mktemp("many")
    with playing(world, authority) as environment:
        command = Command(folder=folder, environment=environment, in_process=True)
        for number in range(MANY + 1):
            world.serve(story(number).address, pages.page(story(number).html))
        assert command.add(*(story(number).address for number in range(MANY))).code == 0
        before = generate(folder / "out", folder / "public")
        after = Path(shutil.copytree(before, folder / "later"))
        assert command.add(story(MANY).address).code == 0
        yield before, generate(folder / "out", after)


def test_every_feed_is_valid_and_read_by_feedparser(site: Path) -> None:
    atom, as_json = sorted(site.glob("feeds/**/*.atom")), sorted(site.glob("feeds/**/*.json"))
    assert len(atom) == len(as_json) > 8
    for file in atom:
        content = file.read_bytes()
        assert atom_errors(content) == [], file
        assert feedparser.parse(content).bozo == 0, file
        assert links_of(content)["self"] == f"{BASE}/{file.relative_to(site)}"
    for file in as_json:
        assert json_feed_errors(file.read_bytes()) == [], file


def test_feeds_have_the_articles_of_the_reader_s_feeds_in_the_same_order(site: Path, reader: Reader) -> None:
    written, served = (site / "feeds.opml").read_bytes(), reader.get("/feeds.opml").content
    for here, there in zip(subscriptions(written), subscriptions(served), strict=True):
        assert here.get("text") == there.get("text")
        root = etree.fromstring(file_of(site, here.get("xmlUrl", "")).read_bytes())
        answer = etree.fromstring(reader.get(there.get("xmlUrl", "").partition("127.0.0.1:8765")[2]).content)
        assert [each.text for each in root.iter(f"{ATOM}id")] == [each.text for each in answer.iter(f"{ATOM}id")]


def test_links_and_pictures_of_feeds_lead_to_files_of_the_site(site: Path) -> None:
    seen = 0
    for file in site.glob("feeds/**/*.json"):
        for item in items(file):
            assert file_of(site, item["url"]).is_file()
            html = etree.HTML(f"<div>{item['content_html']}</div>")
            for address in [*html.xpath("//img/@src"), *html.xpath("//a/@href")]:
                if address.startswith(BASE):
                    assert file_of(site, address).is_file(), address
                    seen += 1
            assert all(address.startswith(BASE) for address in html.xpath("//img/@src"))
    assert seen > 10


def test_pages_name_their_feeds(site: Path) -> None:
    for page in (site / "index.html", next(site.glob("accounts/*.html"))):
        found = etree.HTML(page.read_text()).xpath('//link[@rel="alternate"]/@href')
        assert len(found) >= 2
        assert all((page.parent / unquote(address)).is_file() for address in found)


def test_parts_lead_through_all_articles_the_newest_first(grown: tuple[Path, Path]) -> None:
    for folder, count in zip(grown, (MANY, MANY + 1), strict=True):
        address, found, parts = f"{BASE}/feeds/all.json", [], 0
        while address:
            file = file_of(folder, address)
            found += keys(file)
            address = json.loads(file.read_text()).get("next_url", "")
            parts += 1
        assert list(dict.fromkeys(found)) == [story(number).key for number in reversed(range(count))]
        assert parts == 3
        assert len(items(folder / "feeds/all.json")) == 50


def test_atom_parts_name_their_neighbours(grown: tuple[Path, Path]) -> None:
    folder, _ = grown
    names = {
        "all": {"first": "all", "next": "all-2", "last": "all-1"},
        "all-2": {"first": "all", "previous": "all", "next": "all-1", "last": "all-1"},
        "all-1": {"first": "all", "previous": "all-2", "last": "all-1"},
    }
    for name, expected in names.items():
        found = links_of((folder / f"feeds/{name}.atom").read_bytes())
        named = {relation: address for relation, address in found.items() if relation not in ("self", "alternate")}
        assert named == {relation: f"{BASE}/feeds/{other}.atom" for relation, other in expected.items()}


def test_an_article_that_comes_changes_no_older_part(grown: tuple[Path, Path]) -> None:
    before, after = grown
    for name in ("all-1.atom", "all-2.atom", "all-1.json", "all-2.json"):
        old, new = before / "feeds" / name, after / "feeds" / name
        assert old.read_bytes() == new.read_bytes()
        assert old.stat().st_mtime_ns == new.stat().st_mtime_ns
    assert keys(after / "feeds/all.json")[0] == story(MANY).key


def test_an_article_that_comes_leaves_closed_segments_of_the_search_alone(grown: tuple[Path, Path]) -> None:
    before, after = (json.loads((folder / "search/index.json").read_text())["segments"] for folder in grown)
    assert [each["articles"] for each in before] == [96, 5]
    assert [each["articles"] for each in after] == [96, 6]
    assert before[0] == after[0]
    closed = before[0]["folder"]
    for old in (grown[0] / "search" / closed).iterdir():
        assert old.stat().st_mtime_ns == (grown[1] / "search" / closed / old.name).stat().st_mtime_ns
    assert not (grown[1] / "search" / before[1]["folder"]).exists()
    assert len(list((grown[1] / "search/texts").iterdir())) == MANY + 1


def test_a_deleted_article_stays_and_a_removed_one_goes(archive: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(archive, tmp_path / "out"))
    folder = generate(copied, tmp_path / "public")
    gone = next(item for item in items(folder / "feeds/all.json") if item["title"] == GONE.title)
    assert "你正在看的是存下来的副本" in gone["content_html"]
    assert Command(folder=tmp_path, environment={}, in_process=True)("rm", "-o", "out", "--yes", SHOP.key).code == 0
    generate(copied, folder)
    assert not [file for file in folder.glob("feeds/**/*") if file.is_file() and SHOP.title in file.read_text()]


def test_a_selection_has_its_articles_alone(archive: Path, tmp_path: Path) -> None:
    folder = generate(archive, tmp_path / "public", account="江边农事")
    assert set(keys(folder / "feeds/all.json")) == {GONE.key, SHORT.key}
    assert len(list(folder.glob("feeds/accounts/*.atom"))) == 1


def test_without_an_address_there_are_no_feeds_and_the_command_says_so(archive: Path, tmp_path: Path) -> None:
    command = Command(folder=tmp_path, environment={}, in_process=True)
    done = command("site", "public", "-o", archive)
    assert done.code == 0
    assert "no feeds: they need the site's address" in done.err
    assert not list((tmp_path / "public").glob("feeds*"))
    assert 'type="application/atom+xml"' not in (tmp_path / "public/index.html").read_text()


@pytest.mark.parametrize("base", ["example.org", "ftp://example.org", "https:///archive", "https://example.org/?a=1"])
def test_an_address_that_is_none_is_refused(archive: Path, tmp_path: Path, base: str) -> None:
    with pytest.raises(UsageError, match="one like https"):
        generate(archive, tmp_path / "public", base)


def test_a_site_that_grew_is_the_site_that_is_written_anew(grown: tuple[Path, Path], tmp_path: Path) -> None:
    _, after = grown
    fresh = generate(after.parent / "out", tmp_path / "fresh")
    assert contents(after) == contents(fresh)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
