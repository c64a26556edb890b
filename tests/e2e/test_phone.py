"""From the phone into the archive: each way of docs/guide/phone.zh-CN.md, with a phone that the test plays."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest

from archiver.errors import Exit
from tests.support.command import Command
from tests.support.exports import workbook
from tests.support.paths import ROOT
from tests.support.reader import Served, serving
from tests.support.wechat import PAGES, Answer, World, numbered
from tests.unit.sources.test_exports_of_tools import EXPORTS, LONG, OTHER, SHORT

GUIDE = (ROOT / "docs" / "guide" / "phone.zh-CN.md").read_text(encoding="utf-8")
ONE, TWO, THREE, FOUR = numbered.addresses((1, 2, 3, 4))
PASSWORD = "wenzhang-cundang"
FEED = "https://reader.example.org/feed.xml"
PATIENCE = 60  # seconds
# The tools of which the guide says that their exports are read, by the names of their exports in EXPORTS.
TOOLS = {
    "浏览器书签（HTML、JSON）": "NETSCAPE FIREFOX CHROME SAFARI", "Cubox": "CUBOX_CSV CUBOX_MARKDOWN",
    "Pocket": "POCKET_HTML POCKET_CSV", "Raindrop": "RAINDROP", "Omnivore": "OMNIVORE", "karakeep": "KARAKEEP",
    "Linkwarden": "LINKWARDEN", "wallabag": "WALLABAG", "Instapaper": "INSTAPAPER", "Readwise": "READWISE",
    "简悦": "SIMPREAD", "wechat-article-exporter": "WAE_CSV WAE_JSON",
    "wechatDownload": "WECHAT_DOWNLOAD WECHAT_DOWNLOAD_TEXT",
}  # fmt: skip
COLUMNS = ("链接", "文章链接", "文章永久链接", "原文地址", "content_url")


def kept(command: Command) -> list[str]:
    """The titles of the articles in the archive."""
    done = command("list", "-o", "out", "--json")
    return sorted(json.loads(line)["title"] for line in done.out.splitlines()) if done.code == 0 else []


def message(address: str) -> str:
    """What WeChat puts on the clipboard when an article is shared as a message."""
    return f"【某号】春分之后该种什么\n{address}?scene=1&from=singlemessage#wechat_redirect\n来自微信"


def test_guide_names_what_is_tried_here() -> None:
    for words in ("待存.txt", "  - list:", f"  - feed: {FEED}", "archiver batch 导出的文件", "/add", "Bearer", "`text`",
                  "`message`", "text/plain", "archiver serve --new-token", "--password-file", "--fetch"):  # fmt: skip
        assert words in GUIDE
    assert [tool for tool in TOOLS if tool not in GUIDE] == []
    assert [column for column in COLUMNS if f"`{column}`" not in GUIDE] == []


def test_synced_text_file_is_read_by_run(archiver: Command, world: World) -> None:
    """Own words beside the links are no error, and half a file of today is whole tomorrow."""
    numbered.serve(world, (1, 2))
    archiver.write("archiver.yml", "output: out", "interval: 0", "sources:", "  - list: Sync/待存.txt")
    folder = archiver.folder / "Sync"
    folder.mkdir()
    whole = f"周末要看的\n{ONE}\n\n妈妈发来的：\n{message(TWO)}\n"
    (folder / "待存.txt").write_text(whole[: whole.index(TWO) + 30], encoding="utf-8")
    half = archiver("run")
    assert half.code == Exit.USAGE
    assert "not a whole article's address" in half.err
    assert kept(archiver) == ["测试 001"]
    world.requests.clear()
    (folder / "待存.txt").write_text(whole, encoding="utf-8")
    done = archiver("run")
    assert (done.code, done.err) == (0, "1 archived\n")
    assert kept(archiver) == ["测试 001", "测试 002"]
    assert world.asked(PAGES) == [numbered.path(2)]
    assert archiver("run").out == ""


def rss(*addresses: str) -> str:
    items = "".join(f"<item><title>一</title><link>{address}</link></item>" for address in addresses)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>稍后读</title>{items}</channel></rss>'


def atom(*addresses: str) -> str:
    entries = "".join(
        f'<entry><id>{address}</id><title>一</title><updated>2026-05-04T04:00:00Z</updated><link href="{address}"/></entry>'
        for address in addresses
    )
    head = "<id>urn:x</id><title>稍后读</title><updated>2026-05-04T04:00:00Z</updated>"
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'


@pytest.mark.parametrize(
    ("form", "kind"), [(rss, "application/rss+xml"), (atom, "application/atom+xml")], ids=["RSS", "Atom"]
)
def test_feed_of_a_read_later_service_is_read_by_run(
    archiver: Command, world: World, form: Callable[..., str], kind: str
) -> None:
    """Entries of other sites are passed over, and nothing is asked of these."""
    numbered.serve(world, (1, 2))
    body = form(ONE, "https://example.org/post", TWO)
    world.serve(FEED, Answer(headers=(("Content-Type", kind),), body=body.encode()))
    archiver.write("archiver.yml", "output: out", "interval: 0", "sources:", f"  - feed: {FEED}")
    assert archiver("run").code == 0
    assert kept(archiver) == ["测试 001", "测试 002"]
    assert world.refused == []


def test_feed_with_a_key_or_a_login_is_told_without_the_key(archiver: Command, world: World) -> None:
    world.serve(FEED, Answer(status=401))
    archiver.write("archiver.yml", "output: out", "interval: 0", "sources:", f"  - feed: {FEED}?token=Geheim1234567")
    done = archiver("run", "-vv", "--report", "report.json")
    assert done.code == Exit.FAILED
    assert "401" in done.err
    assert "Geheim" not in done.out + done.err + (archiver.folder / "report.json").read_text(encoding="utf-8")


def test_exported_list_is_read_by_batch_and_again_as_a_source(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2, 3))
    name = archiver.write("导出.csv", "公众号,文章链接,标题", f"某号,{ONE},一", f"某号,{TWO},二")
    assert archiver("batch", "-o", "out", "--interval", "0", name).code == 0
    archiver.write("archiver.yml", "output: out", "interval: 0", "sources:", f"  - list: {name}")
    archiver.write("导出.csv", "公众号,文章链接,标题", f"某号,{ONE},一", f"某号,{TWO},二", f"某号,{THREE},三")
    assert archiver("run").err == "1 archived\n"
    assert kept(archiver) == ["测试 001", "测试 002", "测试 003"]


@pytest.mark.parametrize("name", [name for names in TOOLS.values() for name in names.split()])
def test_export_of_a_tool_is_read_by_batch(archiver: Command, world: World, name: str) -> None:
    """Each has two articles; karakeep's has a third in a note. What else is in it is asked of nobody."""
    for number, address in enumerate((SHORT, LONG, OTHER), 1):
        world.serve(address, numbered.article(number))
    done = archiver("batch", "-o", "out", "--interval", "0", archiver.write("导出的文件", EXPORTS[name]))
    assert (done.code, world.refused) == (0, [])
    assert kept(archiver) == ["测试 001", "测试 002", "测试 003"][: 3 if name == "KARAKEEP" else 2]


def table(form: str, column: str) -> bytes:
    """What an exporter of articles writes: a table with two addresses in a column."""
    rows = [("公众号", column, "标题"), ("某号", ONE, "一"), ("某号", TWO, "二")]
    if form == "Excel":
        return workbook(rows)
    if form == "JSON":
        return json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]], ensure_ascii=False).encode()
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("form", ["CSV", "Excel", "JSON"])
def test_table_of_an_exporter_is_read_by_its_column(archiver: Command, world: World, form: str, column: str) -> None:
    numbered.serve(world, (1, 2))
    (archiver.folder / "导出的文件").write_bytes(table(form, column))
    assert archiver("batch", "-o", "out", "--interval", "0", "导出的文件").code == 0
    assert kept(archiver) == ["测试 001", "测试 002"]


def test_export_that_is_packed_is_told_to_unpack(archiver: Command) -> None:
    with ZipFile(archiver.folder / "export.zip", "w") as packed:
        packed.writestr("part_000000.csv", EXPORTS["POCKET_CSV"])
    done = archiver("batch", "export.zip")
    assert done.code == Exit.NO_INPUT
    assert "unzip it" in done.err


def test_page_of_an_account_is_told_kindly(archiver: Command, world: World) -> None:
    address = "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA5MDAwMDAwMQ=="
    done = archiver("batch", archiver.write("list.txt", address))
    assert done.code == Exit.USAGE
    assert "the page of an account: WeChat shows nobody without a login which articles it has" in done.err
    assert world.requests == []


def test_list_of_accounts_is_told_kindly(archiver: Command) -> None:
    outline = '<outline text="某号" xmlUrl="https://reader.example.org/feeds/1.atom"/>'
    name = archiver.write("订阅.opml", f'<opml version="2.0"><body>{outline}</body></opml>')
    done = archiver("batch", name)
    assert done.code == Exit.USAGE
    assert "WeChat shows nobody without a login which articles an account has" in done.err
    assert "`feed: https://reader.example.org/feeds/1.atom`" in done.err


@pytest.fixture
def password_file(archiver: Command) -> Path:
    file = archiver.folder / archiver.write("reader-password", PASSWORD)
    file.chmod(0o600)
    return file


def shared(reader: Served, token: str, body: bytes, kind: str) -> dict[str, object]:
    """What the phone gets for what it shares."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, "Accept-Language": "zh-CN"}
    status, answer = reader.ask("POST", "/add", headers, body)
    assert status == 200, answer
    return json.loads(answer)


def test_shortcut_shares_to_serve_which_fetches_at_once(archiver: Command, world: World, password_file: Path) -> None:
    """The Shortcut sends JSON and shows `message`; HTTP Shortcuts sends plain text."""
    numbered.serve(world, (1, 2))
    with serving(
        archiver, "--host", "0.0.0.0", "--password-file", password_file, "--fetch", "--interval", "0"
    ) as reader:
        token = archiver("serve", "--new-token").out.strip()
        told = shared(reader, token, json.dumps({"text": message(ONE)}).encode(), "application/json")
        assert told["message"] == "已加入队列：1。"
        told = shared(reader, token, message(TWO).encode(), "text/plain; charset=utf-8")
        assert told["message"] == "已加入队列：1。"
        until = time.monotonic() + PATIENCE
        while len(kept(archiver)) < 2:
            assert time.monotonic() < until
    assert kept(archiver) == ["测试 001", "测试 002"]


def test_token_adds_and_does_nothing_else(archiver: Command, password_file: Path) -> None:
    """And a new one ends it, as when a phone is lost."""
    with serving(archiver, "--host", "0.0.0.0", "--password-file", password_file) as reader:
        token = archiver("serve", "--new-token").out.strip()
        headers = {"Authorization": f"Bearer {token}"}
        assert reader.get("/queue", **headers)[0] != 200
        assert reader.get("/", **headers)[0] != 200
        assert shared(reader, token, ONE.encode(), "text/plain")["message"] == "已加入队列：1。"
        archiver("serve", "--new-token")
        status, _ = reader.ask("POST", "/add", {**headers, "Content-Type": "text/plain"}, TWO.encode())
        assert status in (401, 403)


def test_pasted_into_the_page_and_fetched_by_the_next_run(archiver: Command, world: World, password_file: Path) -> None:
    """Each link is told at once: queued, here already, removed before, or no article."""
    numbered.serve(world, (1, 2, 3))
    archiver.add(ONE, TWO)
    assert archiver("rm", "-o", "out", "--yes", numbered.key(2)).code == 0
    with serving(archiver, "--host", "0.0.0.0", "--password-file", password_file) as reader:
        home = {"Origin": reader.home, "Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "zh-CN"}
        cookie = _logged_in(reader, home)
        page = reader.get("/add", Cookie=cookie, **{"Accept-Language": "zh-CN"})[1].decode()
        text = f"{message(THREE)}\n{ONE}\n{TWO}\nhttps://mp.weixin.qq.com/mp/profile_ext?action=home\n"
        form = urlencode({"text": text, "form_token": _form_token(page)}).encode()
        status, answer = reader.ask("POST", "/add", {**home, "Cookie": cookie}, form)
        told = answer.decode()
    assert status == 200
    for words in ("已加入队列", "已在存档里", "从存档里移除了", "但不是文章"):
        assert words in told
    assert kept(archiver) == ["测试 001"]
    archiver.write("archiver.yml", "output: out", "interval: 0")
    assert archiver("run").err == "1 archived\n"
    assert kept(archiver) == ["测试 001", "测试 003"]


def _logged_in(reader: Served, headers: dict[str, str]) -> str:
    """The cookie of a browser that gave the password."""
    connection = reader.connection()
    try:
        connection.request("GET", "/login")
        answer = connection.getresponse()
        token = _form_token(answer.read().decode())
        sent = {**headers, "Cookie": _cookies(answer.getheader("Set-Cookie") or "")}
        form = urlencode({"password": PASSWORD, "next": "/", "form_token": token})
        connection.request("POST", "/login", body=form, headers=sent)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303
        return _cookies(answer.getheader("Set-Cookie") or "")
    finally:
        connection.close()


def _form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page)
    assert found is not None, page
    return found[1]


def _cookies(header: str) -> str:
    return header.partition(";")[0]
