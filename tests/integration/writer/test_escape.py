"""What each sign of literal text is written as: the last column of docs/reference/jekyll.md#what-each-sign-means."""

from __future__ import annotations

import string
import unicodedata

import pytest

from archiver.writer.markdown.escape import alternative, destination, entities, escape, escape_all
from tests.property.test_inline import seen
from tests.support.engines import ENGINES

IN_A_LINE = {
    # a backslash wherever they stand
    **{f"always a {unicodedata.name(sign).lower()}": (f"甲{sign}乙", f"甲\\{sign}乙") for sign in "\\`*[]|~\"'"},
    "a backslash at the end": ("甲\\", "甲&#92;"),
    "tags": ("<b>甲</b>", "&lt;b&gt;甲&lt;/b&gt;"),
    "kramdown's end of block": ("甲^乙", "甲&#94;乙"),
    # only in a row
    "dollars": ("$ 5$ $$x$$", r"$ 5$ \$\$x\$\$"),
    "dots": ("a.b 3.14 ...", r"a.b 3.14 \.\.\."),
    "dashes": ("a-b -- ---", r"a-b \-\- \-\-\-"),
    "equals": ("a=b ==x==", r"a=b \=\=x\=\="),
    "per cent": ("5% %%x%%", "5% &#37;&#37;x&#37;&#37;"),
    # by what stands beside them
    "underscores in words": ("a_b x_9 a__b", r"a_b x_9 a\_\_b"),
    "underscores beside Chinese": ("甲_乙 a_乙 甲_b é_b a_é", r"甲\_乙 a\_乙 甲\_b é\_b a\_é"),
    "underscores at the edges": ("_a b_", r"\_a b\_"),
    "an underscore alone": ("_", r"\_"),
    "entities": ("&amp; &#65; &#x41; &copy;", "&amp;amp; &amp;#65; &amp;#x41; &amp;copy;"),
    "ampersands that are none": ("a & b &; a&b", "a & b &; a&b"),
    "an ampersand at the end": ("a&", "a&amp;"),
    "templates": ("{{a}} {%b%} {#c#} {:d} {<e", "&#123;{a}} &#123;%b%} &#123;#c#} &#123;:d} &#123;&lt;e"),
    "a brace": ("{a} { b {X", "{a} { b {X"),
    "a brace at the end": ("a{", "a&#123;"),
    "number signs": ("C#语 甲 # 乙 #丙#", r"C#语 甲 \# 乙 \#丙\#"),
    "a number sign first": ("#甲 ##", r"#甲 \#\#"),
    "exclamation marks": ("甲!乙 ![a]", r"甲!乙 \!\[a\]"),
    "an exclamation mark at the end": ("甲!", r"甲\!"),
    "addresses": ("http://a https://b ftp://c HTTPS://d", "http&#58;//a https&#58;//b ftp&#58;//c HTTPS&#58;//d"),
    "an address first": ("ftp://c", "ftp&#58;//c"),
    "a scheme that is no link": ("javascript://a a:b http:/c ://d", "javascript://a a:b http:/c ://d"),
    "mail": ("a@b.c 甲@乙 a@乙 @ d", "a&#64;b.c 甲@乙 a@乙 @ d"),
    "www": ("www.a.b WWW.a.b ww.a www a", "ww&#119;.a.b WW&#87;.a.b ww.a www a"),
    "as they are": ("1、(1) • ， 。 + / ; ? , } ) ( 👨\u200d👩 :x:", "1、(1) • ， 。 + / ; ? , } ) ( 👨\u200d👩 :x:"),
    # white space and what is none
    "wide spaces among words": ("甲\u3000乙\u00a0丙", "甲\u3000乙\u00a0丙"),
    "wide spaces at the end": ("甲\u00a0\u2002\u2003\u3000", "甲&#160;&#8194;&#8195;&#12288;"),
    "wide spaces first": ("\u3000甲", "\u3000甲"),
    "spaces first": ("  甲", "  甲"),
    "no characters": ("甲\x00\x0b\x1f\x7f\x85\u2028\u2029\ufffe\uffff\ud800乙", "甲乙"),
    "a tab": ("甲\t乙", "甲 乙"),
    "what begins a line": ("- 1. + 甲", "- 1. + 甲"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "written"), IN_A_LINE.values(), ids=IN_A_LINE)
def test_escape_signs_within_line(text: str, written: str) -> None:
    assert escape(text) == written


AT_A_START = {
    "a heading": ("# 甲", r"\# 甲"),
    "bullets": ("- 甲", r"\- 甲"),
    "a plus": ("+ 甲", r"\+ 甲"),
    "under a line": ("= 甲", r"\= 甲"),
    "a rule": ("---", r"\-\-\-"),
    "a definition": (": 甲", "&#58; 甲"),
    "an address": ("http://甲", "http&#58;//甲"),
    "a quote": ("> 甲", "&gt; 甲"),
    "a number": ("1. 2. 甲", r"1\. 2. 甲"),
    "a year": ("2020. 甲", r"2020\. 甲"),
    "a number in brackets": ("1) 甲", r"1\) 甲"),
    "nothing but a number": ("12.", r"12\."),
    "a number that is none": ("1.5 1.甲", "1.5 1.甲"),
    "a number among words": ("甲 1. 乙", "甲 1. 乙"),
    "ten digits": ("1234567890. 甲", r"1234567890\. 甲"),
    "spaces": ("   # 甲 ", r"\# 甲 "),
    "wide spaces": ("\u3000\u00a0甲\u3000", "&#12288;&#160;甲&#12288;"),
    "nothing but wide spaces": ("\u3000\u3000", "&#12288;&#12288;"),
    "a wide space among spaces": (" \u3000 - 甲", "&#12288; - 甲"),
}


@pytest.mark.parametrize(("text", "written"), AT_A_START.values(), ids=AT_A_START)
def test_escape_signs_at_line_start(text: str, written: str) -> None:
    assert escape(text, starts=True) == written


BESIDE = {
    "a dot behind": (".", ".", r"\."), "a comma behind": (".", ",", "."),
    "a mark behind": ("a_", "*", r"a\_"), "a word behind": ("a_", "b", "a_"),
    "a link behind": ("甲!", "[", r"甲\!"), "a tag behind": ("甲!", "<", "甲!"),
    "a brace behind": ("{", "{", "&#123;"), "a tag behind a brace": ("{", "<", "&#123;"), "a word behind a brace": ("{", "a", "{"),
    "a line end behind": ("甲\\", "\n", "甲&#92;"), "a sign behind": ("甲\\", "*", "甲\\\\"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "after", "written"), BESIDE.values(), ids=BESIDE)
def test_escape_signs_before_other_output(text: str, after: str, written: str) -> None:
    assert escape(text, after=after) == written


READERS = [pytest.param(name, marks=pytest.mark.jekyll) if name == "kramdown" else name for name in ENGINES]
SHOWN = [text for text, _ in (*IN_A_LINE.values(), *AT_A_START.values())]
SHOWN += [f"{sign}甲{sign * 2}甲 {sign} x{sign}y {sign}" for sign in string.punctuation]


@pytest.mark.jekyll
@pytest.mark.parametrize("text", SHOWN)
def test_escape_text_is_literal_in_every_engine(text: str) -> None:
    said = [char for char in text if not char.isspace() and (char.isprintable() or char == "\u200d")]
    for written in (escape(text, starts=True), escape_all(text.strip())):
        for engine, render in ENGINES.items():
            shown = seen(render(written + "\n"))
            assert [char for char, *_ in shown] == said, engine
            assert all(href == "" or href.startswith("mailto:") for _, _, href, _ in shown)  # GitHub finds these anyhow


MANY_LINES = {
    "definitions": (": 甲\n: 乙:丙", "&#58; 甲\n&#58; 乙:丙"),
    "numbers": ("1) 甲\n12)\n3)甲 (4) 乙", "1\\) 甲\n12\\)\n3)甲 (4) 乙"),
    "what begins a line": ("# 甲\n- 乙\n2. 丙", "\\# 甲\n\\- 乙\n2\\. 丙"),
}


@pytest.mark.parametrize(("text", "written"), MANY_LINES.values(), ids=MANY_LINES)
def test_escape_all_line_starts_are_escaped(text: str, written: str) -> None:
    assert escape_all(text) == written


def test_entities_replace_all_markup_characters() -> None:
    marks = "&<>\\`*_[]{}|~\"'$!#^%@:=.-/"
    assert entities(f"a{marks}\x00甲 1") == "a" + "".join(f"&#{ord(mark)};" for mark in marks) + "甲 1"


def test_destination_safe_address_is_unchanged() -> None:
    address = "https://a.b:1/c_d-e~f.g?h=i+j,k;l#m@n!o$p'q*r"
    assert destination(address) == address


DESTINATIONS = {
    "a query": ("https://a.b/?c=1&d=2", "https://a.b/?c=1&amp;d=2"),
    "what is encoded already": ("https://a.b/%E7%94%B2%20", "https://a.b/%E7%94%B2%20"),
    "brackets": ("a(b)[c]", "a%28b%29%5Bc%5D"),
    "marks": ("a b<c>\"d\"\\e|{f}`g`^h", "a%20b%3Cc%3E%22d%22%5Ce%7C%7Bf%7D%60g%60%5Eh"),
    "Chinese": ("甲", "%E7%94%B2"),
    "no characters": ("a\x00\nb\ud800", "a%0Ab"),
    "what stays beside what does not": ("甲/:@!$'*+,;=~-._?#", "%E7%94%B2/:@!$'*+,;=~-._?#"),
}  # fmt: skip


@pytest.mark.parametrize(("address", "written"), DESTINATIONS.values(), ids=DESTINATIONS)
def test_destination_unsafe_characters_are_encoded(address: str, written: str) -> None:
    assert destination(address) == written


def test_alternative_keeps_words_only() -> None:
    assert alternative(' 流程[图]\\a|b*c_d`e<f>g"h{i}j&k$l~m^n\x00o \n p') == "流程 图 a b c d e f g h i j k l m no p"
