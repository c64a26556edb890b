"""Names of credentials in a page, and whether what is given to one is a credential. Pure; bytes throughout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from archiver.credentials import Strength, is_word, name_within, strength

EQUALS = rb"(?:=|%(?:25){0,3}3[dD]|\\x3[dD]|\\u003[dD]|&#(?:61|[xX]3[dD]);)"
# As a quote is written in code, in JSON within JSON, in an attribute and in an address.
ESCAPED = rb"(?:\\{1,7}[\"']|\\{1,4}(?:x|u00)2[27]|&(?:amp;){0,2}(?:quot|apos|#3[49]|#[xX]2[27]);|%(?:25){0,3}2[27])"
# By the end that names share, of the page in lower case: `re` looks for a literal first, which costs one search each.
_AFTER = (
    rb"[0-9]{0,2}(?=" + EQUALS + rb"[\w\"'`.~*+/!@$%,&\\-]|(?:[\"'`]|" + ESCAPED + rb")?\s{0,9}"
    rb"(?:[\]:=][^;,}]{0,120}[\"'`0-9;]|,\s{0,9}[\"'`]|%(?:25){0,3}3a))"
)
# `{key: "get", value: …}` of every class of every program
_SHORT = rb"(?!(?<=[^\w$-]key)\s{0,9}[:=]\s{0,9}(?:\"[^\"\\\n]{0,15}\"|'[^'\\\n]{0,15}')\s{0,9}[,;}\n])"
_HITS = tuple(
    re.compile(stem + _AFTER)
    for stem in (rb"ke[ynt]" + _SHORT, rb"uin", rb"sid", rb"session(?:[_-]?[a-z]{1,9})?", rb"penid")
)
_BACKWARDS = re.compile(rb"[\w$-]{0,60}")
_IN_NAMES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-")

# `xml ? getXmlValue('uin.DATA') : '…'`, `'' || JsDecode('…')`, `('…' || '') * 1`: every operand may be filled.
_LITERAL = rb"\"(?:[^\"\\\n]|\\.){0,4000}\"|'(?:[^'\\\n]|\\.){0,4000}'|`(?:[^`\\\n]|\\.){0,4000}`"
_OPERAND = (
    rb"(?:[A-Za-z.]{1,40}\(|[(\[])?\s{0,9}(?:" + _LITERAL + rb"|[\w.]{1,60})\s{0,9}[)\]]?(?:\s{0,9}\*\s{0,9}1)?\)?"
)
ASSIGNED = re.compile(
    rb"\s{0,9}\]?\s{0,9}[:=]\s{0,99}(?:window\.\w{1,60}\s{0,9}=\s{0,9})?"
    rb"(?:xml\s{0,9}\?\s{0,9}getXmlValue\([^()\n]{0,80}\)(?:\s{0,9}\*\s{0,9}1)?\s{0,9}:\s{0,9})?"
    rb"(" + _OPERAND + rb"(?:\s{0,9}(?:\|\||&&|\?\?|[+?:])\s{0,9}" + _OPERAND + rb"){0,5})"
)
VALUE = re.compile(_LITERAL + rb"|(?<![\w.])[0-9]{5,20}(?![\w.])")

_NAMED = re.compile(rb"[A-Za-z_$-]{1,30}[0-9]?\Z")  # `getQuery("exportkey")`
SECRET = 16  # letters of what is no word of a program
_LOOKS_SECRET = re.compile(rb"(?=(?:[^0-9]{0,99}[0-9]){3})[\w+/=%.~*@:\\-]{16,}\Z")
LOOKS_LIKELY = re.compile(rb"(?=[^0-9]*[0-9])[\w+/=%.~*@:\\-]{5,}\Z")
NOBODY = re.compile(
    rb"(?:-?[0-9]{1,3}|REDACTED|undefined|null|true|false|svr_\w*|data-[\w-]*|[\w.]*\.DATA|.*[\s$<>{}].*)?\Z", re.DOTALL
)


class Kind(NamedTuple):
    """A credential's name, and what it says."""

    text: str
    strength: Strength
    is_word: bool
    is_certain: bool


class Name(NamedTuple):
    """A credential's name, and where it stands."""

    start: int
    end: int
    text: str
    strength: Strength
    is_word: bool
    is_certain: bool


@lru_cache(maxsize=4096)
def kind_of(word: bytes, before: bytes) -> Kind | None:
    """The credential's name in a run of letters and digits behind `before`, None if it is no such name."""
    text = name_within(word.decode(), before.decode("latin-1"))
    how = strength(text)
    return Kind(text, how, is_word(text), how is Strength.CERTAIN) if how else None


def names(content: bytes, low: bytes) -> Iterator[Name]:
    """Where names of credentials stand before a value, in a page and the same in lower case."""
    for form in _HITS:
        for match in form.finditer(low):
            start, end = match.span()
            if start and content[start - 1] in _IN_NAMES:
                start -= len(_BACKWARDS.match(content[max(0, start - 60) : start][::-1])[0])  # type: ignore[index]
            if kind := kind_of(content[start:end], content[start - 1 : start]):
                yield Name(end - len(kind.text), end, *kind)


def is_telling(name: Name, value: bytes) -> bool:
    """Whether an attribute's value is a credential: editors number their elements by `data-key` and the like."""
    if name.is_certain:
        return not NOBODY.match(value)
    if name.is_word:
        return len(value) >= 32 and _LOOKS_SECRET.match(value) is not None
    return (LOOKS_LIKELY if name.text.lower().endswith(("uin", "ticket")) else _LOOKS_SECRET).match(value) is not None


def is_secret(name: Name, value: bytes) -> bool:
    """Whether a value that is given to a name is a credential."""
    if NOBODY.match(value) or (_NAMED.match(value) and strength(value.decode())):
        return False
    if name.is_certain:
        return True
    if name.is_word:
        return _LOOKS_SECRET.match(value) is not None
    return name.strength is Strength.SHARED or LOOKS_LIKELY.match(value) is not None
