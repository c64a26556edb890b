"""The reader of JavaScript literals: wechat-format §3.1, §3.3 R1, R3, R4, the vectors of §3.4."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.extractor.jsliteral import LiteralError, read

FORMS = {
    "plain string": ("'文字'", "文字"),
    "the escapes WeChat writes": (r"'\x3cp\x3e\x22a\x26b\x22\x0d\x0a\x27\x5c'", "<p>\"a&b\"\r\n'\\"),
    "single letters": (r"'\n\t\/\'\"'", "\n\t/'\""),
    "a code point in four digits, in braces, as a pair": (r"'\u4e2d\u{1F600}\ud83d\ude00'", "中😀😀"),
    "half a surrogate pair": (r"'a\ud83d'", "a\ufffd"),
    "an escaped backslash before x22": (r"'\\x22'", r"\x22"),
    "JsDecode of a plain value": (r"JsDecode('a\x26amp;b')", "a&amp;b"),
    "JsDecode decodes what is still literal": (r"JsDecode('a\\x26b')", "a&b"),
    "V5 htmlDecode keeps lines": (r'htmlDecode("三个元素：\x0d\x0a在线")', "三个元素：\r\n在线"),
    "R4 a break is a line": ('htmlDecode("a<br/>b&amp;amp;c")', "a\nb&amp;c"),
    "V1 html(false)": ("'不要做&quot;巨婴&quot;'.html(false)", '不要做"巨婴"'),
    "R3 &amp; last": ("'Next &amp;#39;22'.html(false)", "Next &#39;22"),
    "replace with regular expressions": (r'"a\nb".replace(/\r/g,"").replace(/"/g,"<br>")', "a\nb"),
    "T35 a number": ("'1762475508' * 1", 1762475508),
    "a fraction": ("'0.998366' * 1", 0.998366),
    "an empty number": ("'' * 1", 0),
    "V19 NaN": ("'LINK_TYPE_MP_APPMSG' * 1", None),
    "19 digits stay text": ("'4128812927555911694'", "4128812927555911694"),
    "T33 the first filled operand": ('"" || "" || "Mz"', "Mz"),
    "no filled operand": ("'' || ''", ""),
    "a name that never exists": ("window.a_value_which_never_exists || '文'", "文"),
    "a conditional on the page's xml": ("xml ? getXmlValue('a') || getXmlValue('b') : '22' || '' || '';", "22"),
    "a conditional in brackets": ("(xml ? getXmlValue('tempkey') : '') ? 1 : 0", 0),
    "undefined and NaN": ("[undefined, NaN, null]", [None, None, None]),
    "booleans": ("[true,false]", [True, False]),
    "slice": ("['a','b'].slice(0,20)", ["a", "b"]),
    "T35 comments and trailing commas": ("{a: '1', // 公众号状态\n /* b: 2, */ 'c': [1,2,],}", {"a": "1", "c": [1, 2]}),
    "T36 plain literals without JsDecode": (r"{content_noencode: '\x3cp\x3e'}", {"content_noencode": "<p>"}),
    "of two keys the first that is filled": ("{a: {}, a: {b: 1}, a: {}}", {"a": {"b": 1}}),
    "code as a value costs only itself": ("{a: function(x){return {b: 1}}, c: x => 1}", {"a": None, "c": None}),
    "a sum is not known": ("{a: 'b' + c, d: 1}", {"a": None, "d": 1}),
    "a quote in a comment": ("{/* don't */ a: 1}", {"a": 1}),
    "a function is undefined": ("function(){}", None),
    "NUL is dropped": (r"'a\x00b\0c'", "abc"),
    "V15": (
        r"{url: 'http://mpvideo.qpic.cn/0b2e.f10102.mp4?dis_k=5b12\x26amp;dis_t=1695182925'}",
        {"url": "http://mpvideo.qpic.cn/0b2e.f10102.mp4?dis_k=5b12&amp;dis_t=1695182925"},
    ),
    "V18 an escaped style is left": (r"'x: \x5c\x26quot;segoe ui\x5c\x26quot;'", r"x: \&quot;segoe ui\&quot;"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "value"), FORMS.values(), ids=FORMS)
def test_reads_a_form_of_wechats(source: str, value: object) -> None:
    assert read(source)[0] == value


def test_tells_where_the_expression_ends() -> None:
    text = "var a = {b: '}'} ;rest"
    assert text[read(text, 8)[1] :] == " ;rest"


NO_LITERALS = {
    "nothing": "", "an open string": "'abc", "an open object": "{a: 1,",
    "an open bracket": "[1, 2", "an open call": "JsDecode('a'", "an open comment": "/* a", "a bare operator": "|| 'a'",
    "65 nestings": "[" * 65 + "]" * 65, "no key": "{[1]: 2}", "half a conditional": "a ? 'b'",
}  # fmt: skip


@pytest.mark.parametrize("source", NO_LITERALS.values(), ids=NO_LITERALS)
def test_refuses_what_is_no_literal(source: str) -> None:
    with pytest.raises(LiteralError):
        read(source)


def test_reads_as_deep_as_it_says() -> None:
    assert read("[" * 64 + "]" * 64)[1] == 128


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "unit",
    [
        "/*",
        '["\\"',
        "[",
        "{a:/\\/",
        "{a:b(",
        '["a",',
        "x ? ",
        ",",
        "'a' * ",
        "`\"'",
        "+ ",
        "a.",
        "\\",
        "{a:1,",
        "(",
        "//",
    ],
)
def test_is_linear_on_text_made_to_be_slow(unit: str) -> None:
    for opened in ("", "{a:", "['"):
        with suppress(LiteralError):
            read(opened + unit * (2_000_000 // len(unit)))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc中", min_size=1), inner)))
def test_reads_all_of_json(value: object) -> None:
    assert read(json.dumps(value))[0] == value


@given(st.text("{}[]()'\"`\\/*,:;|?.ax1 \n", max_size=200))
def test_raises_nothing_else(source: str) -> None:
    with suppress(LiteralError):
        read(source)


@pytest.mark.parametrize("comment", ["/**/", "/***/", "/* * /*/", "/*/*/"])
def test_a_comment_ends_at_its_first_end(comment: str) -> None:
    assert read(f"{{a: {comment} '甲', b: '*/', {comment} c: 1}}")[0] == {"a": "甲", "b": "*/", "c": 1}
