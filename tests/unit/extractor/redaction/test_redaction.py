"""What is kept of a page names nobody who read it, and is otherwise the page as it was sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.extractor import extract
from archiver.extractor.redaction import redact, redact_address, redact_headers
from tests.support.linear import is_linear
from tests.support.pages import article_html, page_of

KEY = "3fa1c07be2d94856a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
UIN = "MTIzNDU2Nzg5MA=="
TICKET = "Zk3+invented/ticket0Q1w2E3r4T5y6=="
ARTICLE = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMA==&mid=2247483650&idx=1&sn=0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def redacted(html: str) -> str:
    return redact(html.encode())[0].decode()


def in_script(code: str) -> str:
    return f"<html><body><script nonce='1'>{code}</script></body></html>"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f'var uin = "{UIN}";', 'var uin = "REDACTED";'),
        (f"var key = '{KEY}';", "var key = 'REDACTED';"),
        (f"window.key = '{KEY}' || '';", "window.key = 'REDACTED' || '';"),
        (f'window.uin = "" || "{UIN}" || "";', 'window.uin = "" || "REDACTED" || "";'),
        ("var user_uin = '1234567890' * 1;", "var user_uin = '0' * 1;"),
        ("window.user_uin = ('1234567890' || '') * 1;", "window.user_uin = ('0' || '') * 1;"),
        ("x = {uin: 1234567890, mid: 2247483650}", "x = {uin: 0, mid: 2247483650}"),
        (
            "_g.user_uin = xml ? getXmlValue('user_uin.DATA') * 1 : '1234567890' * 1;",
            "_g.user_uin = xml ? getXmlValue('user_uin.DATA') * 1 : '0' * 1;",
        ),
        (
            f"d.pass_ticket = xml ? getXmlValue('pass_ticket') : '{TICKET}';",
            "d.pass_ticket = xml ? getXmlValue('pass_ticket') : 'REDACTED';",
        ),
        (f"pass_ticket: JsDecode('{TICKET}'),", "pass_ticket: JsDecode('REDACTED'),"),
        ("exportkey: JsDecode('n_ChQIAhIQ\\x3d\\x3d'),", "exportkey: JsDecode('REDACTED'),"),
        (f'{{"pass_ticket":"{TICKET}","key":"{KEY}"}}', '{"pass_ticket":"REDACTED","key":"REDACTED"}'),
        (f"key: '{KEY}',\n  title: 'key'", "key: 'REDACTED',\n  title: 'key'"),
        ('window.appmsg_token = "1350_Ab%2BCd-_~" || "";', 'window.appmsg_token = "REDACTED" || "";'),
        ('poc_token : "HAbc~", poc_sid : "x-1", cap_sid : "1707"', 'poc_token : "REDACTED", poc_sid : "REDACTED", cap_sid : "0"'),
        ("wap_sid2: 'CMOq…'", "wap_sid2: 'REDACTED'"),
        ("var sessionid = '1701688162' || 'svr_0a1b2c3d4e5';", "var sessionid = '0' || 'svr_0a1b2c3d4e5';"),
        ("ticket: 'abc-def'", "ticket: 'REDACTED'"),
        (f"window.uin = window.uin || cgi.uin || '{UIN}';", "window.uin = window.uin || cgi.uin || 'REDACTED';"),
        (f'pass_ticket: "https://mp.weixin.qq.com/s?key={KEY}&a=b"', 'pass_ticket: "REDACTED"'),
    ],
)  # fmt: skip
def test_redact_script_variables_and_fields(code: str, expected: str) -> None:
    assert redacted(in_script(code)) == in_script(expected)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{ARTICLE}&key={KEY}&uin=MTIz%3D%3D#rd", f"{ARTICLE}&key=REDACTED&uin=REDACTED#rd"),
        (f"{ARTICLE}&amp;pass_ticket=a%2Bb%2Fc%3D&amp;scene=1", f"{ARTICLE}&amp;pass_ticket=REDACTED&amp;scene=1"),
        (f"{ARTICLE}\\x26amp;key={KEY}\\x26scene=1", f"{ARTICLE}\\x26amp;key=REDACTED\\x26scene=1"),
        (f"{ARTICLE}\\u0026key={KEY}\\u0026scene=1", f"{ARTICLE}\\u0026key=REDACTED\\u0026scene=1"),
        (f"{ARTICLE}&#38;uin=ab&#43;cd&#61;&#38;a=b", f"{ARTICLE}&#38;uin=REDACTED&#38;a=b"),
        ("https:\\/\\/mp.weixin.qq.com\\/s?uin=ab\\/cd\\/ef&a=b", "https:\\/\\/mp.weixin.qq.com\\/s?uin=REDACTED&a=b"),
        (
            "https://a.example/?u=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fuin%3DMTIz%253D%253D%26key%3Dabcdef0123%26scene%3D1&b=c",
            "https://a.example/?u=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fuin%3DREDACTED%26key%3DREDACTED%26scene%3D1&b=c",
        ),
        (
            "https://mp.weixin.qq.com/cgi-bin/appmsg?token=1234567890&lang=zh_CN",
            "https://mp.weixin.qq.com/cgi-bin/appmsg?token=0&lang=zh_CN",
        ),
        ("/mp/newappmsgvote?action=show&amp;token=12345678&amp;a=b", "/mp/newappmsgvote?action=show&amp;token=0&amp;a=b"),
        ("https://other.example/x?a=b&pass_ticket=abc", "https://other.example/x?a=b&pass_ticket=REDACTED"),
        ("https://mp.weixin.qq.com/s/-aB0?poc_token=HAb_~c", "https://mp.weixin.qq.com/s/-aB0?poc_token=REDACTED"),
        ("http://mp.weixin.qq.com/s?a=b&exportkey=n_Ch%3D&wap_sid2=CM", "http://mp.weixin.qq.com/s?a=b&exportkey=REDACTED&wap_sid2=REDACTED"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "where", ['<div id="js_content"><a href="{}">字</a></div>', "<script>var link = '{}';</script>", "<p>见 {} 。</p>"]
)
def test_redact_url_parameters(address: str, expected: str, where: str) -> None:
    if not address.startswith("/") or "<p>" not in where:  # half an address in a sentence is words
        assert redacted(where.replace("{}", address)) == where.replace("{}", expected)


def test_redact_partial_url_joined_by_script() -> None:
    code = "var more = '&uin=" + UIN + "' + \"?pass_ticket=" + TICKET + '";'
    assert redacted(in_script(code)) == in_script("var more = '&uin=REDACTED' + \"?pass_ticket=REDACTED\";")


@pytest.mark.parametrize(
    "html",
    [
        f'<div id="js_content"><pre>key: "{KEY}"\nvar token = "{KEY}"</pre></div>',
        f'<div id="js_content"><p>pass_ticket: "{TICKET}", uin = "{UIN}"</p></div>',
        f'<div id="js_content"><p>GET &amp;key={KEY}&amp;uin={UIN}</p></div>',
        '<div id="js_content"><a href="https://maps.example/?key=abcdef0123456789&amp;token=0123456789">x</a></div>',
        '<div id="js_content"><a href="https://not-mp.weixin.qq.com.example/s?key=abcdef0123456789">x</a></div>',
        '<a href="https://shop.example/?sessionid=abcdef01&amp;uin=12345678&amp;ticket=abcdef01">x</a>',
        '<a href="https://a.example/?u=https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F1&amp;key=abcdef0123456789">x</a>',
        '<video src="https://findermp.video.qq.com/251/x/stodownload?encfilekey=Ab12&amp;token=Cd34efgh"></video>',
        '<video src="https://mpvideo.qpic.cn/0.mp4?auth_key=0123456789abcdef&amp;vkey=0123456789"></video>',
        '<img data-src="https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQH47joAAAAA">',
        f"<script type='text/html'><p>var uin = \"{UIN}\"</p></script>",
        in_script(f'content_noencode: \'config, key: "{KEY}", token = "{KEY}", uin: "{UIN}"\','),
        in_script(f"content_noencode: JsDecode('say \\x22key\\x22: \\x22{KEY}\\x22, it\\'s uin: \"{UIN}\"'),"),
        in_script(f"content_noencode: '{'长' * 5_000} token = \"{KEY}\"',"),
        '<div id="js_content"><p>curl "/cgi-bin/api?token=abcdef0123456789"</p></div>',
        in_script('key: "getSupportEvicationPolicy", token: "data-token", exportkey: "data-exportkey"'),
        in_script("var user_uin = '' * 1, pass_ticket = '', uin = '777', wxtoken = '777', key = 0;"),
        in_script("if (window.uin == '1234567890' || pass_ticket === 'x') { a('&key=' + key + '&uin=') }"),
        in_script("biz_uin: 3094043316, bizuin: 'MzA5MDAwMDAwMA==', appuin = 'MzA5MDAwMDAwMA=='"),
        in_script("report('/mp/jsreport?key=96&content=1')"),
        in_script("user_uin: '$user_uin.DATA$' * 1, nick_name: JsDecode('某公众号')"),
        "",
    ],
)
def test_redact_non_credentials_are_unchanged(html: str) -> None:
    assert redact(html.encode()) == (html.encode(), ())


def test_redact_returns_sorted_unique_names() -> None:
    html = in_script(f'var uin = "{UIN}", pass_ticket = "{TICKET}"; window.uin = "{UIN}";')
    assert redact(html.encode())[1] == ("pass_ticket", "uin")


def test_redact_undecodable_bytes_are_kept() -> None:
    content = b"\xff\xfe\x00<script>var uin = '12345678';</script>\xe4\xb8"
    assert redact(content)[0] == b"\xff\xfe\x00<script>var uin = '0';</script>\xe4\xb8"


def test_redact_leaves_extracted_article_unchanged() -> None:
    html = article_html(
        script=f'var biz = "MzA5MDAwMDAwMA==", mid = "2247483650", idx = "1"; var msg_title = "键 key: \'{KEY}\'";\n'
        f'var msg_link = "{ARTICLE}&key={KEY}&uin={UIN}";\nvar uin = "{UIN}"; var user_uin = "1234567890" * 1;',
        body=f'<p>key: "{KEY}"</p><p><a href="{ARTICLE}&amp;token=1234567890&amp;lang=zh_CN">链接</a></p>',
    )
    content, names = redact(html.encode())
    assert names == ("key", "token", "uin", "user_uin")
    assert extract(page_of(content.decode())) == extract(page_of(html))
    assert KEY in extract(page_of(html)).body  # else it could not have been lost


PIECES = st.sampled_from([
    "var ", "window.", "uin", "key", "pass_ticket", "token", " = ", ": ", "=", "%3D", "'", '"', "|| ", "JsDecode(", ")", "\\", "\n",
    "12345678", "0", KEY, "REDACTED", "&", "&amp;", "\\x26", "%26", "?", "https://mp.weixin.qq.com/s", "https%3A%2F%2Fmp.weixin.qq.com%2Fs",
    "<script>", "</script>", "<p>", "中", ";", ", ", "{", "}", "%", "#", "$", " ",
])  # fmt: skip


@settings(max_examples=10 * settings().max_examples, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_redact_is_idempotent(html: str) -> None:
    once, _ = redact(html.encode())
    assert redact(once) == (once, ())


@pytest.mark.parametrize(
    "unit",
    [
        b"&key=abcdef012", b"&amp;key%3D%25", b"key: '", b"var uin = ", b"uin:(((((((", b"https://mp.weixin.qq.com/s?uin=",
        b"<script", b"<script>key='a", b"uin='||'", b"key=%25", b"uin=a||", b"\\\\key:'", b"var key = '0123456789abcdef';",
    ],
)  # fmt: skip
def test_redact_hostile_page_takes_linear_time(unit: bytes) -> None:
    small, large = (b"<script>" + unit * (size // len(unit)) for size in (25_000, 100_000))
    assert is_linear(redact, small, large)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{ARTICLE}&key={KEY}", f"{ARTICLE}&key=REDACTED"),
        ("/s?__biz=Mz&uin=MTIzNDU2&a=中", "/s?__biz=Mz&uin=REDACTED&a=中"),
        ("/mp/wappoc_appmsgcaptcha?poc_token=HA&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fkey%3Dabcdef", "/mp/wappoc_appmsgcaptcha?poc_token=REDACTED&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fkey%3DREDACTED"),
        ("https://maps.example/?key=abcdef0123", "https://maps.example/?key=abcdef0123"),
        ("", ""),
    ],
)  # fmt: skip
def test_redact_address_replaces_credential_parameters(address: str, expected: str) -> None:
    assert redact_address(address) == expected


def test_redact_headers_drops_cookies_and_cleans_urls() -> None:
    headers = (
        ("Content-Type", "text/html; charset=UTF-8"),
        ("Set-Cookie", "wap_sid2=CMOq; Path=/"),
        ("set-cookie", "pass_ticket=abc"),
        ("Authorization", "Basic eDp5"),
        ("Location", "/s?__biz=Mz&mid=1&key=abcdef0123"),
        ("Refresh", f"0; url={ARTICLE}&pass_ticket=abc&a=b"),
        ("Date", "Fri, 02 Jan 2026 00:00:00 GMT"),
    )
    assert redact_headers(headers) == (
        ("Content-Type", "text/html; charset=UTF-8"),
        ("Location", "/s?__biz=Mz&mid=1&key=REDACTED"),
        ("Refresh", f"0; url={ARTICLE}&pass_ticket=REDACTED&a=b"),
        ("Date", "Fri, 02 Jan 2026 00:00:00 GMT"),
    )
