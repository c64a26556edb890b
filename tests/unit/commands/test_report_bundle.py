"""The report for maintainers: what it holds, and that it holds no secret and nothing that names its user."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from archiver.commands.report_bundle import bundle_members, write_bundle
from archiver.models import Page
from archiver.models.checkup import Check
from archiver.settings import LinksSettings, Settings, SourceSettings

HOME, USER = "/home/zhangsan", "zhangsan"
SECRETS = {
    "key": "3d2c1b0a9f8e7d6c5b4a", "uin": "MTIzNDU2Nzg5MA==", "pass_ticket": "Tk9QUXJzdHV2d3h5ejAx",
    "exportkey": "n_ChQIAhIQzU7Zz", "wap_sid2": "CJ2Zm9vYmFyc2lk", "appmsg_token": "1178_abcdefgh", "openid": "oABCDEF1234567890",
}  # fmt: skip
QUERY = "&".join(f"{name}={value}" for name, value in SECRETS.items())
SCRIPTS = "".join(f'var {name} = "{value}";' for name, value in SECRETS.items())
HTML = f"""<!-- saved from url=(0064)file:///home/zhangsan/Desktop/page.html -->
<html><body><p>正文 zhangsan 写的</p><img src="file:///C:/Users/zhangsan/page_files/640.png">
<a href="https://mp.weixin.qq.com/s?__biz=MzA5&mid=1&idx=1&sn=ab&{QUERY}">x</a><script>{SCRIPTS}
var place = "C:\\\\Users\\\\zhangsan\\\\page_files", other = "%2FUsers%2Fzhangsan%2Fpage";</script></body></html>"""


@pytest.fixture(autouse=True)
def _user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", HOME)
    monkeypatch.setenv("LOGNAME", USER)


def members() -> dict[str, str]:
    page = Page(
        source=f"{HOME}/page.html", url=f"https://mp.weixin.qq.com/s?__biz=MzA5&{QUERY}", content=HTML.encode(),
        headers=(("set-cookie", "slave_sid=c2VjcmV0c2lk"), ("location", f"/s?{QUERY}"), ("server", "nginx")),
        captured=datetime(2026, 5, 4, tzinfo=UTC),
    )  # fmt: skip
    checks = (
        Check(name="disk", message=f"5 GiB free at {HOME}/blog"),
        Check(name="page", message=f"of zhangsan, {QUERY}"),
    )
    settings = Settings(
        output=f"{HOME}/blog/output", proxy="http://me:hunter2pass@proxy.example.net:8080",
        cookies=f"{HOME}/cookies.txt", catalogue="postgresql://dbuser@db.example.net/archive", interval=7,
        sources=(SourceSettings(feed=f"https://rss.example.net/feed?token={SECRETS['key']}", name="私人来源", author="李四"),),
        front_matter={"author": "李四"},
    )  # fmt: skip
    return {member.name: member.content.decode() for member in bundle_members(checks, page, settings)}


def test_bundle_holds_what_a_maintainer_needs() -> None:
    found = members()
    assert list(found) == ["checks.json", "versions.json", "settings.json", "page.json", "page.html"]
    assert [check["name"] for check in json.loads(found["checks.json"])] == ["disk", "page"]
    assert {"archiver", "python", "platform", "httpx", "lxml"} <= set(json.loads(found["versions.json"]))
    settings = json.loads(found["settings.json"])
    assert (settings["interval"], settings["profile"], settings["proxy"]) == (7, "jekyll", "http: (set)")
    assert (settings["sources"], settings["cookies"], settings["catalogue"]) == (["feed"], "(set)", "postgresql: (set)")
    assert json.loads(found["page.json"])["headers"][-1] == ["server", "nginx"]
    assert "正文" in found["page.html"]


@pytest.mark.parametrize(
    "secret",
    [*SECRETS.values(), "hunter2pass", "proxy.example.net", "db.example.net", "dbuser", "rss.example.net", "私人来源",
     "李四", "c2VjcmV0c2lk", HOME, "/home/zhangsan", "Users/zhangsan", "Users\\\\zhangsan", "Users%2Fzhangsan"],
)  # fmt: skip
def test_bundle_holds_no_secret(secret: str) -> None:
    assert [name for name, content in members().items() if secret in content] == []


def test_bundle_names_user_only_as_a_word_of_the_article() -> None:
    found = members()
    assert [name for name, content in found.items() if USER in content] == ["page.html"]
    assert found["page.html"].count(USER) == 1


@pytest.mark.parametrize("home", ["C:\\Users\\John Smith", "/Users/John Smith", "/data/people/John Smith"])
def test_bundle_holds_no_spelling_of_a_home_folder_with_a_space(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("HOME", home)
    posix = home.replace("\\", "/")
    spellings = (home, home.replace("\\", "\\\\"), posix, quote(posix), quote(posix, safe=""), quote(posix).lower())
    assert [name for name, content in told_about(spellings).items() if re.search("john|smith", content, re.I)] == []


def test_bundle_holds_no_folder_of_another_user() -> None:
    others = (
        "/Users/John Smith/x",
        "/Users/%E6%9D%8E%E5%9B%9B/x",
        "C:\\Users\\John Smith\\x",
        "%5CUsers%5CJohn%20Smith",
    )
    told = told_about(others)
    assert [name for name, content in told.items() if re.search("john|smith|E6%9D|E5%9B", content, re.I)] == []


def test_bundle_holds_no_encoded_name_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "John Smith")
    check = Check(name="page", message="John Smith or file:///media/John%20Smith/disk")
    (member, *_) = bundle_members((check,), None, Settings())
    assert "Smith" not in member.content.decode()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("5 GiB free at /data/lisi files/blog, ext4", "5 GiB free at PATH, ext4"),
        ("no archive is in /srv/lisi/x yet", "no archive is in PATH yet"),
        ("SSL_CERT_FILE=/etc/lisi/ca.pem", "SSL_CERT_FILE=PATH"),
        ("D:\\lisi\\x.db: damaged", "PATH damaged"),
        ("file:///media/lisi/x.html", "PATH"),
        ("\\\\lisi\\share", "PATH"),
        ("/home/zhangsan/blog is full", "~/blog is full"),
        ("lisi-proxy.example.net:3128 answers", "HOST:3128 answers"),
        ("no server at LISI-db.example.net", "no server at HOST"),
        ("ask https://mp.weixin.qq.com/s/abc and/or wait", "ask https://mp.weixin.qq.com/s/abc and/or wait"),
    ],
)
def test_bundle_names_no_path_and_no_host_of_the_machine(said: str, kept: str) -> None:
    settings = Settings(
        output="/data/lisi files/blog", proxy="http://u:p@lisi-proxy.example.net:3128",
        catalogue="postgresql://lisi-db.example.net/x",
    )  # fmt: skip
    (check,) = json.loads(bundle_members((Check(name="disk", message=said, advice=said),), None, settings)[0].content)
    assert (check["message"], check["advice"]) == (kept, kept)


def test_bundle_does_not_name_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://lisi.example.net:8080")
    check = Check(name="proxy", message="lisi.example.net:8080 answers (HTTPS_PROXY or ALL_PROXY)")
    (member, *_) = bundle_members((check,), None, Settings())
    assert "lisi" not in member.content.decode()


def told_about(places: tuple[str, ...]) -> dict[str, str]:
    """Return the report about checks and a page that name places."""
    checks = tuple(Check(name="disk", message=f"at {place}") for place in places)
    content = "".join(f'<p>{place}</p><img src="file:///{place}/x.png">' for place in places).encode()
    page = Page(
        source="page.html",
        url="https://mp.weixin.qq.com/s/a",
        content=content,
        captured=datetime(2026, 5, 4, tzinfo=UTC),
    )
    return {
        each.name: each.content.decode() for each in bundle_members(checks, page, Settings()) if "vers" not in each.name
    }


def test_bundle_names_each_kind_of_source() -> None:
    sources = (
        SourceSettings(list="a.txt"), SourceSettings(album="https://mp.weixin.qq.com/mp/appmsgalbum?album_id=1"),
        SourceSettings(feed="feed.xml"), SourceSettings(links=LinksSettings()),
    )  # fmt: skip
    (settings,) = (each for each in bundle_members((), None, Settings(sources=sources)) if each.name == "settings.json")
    assert json.loads(settings.content)["sources"] == ["list", "album", "feed", "links"]


def test_bundle_without_page_holds_the_rest() -> None:
    assert [member.name for member in bundle_members((), None, Settings())] == [
        "checks.json",
        "versions.json",
        "settings.json",
    ]


def test_write_bundle_replaces_a_file_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.zip"
    path.write_text("old")
    written = bundle_members((Check(name="disk", message="well"),), None, Settings())
    write_bundle(path, written)
    with zipfile.ZipFile(path) as bundle:
        assert {name: bundle.read(name) for name in bundle.namelist()} == {each.name: each.content for each in written}
    assert list(tmp_path.iterdir()) == [path]
