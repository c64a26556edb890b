"""The reader of JavaScript literals: docs/reference/wechat-format.md#5-data-in-a-page."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.extractor.javascript.literal import MAX_DEPTH, MAX_NUMBER, LiteralError, read_literal
from tests.support.linear import SLOWEST, cpu_seconds, repeated

FORMS = {
    "plain string": ("'文字'", "文字"),
    "the escapes WeChat writes": (r"'\x3cp\x3e\x22a\x26b\x22\x0d\x0a\x27\x5c'", "<p>\"a&b\"\r\n'\\"),
    "single letters": (r"'\n\t\/\'\"'", "\n\t/'\""),
    "a code point in four digits, in braces, as a pair": (r"'\u4e2d\u{1F600}\ud83d\ude00'", "中😀😀"),
    "the last code point, and behind it": (r"'\u{10FFFF}\u{110000}'", "\U0010ffff\ufffd"),
    "half a surrogate pair": (r"'a\ud83d'", "a\ufffd"),
    "an escaped backslash before x22": (r"'\\x22'", r"\x22"),
    "JsDecode of a plain value": (r"JsDecode('a\x26amp;b')", "a&amp;b"),
    "JsDecode decodes what is still literal": (r"JsDecode('a\\x26b')", "a&b"),
    "htmlDecode keeps lines": (r'htmlDecode("三个元素：\x0d\x0a在线")', "三个元素：\r\n在线"),
    "a break is a line": ('htmlDecode("a<br/>b&amp;amp;c")', "a\nb&amp;c"),
    "html(false)": ("'不要做&quot;巨婴&quot;'.html(false)", '不要做"巨婴"'),
    "&amp; last": ("'Next &amp;#39;22'.html(false)", "Next &#39;22"),
    "replace with regular expressions": (r'"a\nb".replace(/\r/g,"").replace(/"/g,"<br>")', "a\nb"),
    "a number": ("'1762475508' * 1", 1762475508),
    "a fraction": ("'0.998366' * 1", 0.998366),
    "an empty number": ("'' * 1", 0),
    "NaN": ("'LINK_TYPE_MP_APPMSG' * 1", None),
    "19 digits stay text": ("'4128812927555911694'", "4128812927555911694"),
    "the first filled operand": ('"" || "" || "Mz"', "Mz"),
    "no filled operand": ("'' || ''", ""),
    "a name that never exists": ("window.a_value_which_never_exists || '文'", "文"),
    "a conditional on the page's xml": ("xml ? getXmlValue('a') || getXmlValue('b') : '22' || '' || '';", "22"),
    "a conditional in brackets": ("(xml ? getXmlValue('tempkey') : '') ? 1 : 0", 0),
    "undefined and NaN": ("[undefined, NaN, null]", [None, None, None]),
    "booleans": ("[true,false]", [True, False]),
    "slice": ("['a','b'].slice(0,20)", ["a", "b"]),
    "comments and trailing commas": ("{a: '1', // 公众号状态\n /* b: 2, */ 'c': [1,2,],}", {"a": "1", "c": [1, 2]}),
    "plain literals without JsDecode": (r"{content_noencode: '\x3cp\x3e'}", {"content_noencode": "<p>"}),
    "of two keys the first that is filled": ("{a: {}, a: {b: 1}, a: {}}", {"a": {"b": 1}}),
    "code as a value costs only itself": ("{a: function(x){return {b: 1}}, c: x => 1}", {"a": None, "c": None}),
    "a sum is not known": ("{a: 'b' + c, d: 1}", {"a": None, "d": 1}),
    "a quote in a comment": ("{/* don't */ a: 1}", {"a": 1}),
    "a function is undefined": ("function(){}", None),
    "a sum in brackets is not known": ("{a: ('b' + c), d: JsDecode('e' + f), g: 1}", {"a": None, "d": None, "g": 1}),
    "what is not known ends where it ends": ("{a: {[b]: 1, c: 2}, d: 3}", {"a": None, "d": 3}),
    "an object that takes in another": ("[{...a, b: 1}, 'c']", [None, "c"]),
    "a call in an item": ("{a: 'x'.html(false), b: ['c'].slice(0, 2), d: e(1, [2], {}), f: 1}",
                          {"a": "x", "b": ["c"], "d": None, "f": 1}),
    "of an empty value and one that is filled the latter": (
        "{a: '', a: 1, b: 0, b: 2, c: [], c: 3, d: {}, d: 4, e: x, e: 5, f: 6, f: 7}",
        {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}),
    "keys of every kind": ("{a: 1, 'b\\x63': 2, \"d\": 3, 4: 5, $e: 6}", {"a": 1, "bc": 2, "d": 3, "4": 5, "$e": 6}),
    "keys that name their value": ("{a, b: 1, c() { return [2, 3] }, d: 4}", {"a": None, "b": 1, "c": None, "d": 4}),
    "conditionals": ("[1 ? 2 : 3, '' ? 4 : 5, 0 ? 6 : 7 ? 8 : 9]", [2, 5, 8]),
    "the first filled operand of three": ("0 || 5 || 6", 5),
    "hexadecimal": ("[0x1F, 0XfF, '0x10' * 1, '0Xa' * 1]", [31, 255, 16, 10]),
    "numbers": ("[.5, 5., 1e3, -2.5E-1, +7, 0]", [0.5, 5, 1000, -0.25, 7, 0]),
    "numbers in an object": ("{a: '12' * 1, b: '' * 1, c: 'x' * 1, d: \"3\"*1}", {"a": 12, "b": 0, "c": None, "d": 3}),
    "brackets behind an operator": ("['' || {a: 1}, 2 * (3), x || ['y']]", [{"a": 1}, 6, ["y"]]),
    "products": ("['6' * 7, 2 * '3' * 4, 1 * 'x', '1' * 'x' * 1]", [42, 24, None, None]),
    "Number() of text": ("[' 12 ' * 1, '-1.5e2' * 1, '.5' * 1, '5.' * 1, '+3' * 1]", [12, -150, 0.5, 5, 3]),
    "text that is no number to JavaScript": (
        "['1_0' * 1, 'nan' * 1, '１' * 1, '1 2' * 1, '0x' * 1, '0x1_0' * 1, '.' * 1, '1e' * 1, '--1' * 1]", [None] * 9),
    "what is no number in JSON": ("['1e999' * 1, 'Infinity' * 1, 1e999]", [None] * 3),
    "a product of what is no text": ("[[] * x, true * 1, {a: 1} * 1]", [None, 1, None]),
    "a helper that is given no text": ("[JsDecode(12), JsDecode(x), htmlDecode([])]", [12, None, []]),
    "a method of what is no text": ("[12 .html(false), ['&lt;'].html(false)]", [12, ["&lt;"]]),
    "NUL is dropped": (r"'a\x00b\0c'", "abc"),
    "a film's address": (
        r"{url: 'http://mpvideo.qpic.cn/0b2e.f10102.mp4?dis_k=5b12\x26amp;dis_t=1695182925'}",
        {"url": "http://mpvideo.qpic.cn/0b2e.f10102.mp4?dis_k=5b12&amp;dis_t=1695182925"},
    ),
    "an escaped style is left": (r"'x: \x5c\x26quot;segoe ui\x5c\x26quot;'", r"x: \&quot;segoe ui\&quot;"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "value"), FORMS.values(), ids=FORMS)
def test_read_literal_evaluates_wechat_expressions(source: str, value: object) -> None:
    assert read_literal(source)[0] == value


def test_read_literal_begins_at_given_offset() -> None:
    assert read_literal(": 'a', {b: 'c'};", 7) == ({"b": "c"}, 15)


def test_read_literal_returns_end_offset() -> None:
    text = "var a = {b: '}'} ;rest"
    assert text[read_literal(text, 8)[1] :] == " ;rest"


NO_LITERALS = {
    "nothing": ("", "no value at 0"),
    "only a comment": ("/* a */", "no value at 0"),
    "an open string": ("'abc", "no value at 0"),
    "an open string in an object": ("{a: 'abc", "the text ends inside a literal"),
    "an open object": ("{a: 1,", "no key at 6"),
    "an open bracket": ("[1, 2", "the text ends inside a literal"),
    "an open call": ("JsDecode('a'", "the text ends inside a literal"),
    "an open call of a stranger": ("a('b'", "the text ends inside a literal"),
    "an open comment": ("/* a", "no value at 0"),
    "a bare operator": ("|| 'a'", "no value at 0"),
    "an operator that lacks its second": ("'a' ||;", "no value at 6"),
    "no key": ("{[1]: 2}", "no key at 1"),
    "half a conditional": ("a ? 'b'", "a conditional without its second branch"),
    "two values in brackets": ("('a', 'b')", r"no \) at 4"),
    "two values in a call": ("JsDecode('a', 'b')", r"no \) at 12"),
}


@pytest.mark.parametrize(("source", "why"), NO_LITERALS.values(), ids=NO_LITERALS)
def test_read_literal_malformed_text_raises_with_reason(source: str, why: str) -> None:
    with pytest.raises(LiteralError, match=f"^{why}$"):
        read_literal(source)


NESTS = {
    "arrays": ("[", "]"), "objects": ("{a:", "}"), "brackets": ("(", ")"), "calls": ("JsDecode(", ")"),
    "first branches": ("1 ?", ": 2"), "second branches": ("0 ? 1 :", ""),
}  # fmt: skip


@pytest.mark.parametrize(("opening", "closing"), NESTS.values(), ids=NESTS)
def test_read_literal_nesting_beyond_max_depth_is_error(opening: str, closing: str) -> None:
    deep = opening * MAX_DEPTH + "1" + closing * MAX_DEPTH
    assert read_literal(deep + ";")[1] == len(deep)
    with pytest.raises(LiteralError, match=f"^nested deeper than {MAX_DEPTH}$"):
        read_literal(opening + deep + closing)


def test_read_literal_empty_brackets_count_as_nesting() -> None:
    assert read_literal("[" * MAX_DEPTH + "]" * MAX_DEPTH)[1] == 2 * MAX_DEPTH
    with pytest.raises(LiteralError, match=f"^nested deeper than {MAX_DEPTH}$"):
        read_literal("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_read_literal_number_beyond_max_length_is_none() -> None:
    assert read_literal(f"'{'9' * MAX_NUMBER}' * 1")[0] == 10**MAX_NUMBER - 1
    assert read_literal(f"'{'9' * (MAX_NUMBER + 1)}' * 1")[0] is None


# However a field is written, it costs the tokens that stand there, and those again that an unknown item begins with; one
# more is looked at behind the value.
TOKENS = {
    "[1, 2]": 5, "{a: 'b'}": 5, "{a: 'b' * 1}": 7, "{a: JsDecode('b')}": 8, r"{a: JsDecode('\n')}": 8, "{a: 1 || 2}": 7,
    "{a: x(1, 2)}": 10, "{a: {[b]: 1}}": 11 + 2,
}  # fmt: skip


@pytest.mark.parametrize(("source", "tokens"), TOKENS.items())
def test_read_literal_beyond_token_limit_is_error(source: str, tokens: int) -> None:
    assert read_literal(source, 0, tokens + 1)[1] == len(source)
    with pytest.raises(LiteralError, match=r"^more tokens than a page has$"):
        read_literal(source, 0, tokens)


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
def test_read_literal_hostile_text_takes_linear_time(unit: str) -> None:
    def read(text: str) -> None:
        with suppress(LiteralError):
            read_literal(text)

    for opened in ("", "{a:", "['"):
        assert cpu_seconds(read, opened + repeated(unit)) < SLOWEST


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc中", min_size=1), inner)))
def test_read_literal_reads_any_json(value: object) -> None:
    assert read_literal(json.dumps(value))[0] == value


@given(st.text("{}[]()'\"`\\/*,:;|?.ax1 \n", max_size=200))
def test_read_literal_any_text_raises_only_literal_error(source: str) -> None:
    with suppress(LiteralError):
        read_literal(source)


@pytest.mark.parametrize("comment", ["/**/", "/***/", "/* * /*/", "/*/*/"])
def test_read_literal_comment_ends_at_first_terminator(comment: str) -> None:
    assert read_literal(f"{{a: {comment} '甲', b: '*/', {comment} c: 1}}")[0] == {"a": "甲", "b": "*/", "c": 1}
