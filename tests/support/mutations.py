"""A page → the same page as nobody sent it: cut, flipped, nested, multiplied. The same seed makes the same page."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Mutation = Callable[[Random, bytes], bytes]

_TAG = re.compile(rb"</?[A-Za-z][^<>]{0,2000}>")
_QUOTED = re.compile(rb"\"[^\"<>\n]{0,2000}\"|'[^'<>\n]{0,2000}'")
_NAME = re.compile(rb"(</?)[A-Za-z][\w-]{0,30}")
_BODY = b'id="js_content"'
DEEP = 5_000  # nestings
MANY = 3_000  # pictures, breaks
_LONG = 200_000  # characters of an attribute

_NAMES = (
    b"section span p div ul ol li blockquote table tr td th pre code a b strong em i u s sup sub h1 h2 h6 svg g text "
    b"image math script style template textarea title iframe noscript noframes plaintext xmp select option form input "
    b"mp-miniprogram mp-common-mpaudio mp-common-profile mp-common-poi mp-common-new mpvoice "
    b"qqmusic img br hr dl dt dd details object"
).split()
_ATTRIBUTES = (
    b"style=\"display:none\"", b"style=\"font-weight:bold;white-space:pre\"", b"style=\"display:flex\"",
    b"style=\"background:url(https://mmbiz.qpic.cn/mmbiz_png/a/0)\"", b"class=\"code-snippet__fix\"",
    b"onload=\"alert(1)\"", b"data-formula=\"x^2\"", b"href=\"javascript:alert(1)\"", b"data-src=\"//x/\"",
    b"colspan=\"99999999999999999999\"", "start=\"²\"".encode(), b"width=\"1e999\"", b"data-w=\"-1\"",
    b"id=\"js_content\"", b"id=\"js_tags\"", b"{site}=\"1\"", b"xlink:href=\"x\"", b"a:b:c=\"1\"", b"<=\">\"", b"\"'=",
    b"xmlns=\"x\"", b"xmlns:a=\"\"", b"xml:lang=\"\xff\"", b"data-url=\"https://[::1\"", b"href=\"https://[\"",
)  # fmt: skip
_ENTITIES = (
    b"&#0;", b"&#x1b;", b"&#xD800;", b"&#x110000;", b"&#x9b;", b"&#99999999999999999999;", b"&lt;script&gt;", b"&amp;amp;lt;",
    b"&#x202e;", b"&NotEqualTilde;", b"&", b"&#", b"&#x", b"&nbsp;", b"&#10;&#10;---&#10;", b"&#123;&#123;",
    b"\\x3c/script\\x3e", b"\\u{110000}", b"\\ud83d", b"{% endraw %}", b"{{ x | y: }}", b"{::nomarkdown}", b"{: onclick=\"x\"}",
)  # fmt: skip
_VALUES = (
    b"", b"//[", b"https://[::1", b"/[", b"//x:99999999/", "https://a\u2100b/".encode(), b"http:", b"data:", b"javascript:a()", b"../x", b"a/b",
    b"https://mmbiz.qpic.cn/mmbiz_png/%ff%00/0", b"-1", b"1e999", b"9" * 5_000, "\u00b2\u0665".encode(), b"NaN", b"1.1.1", b"%", b"\\", b"\\x",
    b"\\u{", b"0", b"{}", b"[]", b"null", b"url(", b"font-weight:", b"a" * 50_000, b"&#xd800;", b"\xff", b"%7B%7B", b"<b>", b"&quot;",
)  # fmt: skip
_BYTES = (
    b"\0", b"\0" * 1000, b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xff\xfe", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\x1b[2J", b"\x9b",
    b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xef\xbf\xbf", b"\r", b"\x0b\x0c", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"--!>", b"<?php ", b"</",
    b"</html>", b"</body>", b"</script>", b"<plaintext>", b'"', b"'", b"`", b"\\",
)  # fmt: skip


def mutated(page: bytes, seed: str) -> bytes:
    """`page` after one to three mutations."""
    random = Random(seed)
    for mutation in random.sample(MUTATIONS, random.choice((1, 1, 2, 3))):
        page = mutation(random, page)
    return page


def _place(random: Random, page: bytes) -> int:
    """Anywhere, but every other time in the body: it is a few percent of a page."""
    body = page.find(_BODY)
    if body < 0 or random.random() < 0.5:
        return random.randrange(len(page) + 1)
    start = page.find(b">", body) + 1
    return min(len(page), start + random.randrange(max(1, min(20_000, len(page) - start))))


def _insert(random: Random, page: bytes, text: bytes) -> bytes:
    at = _place(random, page)
    return page[:at] + text + page[at:]


def _tag(random: Random, page: bytes) -> re.Match[bytes] | None:
    """Some tag behind some place."""
    return _TAG.search(page, _place(random, page))


def _each_tag(random: Random, page: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """`page` with some tags changed."""
    for _ in range(random.choice((1, 5, 30))):
        if tag := _tag(random, page):
            page = page[: tag.start()] + change(tag[0]) + page[tag.end() :]
    return page


def cut(random: Random, page: bytes) -> bytes:
    """Ends anywhere; every other time its last tags are there, so that it passes for a whole page."""
    return page[: _place(random, page)] + random.choice((b"", b"</body></html>"))


def hole(random: Random, page: bytes) -> bytes:
    """A piece is missing."""
    at = _place(random, page)
    return page[:at] + page[at + random.choice((1, 10, 300, 5_000)) :]


def flipped(random: Random, page: bytes) -> bytes:
    """Some bytes are others."""
    content = bytearray(page)
    for _ in range(random.choice((1, 10, 200))):
        content[_place(random, page) - 1] ^= 1 << random.randrange(8)
    return bytes(content)


def strange_bytes(random: Random, page: bytes) -> bytes:
    """Half characters, NULs, controls, what ends or begins a comment, a script, the page."""
    for _ in range(random.choice((1, 5, 20))):
        page = _insert(random, page, random.choice(_BYTES))
    return page


def entities(random: Random, page: bytes) -> bytes:
    """Escapes of every layer, well-formed or not."""
    for _ in range(random.choice((1, 5, 20))):
        page = _insert(random, page, random.choice(_ENTITIES))
    return page


def renamed(random: Random, page: bytes) -> bytes:
    """Tags called otherwise."""
    return _each_tag(random, page, lambda tag: _NAME.sub(rb"\g<1>" + random.choice(_NAMES), tag, count=1))


def dropped(random: Random, page: bytes) -> bytes:
    """Tags missing."""
    return _each_tag(random, page, lambda _: b"")


def doubled(random: Random, page: bytes) -> bytes:
    """Tags twice, or a hundred times."""
    return _each_tag(random, page, lambda tag: tag * random.choice((2, 2, 100)))


def swapped(random: Random, page: bytes) -> bytes:
    """Two tags in each other's place."""
    tags = sorted(filter(None, (_tag(random, page), _tag(random, page))), key=lambda tag: tag.start())
    if len(tags) < 2 or tags[0].end() > tags[1].start():
        return page
    one, other = tags
    return page[: one.start()] + other[0] + page[one.end() : other.start()] + one[0] + page[other.end() :]


def attributes(random: Random, page: bytes) -> bytes:
    """Attributes that are strange, or many."""
    added = b"".join(b" " + random.choice(_ATTRIBUTES) for _ in range(random.choice((1, 3, 500))))
    return _each_tag(random, page, lambda tag: tag.rstrip(b"/>") + added + b">" if tag[1:2] != b"/" else tag)


def values(random: Random, page: bytes) -> bytes:
    """Other values between quotes: of attributes, and of a script's variables."""
    for _ in range(random.choice((1, 10, 50))):
        if value := _QUOTED.search(page, _place(random, page)):
            page = page[: value.start() + 1] + random.choice(_VALUES) + page[value.end() - 1 :]
    return page


def long_attribute(random: Random, page: bytes) -> bytes:
    """A value longer than most pages."""
    name = random.choice((b"style", b"class", b"data-src", b"href", b"alt", b"id", b"data-formula", b"x" * 5_000))
    piece = random.choice((b"a", b"a:b;", b"&amp;", b"url(", b"( ", "\u3000".encode(), b"https://mmbiz.qpic.cn/a/"))
    return _insert(random, page, b"<p><span " + name + b'="' + piece * (_LONG // len(piece)) + b'">x</span></p>')


def nested(random: Random, page: bytes) -> bytes:
    """One tag, or some in turn, 5,000 deep; every other time never closed."""
    names = random.choices(_NAMES, k=random.choice((1, 1, 2, 5)))
    chosen = [random.choice(names) for _ in range(DEEP)]
    closing = b"".join(b"</%s>" % name for name in reversed(chosen)) if random.random() < 0.5 else b""
    return _insert(random, page, b"".join(b"<%s>" % name for name in chosen) + b"deep" + closing)


def many(random: Random, page: bytes) -> bytes:
    """Thousands of pictures, breaks, items, cells, cards."""
    piece = random.choice((
        b'<img data-src="https://mmbiz.qpic.cn/mmbiz_png/id%d/640?wx_fmt=png">', b"x<br>", b"<li>%d", b"<td>%d", b"<sup>[%d]</sup>",
        b'<a href="https://a.example/%d">x</a>', b'<mp-miniprogram data-miniprogram-title="%d"></mp-miniprogram>', b"<b>%d</b>x",
        b'<svg><image href="https://mmbiz.qpic.cn/mmbiz_png/id%d/0"></svg>', b"https://a.example/%d ", b"</div>", b"<p>", b"\n\n%d. ",
    ))  # fmt: skip
    return _insert(random, page, b"".join(piece % at if b"%d" in piece else piece for at in range(MANY)))


MUTATIONS: tuple[Mutation, ...] = (
    cut, hole, flipped, strange_bytes, entities, renamed, dropped, doubled, swapped, attributes, values, long_attribute, nested, many,
)  # fmt: skip
