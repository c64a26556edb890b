"""Escape text as Markdown that shows exactly this text in kramdown (after Liquid) and in every CommonMark engine.

docs/jekyll.md lists what each engine reads into a text. Where they disagree about a backslash, a numeric entity is
written: it shows the literal character everywhere.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_SPECIAL = re.compile(r"[\\`*\[\]|~\"'_&<>{#$.\-=%!^\u00a0\u3000\u2002\u2003@:wW]")
_ALWAYS = frozenset("\\`*[]|~\"'")  # a backslash makes these literal in kramdown and CommonMark alike
# Typography, math, comments: these mean something only in a row.
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
_USUAL = re.compile(r"[A-Za-z0-9/:@!$'*+,;=~._?#-]*")  # addresses that nothing has to be done to
_LINE_START = re.compile(r"[#+\-=]")
_NUMBER = re.compile(r"(\d+)([.)])(?=\s|$)")  # CommonMark stops at nine digits, kramdown never
_WIDE_SPACES = frozenset("\u00a0\u3000\u2002\u2003")


def escape(text: str, *, starts: bool = False, after: str = "", dialect: Dialect = EVERY_ENGINE) -> str:
    """Return Markdown that shows `text`.

    `starts`: a line begins with it; `after`: the character of the output behind it, '' where a line ends or the
    character is not known.
    """
    if not text.isprintable():
        text = _CONTROL.sub("", text).replace("\t", " ")
    if starts:
        text = text.lstrip(" ")
    first, last = (len(text) - len(text.lstrip()) if starts else 0), len(text.rstrip())

    def literal(found: re.Match[str]) -> str:
        at = found.start()
        if not first <= at < last:  # a wide space at a line's end: bare, some engines strip it
            return f"&#{ord(found[0])};"
        if found[0] == "{":
            return _brace(text[at + 1] if at + 1 < len(text) else after, dialect)
        return _literal(text, at, after)

    escaped = _SPECIAL.sub(literal, text)
    return _line_start(escaped) if starts else escaped


def escape_all(text: str) -> str:
    """Return Markdown for a text of too many lines to look at the neighbours of each character.

    Every character that can mean something anywhere is escaped.
    """
    if text.isalnum():  # translate() is slow beside Chinese
        return text
    escaped = "\n" + _CONTROL.sub("", text).translate(_EACH).replace("://", "&#58;//")
    escaped = escaped.replace("\n:", "\n&#58;")
    return (_NUMBERED.sub(r"\1\)", escaped) if ")" in escaped else escaped)[1:]


def _literal(text: str, at: int, after: str) -> str:
    """Return what stands for the special character at `at`, unless that is a brace."""
    char = text[at]
    previous = text[at - 1] if at else ""  # no word: runs of one formatting are one text
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
    """Return a brace, as an entity where it opens something; what is behind "" or a tag may be another brace."""
    opens = following in dialect.brace_marks or (following in ("", "<") and dialect.brace_marks)
    return "&#123;" if opens else "{"


def _hash(text: str, at: int, previous: str, _following: str) -> str:
    return r"\#" if at + 1 == len(text) or previous == " " else "#"  # the closing marks of a heading


def _bang(_text: str, _at: int, _previous: str, following: str) -> str:
    return r"\!" if following in ("", "[") else "!"


def _colon(text: str, at: int, _previous: str, _following: str) -> str:
    """Return the colon of an address as an entity: no engine makes a link of an address without its colon."""
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
    """Escape what means something only where a line begins: headings, lists, rules, definitions."""
    if _LINE_START.match(escaped):
        return "\\" + escaped
    if escaped.startswith(":"):
        return "&#58;" + escaped[1:]
    return _NUMBER.sub(r"\1\\\2", escaped, count=1) if _NUMBER.match(escaped) else escaped


def entities(text: str) -> str:
    """Return `text` for HTML blocks and `<code>`: every mark of HTML, Markdown and Liquid is a numeric entity."""
    return _MARKS.sub(lambda m: f"&#{ord(m[0])};", _CONTROL.sub("", text))


def destination(address: str) -> str:
    """Return an address for the parentheses of a link: percent-encoded where a character would end it or mean more."""
    if _USUAL.fullmatch(address):
        return address
    address = _CONTROL.sub("", address)
    return quote(address, safe="/%:@!$&'*+,;=~-._?#").replace("&", "&amp;")


def alternative(text: str) -> str:
    """Return an image's alternative text with spaces for marks: Hexo and Hugo show escapes in it."""
    return " ".join(re.sub(r"[\[\]\\|*_`<>\"{}&$~^]+", " ", _CONTROL.sub("", text)).split())
