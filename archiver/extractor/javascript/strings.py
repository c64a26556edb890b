"""What the inside of a JavaScript string literal stands for, and what the page's own helpers make of a string."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|(\r\n|.))", re.S)
_SINGLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "",
           "\n": "", "\r": "", "\r\n": "", "\u2028": "", "\u2029": ""}  # fmt: skip

# The page's own helpers: what they replace, in their order (§3.3 R1, R3, R4).
_JS_DECODE = (("\\x5c", "\\"), ("\\x0d", "\r"), ("\\x22", '"'), ("\\x26", "&"), ("\\x27", "'"),
              ("\\x3c", "<"), ("\\x3e", ">"), ("\\x0a", "\n"))  # fmt: skip
_HTML_FALSE = (("&#39;", "'"), ("&quot;", '"'), ("&nbsp;", " "), ("&gt;", ">"), ("&lt;", "<"), ("&yen;", "¥"),
               ("&amp;", "&"))  # fmt: skip
_HTML_DECODE = (("&#39;", "'"), ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"<br[^<>]{0,100}>")


def unescape(literal: str) -> str:
    """The text that the inside of a string literal stands for; a half of a surrogate pair becomes U+FFFD."""
    if "\\\\" not in literal and "\\x5c" not in literal:
        literal = decode_js(literal)  # nearly all escapes of a body, ten times as fast
    if "\\" not in literal:
        return literal
    plain = _ESCAPE.sub(_unescape_one, literal)
    if "\\u" in literal and _SURROGATE.search(plain):
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain


def _unescape_one(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    if code is None:
        return _SINGLE.get(escape[4], escape[4])
    number = int(code, 16)
    return chr(number) if 0 < number <= 0x10FFFF else "\ufffd" if number else ""


def _replace_all(table: tuple[tuple[str, str], ...], text: str) -> str:
    for old, new in table:
        text = text.replace(old, new)
    return text


def _decode_html(text: str) -> str:
    return _replace_all(_HTML_DECODE, _BREAK.sub("\n", text))


decode_js = partial(_replace_all, _JS_DECODE)
CALLS: dict[str, Callable[[str], str]] = {"JsDecode": decode_js, "htmlDecode": _decode_html}
METHODS: dict[str, Callable[[str], str]] = {"html": partial(_replace_all, _HTML_FALSE)}
