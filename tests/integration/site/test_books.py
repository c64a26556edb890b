"""The books of the reader: the catalogue for e-readers, what is downloaded, by whom, and what it may cost."""

from __future__ import annotations

import base64
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

import feedparser
import pytest
from lxml import etree

from archiver.commands import books as books_command
from archiver.export.epub import volumes as epub_volumes
from archiver.site.security.address import ReaderAddress
from tests.support.books import Read
from tests.support.command import Command
from tests.support.feeds import ATOM
from tests.support.opds import ACQUISITION, FEED, IMAGE, TERMS, opds_errors
from tests.support.reader import HOME, PASSWORD, Browser
from tests.support.reading import STORIES, Elements, Reader

FIRST, RAIN, GONE, SHOP, HARM, SHORT = STORIES
BOOK = "application/epub+zip"
ONE_ARTICLE = epub_volumes.VolumeLimits(articles=1)
ALL_OF_ACCOUNT = f"/books/accounts/{quote(FIRST.account)}/all.epub"


def walk(reader: Reader) -> Iterator[tuple[str, str, bytes]]:
    """Every feed of the catalogue that can be reached from its first: its path, its kind and its content."""
    waiting, seen = [("/opds", "navigation")], set()
    while waiting:
        path, kind = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = reader.get(path)
        assert answer.status_code == 200, path
        said = answer.headers["content-type"].replace("; ", ";")
        assert said == f"{FEED}{kind};charset=utf-8", path
        yield path, kind, answer.content
        for link in etree.fromstring(answer.content).iter(f"{ATOM}link"):
            if (found := link.get("type", "")).startswith(FEED):
                parts = urlsplit(link.get("href", ""))
                waiting.append((parts.path + (f"?{parts.query}" if parts.query else ""), found.removeprefix(FEED)))


def entries(document: bytes) -> dict[str, etree._Element]:
    """The entries of a feed by their titles."""
    found = etree.fromstring(document).findall(f"{ATOM}entry")
    return {entry.findtext(f"{ATOM}title") or "": entry for entry in found}


def link_of(entry: etree._Element, relation: str) -> str:
    return next((link.get("href", "") for link in entry.findall(f"{ATOM}link") if link.get("rel") == relation), "")


def test_every_feed_is_valid_and_read_by_feedparser(reader: Reader) -> None:
    found = list(walk(reader))
    assert {unquote(path).split("/")[2] for path, *_ in found if path != "/opds"} == {
        "all", "accounts", "albums", "tags", "sources",
    }  # fmt: skip
    for path, kind, document in found:
        assert opds_errors(document, kind) == [], path
        parsed = feedparser.parse(document)
        assert not parsed.bozo, path
        assert parsed.entries, path


def test_every_book_of_the_catalogue_can_be_downloaded(reader: Reader, tmp_path: Path) -> None:
    addresses = {
        link_of(entry, ACQUISITION): title
        for _, kind, document in walk(reader)
        if kind == "acquisition"
        for title, entry in entries(document).items()
    }
    assert len(addresses) > len(STORIES)
    for number, (address, title) in enumerate(addresses.items()):
        answer = reader.get(address.removeprefix(HOME))
        assert (answer.status_code, answer.headers["content-type"]) == (200, BOOK)
        assert answer.headers["content-length"] == str(len(answer.content))
        path = tmp_path / f"{number}.epub"
        path.write_bytes(answer.content)
        assert Read.of(path).metadata("title") == [title]


def test_book_is_that_of_an_export(reader: Reader, tmp_path: Path) -> None:
    answer = reader.get(ALL_OF_ACCOUNT)
    (tmp_path / "book.epub").write_bytes(answer.content)
    read = Read.of(tmp_path / "book.epub")
    assert list(read.chapters) == [RAIN.title, FIRST.title]
    assert any(kind.startswith("image/png") for kind in read.types.values())
    name = answer.headers["content-disposition"].partition("filename*=UTF-8''")[2]
    assert unquote(name) == f"{FIRST.account}.epub"


def test_entry_describes_its_book(reader: Reader) -> None:
    answer = reader.get(f"/opds/accounts/{quote(FIRST.account)}", language="en")
    (entry,) = entries(answer.content).values()
    assert entry.findtext(f"{TERMS}language") == "zh-CN"
    assert entry.findtext(f"{TERMS}issued") == "2025-11-07"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == FIRST.account
    assert (entry.findtext(f"{ATOM}content") or "").startswith("2 articles · ")
    cover = link_of(entry, IMAGE)
    assert cover == link_of(entry, f"{IMAGE}/thumbnail")
    assert reader.get(cover.removeprefix(HOME)).headers["content-type"] == "image/png"


def test_search_finds_the_books_whose_names_hold_the_words(reader: Reader) -> None:
    description = etree.fromstring(reader.get("/opds/search.xml").content)
    url = description.find("{*}Url")
    assert url is not None
    # 3: "the search interface must use the media type associated to OPDS Catalogs"
    assert url.get("type") == f"{FEED}acquisition"
    assert url.get("template") == f"{HOME}/opds/search?q={{searchTerms}}"
    found = reader.get(f"/opds/search?q={quote('四季')}")
    assert opds_errors(found.content, "acquisition") == []
    assert set(entries(found.content)) == {"阳台四季", "#阳台四季"}
    for words in ("", "没有这个"):
        nothing = reader.get(f"/opds/search?q={quote(words)}")
        assert (nothing.status_code, entries(nothing.content)) == (200, {})


def test_many_articles_are_divided_into_years(archive: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(epub_volumes, "VolumeLimits", lambda: ONE_ARTICLE)
    reader = Reader(archive)
    found = entries(reader.get(f"/opds/accounts/{quote(FIRST.account)}").content)
    assert list(found) == [f"{FIRST.account} · 2025", f"{FIRST.account} · 2023"]
    path = tmp_path / "2023.epub"
    path.write_bytes(reader.get(link_of(found[f"{FIRST.account} · 2023"], ACQUISITION).removeprefix(HOME)).content)
    assert list(Read.of(path).chapters) == [RAIN.title]
    assert reader.get(ALL_OF_ACCOUNT).status_code == 404
    page = Elements(reader.get(f"/books?account={quote(FIRST.account)}").text)
    assert [each for each in page.values("href") if each.endswith(".epub")] == [
        ALL_OF_ACCOUNT.replace("all.epub", f"{year}.epub") for year in (2025, 2023)
    ]


@pytest.fixture
def changed(archive: Path, tmp_path: Path) -> Command:
    """A copy of the archive, for this test to change."""
    shutil.copytree(archive, tmp_path / "out")
    return Command(folder=tmp_path, environment={}, in_process=True)


def test_book_that_a_program_has_is_not_made_again(changed: Command) -> None:
    reader = Reader(changed.folder / "out")
    tag = reader.get(ALL_OF_ACCOUNT).headers["etag"]
    again = reader.get(ALL_OF_ACCOUNT, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    post = next(post for post in changed.posts if FIRST.title in post.read_text(encoding="utf-8"))
    post.write_text(post.read_text(encoding="utf-8") + "\n\n又写了一句。\n", encoding="utf-8")
    after = reader.get(ALL_OF_ACCOUNT, **{"If-None-Match": tag})
    assert (after.status_code, after.headers["etag"] != tag) == (200, True)


def test_feed_that_a_program_has_is_not_sent_again(reader: Reader) -> None:
    for path in ("/opds", "/opds/accounts", "/opds/all", "/opds/search.xml"):
        tag = reader.get(path).headers["etag"]
        assert reader.get(path, **{"If-None-Match": tag}).status_code == 304


def test_head_makes_no_book(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a book was made")

    monkeypatch.setattr(books_command, "make_book", fail)
    answer = Browser(archive).head(ALL_OF_ACCOUNT)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, BOOK, b"")


def test_one_book_is_made_at_a_time(archive: Path) -> None:
    browser = Browser(archive)

    def ask_meanwhile() -> BinaryIO:
        answer = browser.get(ALL_OF_ACCOUNT)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert "Another book is being made" in answer.text
        return io.BytesIO()

    assert browser.app.state.books.make(ask_meanwhile) is not None
    assert browser.get(ALL_OF_ACCOUNT).status_code == 200


def test_few_books_lie_on_the_disk(archive: Path) -> None:
    browser = Browser(archive)
    held = [browser.app.state.books.make(io.BytesIO) for _ in range(9)]
    assert [file is not None for file in held] == [True] * 4 + [False] * 5
    assert browser.get(ALL_OF_ACCOUNT).status_code == 503
    held.clear()
    assert browser.get(ALL_OF_ACCOUNT).status_code == 200


def test_no_file_is_left_and_none_is_made_in_the_archive(archive: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = {path for path in archive.rglob("*") if ".archive" not in path.parts}
    assert Browser(archive).get(ALL_OF_ACCOUNT).status_code == 200
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert {path for path in archive.rglob("*") if ".archive" not in path.parts} == before


@pytest.mark.parametrize("path", ["/opds", "/opds/all", "/opds/search.xml", ALL_OF_ACCOUNT])
def test_with_a_password_e_readers_log_in_by_http_basic(archive: Path, path: str) -> None:
    browser = Browser(archive, password=PASSWORD)
    refused = browser.get(path)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (
        401,
        'Basic realm="archiver", charset="UTF-8"',
    )
    for password, status in ((PASSWORD, 200), ("wrong", 401)):
        login = base64.b64encode(f"any:{password}".encode()).decode()
        assert browser.get(path, headers={"authorization": f"Basic {login}"}).status_code == status
    token = browser.access.token.show()
    assert browser.get(path, headers={"authorization": f"Bearer {token}"}).status_code != 200


def test_with_a_password_the_page_of_books_asks_for_the_login_page(archive: Path) -> None:
    browser = Browser(archive, password=PASSWORD)
    assert "www-authenticate" not in browser.get("/books").headers
    browser.log_in()
    assert browser.get("/books").status_code == browser.get(ALL_OF_ACCOUNT).status_code == 200


def test_addresses_are_those_by_which_people_reach_the_reader(archive: Path) -> None:
    address = ReaderAddress(base_url="https://reader.example")
    browser = Browser(archive, address=address)
    for path in ("/opds", "/opds/all", "/opds/search.xml"):
        answer = browser.get(path, headers={"host": "reader.example"})
        assert answer.status_code == 200
        assert b"127.0.0.1" not in answer.content
        assert b"localhost" not in answer.content
        assert b"https://reader.example/opds" in answer.content


@pytest.mark.parametrize(
    "path",
    ["/opds/years", "/opds/accounts/nobody", "/opds/all?page=2", "/opds/accounts?page=9", "/books/all/2199.epub",
     "/books/accounts/nobody/all.epub", "/books/all/x.epub", "/books?account=nobody"],
)  # fmt: skip
def test_what_is_not_there_is_404(reader: Reader, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_without_an_archive_there_is_no_catalogue(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "none")
    assert browser.get("/opds").status_code == browser.get("/books/all/all.epub").status_code == 404
    assert browser.get("/books").status_code == 200


def test_people_find_the_books_from_the_page_of_an_account(reader: Reader) -> None:
    listing = Elements(reader.get(f"/articles?account={quote(FIRST.account)}").text)
    (address,) = [each for each in listing.values("href") if each.startswith("/books?")]
    page = Elements(reader.get(address).text)
    assert ALL_OF_ACCOUNT in page.values("href")
    overview = Elements(reader.get("/books").text)
    assert address in overview.values("href")
    assert "/books?all=1" in overview.values("href")
    assert f"{HOME}/opds" in reader.get("/books").text
