"""What records say, and what a hostile page cannot make them say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archiver.export.readable import readable_page
from archiver.export.records import alias_record, medium_record, page_note, page_record
from archiver.export.urls import file_address, find_media_addresses, readable_address
from archiver.models import Article, Capture, LocalFile, Response, State

THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOW = datetime(2026, 2, 3, tzinfo=UTC)
PAGE = Capture(
    url="https://mp.weixin.qq.com/s/x", final_url="https://mp.weixin.qq.com/s/x", status=200, captured=THEN,
    state=State.ARTICLE, sha256="ab" * 32, size=7,
)  # fmt: skip
PICTURE = LocalFile(path="postimg/一.png", size=5, sha256="cd" * 32)
RESPONSE = Response(url="https://mmbiz.qpic.cn/p/x/0", status=200, headers=(), received=THEN)


def test_records_escape_line_breaks_in_urls() -> None:
    hostile = "https://evil.example/\r\nWARC-Type: response 甲 \x1b"
    printed = "https://evil.example/%0D%0AWARC-Type:%20response%20%E7%94%B2%20%1B"
    assert page_record(replace(PAGE, final_url=hostile), "").uri == printed
    assert medium_record(PICTURE, hostile, THEN).uri == printed
    assert alias_record(medium_record(PICTURE, "https://a.example/", THEN), hostile).uri == printed
    assert ("via", printed.replace("%20", " ")) in page_note(replace(PAGE, url=hostile))


@pytest.mark.parametrize(
    ("changes", "kind", "status"),
    [({}, "response", 200), ({"saved": True}, "resource", None), ({"redacted": ("key",)}, "resource", None)],
)
def test_page_record_saved_or_redacted_page_is_resource(
    changes: dict[str, object], kind: str, status: int | None
) -> None:
    record = page_record(replace(PAGE, **changes), "")  # type: ignore[arg-type]
    assert (record.type, record.status) == (kind, status)


def test_page_record_transfer_headers_are_moved_to_extra() -> None:
    sent = (("content-type", "text/html"), ("content-encoding", "br"), ("Transfer-Encoding", "chunked"), ("x-a", "b"))
    record = page_record(replace(PAGE, headers=sent), "")
    assert record.headers == (("content-type", "text/html"), ("x-a", "b"), ("content-length", "7"))
    assert record.extra == (
        ("Archiver-Removed-Header", "content-encoding: br"),
        ("Archiver-Removed-Header", "Transfer-Encoding: chunked"),
    )


@pytest.mark.parametrize(("status", "line"), [(200, "200 OK"), (404, "404 Not Found"), (599, "599")])
def test_page_record_status_line_has_standard_reason(status: int, line: str) -> None:
    assert page_record(replace(PAGE, status=status), "").status_line == line


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "image/jpeg"), ("a.svg", "image/svg+xml"), ("a.webp", "image/webp"), ("a.mp4", "video/mp4"),
        ("a.else", "application/octet-stream"),
    ],
)  # fmt: skip
def test_medium_record_without_response_takes_type_from_name(name: str, kind: str) -> None:
    record = medium_record(replace(PICTURE, path=f"postimg/{name}"), "https://a.example/", NOW)
    assert (record.type, record.content_type, record.date, record.status) == ("resource", kind, NOW, None)


def test_medium_record_with_response_takes_its_url_and_date() -> None:
    record = medium_record(replace(PICTURE, response=RESPONSE), "https://mmbiz.qpic.cn/p/x/640", NOW)
    assert (record.type, record.uri, record.date, record.status) == ("response", RESPONSE.url, THEN, 200)


def test_readable_and_file_address_are_percent_encoded() -> None:
    assert readable_address("MzA5+/Q==:1:2") == "https://archiver.invalid/article/MzA5+%2FQ==:1:2"
    assert file_address(PICTURE) == "https://archiver.invalid/postimg/%E4%B8%80.png"


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (
            '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/640?wx_fmt=png&amp;tp=1#imgIndex=2">',
            "/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/640?wx_fmt=png&tp=1",
        ),
        (
            "url(&quot;//mmbiz.qpic.cn/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0&quot;)",
            "/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0",
        ),
        (
            r"cdn_url: 'https:\/\/mmbiz.qpic.cn\/mmbiz_png\/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001\/0?wx_fmt=jpeg\x26amp;b=2'",
            "/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0?wx_fmt=jpeg&b=2",
        ),
        (
            '"content": "src=https://mmbiz.qpic.cn/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0?a=1&amp;amp;b=2"',
            "/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0?a=1&b=2",
        ),
        (
            "http://mmbiz.qpic.cn/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0",
            "/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0",
        ),
    ],
)
def test_find_media_addresses_in_html_css_and_script(page: str, found: str) -> None:
    assert list(find_media_addresses(page.encode())) == [
        ("postimg/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001", f"https://mmbiz.qpic.cn{found}")
    ]


@pytest.mark.parametrize(
    "page",
    [
        "//mmbiz.qpic.cn.evil.example/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0",
        "mmbiz.qpic.cn/mmbiz_png/Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0001/0",
        "//x.example/Id/0",
    ],
)
def test_find_media_addresses_ignores_non_media_urls(page: str) -> None:
    assert list(find_media_addresses(page.encode())) == []


HOSTILE = Article(
    title="</title><script>harm()</script>", account='"><img src=x onerror=harm()>', author="<b>",
    url='https://mp.weixin.qq.com/s/x"onclick="harm()', published=THEN,
    body='<p onclick="harm()">字<img src="x" onerror="harm()"></p><script>harm()</script>'
    '<a href="javascript:harm()">甲</a><iframe src="https://evil.example"></iframe><style>p{}</style>',
)  # fmt: skip


def test_readable_page_removes_scripts_and_escapes_fields() -> None:
    page = readable_page(HOSTILE, {})
    before, _, body = page.partition("<article>")
    assert body == '\n<p>字<img src="x"></p><a>甲</a>\n</article>\n</body>\n</html>\n'
    assert "<title>&lt;/title&gt;&lt;script&gt;harm()&lt;/script&gt;</title>" in before
    assert "&quot;&gt;&lt;img src=x onerror=harm()&gt; · &lt;b&gt; · 2026-01-02 11:04" in before
    assert 'href="https://mp.weixin.qq.com/s/x&quot;onclick=&quot;harm()"' in before


def test_readable_page_braces_in_body_are_literal() -> None:
    assert "<p>{title} {0} }</p>" in readable_page(replace(HOSTILE, body="<p>{title} {0} }</p>"), {})


def test_readable_page_replaces_known_media_urls() -> None:
    body = '<p><img src="a_files/1.png" alt="甲"></p><div class="wechat-card"><video src="v" poster="p"></video></div>'
    page = readable_page(
        replace(HOSTILE, body=body), {"a_files/1.png": "https://archiver.invalid/1.png", "p": "https://b/"}
    )
    assert '<img src="https://archiver.invalid/1.png" alt="甲">' in page
    assert '<video src="v" poster="https://b/"></video>' in page
