"""The feeds of the reader: what stands in them, in which order, for whom, and when nothing is sent again."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import feedparser
import httpx
import pytest
from lxml import etree

from archiver.commands import readable
from archiver.commands.reader import ArchiveReader
from archiver.site.security.address import ReaderAddress
from tests.support.command import Command
from tests.support.feeds import ATOM, atom_errors, json_feed_errors, links_of
from tests.support.reader import HOME, PASSWORD, Browser
from tests.support.reading import STORIES, Elements, Reader, Story, photo, picture
from tests.support.wechat import Authority, World, pages, playing

FIRST, RAIN, GONE, SHOP, HARM, SHORT = STORIES
FORMS = ("atom", "json")
MANY = 53


@pytest.fixture(scope="module")
def full_archive(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Path]:
    """The folder of an archive of more articles than one part of a feed has, each with a picture of its own."""
    world, image = World(), pages.picture(photo(1), "image/png")
    stories = [
        Story(
            number=100 + n,
            title=f"第{n}篇",
            day=f"2020-01-{n % 28 + 1:02} 08:00",
            body=f"<p>{n}</p>{picture(f'Leaf{n}')}",
        )
        for n in range(MANY)
    ]
    with playing(world, authority) as environment:
        command = Command(folder=tmp_path_factory.mktemp("full"), environment=environment, in_process=True)
        for n, story in enumerate(stories):
            world.serve(story.address, pages.page(story.html))
            for size in ("0", "640"):
                world.serve(f"https://mmbiz.qpic.cn/mmbiz_png/Leaf{n}/{size}?wx_fmt=png", image)
        assert command.add(*(story.address for story in stories)).code == 0
        yield command.folder / "out"


def feed(answer: httpx.Response) -> dict[str, object]:
    """The parsed content of a JSON Feed."""
    assert answer.status_code == 200
    value: dict[str, object] = json.loads(answer.content)
    return value


def items(answer: httpx.Response) -> list[dict[str, str]]:
    found = feed(answer)["items"]
    assert isinstance(found, list)
    return found


def keys(answer: httpx.Response) -> list[str]:
    return [item["id"].partition(":article/")[2] for item in items(answer)]


def subjects(reader: Reader) -> list[str]:
    """The addresses of all feeds in the OPML of the archive, as paths."""
    root = etree.fromstring(reader.get("/feeds.opml").content)
    return [urlsplit(each.get("xmlUrl", "")).path for each in root.iter("outline") if each.get("xmlUrl")]


def test_every_feed_is_valid_and_read_by_feedparser(reader: Reader) -> None:
    addresses = subjects(reader)
    kinds = {address.split("/")[2].removesuffix(".atom") for address in addresses}
    assert kinds == {"all", "accounts", "albums", "tags", "sources"}
    for address in addresses:
        atom = reader.get(address)
        assert (atom.status_code, atom.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8"), address
        assert atom_errors(atom.content) == [], address
        parsed = feedparser.parse(atom.content)
        assert not parsed.bozo, address
        assert parsed.entries, address
        same = reader.get(address.removesuffix("atom") + "json")
        assert same.headers["content-type"] == "application/feed+json; charset=utf-8"
        assert json_feed_errors(same.content) == [], address
        assert [entry.id for entry in parsed.entries] == [item["id"] for item in items(same)]


def test_opml_addresses_and_pages_are_right(reader: Reader) -> None:
    root = etree.fromstring(reader.get("/feeds.opml").content)
    outlines = [each for each in root.iter("outline") if each.get("xmlUrl")]
    assert len({each.get("xmlUrl") for each in outlines}) == len(outlines)
    for each in outlines:
        page = reader.get(each.get("htmlUrl", "").removeprefix(HOME))
        assert page.status_code == 200
        assert each.get("xmlUrl", "").startswith(f"{HOME}/feeds/")
    accounts = etree.fromstring(reader.get("/feeds/accounts.opml").content)
    assert {each.get("text") for each in accounts.iter("outline") if each.get("xmlUrl")} == {s.account for s in STORIES}


def test_feed_of_everything_has_all_articles_once(reader: Reader) -> None:
    assert sorted(keys(reader.get("/feeds/all.json"))) == sorted(story.key for story in STORIES)


def test_article_that_changed_comes_first_again(full_archive: Path, changed: Command) -> None:
    reader = Reader(changed.folder / "out")
    before = keys(reader.get("/feeds/all.json?page=2"))[-1]
    changed.catalogue.change(
        "UPDATE captures SET received = received + 60, captured = captured + 60 WHERE article_id = (SELECT id FROM articles WHERE key = ?)",
        before,
    )
    changed.catalogue.change("UPDATE articles SET archived = archived + 60 WHERE key = ?", before)
    found = items(reader.get("/feeds/all.json"))
    assert before in found[0]["id"]
    assert found[0]["date_modified"] > found[1]["date_modified"]


def test_entry_has_the_text_with_absolute_addresses(reader: Reader) -> None:
    entry = next(item for item in items(reader.get("/feeds/all.json")) if FIRST.key in item["id"])
    html = entry["content_html"]
    assert "四十二棵" in html
    assert f'href="{HOME}/articles/{RAIN.key}"' in html
    assert entry["url"] == f"{HOME}/articles/{FIRST.key}"
    assert entry["external_url"] == FIRST.address
    assert entry["date_published"] == "2025-11-07T00:31:00Z"
    assert "阳台四季" in entry["tags"]
    assert entry["authors"] == [{"name": FIRST.account}]
    sources = re.findall(r'src="([^"]*)"', html)
    assert len(sources) == 2
    for source in map(unescape, sources):
        assert source.startswith(f"{HOME}/media/postimg/")
        assert reader.get(source.removeprefix(HOME)).headers["content-type"] == "image/png"


def test_deleted_article_stays_and_says_so(reader: Reader) -> None:
    for language, words in (("zh-CN", "发布者已"), ("en", "Its publisher deleted this article from WeChat.")):
        entry = next(item for item in items(reader.get("/feeds/all.json", language=language)) if GONE.key in item["id"])
        assert words in entry["content_html"].partition("</p>")[0] or language == "zh-CN"
        assert "春分一到，江边的风就软了。" in entry["content_html"]
    chinese = next(item for item in items(reader.get("/feeds/all.json")) if GONE.key in item["id"])
    assert re.search(r"<em>[^<]*删除[^<]*</em>", chinese["content_html"])


def test_hostile_article_has_no_active_content(reader: Reader) -> None:
    answer = reader.get("/feeds/all.atom")
    for entry in etree.fromstring(answer.content).findall(f"{ATOM}entry"):
        page = Elements(entry.findtext(f"{ATOM}content") or "")
        tags = {tag for tag, _ in page.found}
        assert not tags & {"script", "style", "iframe", "object", "embed", "form", "link", "meta", "svg", "base"}
        assert not [name for _, given in page.found for name in given if name.startswith("on") or name == "style"]
        for link in (*page.values("href"), *page.values("src"), *page.values("poster")):
            assert link.startswith(("https://", "http://", "mailto:")), link
            assert link.startswith(f"{HOME}/") or link not in page.values("src")


@pytest.mark.parametrize("address", ["/feeds/all.atom", "/feeds/all.json", "/feeds/tags/其他.atom", "/feeds.opml"])
def test_second_call_is_not_modified_and_reads_no_text(
    reader: Reader, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reader.get(address)
    monkeypatch.setattr(readable, "readable", None)  # whoever reads a text now, fails
    monkeypatch.setattr(readable, "read_post_content", None)
    second = reader.get(address, **{"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]
    assert second.headers["cache-control"] == "private, no-cache"
    if "last-modified" in first.headers:
        assert reader.get(address, **{"If-Modified-Since": first.headers["last-modified"]}).status_code == 304
    assert reader.get(address, language="en", **{"If-None-Match": first.headers["etag"]}).status_code != 304


def test_parts_lead_to_each_other_and_have_all_articles(full_archive: Path) -> None:
    reader = Reader(full_archive)
    first = reader.get("/feeds/all.atom")
    assert atom_errors(first.content) == []
    links = links_of(first.content)
    assert "previous" not in links
    assert links["next"] == links["last"] == f"{HOME}/feeds/all.atom?page=2"
    second = reader.get(links["next"].removeprefix(HOME))
    links = links_of(second.content)
    assert "next" not in links
    assert links["previous"] == links["first"] == f"{HOME}/feeds/all.atom"
    found = [entry.id for part in (first, second) for entry in feedparser.parse(part.content).entries]
    assert [len(feedparser.parse(part.content).entries) for part in (first, second)] == [50, MANY - 50]
    assert len(set(found)) == MANY
    assert feed(reader.get("/feeds/all.json"))["next_url"] == f"{HOME}/feeds/all.json?page=2"
    assert "next_url" not in feed(reader.get("/feeds/all.json?page=2"))
    assert reader.get("/feeds/all.atom?page=3").status_code == 404


def test_fifty_articles_have_their_pictures(full_archive: Path) -> None:
    reader = Reader(full_archive)
    parsed = feedparser.parse(reader.get("/feeds/all.atom").content)
    assert not parsed.bozo
    shown = [re.findall(r'<img[^>]* src="([^"]*)"', entry.content[0].value) for entry in parsed.entries]
    assert [len(pictures) for pictures in shown] == [1] * 50
    assert len({address for (address,) in shown}) == 50
    for (address,) in shown:
        assert reader.get(unescape(address).removeprefix(HOME)).content == photo(1)


@pytest.fixture
def changed(full_archive: Path, tmp_path: Path) -> Command:
    """A copy of the archive, for this test to change."""
    shutil.copytree(full_archive, tmp_path / "out")
    return Command(folder=tmp_path, environment={}, in_process=True)


def test_removed_article_goes_and_the_feed_counts_as_changed(changed: Command) -> None:
    for table, column in (
        ("captures", "received"),
        ("captures", "captured"),
        ("articles", "archived"),
        ("articles", "state_seen"),
    ):
        changed.catalogue.change(f"UPDATE {table} SET {column} = {column} - 1000")
    reader = Reader(changed.folder / "out")
    before = reader.get("/feeds/all.json")
    assert reader.get("/feeds/all.json", **{"If-Modified-Since": before.headers["last-modified"]}).status_code == 304
    key = keys(before)[0]
    assert changed("rm", "-o", "out", "--yes", key).code == 0
    for header, name in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        after = reader.get("/feeds/all.json", **{header: before.headers[name]})
        assert (header, after.status_code) == (header, 200)
        assert key not in keys(after)
        assert len(keys(after)) == 50


def test_post_edited_by_hand_is_sent_again(changed: Command) -> None:
    reader = Reader(changed.folder / "out")
    before = reader.get("/feeds/all.json")
    post = next((changed.folder / "out" / "_posts").iterdir())
    post.write_text(post.read_text() + "\n\n手写的一行\n")
    after = reader.get("/feeds/all.json", **{"If-None-Match": before.headers["etag"]})
    second = reader.get("/feeds/all.json?page=2")
    assert "手写的一行" in after.content.decode() + second.content.decode()
    post.unlink()
    texts = [item["content_html"] for page in ("", "?page=2") for item in items(reader.get(f"/feeds/all.json{page}"))]
    assert [text for text in texts if "文件不见了" in text]
    assert len(texts) == MANY


def test_names_with_any_character_have_a_feed(reader: Reader) -> None:
    address = f"/feeds/accounts/{quote(HARM.account, safe='')}.atom"
    parsed = feedparser.parse(reader.get(address).content)
    assert parsed.feed.title_detail.value == HARM.account
    assert len(parsed.entries) == 1
    album = f"/feeds/albums/{quote(HARM.album, safe='')}.json"
    assert keys(reader.get(album)) == [HARM.key]


@pytest.mark.parametrize(
    "address",
    ["/feeds/accounts/nobody.atom", "/feeds/tags/none.json", "/feeds/all.rss", "/feeds/years/2020.atom", "/feeds/all.atom?page=9",
     "/feeds/years.opml", "/feeds/accounts/.atom"],
)  # fmt: skip
def test_feed_of_nothing_is_not_found(reader: Reader, address: str) -> None:
    assert reader.get(address).status_code == 404


def test_without_archive_there_is_no_feed(tmp_path: Path) -> None:
    for address in ("/feeds/all.atom", "/feeds.opml", "/feeds/tags/x.json"):
        assert Reader(tmp_path / "none").get(address).status_code == 404
    assert not (tmp_path / "none").exists()


def test_pages_name_their_feeds(reader: Reader) -> None:
    listing = f"/articles?account={quote(FIRST.account)}"
    for page in ("/", listing, f"/articles/{FIRST.key}"):
        found = [given for tag, given in Elements(reader.get(page).text).found if given.get("rel") == "alternate"]
        types = {(given["type"], given["href"]) for given in found if tag_is_feed(given)}
        assert ("application/atom+xml", "/feeds/all.atom") in types
        assert ("application/feed+json", "/feeds/all.json") in types
        own = f"/feeds/accounts/{quote(FIRST.account)}.atom"
        assert (("application/atom+xml", own) in types) is (page == listing)
        assert all(reader.get(href).status_code == 200 for _, href in types)


def tag_is_feed(given: dict[str, str]) -> bool:
    return given.get("type", "").startswith("application/")


def test_page_of_feeds_names_all_of_them(reader: Reader) -> None:
    page = Elements(reader.get("/feeds").text)
    links = {urljoin(HOME, link) for link in page.values("href", "a")}
    for address in subjects(reader):
        assert urljoin(HOME, address) in links
    assert f"{HOME}/feeds/all.atom" in page.text


@pytest.mark.parametrize(
    ("address", "host", "root"),
    [
        (ReaderAddress(), "127.0.0.1:8765", "http://127.0.0.1:8765"),
        (ReaderAddress(), "localhost:8765", "http://localhost:8765"),
        (ReaderAddress(host="0.0.0.0"), "192.168.1.7:8765", "http://192.168.1.7:8765"),
        (ReaderAddress(base_url="https://reader.example/"), "reader.example", "https://reader.example"),
        (ReaderAddress(base_url="https://reader.example"), "127.0.0.1:8765", "https://reader.example"),
    ],
)
def test_addresses_are_those_by_which_people_reach_the_reader(
    output: Path, address: ReaderAddress, host: str, root: str
) -> None:
    browser = Browser(output, address=address)
    for path in ("/feeds/all.atom", "/feeds/all.json", "/feeds.opml"):
        text = browser.get(path, headers={"host": host}).text
        found = set(re.findall(r"https?://[^/\s\"'&<]+(?=/(?:feeds|articles|media)|/[\"<])", text))
        assert root in found, path
        assert {each for each in found if "127.0.0.1" in each or "localhost" in each or "192.168" in each} <= {root}


def basic(password: str, name: str = "reader") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_feeds_are_given_for_the_password_alone(guarded: Browser) -> None:
    for path in ("/feeds/all.atom", "/feeds/all.json", "/feeds.opml", "/feeds/accounts.opml"):
        refused = guarded.get(path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Basic realm="archiver", charset="UTF-8"'
        assert guarded.get(path, headers=basic(PASSWORD)).status_code == 200
        assert guarded.head(path, headers=basic(PASSWORD, "")).status_code == 200
        assert guarded.get(path, headers=basic("wrong")).status_code == 401
        assert guarded.get(path, headers=basic(PASSWORD)).status_code == 200  # so that the wrong tries are forgotten


def test_feed_opens_the_archive_once(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, exists = [], ArchiveReader.exists
    monkeypatch.setattr(ArchiveReader, "exists", lambda reader: asked.append(reader) or exists(reader))
    for path in ("/feeds/all.atom", "/feeds.opml", "/feeds/accounts.opml"):
        assert browser.get(path).status_code == 200
    assert len(asked) == 3


def test_password_of_a_program_opens_feeds_and_nothing_else(guarded: Browser) -> None:
    for path in ("/", "/feeds", "/articles", "/add", "/phone", "/media/postimg/x.png", "/search?q=x", "/feedsx"):
        assert guarded.get(path, headers=basic(PASSWORD)).status_code == 401, path
    for method in ("POST", "PUT", "DELETE"):
        answer = guarded.request(method, "/feeds/all.atom", headers={**basic(PASSWORD), "origin": HOME})
        assert answer.status_code in (401, 403)
    assert not guarded.get("/feeds/all.atom", headers=basic(PASSWORD)).cookies


def test_token_of_the_phone_reads_no_feed(guarded: Browser) -> None:
    bearer = {"authorization": f"Bearer {guarded.access.token.show()}"}
    assert guarded.get("/feeds/all.atom", headers=bearer).status_code == 401


def test_guessing_by_programs_is_slowed_down_with_the_login_page(guarded: Browser) -> None:
    for _ in range(5):
        assert guarded.get("/feeds/all.atom", headers=basic("wrong")).status_code == 401
    refused = guarded.get("/feeds/all.atom", headers=basic(PASSWORD))
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert guarded.log_in().status_code == 429


def test_session_reads_feeds_and_the_password_of_a_proxy_is_no_hindrance(guarded: Browser) -> None:
    assert guarded.log_in().status_code == 303
    assert guarded.get("/feeds/all.atom").status_code == 200
    assert guarded.get("/feeds/all.atom", headers=basic("of the proxy")).status_code == 200


def test_without_password_any_login_of_a_program_is_accepted(browser: Browser) -> None:
    assert browser.get("/feeds/all.atom", headers=basic("anything")).status_code == 200


def pictures_in(browser: Browser, **headers: str) -> list[str]:
    html = items(browser.get("/feeds/all.json", headers=headers))[0]["content_html"]
    return [unescape(each).removeprefix(HOME) for each in re.findall(r' src="([^"]*)"', html)]


def test_pictures_of_feeds_need_no_login_and_outlive_the_process(guarded: Browser, output: Path) -> None:
    """A program keeps the text for months, and shows it in a page of another site."""
    address, other = pictures_in(guarded, **basic(PASSWORD))[:2]
    restarted = Browser(output, password=PASSWORD)
    for each in (guarded, restarted):
        answer = each.get(address, headers={"sec-fetch-site": "cross-site"})
        assert (answer.status_code, answer.headers["cross-origin-resource-policy"]) == (200, "cross-origin")
    path, _, signature = address.partition("?")
    assert guarded.get(f"{path}?{other.partition('?')[2]}").status_code == 401
    assert guarded.get(path).status_code == 401
    assert guarded.get(f"/feeds/all.atom?{signature}").status_code == 401


def test_renewed_token_ends_the_pictures_of_feeds(guarded: Browser) -> None:
    answer = guarded.get("/feeds/all.json", headers=basic(PASSWORD))
    address = pictures_in(guarded, **basic(PASSWORD))[0]
    guarded.access.token.renew()
    assert guarded.get(address).status_code == 401
    again = guarded.get("/feeds/all.json", headers={**basic(PASSWORD), "if-none-match": answer.headers["etag"]})
    assert again.status_code == 200
    assert guarded.get(pictures_in(guarded, **basic(PASSWORD))[0]).status_code == 200


def test_no_feed_has_a_secret(guarded: Browser) -> None:
    token = guarded.access.token.show()
    for path in ("/feeds/all.atom", "/feeds/all.json", "/feeds.opml", "/feeds"):
        text = guarded.get(path, headers=basic(PASSWORD)).text
        assert token not in text
        assert PASSWORD not in text
