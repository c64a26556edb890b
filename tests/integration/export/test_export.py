"""What `archiver export` writes as WARC and WACZ, read back by the formats' own tools."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.support.command import Command, Run
from tests.support.paths import FIXTURES
from tests.support.wechat import World, numbered, pages
from tests.support.wechat.pictures import png

_SCRIPTS = Path(sysconfig.get_path("scripts"))
READABLE = "https://archiver.invalid/article/"


@dataclass(frozen=True, kw_only=True)
class Read:
    """A record as warcio reads it."""

    type: str
    uri: str
    fields: list[tuple[str, str]]
    status: str
    headers: list[tuple[str, str]]
    payload: bytes

    def field(self, name: str) -> list[str]:
        return [value for known, value in self.fields if known == name]


def records(path: Path) -> Iterator[Read]:
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            http = record.http_headers
            yield Read(
                type=record.rec_type, uri=record.rec_headers.get_header("WARC-Target-URI") or "",
                fields=record.rec_headers.headers, status=http.statusline if http else "",
                headers=http.headers if http else [], payload=record.content_stream().read(),
            )  # fmt: skip


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([_SCRIPTS / name, *arguments], capture_output=True, text=True, check=False)


def export(archiver: Command, *arguments: str | Path) -> Run:
    return archiver("export", "-o", "out", *arguments)


def exported(archiver: Command, *arguments: str | Path, code: int = 0) -> list[Read]:
    """The records of a WARC of the archive, which warcio finds to be whole."""
    run = export(archiver, "--warc", "a.warc.gz", *arguments)
    assert run.code == code, run.err
    checked = tool("warcio", "check", archiver.folder / "a.warc.gz")
    assert (checked.returncode, checked.stdout) == (0, "")
    return list(records(archiver.folder / "a.warc.gz"))


def of_type(read: list[Read], *types: str) -> list[tuple[str, str]]:
    return [(record.type, record.uri) for record in read if record.type in types]


@pytest.fixture
def article(archiver: Command, world: World) -> Command:
    """An archive of one article with one picture."""
    world.serve(numbered.address(1), numbered.article(1, pictures=[1]))
    numbered.serve_picture(world, 1)
    assert archiver.add(numbered.address(1)).code == 0
    return archiver


def test_warc_article_record_types_and_order(article: Command) -> None:
    picture, readable = numbered.picture(1), READABLE + numbered.key(1)
    assert [(record.type, record.uri) for record in exported(article)] == [
        ("warcinfo", ""),
        ("response", numbered.address(1)),
        ("metadata", numbered.address(1)),
        ("conversion", readable),
        ("resource", readable),
        ("response", f"{picture}/0?wx_fmt=png"),
        ("revisit", f"{picture}/640?wx_fmt=png"),
    ]


def test_warc_page_response_has_decoded_payload_and_digest(archiver: Command, world: World) -> None:
    page = numbered.article(1)
    world.serve(numbered.address(1), pages.gzipped(page))
    archiver.add(numbered.address(1))
    response = next(record for record in exported(archiver) if record.type == "response")
    assert response.payload == page.body
    assert response.field("WARC-Payload-Digest") == [f"sha256:{sha256(page.body).hexdigest()}"]
    assert response.status == "200 OK"
    headers = dict(response.headers)
    assert headers["content-type"] == "text/html; charset=UTF-8"
    assert headers["content-length"] == str(len(page.body))
    assert "content-encoding" not in headers
    assert "server" in headers
    [encoding, length] = response.field("Archiver-Removed-Header")
    assert encoding == "content-encoding: gzip"
    assert length == f"content-length: {len(pages.gzipped(page).body)}"


def test_warc_picture_response_has_original_bytes_and_digest(article: Command) -> None:
    [picture] = [record for record in exported(article) if record.type == "response" and "qpic" in record.uri]
    assert picture.payload == numbered.picture_bytes(1)
    assert dict(picture.headers)["content-type"] == "image/png"
    digest = sha256(numbered.picture_bytes(1)).hexdigest()
    assert picture.field("WARC-Payload-Digest") == [f"sha256:{digest}"]


def test_warc_picture_alias_is_revisit_of_same_medium(article: Command) -> None:
    read = exported(article)
    [picture] = [record for record in read if record.type == "response" and "qpic" in record.uri]
    [alias] = [record for record in read if record.type == "revisit"]
    assert alias.payload == b""
    assert alias.field("WARC-Profile") == ["urn:archiver:revisit:same-medium"]
    assert alias.field("WARC-Refers-To") == picture.field("WARC-Record-ID")
    assert alias.field("WARC-Refers-To-Target-URI") == [picture.uri]
    assert alias.field("WARC-Refers-To-Date") == picture.field("WARC-Date")


def test_warc_picture_aliases_cover_all_addresses_in_page(archiver: Command, world: World) -> None:
    picture, start = numbered.picture(1), numbered.picture(1).removeprefix("https:")
    body = (
        f'<p><img data-src="{picture}/640?wx_fmt=png&amp;from=appmsg#imgIndex=0" data-w="240"></p>'
        f"""<p style="background-image: url(&quot;{start}/300?wx_fmt=png&quot;)">字</p>"""
    )
    slashed = f"{picture}/1080?wx_fmt=png".replace("/", r"\/")
    script = rf"var again = '{slashed}\x26amp;tp=webp', other = 'https://mmbiz.qpic.cn/mmbiz_png/Else/0';"
    world.serve(numbered.address(1), pages.article(body, more=script))
    numbered.serve_picture(world, 1)
    archiver.add(numbered.address(1))
    assert sorted(uri for _, uri in of_type(exported(archiver), "revisit")) == [
        f"{picture}/1080?wx_fmt=png&tp=webp",
        f"{picture}/300?wx_fmt=png",
        f"{picture}/640?wx_fmt=png",
        f"{picture}/640?wx_fmt=png&from=appmsg",
    ]


def test_warc_readable_page_has_title_byline_and_picture(article: Command) -> None:
    read = exported(article)
    [conversion] = [record for record in read if record.type == "conversion"]
    [resource] = [record for record in read if record.type == "resource"]
    [page] = [record for record in read if record.type == "response" and record.uri == numbered.address(1)]
    html = conversion.payload.decode()
    assert conversion.field("WARC-Refers-To") == page.field("WARC-Record-ID")
    assert conversion.field("Content-Type") == ["text/html; charset=utf-8"]
    assert "<title>测试 001</title>" in html
    assert "测试号 · 2023-05-24 13:08" in html  # ct of tests/support/wechat/pages.py, in Beijing
    assert "第 1 篇。" in html
    assert f'<img src="{numbered.picture(1)}/640?wx_fmt=png" alt="">' in html
    assert resource.payload == conversion.payload
    assert resource.field("WARC-Refers-To") == []


def test_warc_redacted_page_is_resource_not_response(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), pages.article("<p>字</p>", more='var pass_ticket = "c2VjcmV0c2VjcmV0";'))
    archiver.add(numbered.address(1))
    read = exported(archiver)
    assert of_type(read, "response") == []
    assert of_type(read, "resource")[0] == ("resource", numbered.address(1))
    [note] = [record.payload.decode() for record in read if record.type == "metadata"]
    assert "archiver-redacted: pass_ticket\r\n" in note
    assert "archiver-status: 200\r\n" in note
    assert "archiver-header: content-type: text/html; charset=UTF-8\r\n" in note
    assert not [record for record in read if b"c2VjcmV0" in record.payload]


def test_warc_saved_page_is_resource_not_response(offline: Command) -> None:
    offline.add(FIXTURES / "article--seed-2020" / "page.html")
    read = exported(offline)
    assert of_type(read, "response") == []
    [page] = [record for record in read if record.uri == "https://mp.weixin.qq.com/s/GbJYVuHBUMqDTP_ItZsjrb"][:1]
    assert page.type == "resource"
    assert page.payload == (FIXTURES / "article--seed-2020" / "page.html").read_bytes()
    [note] = [record.payload.decode() for record in read if record.type == "metadata"]
    assert "archiver-saved: a browser saved this page" in note
    pictures = [record for record in read if record.type == "resource" and "qpic.cn" in record.uri]
    assert sorted(record.payload for record in pictures) == sorted(
        path.read_bytes() for path in (FIXTURES / "article--seed-2020" / "page_files").iterdir()
    )
    assert {value for record in pictures for value in record.field("Content-Type")} == {"image/jpeg", "image/gif"}


def test_warc_content_without_url_gets_placeholder_url(offline: Command) -> None:
    inline = "data:image/png;base64," + b64encode(png(300, 200)).decode()
    body = f'<p>字<img src="./p_files/1.png"></p><p><img src="{inline}"></p>'
    (offline.folder / "p.html").write_bytes(pages.article(body, mid="").body)
    (offline.folder / "p_files").mkdir()
    (offline.folder / "p_files" / "1.png").write_bytes(png())
    key = offline.add("p.html").outcome["key"]
    assert key.startswith("sha256:")
    read = exported(offline)
    page, readable, beside = of_type(read, "resource")
    assert (page[1], readable[1]) == (f"https://archiver.invalid/page/{key}", READABLE + key)
    assert beside[1].startswith("https://archiver.invalid/postimg/")
    [picture] = [record for record in read if record.uri == beside[1]]
    assert picture.payload == png()
    [html] = [record.payload.decode() for record in read if record.type == "conversion"]
    assert f'src="{beside[1]}"' in html
    assert f'src="{inline}"' in html


def test_warc_all_captures_of_article_are_exported(archiver: Command, world: World) -> None:
    answers = numbered.article(1), numbered.article(1, words="改了。"), pages.notice("该内容已被发布者删除")
    world.serve(numbered.address(1), *answers)
    for _ in answers:
        archiver.add(numbered.address(1))
    read = exported(archiver)
    assert [record.payload for record in read if record.type == "response"] == [answer.body for answer in answers]
    notes = [record.payload.decode().splitlines()[0] for record in read if record.type == "metadata"]
    assert notes == ["archiver-state: article", "archiver-state: article", "archiver-state: deleted"]
    [readable] = [record.payload.decode() for record in read if record.type == "conversion"]
    assert "改了。" in readable


def test_warc_redirected_address_is_in_metadata(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), pages.redirect(numbered.address(2)))
    world.serve(numbered.address(2), numbered.article(2))
    archiver.add(numbered.address(1))
    read = exported(archiver)
    assert of_type(read, "response") == [("response", numbered.address(2))]
    [note] = [record.payload.decode() for record in read if record.type == "metadata"]
    assert f"via: {numbered.address(1)}\r\n" in note


def test_warc_picture_of_two_articles_is_written_once(archiver: Command, world: World) -> None:
    numbered.serve_picture(world, 1)
    for number in (1, 2):
        world.serve(numbered.address(number), numbered.article(number, pictures=[1]))
        archiver.add(numbered.address(number))
    read = exported(archiver)
    assert len(of_type(read, "conversion")) == 2
    assert [uri for _, uri in of_type(read, "response", "revisit") if "qpic" in uri] == [
        f"{numbered.picture(1)}/0?wx_fmt=png",
        f"{numbered.picture(1)}/640?wx_fmt=png",
    ]


def test_warc_damaged_files_are_reported_and_omitted(article: Command) -> None:
    [snapshot] = article.folder.glob("out/.archive/snapshots/??/*")
    snapshot.write_bytes(b"else")
    (article.folder / "out" / numbered.picture_file(1)).write_bytes(b"else")
    read = exported(article, code=1)
    assert [record.type for record in read] == ["warcinfo"]
    run = export(article, "--json", "--warc", "a.warc.gz")
    assert run.code == 1
    assert "not exported: out/postimg" in run.err
    [page, picture] = run.outcome["missing"]
    assert "the snapshot is damaged" in page
    assert picture.endswith("is not the file that came")


def test_warc_missing_picture_is_omitted_with_exit_code_1(article: Command) -> None:
    (article.folder / "out" / numbered.picture_file(1)).unlink()
    assert len(of_type(exported(article, code=1), "response")) == 1


def test_warc_archive_without_posts_folder_is_exported(article: Command) -> None:
    shutil.rmtree(article.folder / "out" / "_posts")
    assert len(of_type(exported(article), "conversion")) == 1


def test_warc_duplicate_captures_have_unique_record_ids(offline: Command) -> None:
    for _ in range(2):
        offline.add("--no-media", FIXTURES / "article--2025" / "page.html")
    [identity] = offline.catalogue.rows("SELECT article_id FROM captures LIMIT 1")
    columns = "article_id, url, final_url, status, headers, captured, state, saved, redacted, sha256, size, lost"
    offline.catalogue.change(
        f"INSERT INTO captures ({columns}) SELECT {columns} FROM captures WHERE article_id = ?", identity["article_id"]
    )
    read = exported(offline)
    names = [name for record in read for name in record.field("WARC-Record-ID")]
    assert len(names) == len(set(names))
    assert [kind for kind, _ in of_type(read, "resource", "metadata", "conversion")] == [
        "resource", "metadata", "conversion", "resource",
    ]  # fmt: skip


def test_warc_repeated_export_has_same_record_ids(article: Command) -> None:
    first, second = exported(article), exported(article)
    assert first[0].field("WARC-Record-ID") != second[0].field("WARC-Record-ID")  # each file is its own
    names = [
        [r.field("WARC-Record-ID") for r in read if "archiver.invalid" not in r.uri][1:] for read in (first, second)
    ]
    assert names[0] == names[1]


def test_wacz_is_valid_and_lists_readable_pages(article: Command) -> None:
    run = export(article, "--wacz", "a.wacz")
    assert (run.code, run.out, run.err) == (0, "a.wacz\n", "1 exported\n")
    validated = tool("wacz", "validate", "-f", article.folder / "a.wacz")
    assert validated.returncode == 0, validated.stdout
    assert "the passed WACZ is valid" in validated.stdout
    with zipfile.ZipFile(article.folder / "a.wacz") as archive:
        [head, page] = map(json.loads, archive.read("pages/pages.jsonl").splitlines())
        archive.extract("archive/data.warc.gz", article.folder)
    assert head["format"] == "json-pages-1.0"
    assert (page["title"], page["text"].split()) == ("测试 001", ["第", "1", "篇。"])
    read = list(records(article.folder / "archive" / "data.warc.gz"))
    [shown] = [record for record in read if record.type == "resource"]
    assert (page["url"], page["ts"]) == (shown.uri, shown.field("WARC-Date")[0])
    assert sorted(path.name for path in article.folder.iterdir() if path.name.startswith(".a.wacz")) == []


@pytest.mark.parametrize("form", ["warc", "wacz", "epub"])
def test_export_full_disk_keeps_previous_file(archiver: Command, world: World, form: str) -> None:
    large = numbered.picture_bytes(1) + Random(1).randbytes(200_000)
    world.serve(f"{numbered.picture(1)}/0", pages.picture(large, "image/png"))
    world.serve(numbered.address(1), numbered.article(1, pictures=[1]))
    archiver.add(numbered.address(1))
    (archiver.folder / "old").write_bytes(b"old")
    run = archiver("export", "-o", "out", f"--{form}", "old", largest_file=100_000)  # SQLite's own files are smaller
    assert (run.code, run.out) == (73, "")
    assert "archiver: old: cannot be written (File too large)" in run.err
    assert (archiver.folder / "old").read_bytes() == b"old"
    assert [path.name for path in archiver.folder.iterdir() if path.name.endswith(".tmp")] == []


def test_export_without_warc_extra_names_pip_command(article: Command) -> None:
    call = "import sys; sys.modules['warcio'] = None; from archiver.cli.main import main; main()"
    arguments = ["export", "-o", article.folder / "out", "--warc", article.folder / "a.warc.gz"]
    run = subprocess.run([sys.executable, "-c", call, *arguments], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert "pip install 'archiver[warc]'" in run.stderr


def test_warc_removed_article_is_omitted(article: Command) -> None:
    article.catalogue.change("UPDATE articles SET taken_out = 1")
    assert [record.type for record in exported(article)] == ["warcinfo"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to write"),
        (["--warc", "-"], "--warc needs a file"),
        (["--csv", "a", "--jsonl", "./a"], "two exports into one file"),
        (["--csv", "-", "--account", "测试号", "KEY"], "not both"),
        (["--csv", "-", "--json"], "give the table a file"),
        (["--csv", "-", "--state", "gone"], "no such state"),
    ],
)
def test_export_invalid_arguments_are_usage_error(offline: Command, arguments: list[str], said: str) -> None:
    run = export(offline, *arguments)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert said in run.err


def test_export_unknown_article_or_archive_is_input_error(article: Command) -> None:
    assert export(article, "--csv", "a.csv", "nothing:1:1").code == 66
    assert article("export", "-o", "nowhere", "--csv", "a.csv").code == 66
    assert not (article.folder / "a.csv").exists()
