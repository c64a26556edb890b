"""Credentials are told by the kind of their name, in whatever form a page holds them."""

from __future__ import annotations

import pytest

from archiver.extractor.redaction import redact, redact_headers
from tests.support.linear import is_linear

KEY = "3fa1c07be2d94856a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
UIN = "MTIzNDU2Nzg5MA=="
TICKET = "Zk3+invented/ticket0Q1w2E3r4T5y6=="
OPENID = "oInvented_Tlm6-2sgVt7hMZOPfL"
COOKIE = "CMOqx8cBElxQbW9ja2VkdmFsdWU0Nzg5"
SECRETS = (KEY, UIN, TICKET, OPENID, COOKIE, "1234567890")
ARTICLE = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMA==&mid=2247483650&idx=1&sn=0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def redacted(html: str) -> str:
    return redact(html.encode())[0].decode()


def in_script(code: str) -> str:
    return f"<html><body><script nonce='1'>{code}</script></body></html>"


NAMES = [
    "wxtoken", "wxuin", "openid", "session_us", "encode_uin", "wap_sid2", "wap_sid", "slave_sid", "data_ticket", "OPENID",
    "wxUin", "WX_UIN", "passTicket", "PASS_TICKET", "pass-ticket", "exportKey", "appmsgToken", "x-wechat-key", "X-WECHAT-UIN",
    "user_openid", "wx_session", "sessionId", "session_id", "jsapi_ticket", "access_token", "refreshToken", "login_key", "p_uin",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ['"{}": "{}"', "'{}' : '{}'", "window['{}'] = '{}';", 'x = {{"{}":"" || "{}"}}'])
def test_redact_script_value_by_credential_name(name: str, form: str) -> None:
    assert redacted(in_script(form.format(name, KEY))) == in_script(form.format(name, "REDACTED"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("amp", ["&", "&amp;", "\\x26", "\\u0026", "&#38;"])
def test_redact_url_parameter_by_credential_name(name: str, amp: str) -> None:
    form = f'<script>var a = "{ARTICLE}{amp}{name}={{}}{amp}scene=1";</script>'
    assert redacted(form.format(KEY)) == form.format("REDACTED")


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", ["wxtoken", "openid", "session_us", "Uin", "KEY"])
def test_redact_encoded_url_parameter_by_credential_name(name: str, times: int) -> None:
    def address(value: str) -> str:
        inner = f"https://mp.weixin.qq.com/s?a=b&{name}={value}&scene=1"
        for _ in range(times):
            inner = inner.replace("%", "%25").replace(":", "%3A").replace("/", "%2F").replace("?", "%3F")
            inner = inner.replace("&", "%26").replace("=", "%3D")
        return f'<a href="https://a.example/?u={inner}&amp;b=c">x</a>'

    assert redacted(address("abcdef0123")) == address("REDACTED")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"var uin = `{UIN}`;", "var uin = `REDACTED`;"),
        (f'var uin = a ? "{UIN}" : "";', 'var uin = a ? "REDACTED" : "";'),
        (f'uin = uin && "{UIN}"', 'uin = uin && "REDACTED"'),
        ('var uin = "MTIz" + "NDU2Nzg5MA=="', 'var uin = "REDACTED" + "REDACTED"'),
        ("_g.wxtoken = xml ? getXmlValue('wxtoken.DATA') : '991234';", "_g.wxtoken = xml ? getXmlValue('wxtoken.DATA') : '0';"),
        (f"window.cgiData = {{vid: 'wxv_1', openid: '{OPENID}'}}", "window.cgiData = {vid: 'wxv_1', openid: 'REDACTED'}"),
        ("wxUin: 1234567890, mid: 2247483650", "wxUin: 0, mid: 2247483650"),
        (f'var d = "{{\\"uin\\":\\"{UIN}\\",\\"mid\\":\\"1\\"}}";', 'var d = "{\\"uin\\":\\"REDACTED\\",\\"mid\\":\\"1\\"}";'),
        ('var d = "{\\"uin\\":1234567890}";', 'var d = "{\\"uin\\":0}";'),
        (f"JSON.parse('{{\"uin\":\"{UIN}\",\"key\":\"{KEY}\"}}')", "JSON.parse('{\"uin\":\"REDACTED\",\"key\":\"REDACTED\"}')"),
        (f'var d = "{{\\x22uin\\x22:\\x22{UIN}\\x22}}"', 'var d = "{\\x22uin\\x22:\\x22REDACTED\\x22}"'),
        (f'var d = "{{\\u0022key\\u0022: \\u0022{KEY}\\u0022}}"', 'var d = "{\\u0022key\\u0022: \\u0022REDACTED\\u0022}"'),
        (f'["uin","{UIN}"]', '["uin","REDACTED"]'),
        (f'localStorage.setItem("pass_ticket", "{TICKET}")', 'localStorage.setItem("pass_ticket", "REDACTED")'),
        (f'open("/mp/x?uin=" + "{UIN}" + "&key=" + "{KEY}")', 'open("/mp/x?uin=" + "REDACTED" + "&key=" + "REDACTED")'),
        (f'a = "?b=c&key=".concat("{KEY}")', 'a = "?b=c&key=".concat("REDACTED")'),
        (f'q = "uin={UIN}&key={KEY}"', 'q = "uin=REDACTED&key=REDACTED"'),
        (f'u = "https:\\x2f\\x2fmp.weixin.qq.com\\x2fs?a=b\\x26key={KEY}"', 'u = "https:\\x2f\\x2fmp.weixin.qq.com\\x2fs?a=b\\x26key=REDACTED"'),
        (f'u = "https://mp.weixin.qq.com/s#rd?key={KEY}"', 'u = "https://mp.weixin.qq.com/s#rd?key=REDACTED"'),
    ],
)  # fmt: skip
def test_redact_credential_in_any_script_form(code: str, expected: str) -> None:
    assert redacted(in_script(code)) == in_script(expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f'document.cookie = "wap_sid2={COOKIE}; path=/";', 'document.cookie = "wap_sid2=REDACTED; path=/";'),
        (f'document.cookie="a=b; pass_ticket={TICKET}; uin=123456"', 'document.cookie="a=b; pass_ticket=REDACTED; uin=0"'),
        (f'document.cookie = "wap_sid2=" + "{COOKIE}" + "; path=/"', 'document.cookie = "wap_sid2=" + "REDACTED" + "; path=/"'),
        (f"document.cookie = `key=abc12; wap_sid2={COOKIE}; p=${{p}}`", "document.cookie = `key=REDACTED; wap_sid2=REDACTED; p=${p}`"),
        (f"document['cookie'] = 'wap_sid2={COOKIE}'", "document['cookie'] = 'wap_sid2=REDACTED'"),
        (f'setCookie("wap_sid2", "{COOKIE}")', 'setCookie("wap_sid2", "REDACTED")'),
        (f'headers: {{"Cookie": "rewardsn=; wap_sid2={COOKIE}"}}', 'headers: {"Cookie": "rewardsn=; wap_sid2=REDACTED"}'),
    ],
)  # fmt: skip
def test_redact_cookie_in_script(code: str, expected: str) -> None:
    assert redacted(in_script(code)) == in_script(expected)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<!-- saved from url=(0123){ARTICLE}&key={KEY}&pass_ticket={TICKET} -->", f"<!-- saved from url=(0123){ARTICLE}&key=REDACTED&pass_ticket=REDACTED -->"),
        (f"<!--\n url: {ARTICLE}&uin={UIN}\n saved date: now\n-->", f"<!--\n url: {ARTICLE}&uin=REDACTED\n saved date: now\n-->"),
        (f'<!-- {{"uin":"{UIN}"}} -->', '<!-- {"uin":"REDACTED"} -->'),
        (f'<base href="{ARTICLE}&amp;key={KEY}">', f'<base href="{ARTICLE}&amp;key=REDACTED">'),
        (f"<link rel=canonical href={ARTICLE}&uin={UIN}>", f"<link rel=canonical href={ARTICLE}&uin=REDACTED>"),
        (f"<base href=/s?__biz=1&key={KEY}>", "<base href=/s?__biz=1&key=REDACTED>"),
        (f'<meta property="og:url" content="{ARTICLE}&amp;openid={OPENID}" />', f'<meta property="og:url" content="{ARTICLE}&amp;openid=REDACTED" />'),
        (f"<input type=hidden name=key value={KEY}>", "<input type=hidden name=key value=REDACTED>"),
        (f'<INPUT VALUE="{UIN}" NAME="uin">', '<INPUT VALUE="REDACTED" NAME="uin">'),
        (f'<input type="hidden" id="pass_ticket" value="{TICKET}" />', '<input type="hidden" id="pass_ticket" value="REDACTED" />'),
        (f'<meta name="openid" content="{OPENID}">', '<meta name="openid" content="REDACTED">'),
        (f'<meta http-equiv="Set-Cookie" content="wap_sid2={COOKIE}; path=/">', '<meta http-equiv="Set-Cookie" content="wap_sid2=REDACTED; path=/">'),
        (f"<div data-uin=\"{UIN}\" data-pass-ticket='{TICKET}' data-openid={OPENID}>", "<div data-uin=\"REDACTED\" data-pass-ticket='REDACTED' data-openid=REDACTED>"),
        (f'<div title="a>b" data-uin="{UIN}">', '<div title="a>b" data-uin="REDACTED">'),
        (f'<div data-s="{{&quot;uin&quot;:&quot;{UIN}&quot;}}">', '<div data-s="{&quot;uin&quot;:&quot;REDACTED&quot;}">'),
        ('<a href="https://mp.weixin.qq.com/s?d=%7B%22uin%22%3A%22MTIz4567%22%7D">', '<a href="https://mp.weixin.qq.com/s?d=%7B%22uin%22%3A%22REDACTED%22%7D">'),
        (f'<a href="HTTPS://MP.WEIXIN.QQ.COM/s?a=1&KEY={KEY}&Uin={UIN}">', '<a href="HTTPS://MP.WEIXIN.QQ.COM/s?a=1&KEY=REDACTED&Uin=REDACTED">'),
        (f'<SCRIPT>var uin="{UIN}"</SCRIPT>', '<SCRIPT>var uin="REDACTED"</SCRIPT>'),
        (f'<script type="application/json">{{"u":{{"key":"{KEY}"}}}}</script>', '<script type="application/json">{"u":{"key":"REDACTED"}}</script>'),
    ],
)  # fmt: skip
def test_redact_credential_in_markup(html: str, expected: str) -> None:
    assert redacted(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        in_script('var biz_uin = 3094043316, bizuin = "MzA5MDAwMDAwMA==", appuin = "MzA5MDAwMDAwMA==", hit_bizuin = "3861156972";'),
        in_script('var reprint_ticket = "1IHqMdvtvj6bIlUMDbRGje%2Bbcw8ThLwXoVtzFdosTFyIF2VV6";'),
        in_script("sessionid: JsDecode('svr_475a4e3baa9'), SessionId: 'svr_475a4e3baa9', is_wxg_stuff_uin: '0', sid: 38"),
        in_script('var comment_id = "2679537265421631491", appmsgid = "2247483650", req_id = "0112Hy4eFEbK2xVs1234", svr_time = "1700000000";'),
        in_script('tempkey = "MTI3N19hYmNkZWZnaGlqa2xtbm9wcXJz", idkey: 121261, classid: "12345678", newsid: "1234567"'),
        in_script('exportkey: Url.getQuery("exportkey") || "", sessionid = xml ? getXmlValue("sessionid") : "", token: "data-token2"'),
        in_script('a("pass_ticket="+pass_ticket+"&uin="+uin+"&key="+key), b = ["uin", "wap_sid2", "pass_ticket"]'),
        in_script('document.cookie.indexOf("vconsole_open=1"); document.cookie = "uniproxy_route=1; path=/"'),
        in_script("ad_token: 'bf8463b9a4b692768c820c412bb705a73e8a9dd2c769f22549e4bb5aeaaeccc1358b60b6ce7546f9'"),
        in_script(f"content_noencode: 'openid: \"{OPENID}\", document.cookie = \"wap_sid2={COOKIE}\", wxtoken=\"{KEY}\"',"),
        in_script(f"content_noencode: '{{\\x22uin\\x22:\\x22{UIN}\\x22}}',"),
        f'<div id="js_content"><pre>document.cookie = "wap_sid2={COOKIE}"; {{&quot;uin&quot;: &quot;{UIN}&quot;}} openid: "{OPENID}"</pre></div>',
        '<section data-key="a1b2c3d4" data-sid="12345" data-bizuin="2398221140" data-x-doc-key="MNpQlK3wdkV0lDvL">字</section>',
        '<video src="https://findermp.video.qq.com/251/x/stodownload?encfilekey=Ab12cdef&amp;token=Cd34efgh&amp;auth_key=0123456789abcdef0123"></video>',
        '<a href="https://ad.weixin.qq.com/guide/196?weixinadkey=59d5cf0b4fbf7d2f66cd90aaa82a5208">x</a>',
        '<img alt="uin = ab12345, openid=x" title=\'say data-uin="ab12345"\'>',
        '<input name="key" value="search words"><meta name="keywords" content="token1234567890123456">',
    ],
)  # fmt: skip
def test_redact_public_values_are_unchanged(html: str) -> None:
    assert redact(html.encode()) == (html.encode(), ())


def test_redact_headers_drops_credential_headers() -> None:
    headers = (("X-Wechat-Key", KEY), ("wap_sid2", COOKIE), ("Content-Type", "text/html"), ("LogicRet", "0"))
    assert redact_headers(headers) == (("Content-Type", "text/html"), ("LogicRet", "0"))


@pytest.mark.parametrize(
    "unit",
    [
        b'<div data-uin="', b"<!--", b"<!-- uin: '", b'{\\"uin\\":\\"', b"&quot;uin&quot;:&quot;", b'"key=" + "', b"; key=a",
        b"cookie;key=", b'["uin","', b"<input name=uin", b"<meta name=key content=", b"session_a=", b"aaaaaaaaaaaatoken=", b"`uin=`",
        b"%22uin%22%3A%22", b"wxuin:a||", b"<a '\"", b"sid sid:", b"\\\\\\\\\"uin\\\\\\\\\":",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", [b"<script>", b"<p>"])
def test_redact_hostile_page_takes_linear_time(unit: bytes, start: bytes) -> None:
    small, large = (start + unit * (size // len(unit)) for size in (25_000, 100_000))
    assert is_linear(redact, small, large)
