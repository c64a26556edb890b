"""Pages made to do harm: typed errors at most, in time, and nothing active in the post."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
import yaml

from archiver.archive.files import ArchiveFiles
from archiver.extractor import classify, extract
from archiver.media_types import extension
from archiver.models import Media
from archiver.writer.names import media_name
from tests.support.command import Command
from tests.support.harm import ACTIVE, BODIES, SCRIPT, TEXTS, spoken
from tests.support.harmless import STEERING, check, post_of
from tests.support.pages import article_html, page_of

SLOWEST = 5.0  # seconds of processor time for one page


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_body_hostile_text_stays_text(body: str, text: str) -> None:
    post = post_of(page_of(article_html(SCRIPT, body=spoken(body, text))))
    assert post is not None
    check(post)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_front_matter_hostile_text_stays_text(text: str) -> None:
    fields = ("title", "nick_name", "author", "desc", "alias", "user_name", "cdn_url", "source_url", "link")
    cgi = ",".join(f"{name}: {json.dumps(text)}" for name in fields)
    albums = f"appmsgalbuminfo: {{title: {json.dumps(text)}}}, copyright_info: {{guide_words: {json.dumps(text)}}}"
    post = post_of(page_of(article_html(SCRIPT, cgi=f"{cgi}, {albums}")))
    assert post is not None
    check(post)
    head = yaml.safe_load(post.split("\n---\n")[0].removeprefix("---\n"))
    assert (head["layout"], [*head][:2]) == ("post", ["layout", "title"])
    assert not STEERING.search(head["title"] + head["wechat"]["account"])


@pytest.mark.parametrize("body", ACTIVE.values(), ids=ACTIVE)
def test_body_active_content_is_made_harmless(body: str) -> None:
    post = post_of(page_of(article_html(SCRIPT, body=f"<p>正文</p>{body}")))
    assert post is not None
    check(post)


IDS = [
    "../../x",
    "..%2f..%2fx",
    "%2e%2e",
    "..",
    ".",
    "a%00b",
    "CON",
    "nul",
    "COM1",
    "a" * 5_000,
    "%5c..%5cx",
    "%1b[2J",
    "-",
    "~",
]


@pytest.mark.parametrize("image_id", IDS, ids=lambda image_id: image_id[:20])
def test_media_name_hostile_image_id_stays_in_folder(image_id: str, tmp_path: Path) -> None:
    medium = Media(url=f"https://mmbiz.qpic.cn/mmbiz_png/{image_id}/640")
    file = ArchiveFiles(tmp_path / "out").media.write(f"{media_name(medium)}.png", b"x")
    (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert written == tmp_path / "out" / file.path
    assert written.parent == tmp_path / "out" / "postimg"
    assert re.fullmatch(r"(?!(?:con|nul|com1)\.)[A-Za-z0-9-][\w-]{0,250}\.png", written.name, re.IGNORECASE)


@pytest.mark.parametrize("options", [(), ("--json",), ("-v",), ("-vv",)], ids=["plain", "json", "-v", "-vv"])
def test_add_hostile_page_stays_in_output_without_control_characters(
    offline: Command, options: tuple[str, ...]
) -> None:
    harm = "\x1b]0;x\x07\x9b31m\u202e\u2066/../../x"
    literal = json.dumps(harm)[1:-1]
    page = article_html(
        SCRIPT.replace("标题", literal).replace("号", literal),
        body=f'<p>正文</p><p style="display:none">hidden text {harm}</p><mp-common-profile data-nickname="{harm}">',
    )
    notice = f'<html><body><div class="weui-msg__title">发布者删除 {harm}</div></body></html>'
    for name, html in (("a.html", page), ("b.html", notice)):
        (offline.folder / name).write_text(html, encoding="utf-8")
    before = {*offline.folder.rglob("*")}
    run = offline(
        "add", "-o", "out", *options, "a.html", "b.html", "https://a.example/\x1b[2J\u202e", "no\x1b\u202e.html"
    )
    assert run.code == 2, run.err
    assert STEERING.findall(run.out + run.err) == []
    assert {path.relative_to(offline.folder).parts[0] for path in {*offline.folder.rglob("*")} - before} == {"out"}


@pytest.mark.parametrize("inside", [
    "<script>a()</script>", '<x:button xmlns:x="http://www.w3.org/1999/xhtml" formaction="javascript:a()"/>',
    '<x:meta xmlns:x="http://www.w3.org/1999/xhtml" http-equiv="refresh" content="0;url=data:text/html,a"/>',
], ids=["script", "button", "refresh"])  # fmt: skip
def test_extension_svg_with_active_content_is_rejected(inside: str) -> None:
    assert extension(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()) == ""


def test_add_json_reports_source_with_control_characters(offline: Command) -> None:
    assert offline("add", "--json", "no\x9b\u202e.html").outcome["source"] == "no\x9b\u202e.html"


NESTED = 1_500  # libxml2 nests to 2,048
SLOW = {
    "notices in notices": '<div class="tips">' * NESTED + "x" * 500_000,
    "hidden below many": "<div>" * NESTED + '<i class="tips"></i>' * 50_000,
    "names in names": '<div id="js_article"></div>' + '<div id="js_name">' * NESTED + "<i> </i>" * 50_000,
    "authors in authors": '<div id="js_article"></div>' + '<div id="meta_content">' * NESTED
    + '<i class="rich_media_meta_text">原创</i>' * 50_000,
    "tags in tags": '<div id="js_article"></div>' + '<div id="js_tags"><div class="js_tag">' * (NESTED // 2)
    + '<i class="article-tag__item">a</i>' * 50_000,
    "tips in tips": '<div id="js_article"></div><script>var copyright_stat="2"</script>'
    + '<div class="original_primary_tips">' * NESTED + "<i></i>" * 100_000,
    "bases": '<div id="js_article"></div>' + '<base target="a"><!-- <base> -->' * 100_000,
    "a tag of attributes": '<div id="js_article" ' + " ".join(f'a{n}="{n}"' for n in range(50_000)) + "></div>",
    "cards in cards": '<div id="js_article"></div><div id="js_content">' + '<mp-new data-title="a">' * NESTED + "<i> </i>甲" * 20_000,
    "polls in polls": '<div id="js_article"></div><div id="js_content">' + "<mp-common-vote>" * NESTED + "甲" * 1_000_000,
    "data that never ends": '<div id="js_article"></div><script>' + "window.cgiDataNew = {" * 20_000 + "</script>",
}  # fmt: skip


@pytest.mark.parametrize("html", SLOW.values(), ids=SLOW)
def test_extract_slow_page_finishes_in_time(html: str) -> None:
    page = page_of(f"<!DOCTYPE html><html><body>{html}</body></html>")
    started = time.process_time()
    classify(page)
    extract(page)
    assert time.process_time() - started < SLOWEST


SPACES = "\u3000" * 100_000
LINES = {
    "spaces before a break": f"<p>甲{SPACES}x{SPACES}<br>乙</p>",
    "spaces in code": f"<p><code>甲{SPACES}x\n乙</code></p>",
    "spaces between marks": f"<p><b>甲</b>{SPACES}<i>乙</i>{SPACES}</p>",
    "stars": f"<p>{'*' * 100_000}</p>",
    "brackets": f"<p>{'[' * 50_000}{']' * 50_000}</p>",
    "braces": f"<p>{'{' * 100_000}%</p>",
    "an address without end": f"<p>https://a.example/{'a.' * 50_000}</p>",
    "dashes": f"<p>{'-' * 100_000}</p><p>{'1.' * 50_000}</p>",
    "footnote marks": f"<p>{'甲<sup>[1]</sup><sup>[2]</sup>' * 5_000}</p><p>[1] https://a.example/1</p><p>[2] https://a.example/2</p>",
    "numbers of a footnote mark": f"<p>甲<sup>[1]{'[1,' * 50_000}</sup></p><p>[1] https://a.example/1</p>",
    "footnotes": "<p>甲<sup>[1]</sup></p>" + "<p>[1] https://a.example/1<br>[1]</p>" * 5_000,
    "links without a host": "<p>" + "".join(f'<a href="s?mid={n}&amp;x=1">甲</a>' for n in range(10_000)) + "</p>",
    "a link to a file": f'<p><a href="file:{"/s" * 50_000}">甲</a><a href="{"../" * 50_000}s/">乙</a></p>',
}  # fmt: skip


@pytest.mark.parametrize("body", LINES.values(), ids=LINES)
def test_render_slow_body_line_finishes_in_time(body: str) -> None:
    page = page_of(article_html(SCRIPT, body=body))
    started = time.process_time()
    assert post_of(page)
    assert time.process_time() - started < SLOWEST
