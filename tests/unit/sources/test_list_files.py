"""Lists as people keep them: every address is found, every bad line is told by its number, the rest goes on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver import urls
from archiver.errors import InputError
from archiver.models import Target
from archiver.sources import ListEntry, decode_list, lines_of, read_list

A = "https://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv"
B = "https://mp.weixin.qq.com/s/BbCd-fGh_jKlMnOpQrStU_"
C = "https://mp.weixin.qq.com/s/-bCd-fGh_jKlMnOpQrStU-"
HOST = "https://mp.weixin.qq.com"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"


def entries(text: str, files: Iterable[str] = (), folder: str = "") -> list[ListEntry]:
    return list(read_list(text.splitlines(keepends=True), folder=folder, exists=set(files).__contains__))


def named(text: str) -> list[tuple[int, str]]:
    """Line and address of each good entry; there is no bad one."""
    found = entries(text)
    assert [entry.error for entry in found if entry.error] == []
    return [(entry.number, entry.target.url) for entry in found if entry.target]


LISTS: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "one a line": (f"{A}\n{B}\n", [(1, A), (2, B)]),
    "no line end at the end": (f"{A}\n{B}", [(1, A), (2, B)]),
    "nothing": ("", []),
    "comments and blank lines": (f"# {C}\n\n  \n{A}\n   # mine\n{B}  # good\n", [(4, A), (6, B)]),
    "only comments": ("# a\n#b\n\n", []),
    "a byte order mark": (f"\ufeff{A}\n\ufeff# from another file\n\ufeff{B}\n", [(1, A), (3, B)]),
    "a mark before a comment": (f"\ufeff# {A}\n{B}", [(2, B)]),
    "CRLF": (f"{A}\r\n{B}\r\n", [(1, A), (2, B)]),
    "long links": (f"{LONG}&chksm=1&scene=21#wechat_redirect\n", [(1, LONG)]),
    "escaped for HTML": (LONG.replace("&", "&amp;"), [(1, LONG)]),
    "escaped by a shell": (LONG.replace("?", r"\?").replace("&", r"\&"), [(1, LONG)]),
    "Markdown tasks": (f"- [ ] {A}\n- [x] {B}\n* [X] {C}", [(1, A), (2, B), (3, C)]),
    "Markdown items": (f"* {A}\n+ {B}\n- {C}", [(1, A), (2, B), (3, C)]),
    "numbered": (f"1. {A}\n2) {B}\n3、{C}", [(1, A), (2, B), (3, C)]),
    "numbered without a space": (f"1.{A}\n12.{B}", [(1, A), (2, B)]),
    "Markdown links": (f"[标题]({A})\n* [title]({B} 'words')\n- [ ] [a]( <{C}> )", [(1, A), (2, B), (3, C)]),
    "a link whose words are its address, cut": (f"[{A[:35]}…]({A})\n[{B}]({B})", [(1, A), (2, B)]),
    "a title with brackets": (f"- [[转] 标题 (下)]({A})", [(1, A)]),
    "in angle brackets": (f"<{A}>\n- <{B}>", [(1, A), (2, B)]),
    "in quotes": (f"'{A}'\n“{B}”\n`{C}`", [(1, A), (2, B), (3, C)]),
    "bold": (f"**{A}**", [(1, A)]),
    "a Markdown table": (f"| 标题 | url |\n|---|---|\n| 甲 | {A} |\n| 乙 | [x]({B}) |", [(3, A), (4, B)]),
    "a table without a header of ours": (f"| {A} | 甲 |", [(1, A)]),
    "rules": (f"---\n***\n{A}\n\n----", [(3, A)]),
    "HTML": (f'<li><a href="{A}">{A}</a></li>', [(1, A)]),
    "a YAML list": (f"- url: {A}\n- {B}", [(1, A), (2, B)]),
    "a message": (f"看看这篇：{A}，还有（{B}）。\n【标题】{C}来自微信", [(1, A), (1, B), (3 - 1, C)]),
    "without a scheme": (A.removeprefix("https://"), [(1, A)]),
    "without a host": (f"{LONG.removeprefix(HOST)}\n{A.removeprefix(HOST)}", [(1, LONG), (2, A)]),
    "with a port": (A.replace(".com", ".com:443"), [(1, A)]),
    "a slash before the query": (f"{LONG.replace('/s?', '/s/?')}\n{LONG}", [(1, LONG)]),
    "inside a web archive's": (f"甲 https://web.archive.org/web/2021/{A} 乙 {B}", [(1, A), (1, B)]),
    "inside a redirect's": (
        f"[甲](https://mp.weixinbridge.com/mp/wapredirect?url={quote(LONG, safe='')})",
        [(1, LONG)],
    ),
    "the same inside another": (f"{A}\nview-source:{A}\nhttps://link.example/?target={quote(A, safe='')}", [(1, A)]),
    "a link that shows its address, cut": (f"<a href='{A}'>{A[:-9]}…</a>", [(1, A)]),
    "a shortcut of Windows": (f"[InternetShortcut]\nURL={A}", [(2, A)]),
    "HTML without quotes": (f"<a href={A}>甲</a> <a href={B}>乙</a>", [(1, A), (1, B)]),
    "Org": (f"- [[{A}][title]] [[{LONG}][标题]]", [(1, A), (1, LONG)]),
    "BBCode": (f"[url={A}]title[/url]", [(1, A)]),
    "BibTeX": (f"@misc{{x, url={{{A}}}, year=2024}}", [(1, A)]),
    "Slack": (f"<{A}|title> <{B}|标题>", [(1, A), (1, B)]),
    "a script's list": (f"['{A}','{B}'];", [(1, A), (1, B)]),
    "two without a space": (f"{A}{B}\n{A};{C}", [(1, A), (1, B), (2, C)]),
    "a heading of Markdown": (f"# {C}\n## [标题]({A})\n### 别的\n", [(2, A)]),
    "a template": (f"{{{{< card '{A}' >}}}}", [(1, A)]),
    "an object of JavaScript": (f"{{url:'{A}'}}", [(1, A)]),
    "a page's own script": (f'msg_link = "{LONG.replace("&", chr(92) + "x26amp;")}";', [(1, LONG)]),
    "a site's state": (A.replace("/", "\\u002F").join(('state={"a":"', '"}')), [(1, A)]),
    "HTML inside HTML": (f"&lt;a href=&quot;{A}&quot;&gt;title", [(1, A)]),
    "a script": (A.replace("/", "\\/").join(('var url = "', '";')), [(1, A)]),
    "in capitals": (A.replace("https://mp.weixin", "HTTPS://MP.Weixin"), [(1, A)]),
    "without the scheme's name": (A.removeprefix("https:"), [(1, A)]),
    "the wall's address": (
        "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x&target_url=" + A.replace("/", "%2F"),
        [(1, A)],
    ),
    "two a line": (f"{A} {B}\n{C}", [(1, A), (1, B), (2, C)]),
    "with a title behind a comma": (f"{A},title\ntitle,{B}\n", [(1, A), (2, B)]),
    "twice": (f"{A}\n{B}\n{A}#rd\n{A}?scene=1\n{C}", [(1, A), (2, B), (5, C)]),
    "a letter that splits lines for Python alone": (f"标题\u2028{A}\n{B}".replace("\u2028", "\x1f"), [(1, A), (2, B)]),
    # CSV and the like
    "CSV": (f"title,url\n甲,{A}\n乙,{B}\n", [(2, A), (3, B)]),
    "CSV, another column first": (f"URL,标题\r\n{A},甲\r\n{B},乙\r\n", [(2, A), (3, B)]),
    "CSV in Chinese": (f"标题,链接,时间\n甲,{A},2023\n", [(2, A)]),
    "CSV, link": (f"Title,Link\n甲,{A}\n", [(2, A)]),
    "CSV, url before link": (f"link,url\nhttps://x.example,{A}\n", [(2, A)]),
    "CSV, quoted": (f'"title","url"\n"a, ""b""","{A}"\n', [(2, A)]),
    "CSV, a line end in a cell": (f'title,url\n"甲\n# 乙\n\n丙",{A}\n丁,{B}\n', [(2, A), (6, B)]),
    "CSV, spaces behind commas": (f'title, url\n"a, b", {A}\nc, "{B}"\n', [(2, A), (3, B)]),
    "CSV, blank lines and empty rows": (f"title,url\n\n甲,{A}\n,\n,,\n", [(3, A)]),
    "CSV, a hashtag for a title": (f"title,url\n#热点,{A}\n# a comment\n乙,{B}\n", [(2, A), (4, B)]),
    "CSV behind a comment": (f"# export\ntitle,url\n甲,{A}\n", [(3, A)]),
    "CSV with Excel's first line": (f"sep=;\ntitle;url\n甲;{A}\n", [(3, A)]),
    "CSV, semicolons": (f"title;url\na,b;{A}\n", [(2, A)]),
    "TSV": (f"标题\turl\na, b\t{A}\n", [(2, A)]),
    "TSV with a lone quote": (f'标题\turl\n"a" b\t{A}\n6" c\t{B}\n"d\t{C}\n', [(2, A), (3, B), (4, C)]),
    "CSV with a quote that is not closed": (f'title,url\n"甲,{A}\n乙,{B}\n"丙",{C}\n', [(2, A), (3, B), (4, C)]),
    "CSV with a byte order mark": (f"\ufefftitle,url\n甲,{A}\n", [(2, A)]),
    "one column": (f"url\n{A}\n{B}\n", [(2, A), (3, B)]),
    "CSV, the account's word for it": (f"公众号名称,文章标题,文章URL,发布时间\n甲,题,{A},2024\n", [(2, A)]),
    "CSV, the column 地址": (f"序号,标题,地址\n1,题,{A}\n", [(2, A)]),
    "TSV, the column 原文地址": (f"标题\t原文地址\t日期\n题\t{A}\t2024\n", [(2, A)]),
    "CSV, the column 文章永久链接": (f'"标题";"文章永久链接"\n"题";"{A}"\n', [(2, A)]),
    "CSV, without a host": (f"content_url,title\n{LONG.removeprefix(HOST).replace('&', '&amp;')}#rd,题\n", [(2, LONG)]),
    "CSV, a name like a column's": (f"文章标题,文章的链接(永久),封面链接\n甲,{A},{B}\n", [(2, A)]),
    "CSV, names that nobody knows": (f"甲,乙,丙\n题,{A},看 {B}\n题,{C},\n", [(2, A), (3, C)]),
    "CSV, the address in a column of another name": (f"链接,备注\nhttps://x.example,{A}\n", [(2, A)]),
    "CSV, an album beside the article": (
        f"题,合集,文章\n题,{HOST}/mp/appmsgalbum?__biz=MzA=&album_id=1,{A}\n",
        [(2, A)],
    ),
    "CSV, the original of an article": (f"链接,阅读原文,原文链接\n{LONG},,{B}\n", [(2, LONG)]),
    "CSV, the short link": (f"链接,短链接\n{LONG},{B}\n", [(2, B)]),
    "words with a comma, no table": (f"我的链接, 都在这里\n甲, {A}, 好\n乙 {B}\n", [(2, A), (3, B)]),
    "a header that is data": (f"link,{A}\nlink,{B}", [(1, A), (2, B)]),
    # JSON
    "JSON lines": (f'{{"title": "甲", "url": "{A}"}}\n\n{{"URL": "{B}"}}\n', [(1, A), (3, B)]),
    "JSON strings": (f'"{A}"\n"{B}"', [(1, A), (2, B)]),
    "JSON strings with escapes": ('"' + A.replace("/", r"\/") + '"', [(1, A)]),
    "quoted CSV without a header": (f'"{A}","甲"\n"乙","{B}"', [(1, A), (2, B)]),
    "our own lines": (
        json.dumps({"source": A, "url": "", "outcome": "failed"}) + "\n" + json.dumps({"source": "x.html", "url": B}),
        [(1, A), (2, B)],
    ),
    "our own line, the short address of two": (json.dumps({"source": A, "url": LONG}), [(1, A)]),
    "our own line, the article's address first": (json.dumps({"source": B, "url": A}), [(1, A)]),
    "a JSON array": (f'[{{"url": "{A}"}}, "{B}"]', [(1, A), (1, B)]),
    "a JSON array over lines": (f'[\n  {{\n    "url": "{A}"\n  }},\n  "{B}",\n]\n', [(2, A), (5, B)]),
    "JSON as jq prints it": (f'{{\n  "url": "{A}"\n}}\n{{\n  "url": "{B}"\n}}\n', [(1, A), (4, B)]),
    "an empty JSON array": ("[]", []),
    "a JSON array behind a mark": (f'\ufeff["{A}"]', [(1, A)]),
    "JSON, an object of objects": (f'{{"list": [{{"link": "{A}"}}, {{"link": "{B}"}}]}}', [(1, A), (1, B)]),
    "JSON, an object over lines": (f'{{ "n": 1,\n"list": [\n{{"url": "{A}"}},\n{{"url": "{B}"}}]}}', [(1, A), (1, B)]),
    "JSON of WeChat's own": (
        json.dumps(
            {
                "ret": 0,
                "general_msg_list": json.dumps(
                    {
                        "list": [
                            {
                                "app_msg_ext_info": {
                                    "content_url": LONG.replace("https", "http").replace("&", "&amp;"),
                                    "source_url": C,
                                    "content": f"<a href='{C}'>",
                                    "multi_app_msg_item_list": [{"content_url": A.removeprefix(HOST)}],
                                }
                            }
                        ]
                    }
                ),
            }
        ),
        [(1, LONG), (1, A)],
    ),
    "JSON, a chat": (
        json.dumps([{"text": f"看 {A} 和 {B}"}, {"text": [{"type": "link", "text": C}]}]),
        [(1, A), (1, B), (1, C)],
    ),
    "JSON, an article that links to another": (
        json.dumps({"url": A, "html": f"<a href='{B}'>", "notes": [f"{C}"]}),
        [(1, A)],
    ),
    "JSON of a feed reader": (
        json.dumps(
            {
                "items": [
                    {"canonical": [{"href": A}], "alternate": [{"href": A}], "summary": {"content": f"<a href='{B}'>"}}
                ]
            }
        ),
        [(1, A)],
    ),
    "JSON, keys that nobody knows": (json.dumps({"文章": A, "id": 7}), [(1, A)]),
    "JSON lines, the first cut off": (f'{{"title": "甲\n{{"url": "{B}"}}\n', [(2, B)]),
    "JSON among other lines": (f'{A}\n{{"url": "{B}"}}\n- {C}', [(1, A), (2, B), (3, C)]),
}


@pytest.mark.parametrize(("text", "addresses"), LISTS.values(), ids=LISTS)
def test_read_list_finds_addresses_in_every_format(text: str, addresses: list[tuple[int, str]]) -> None:
    assert named(text) == addresses


BAD: dict[str, tuple[str, int, str]] = {
    "half an address": (A[:-8], 1, "not a whole article's address"),
    "half an address inside another": (f"https://example.com/?u={A[:-8]}", 1, "not a whole article's address"),
    "a long link cut at &": (LONG.partition("&")[0], 1, "mid is missing"),
    "a scheme with a slip": (A.replace("https", "htps"), 1, "not an address of mp.weixin.qq.com"),
    "a space in it": (A.replace("/s/", "/ s/"), 1, "not an address of mp.weixin.qq.com"),
    "a backslash in it": (A.replace(".com/s/", ".com\\s\\"), 1, "not"),
    "broken JSON": (f'{{"url": "{A}"', 1, "broken JSON"),
    "CSV with half an address": (f"title,url\n甲,{A[:-8]}\n", 2, "not a whole article's address"),
    "JSON with half an address": (f'{{"url": "{A[:-8]}"}}', 1, "not a whole article's address"),
    "a page that is not there": ("saved/文章.html", 1, "no such file: paths in a list count from the current folder"),
    "a page that is not there, as a task": ("- [ ] x.mhtml", 1, "no such file"),
    "a page that is not there, as a link": ("[x](x.htm)", 1, "no such file"),
    "a page that is not there, as a browser has it": ("file:///saved/x.html", 1, "no such file"),
    "bytes that are no text": ("https://mp.weixin.qq.com/s?__biz=\udcff&mid=1", 1, "not"),
}


@pytest.mark.parametrize(("text", "number", "error"), BAD.values(), ids=BAD)
def test_read_list_bad_line_error_has_line_number(text: str, number: int, error: str) -> None:
    bad = entries(text)[0]
    assert bad.target is None
    assert bad.number == number
    assert error in bad.error
    assert "\n" not in bad.error
    assert len(bad.error) < 300  # it does not repeat the line
    assert bad.source.strip()


NOTES: dict[str, tuple[str, list[int]]] = {  # and the numbers of the lines that are notes
    "words": ("今天读的", [1]),
    "another host's address": ("https://example.com/s/1", [1]),
    "another host's, without its scheme": ("www.example.com/s/1.html", [1]),
    "a sentence about the host": (
        "从 mp.weixin.qq.com 复制，或打开 https://mp.weixin.qq.com/ 登录（mp.weixin.qq.com/）",
        [1],
    ),
    "a picture and a page of WeChat's that are no articles": (
        f"![]({HOST}/mp/qrcode?scene=1)\n{HOST}/cgi-bin/home?t=home/index",
        [1, 2],
    ),
    "another host's that names ours": ("https://x.example/favicon?domain=mp.weixin.qq.com", [1]),
    "YAML at the head of Markdown": ("---\ntitle: 收藏\ntags: [a]\n---\n", [2, 3]),
    "a Markdown table's head": ("正文\n| 标题 | 看 |\n| --- | --- |\n", [1, 2]),
    "a template": ("{{date}} {% raw %}", [1]),
    "bookmarks' markup": ("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n</DL>", [1, 2, 3]),
    "a bookmarklet": ("javascript:location='https://x.example'", [1]),
    "JSON without an address": ('{"title": "甲"}', [1]),
    "JSON with an empty one": ('{"url": " "}', [1]),
    "JSON with a number": ('{"url": 1}', [1]),
    "JSON of another host": ('{"url": "https://example.com/s/1"}', [1]),
    "JSON, too deep": ('{"url": ' + "[" * 100_000, [1]),
    "JSON, a long number": ('{"url": ' + "1" * 5000 + "}", [1]),
    "CSV without a cell": ("title,url\n甲\n", [2]),
    "CSV with an empty cell": ("title,url\n甲,\n", [2]),
    "CSV with words": ("title,url\n甲,乙\n", [2]),
    "CSV of another host": ("title,url\n甲,https://example.com/s/1\n", [2]),
    "the head of a table that nobody knows": (f"甲乙 丙丁\n{A}", [1]),
    "a long line of words": ("字" * 70_000, [1]),
}


@pytest.mark.parametrize(("text", "numbers"), NOTES.values(), ids=NOTES)
def test_read_list_what_is_not_meant_as_an_address_is_a_note(text: str, numbers: list[int]) -> None:
    found = entries(text)
    assert [entry.number for entry in found if entry.is_note] == numbers
    assert [entry.error for entry in found if entry.error] == []


@pytest.mark.parametrize("bad", ["no address", A[:-8], '{"url"', '{"url": 1}', "x.html", "https://example.com"])
def test_read_list_continues_after_bad_line(bad: str) -> None:
    assert [(entry.number, bool(entry.target)) for entry in entries(f"{A}\n{bad}\n{B}\n")] == [
        (1, True), (2, False), (3, True),
    ]  # fmt: skip


def test_read_list_broken_json_array_error_reports_unread_rest() -> None:
    found = entries(f'[\n"{A}",\n{{"url" "{B}"}},\n"{C}"\n]')
    assert [(entry.number, bool(entry.target)) for entry in found] == [(2, True), (3, False)]
    assert "nothing from here on is read" in found[1].error


def test_read_list_entry_keeps_source_as_written() -> None:
    first, second, third = entries(f"- [ ] 标题 {A}#rd 好\nno address\n- [x] page.html\n", files=["page.html"])
    assert first == ListEntry(number=1, source=f"{A}#rd", target=Target(source=f"{A}#rd", url=A))
    assert (second.source, second.target) == ("no address", None)
    assert third == ListEntry(number=3, source="page.html", target=Target(source="page.html", file="page.html"))


def test_read_list_returns_number_of_duplicates() -> None:
    counted: list[int] = []

    def reading() -> Iterator[ListEntry]:
        counted.append((yield from read_list([A, B, f"{A}#rd", "x", B])))

    assert [entry.number for entry in reading()] == [1, 2, 4]
    assert counted == [2]


PATHS: dict[str, tuple[str, str]] = {
    "a page": ("saved/x.html", "saved/x.html"),
    "an item": ("- saved/x.html", "saved/x.html"),
    "a task": ("- [ ] saved/我的 文章.html", "saved/我的 文章.html"),
    "a Markdown link": ("[标题](saved/x.html)", "saved/x.html"),
    "a name like an item's": ("1. 标题.html", "1. 标题.html"),
    "a name like an address": (
        "mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv",
        "mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv",
    ),
    "a name without an ending": ("page", "page"),
    "a browser's address": ("file:///abs/lists/%E7%AB%A0.html#rd", "/abs/lists/章.html"),
    "in JSON": ('{"source": "x.html", "url": ""}', "x.html"),
    "in CSV": ("title,url\n甲,x.html", "x.html"),
}


@pytest.mark.parametrize(("text", "path"), PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("folder", ["", "lists", "/abs"])
def test_read_list_path_is_relative_to_list_folder(text: str, path: str, folder: str) -> None:
    file = f"{folder}/{path}" if folder and not path.startswith("/") else path
    (found,) = entries(text, files=[file], folder=folder)
    assert found.target == Target(source=path, file=file)


def test_read_list_duplicate_path_yields_one_entry() -> None:
    assert len(entries("x.html\nx.html\n", files=["x.html"])) == 1


def test_read_list_address_is_not_looked_up_as_file() -> None:
    def looked(path: str) -> bool:
        raise AssertionError(path)

    assert len(list(read_list([A, f"- {B}", f'{{"url": "{C}"}}'], exists=looked))) == 3


def test_read_list_yields_entry_before_reading_next_line() -> None:
    def lines() -> Iterable[str]:
        yield A
        raise AssertionError("the second line is not asked for yet")

    assert next(read_list(lines())).number == 1


TEXT = f"# 列表\n{A} 标题\n"
CONTENTS: dict[str, bytes] = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "UTF-16 LE with a mark": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16 BE with a mark": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "GB18030": TEXT.encode("gb18030"),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_decode_list_detects_encoding(content: bytes) -> None:
    assert decode_list(content) == TEXT
    assert [entry.source for entry in read_list(lines_of(content))] == [A]


def test_lines_of_invalid_bytes_keep_addresses_on_other_lines() -> None:
    content = f"甲 {A}\n".encode() + b"\xff\xff\n" + f"{B}\n".encode()
    assert [entry.source for entry in read_list(lines_of(content)) if entry.target] == [A, B]


NO_TEXT: dict[str, tuple[bytes, str]] = {
    "an Excel file": (b"PK\x03\x04\x14\x00\x06\x00", "save its sheet as CSV"),
    "an old Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "save its sheet as CSV"),
    "a PDF": (b"%PDF-1.7\n", "PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
    "gzip": (b"\x1f\x8b\x08\x00", "unpack"),
    "NULs": (b"url\0\n", "no text"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "no text"),
    "NULs in UTF-16": (b"\xff\xfe\0\0", "no text"),
}


@pytest.mark.parametrize(("content", "error"), NO_TEXT.values(), ids=NO_TEXT)
def test_lines_of_non_text_is_immediate_input_error(content: bytes, error: str) -> None:
    with pytest.raises(InputError, match=error):
        lines_of(content)


LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


@pytest.mark.parametrize("end", LINE_ENDS.values(), ids=LINE_ENDS)
def test_lines_of_splits_at_newlines_not_unicode_separators(end: str) -> None:
    text = end.join(["a\u2028b", "", "c\x0cd\x85e"])
    assert list(lines_of(text.encode())) == ["a\u2028b", "", "c\x0cd\x85e"]
    assert list(lines_of((text + end).encode())) == ["a\u2028b", "", "c\x0cd\x85e"]
    assert list(lines_of(b"")) == []


PIECES = [
    A, B, LONG, A[:-9], "mp.weixin.qq.com/", "https://", "http://mp.weixin.qq.com/mp/", "?", "&", "&amp;", "%", "%2F", "/",
    "url", "title,url\n", "链接\t标题\n", "sep=;\n", "- [ ] ", "1. ", "[", "](", ")", "{", "}", '"', "'", ",", ";", "\t", "|",
    "#", "\n", "\r\n", "\r", "\ufeff", "\0", "\\", '{"url": "', '"}', '{"source":', "[\n", "]", "null", "标题", "\ud800", " ",
    "\u3000", "x.html", "=", "~", "_", "*",
]  # fmt: skip
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


@settings(max_examples=4 * settings().max_examples, deadline=None)
@given(texts)
@example("MP.WEIXIN.QQ.COM/0'#")
def test_read_list_arbitrary_text_gives_valid_entries(text: str) -> None:
    found = list(read_list(io.StringIO(text, newline=None)))
    numbers = [entry.number for entry in found]
    assert numbers == sorted(numbers)
    for entry in found:
        assert not (entry.target and entry.error)
        assert entry.is_note == (not entry.target and not entry.error)
        assert "\n" not in entry.error
        if entry.target:
            assert entry.target.url == urls.canonicalize(entry.target.url)
            assert urls.parse_target(entry.target.url).url == entry.target.url


@settings(max_examples=4 * settings().max_examples, deadline=None)
@given(
    st.one_of(
        st.binary(),
        texts.map(lambda text: text.encode("utf-8", "replace")),
        texts.map(lambda t: t.encode("gb18030", "replace")),
    )
)
def test_lines_of_arbitrary_bytes_raise_only_input_error(content: bytes) -> None:
    try:
        lines = lines_of(content)
    except InputError:
        return
    list(read_list(lines))


@settings(max_examples=2 * settings().max_examples, deadline=None)
@given(
    st.lists(st.sampled_from([A, B, C, LONG]), unique=True),
    st.lists(st.sampled_from(["# x", "", "标题", "- [ ]", "x,y"])),
)
def test_read_list_keeps_all_addresses_among_other_lines(addresses: list[str], others: list[str]) -> None:
    lines = [line for pair in zip(addresses, [*others, *[""] * len(addresses)], strict=False) for line in pair]
    assert [entry.target.url for entry in read_list(lines) if entry.target] == addresses
