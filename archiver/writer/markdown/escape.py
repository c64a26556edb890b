"""Escape text as Markdown that shows exactly this text in Jekyll (Liquid, then kramdown) and in CommonMark engines.

docs/reference/jekyll.md lists which characters are special in each engine. Some characters can be escaped by a
backslash only in some engines. These are written as numeric entities, such as `&#94;`, which every engine shows as the
character.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_SPECIAL = re.compile(r"[\\`*\[\]|~\"'_&<>{#$.\-=%!^\u00a0\u3000\u2002\u2003@:wW]")
_ALWAYS = frozenset("\\`*[]|~\"'")  # a backslash escapes these in both kramdown and CommonMark
# Escapes of characters that are special only in sequences: typography, math, comments.
_DOUBLED = {"$": r"\$", ".": r"\.", "-": r"\-", "=": r"\=", "%": "&#37;"}
_ENTITY = re.compile(r"&(?:#?\w{1,32};|$)")
_SCHEME = re.compile(r"(?i)(?:https?|ftp)\Z")
_WORD = re.compile(r"[A-Za-z0-9]")
_WWW = re.compile(r"(?i)w(?=\.)(?<=www)")
_MARKS = re.compile(r"[&<>\\`*_\[\]{}|~\"'$!#^%@:=.\-/]")
_EACH = str.maketrans(
    {char: "\\" + char for char in "`*_[]|~\"'#!$.-=+"}
    | {char: f"&#{ord(char)};" for char in "\\%{^@"}
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "\t": " "}
)
_NUMBERED = re.compile(r"(\n\d{1,9})\)(?=\s|\Z)")
_USUAL = re.compile(r"[A-Za-z0-9/:@!$'*+,;=~._?#-]*")  # addresses that need no escaping
_LINE_START = re.compile(r"[#+\-=]")
_NUMBER = re.compile(r"(\d+)([.)])(?=\s|$)")  # CommonMark allows up to nine digits, kramdown any number
_WIDE_SPACES = frozenset("\u00a0\u3000\u2002\u2003")


def escape(text: str, *, starts: bool = False, after: str = "", dialect: Dialect = EVERY_ENGINE) -> str:
    """Return Markdown that engines show as exactly `text`.

    Args:
        text: The plain text, on one line.
        starts: True if the result will be at the start of a line. Leading spaces are then removed, and characters that
            would start a heading or list are escaped.
        after: The character that will follow the result in the output; '' at the end of a line, or if it is not known.
        dialect: The template syntax that has to be escaped, too.
    """
    if not text.isprintable():
        text = _CONTROL.sub("", text).replace("\t", " ")
    if starts:
        text = text.lstrip(" ")
    first, last = (len(text) - len(text.lstrip()) if starts else 0), len(text.rstrip())

    def literal(found: re.Match[str]) -> str:
        at = found.start()
        if not first <= at < last:  # a wide space at either end, which some engines would strip
            return f"&#{ord(found[0])};"
        if found[0] == "{":
            return _brace(text[at + 1] if at + 1 < len(text) else after, dialect)
        if found[0] in dialect.escaped:
            return "\\" + found[0]
        return _literal(text, at, after)

    escaped = _SPECIAL.sub(literal, text)
    return _line_start(escaped) if starts else escaped


def escape_all(text: str) -> str:
    """Return Markdown that engines show as `text`, which may have several lines; escape more characters than necessary.

    A character is escaped if it is special in any position. This takes less time than `escape`, which checks the
    neighbours of each character, and is used for very long texts.
    """
    if text.isalnum():  # translate() is slow for Chinese text
        return text
    escaped = "\n" + _CONTROL.sub("", text).translate(_EACH).replace("://", "&#58;//")
    escaped = escaped.replace("\n:", "\n&#58;")
    return (_NUMBERED.sub(r"\1\)", escaped) if ")" in escaped else escaped)[1:]


def _literal(text: str, at: int, after: str) -> str:
    """Return the character at index `at` of `text` as it is written in Markdown: escaped if it is special there.

    The character must be one that can be special, but not `{`: for that, call `_brace`. `after` is the character that
    will follow `text` in the output, '' if none or unknown.
    """
    char = text[at]
    previous = text[at - 1] if at else ""  # '' at the start: other formatting or nothing precedes
    following = text[at + 1] if at + 1 < len(text) else after
    if char in _ALWAYS:
        return "&#92;" if char == "\\" and following in ("", "\n") else "\\" + char
    if char in _DOUBLED:
        return _DOUBLED[char] if char in (previous, following) else char
    if char in _WIDE_SPACES:
        return char
    return _BY_CHARACTER[char](text, at, previous, following)


def _underscore(_text: str, _at: int, previous: str, following: str) -> str:
    inside = all(c.isascii() and c.isalnum() for c in (previous, following) if c) and previous and following
    return "_" if inside else r"\_"


def _ampersand(text: str, at: int, _previous: str, _following: str) -> str:
    return "&amp;" if _ENTITY.match(text, at) else "&"


def _brace(following: str, dialect: Dialect) -> str:
    """Return the entity of `{` if the `{` could start a template tag or an attribute list of the dialect, else `{`.

    `following` is the character after the `{`:

    - A character such as `%`, with which the dialect forms `{%`: the entity is returned.
    - '' (not known), or `<`, with which an HTML tag begins: the entity is returned to be safe. If the dialect has no
      such syntax at all, it is `{`.
    - Any other: `{` is returned.
    """
    opens = following in dialect.brace_marks or (following in ("", "<") and dialect.brace_marks)
    return "&#123;" if opens else "{"


def _hash(text: str, at: int, previous: str, _following: str) -> str:
    return r"\#" if at + 1 == len(text) or previous == " " else "#"  # it could be the closing sequence of a heading


def _bang(_text: str, _at: int, _previous: str, following: str) -> str:
    return r"\!" if following in ("", "[") else "!"


def _colon(text: str, at: int, _previous: str, _following: str) -> str:
    """Return the colon at index `at` of `text`, written as an entity if it ends the scheme of a URL (`https://`).

    The entity keeps engines from turning the URL into a link. `_previous` and `_following`, the characters next to the
    colon, are ignored: every function in the table `_BY_CHARACTER` receives the same four arguments.
    """
    is_scheme = text.startswith("://", at) and _SCHEME.search(text[max(0, at - 5) : at])
    return "&#58;" if is_scheme else ":"


def _at(text: str, at: int, _previous: str, _following: str) -> str:
    return "&#64;" if _WORD.match(text, at + 1) else "@"


def _www(text: str, at: int, _previous: str, _following: str) -> str:
    return f"&#{ord(text[at])};" if _WWW.match(text, at) else text[at]


_BY_CHARACTER = {
    "_": _underscore, "&": _ampersand, "#": _hash, "!": _bang, ":": _colon, "@": _at,
    "w": _www, "W": _www, "<": lambda *_: "&lt;", ">": lambda *_: "&gt;", "^": lambda *_: "&#94;",
}  # fmt: skip


def _line_start(escaped: str) -> str:
    r"""Return `escaped`, the start of a line, changed so that it does not start a heading, list, rule or definition.

    For example, `1. text` becomes `1\. text`. `escape` calls this last: characters that are special anywhere in a line
    are already escaped in `escaped`.
    """
    if _LINE_START.match(escaped):
        return "\\" + escaped
    if escaped.startswith(":"):
        return "&#58;" + escaped[1:]
    return _NUMBER.sub(r"\1\\\2", escaped, count=1) if _NUMBER.match(escaped) else escaped


def entities(text: str) -> str:
    """Return `text` with every special character of HTML, Markdown and Liquid as a numeric entity.

    This is used in HTML blocks and in `<code>`.
    """
    return _MARKS.sub(lambda m: f"&#{ord(m[0])};", _CONTROL.sub("", text))


def destination(address: str) -> str:
    """Return an address as it is written in the parentheses of a Markdown link.

    Characters that are special there are percent-encoded, and `&` becomes `&amp;`.
    """
    if _USUAL.fullmatch(address):
        return address
    address = _CONTROL.sub("", address)
    return quote(address, safe="/%:@!$&'*+,;=~-._?#").replace("&", "&amp;")


def alternative(text: str) -> str:
    """Return `text`, the alternative text of an image, with special characters of Markdown and HTML replaced by spaces.

    These characters are not escaped, since Hexo and Hugo would show the escapes.
    """
    return " ".join(re.sub(r"[\[\]\\|*_`<>\"{}&$~^]+", " ", _CONTROL.sub("", text)).split())
