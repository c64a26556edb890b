"""`archiver site`: the pages that it writes, what it leaves alone, and what it writes again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from html import unescape
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markupsafe import Markup

from archiver.app import Archiver, ArticleQuery
from archiver.errors import OutputError, UsageError
from archiver.models.browsing import ListedArticle
from archiver.settings import Settings
from archiver.site.generator import pages
from archiver.site.generator.addresses import article_file
from archiver.site.generator.folder import LOCK, PLAN, STATE
from archiver.site.generator.generate import SiteRequest, SiteResult, generate_site
from tests.support.command import Command
from tests.support.reading import STORIES, Elements, Story
from tests.support.wechat import pages as wechat_pages

FIRST, RAIN, GONE, SHOP, HARM, SHORT = STORIES


def generate(archive: Path, folder: Path, **query: str) -> SiteResult:
    """Write the site of an archive."""
    with Archiver(Settings(output=str(archive), lang="zh-CN")) as opened:
        return generate_site(opened, SiteRequest(folder=folder, articles=ArticleQuery(**query)), lambda _: None)


def generate_with_feeds(archive: Path, folder: Path) -> SiteResult:
    """Write the site of an archive, whose address is known."""
    with Archiver(Settings(output=str(archive), lang="zh-CN")) as opened:
        return generate_site(opened, SiteRequest(folder=folder, base_url="https://example.org/notes"), lambda _: None)


def pages_of(folder: Path) -> dict[Path, Elements]:
    """The parsed pages of a site."""
    return {path: Elements(path.read_text()) for path in sorted(folder.rglob("*.html"))}


def targets(folder: Path) -> Iterator[tuple[Path, str]]:
    """The addresses to which the pages of a site link or from which they load, each with its page."""
    for path, page in pages_of(folder).items():
        for _, attributes in page.found:
            for name in ("href", "src", "action", "poster", "data"):
                if name in attributes:
                    yield path, attributes[name]


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The bytes and the time of each file."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def everything_in(folder: Path) -> str:
    """All that the files of a site say, the index of its search included."""
    return "\n".join(path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def site(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the archive. No test changes it."""
    folder = tmp_path_factory.mktemp("site") / "public"
    assert generate(archive, folder).articles == len(STORIES)
    return folder


@pytest.fixture
def copied(archive: Path, tmp_path: Path) -> Path:
    """A copy of the archive, for this test."""
    return Path(shutil.copytree(archive, tmp_path / "out"))


def test_every_link_between_files_leads_to_a_file_of_the_site(site):
    for page, address in targets(site):
        parts = urlsplit(address)
        if not parts.scheme and parts.path:
            target = (page.parent / unquote(parts.path)).resolve()
            assert target.is_file(), (page, address)
            assert target.is_relative_to(site), (page, address)


def test_every_article_is_there_as_text_and_as_it_looked(site):
    texts = [page.text for page in pages_of(site / "articles").values()]
    for story in (FIRST, RAIN, GONE, SHOP, SHORT):  # the title of HARM has white space of all kinds
        assert sum(story.title in text for text in texts) >= 3, story.title
    assert len(list((site / "articles").glob("*-styled.html"))) == len(STORIES)


def test_pages_run_no_script_and_load_nothing_foreign(site):
    for path, page in pages_of(site).items():
        policies = [each["content"] for name, each in page.found if each.get("http-equiv") == "Content-Security-Policy"]
        assert len(policies) == 1, path
        assert policies[0].startswith("default-src 'none'; ")
        is_search = path.name == "search.html"
        assert ("script-src 'self' file:;" in policies[0]) is is_search
        assert "unsafe" not in policies[0] or path.stem.endswith("-styled")
        scripts = [attributes for name, attributes in page.found if name == "script"]
        assert scripts == ([{"src": "static/search.js", "defer": ""}] if is_search else []), path
        for name, attributes in page.found:
            assert name not in ("object", "embed"), path
            assert not any(attribute.startswith("on") for attribute in attributes), path
            if "src" in attributes and not attributes["src"].startswith("data:"):
                assert not urlsplit(attributes["src"]).netloc, path
            if name == "iframe":
                assert attributes["sandbox"] == "allow-same-origin allow-popups allow-popups-to-escape-sandbox"


def test_a_second_run_writes_nothing(archive, tmp_path):
    folder = tmp_path / "public"
    generate(archive, folder)
    before = contents(folder)
    result = generate(archive, folder)
    assert (result.written, result.deleted) == (0, 0)
    assert contents(folder) == before


def test_two_sites_of_one_archive_have_the_same_bytes(archive, site, tmp_path):
    folder = tmp_path / "public"
    generate(archive, folder)
    assert {name: content for name, (content, _) in contents(folder).items()} == {
        name: content for name, (content, _) in contents(site).items()
    }


def test_a_selection_has_its_articles_alone(archive, tmp_path):
    folder = tmp_path / "public"
    assert generate(archive, folder, account="江边农事").articles == 2
    whole = "\n".join(path.read_text() for path in folder.rglob("*.html"))
    assert GONE.title in whole
    assert SHOP.title not in whole


def test_what_a_selection_leaves_out_goes_and_foreign_files_stay(archive, tmp_path):
    folder = tmp_path / "public"
    generate(archive, folder)
    (folder / "CNAME").write_text("example.org\n")
    (folder / "articles" / "mine.html").write_text("mine")
    result = generate(archive, folder, account="江边农事")
    assert result.deleted > 0
    fresh = tmp_path / "fresh"
    generate(archive, fresh, account="江边农事")
    assert set(contents(folder)) - set(contents(fresh)) == {"CNAME", "articles/mine.html"}


def test_what_rm_takes_out_goes(copied, tmp_path):
    folder = tmp_path / "public"
    generate(copied, folder)
    assert "旧书的气味" in everything_in(folder)
    removed = Command(folder=tmp_path, environment={}, in_process=True)("rm", "-o", "out", "--yes", SHOP.address)
    assert removed.code == 0, removed.err
    generate(copied, folder)
    left = everything_in(folder)
    assert SHOP.title not in left
    assert "旧书的气味" not in left
    assert "账本" not in left  # two characters, as the index of the search has them


def test_links_lead_to_articles_that_came_later_and_back_when_they_are_gone(archiver, world, tmp_path):
    first = Story(number=201, title="先到", account="另一个号", body=f'<p>见<a href="{RAIN.address}">下一篇</a>。</p>')
    for story in (first, RAIN):
        world.serve(story.address, wechat_pages.page(story.html))
    folder, empty = tmp_path / "public", tmp_path / "empty"

    def link() -> str:
        """The address of the link, once the site says what one says that is made anew."""
        for each in (folder, empty):
            generate_with_feeds(archiver.folder / "out", each)
        pages = [{path.relative_to(each): path.read_bytes() for path in each.rglob("*.*")} for each in (folder, empty)]
        assert pages[0] == pages[1]
        shutil.rmtree(empty)
        text = (folder / article_file(first.key)).read_text()
        return unescape(text.partition(">下一篇</a>")[0].rpartition('href="')[2].partition('"')[0])

    assert archiver.add(first.address).code == 0
    assert link() == RAIN.address
    assert archiver.add(RAIN.address).code == 0
    assert link() == f"../{article_file(RAIN.key)}"
    assert archiver("rm", "-o", "out", "--yes", RAIN.address).code == 0
    assert link() == RAIN.address


def test_an_edited_post_is_written_again_and_other_articles_are_not(copied, tmp_path):
    folder = tmp_path / "public"
    generate(copied, folder)
    before = contents(folder / "articles")
    post = next(path for path in (copied / "_posts").rglob("*.md") if SHOP.title in path.read_text())
    post.write_text(post.read_text().replace("账本的第一页", "账本的头一页"))
    generate(copied, folder)
    after = contents(folder / "articles")
    changed = [name for name in after if after[name] != before[name]]
    assert len(changed) == 1
    assert "账本的头一页" in after[changed[0]][0].decode()


def test_a_damaged_page_is_written_again(archive, tmp_path):
    folder = tmp_path / "public"
    generate(archive, folder)
    before = (folder / "index.html").read_bytes()
    (folder / "index.html").write_bytes(b"")
    assert generate(archive, folder).written == 1
    assert (folder / "index.html").read_bytes() == before


def test_a_file_of_someone_else_is_never_replaced(archive, tmp_path):
    folder = tmp_path / "public"
    folder.mkdir()
    (folder / "index.html").write_text("mine")
    with pytest.raises(OutputError, match="move it away"):
        generate(archive, folder)
    assert sorted(path.name for path in folder.iterdir()) == [LOCK, "index.html"]
    assert (folder / "index.html").read_text() == "mine"


def test_a_state_from_elsewhere_cannot_delete_files_outside(archive, tmp_path):
    folder, precious = tmp_path / "public", tmp_path / "precious.txt"
    generate(archive, folder)
    precious.write_text("precious")
    state = json.loads((folder / STATE).read_text())
    state["files"] |= {"../precious.txt": ["", 1, [], []], str(precious): ["", 1, [], []]}
    (folder / STATE).write_text(json.dumps(state))
    (folder / PLAN).write_text(json.dumps({"form": state["form"], "names": ["../precious.txt", str(precious)]}))
    generate(archive, folder)
    assert precious.read_text() == "precious"


def test_a_run_after_a_kill_completes_the_site(archive, site, tmp_path, monkeypatch):
    folder = tmp_path / "public"
    written = 0
    replace = os.replace

    class Killed(BaseException):
        pass

    def killed(self, target):
        nonlocal written
        written += 1
        if written == 12:
            raise Killed
        replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        patched.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(Killed):
            generate(archive, folder)
    assert list(folder.rglob(".*.tmp"))
    assert (folder / PLAN).is_file()
    generate(archive, folder)
    assert {name: content for name, (content, _) in contents(folder).items()} == {
        name: content for name, (content, _) in contents(site).items()
    }


def test_a_kill_while_the_state_is_written_leaves_nothing(archive, tmp_path):
    folder = tmp_path / "public"
    generate(archive, folder)
    unfinished = [folder / f".{name}-0123456789abcdef.tmp" for name in (STATE, PLAN)]
    foreign = folder / ".mine-0123456789abcdef.tmp"
    for path in (*unfinished, foreign):
        path.write_text("{")
    generate(archive, folder)
    assert not any(path.exists() for path in unfinished)
    assert foreign.exists()


@pytest.mark.parametrize("name", ["drawing.svg", "page.html", ".hidden.png"])
def test_a_file_that_a_browser_would_run_is_no_medium(copied, tmp_path, name):
    active = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    (copied / "postimg" / name).write_text(active)
    post = next(path for path in (copied / "_posts").rglob("*.md") if SHOP.title in path.read_text())
    post.write_text(f"{post.read_text()}\n\n![](/postimg/{name})\n")
    result = generate(copied, tmp_path / "public")
    assert result.missing == (f"postimg/{name}",)
    assert not (tmp_path / "public" / "media" / "postimg" / name).exists()


@pytest.mark.parametrize("place", [".", "_posts/site", ".."])
def test_a_folder_of_the_archive_is_refused(archive, place):
    with pytest.raises(UsageError, match="outside of the archive"):
        generate(archive, archive / place)


def test_the_command_says_what_it_did(archive, tmp_path):
    command = Command(folder=tmp_path, environment={}, in_process=True)
    done = command("site", "public", "-o", archive, "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert said["articles"] == len(STORIES)
    assert said["written"] == len([path for path in (tmp_path / "public").rglob("*") if path.is_file()]) - 2


def test_a_page_is_what_its_whole_template_gives(archive, site, tmp_path, monkeypatch):
    """Frames and articles of lists are filled once for many pages: not a byte may differ for it."""
    templates = [path.name for path in files("archiver.site").joinpath("templates").iterdir()]
    monkeypatch.setattr(pages, "_OWN_FRAMES", templates)
    monkeypatch.setattr(pages.SitePages, "_entry", entry_made_each_time)
    folder = tmp_path / "public"
    generate(archive, folder)
    assert {path: page.read_bytes() for path, page in html_in(folder)} == {
        path: page.read_bytes() for path, page in html_in(site)
    }


def html_in(folder: Path) -> Iterator[tuple[str, Path]]:
    return ((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.html"))


def entry_made_each_time(self: pages.SitePages, root: str, each: ListedArticle, without_account: bool) -> Markup:
    values = self._common(root) | {"each": each, "without_account": without_account}
    return Markup(self.templates.fill("entry.html", self.language, values))
