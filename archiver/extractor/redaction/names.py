"""Find names of credentials in the bytes of a page, and decide whether the value of such a name is a credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from archiver.credentials import Strength, may_be_ordinary_name, name_within, strength

EQUALS = rb"(?:=|%(?:25){0,3}3[dD]|\\x3[dD]|\\u003[dD]|&#(?:61|[xX]3[dD]);)"
# An escaped quote as it occurs in code, in JSON within JSON, in an attribute and in an address.
ESCAPED = rb"(?:\\{1,7}[\"']|\\{1,4}(?:x|u00)2[27]|&(?:amp;){0,2}(?:quot|apos|#3[49]|#[xX]2[27]);|%(?:25){0,3}2[27])"
# Names are found by their common endings in the page in lower case. These are literals, for which `re` searches fast.
_AFTER = (
    rb"[0-9]{0,2}(?=" + EQUALS + rb"[\w\"'`.~*+/!@$%,&\\-]|(?:[\"'`]|" + ESCAPED + rb")?\s{0,9}"
    rb"(?:[\]:=][^;,}]{0,120}[\"'`0-9;]|,\s{0,9}[\"'`]|%(?:25){0,3}3a))"
)
# Excludes `{key: "get", value: …}`, which is common in programs.
_NOT_SHORT = rb"(?!(?<=[^\w$-]key)\s{0,9}[:=]\s{0,9}(?:\"[^\"\\\n]{0,15}\"|'[^'\\\n]{0,15}')\s{0,9}[,;}\n])"
_NAME_ENDS = tuple(
    re.compile(stem + _AFTER)
    for stem in (rb"ke[ynt]" + _NOT_SHORT, rb"uin", rb"sid", rb"session(?:[_-]?[a-z]{1,9})?", rb"penid")
)
_NAME_BEGINNING = re.compile(rb"[\w$-]{0,60}")
_NAME_CHARACTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-")

# `xml ? getXmlValue('uin.DATA') : '…'`, `'' || JsDecode('…')`, `('…' || '') * 1`: any operand may be the credential.
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

_NAME_AS_VALUE = re.compile(rb"[A-Za-z_$-]{1,30}[0-9]?\Z")  # `getQuery("exportkey")`
MIN_SECRET = 16  # characters; shorter values of common names such as `key` are not credentials
_LOOKS_SECRET = re.compile(rb"(?=(?:[^0-9]{0,99}[0-9]){3})[\w+/=%.~*@:\\-]{16,}\Z")
LOOKS_LIKELY = re.compile(rb"(?=[^0-9]*[0-9])[\w+/=%.~*@:\\-]{5,}\Z")
NOT_SECRET = re.compile(
    rb"(?:-?[0-9]{1,3}|REDACTED|undefined|null|true|false|svr_\w*|data-[\w-]*|[\w.]*\.DATA|.*[\s$<>{}].*)?\Z", re.DOTALL
)


class Kind(NamedTuple):
    """The name of a credential, and how certain it is that a value with this name is secret.

    `text` is the name. `strength` is the certainty, judged only by the name:

    - CERTAIN: only credentials have this name (`pass_ticket`).
    - SHARED: credentials of WeChat have this name, and harmless values of other programs, too (`key`).
    - LIKELY: the name only ends like that of a credential (`my_key`).

    `is_certain` is True if `strength` is CERTAIN. `may_be_ordinary_name` is True if the name ends in `key` or `token`,
    words that are common in programs. `is_secret` uses these fields to decide how strictly it judges a value.
    """

    text: str
    strength: Strength
    may_be_ordinary_name: bool
    is_certain: bool


class Name(NamedTuple):
    """An occurrence of the name of a credential in a page.

    `start` and `end` are its offsets in the bytes of the page. The other fields are those of its Kind: `text` is the
    name, and `strength` is the certainty that its value is secret. `may_be_ordinary_name` is True if the name ends in
    `key` or `token`, and `is_certain` is True if `strength` is CERTAIN.
    """

    start: int
    end: int
    text: str
    strength: Strength
    may_be_ordinary_name: bool
    is_certain: bool


@lru_cache(maxsize=4096)
def credential_kind(word: bytes, before: bytes) -> Kind | None:
    """Return the Kind of an identifier; None if it is not the name of a credential.

    If `word` begins with the end of an escape sequence, this beginning is ignored. For example, a page contains
    `%26key`, where `%26` is an escaped `&`. Here `word` is `26key`, `before` is `%`, and the name is `key`.

    Args:
        word: The identifier. It consists of letters, digits, `_`, `-` and `$`.
        before: The byte before `word` in the page; b"" at the start of the page.
    """
    text = name_within(word.decode(), before.decode("latin-1"))
    found = strength(text)
    return Kind(text, found, may_be_ordinary_name(text), found is Strength.CERTAIN) if found else None


def find_names(content: bytes, low: bytes) -> Iterator[Name]:
    """Yield each name of a credential in `content` that is followed by a value. `low` is `content` in lower case."""
    for form in _NAME_ENDS:
        for match in form.finditer(low):
            start, end = match.span()
            if start and content[start - 1] in _NAME_CHARACTERS:
                start -= len(_NAME_BEGINNING.match(content[max(0, start - 60) : start][::-1])[0])  # type: ignore[index]
            if kind := credential_kind(content[start:end], content[start - 1 : start]):
                yield Name(end - len(kind.text), end, *kind)


def is_secret_attribute(name: Name, value: bytes) -> bool:
    """Return True if `value` is a credential as the value of an HTML attribute called `name`.

    This is stricter than `is_secret` for uncertain names, because editors number elements in attributes such as
    `data-key`.
    """
    if name.is_certain:
        return not NOT_SECRET.match(value)
    if name.may_be_ordinary_name:
        return len(value) >= 32 and _LOOKS_SECRET.match(value) is not None
    return (LOOKS_LIKELY if name.text.lower().endswith(("uin", "ticket")) else _LOOKS_SECRET).match(value) is not None


def is_secret(name: Name, value: bytes) -> bool:
    """Return True if `value`, which a script or an address gives to `name`, is a credential.

    Plainly harmless values, such as `true` or `12`, are not. All other values are judged by how certain it is that the
    name is one of a credential. For `pass_ticket`, any value is a credential. For `key`, the value must be long and
    contain digits.
    """
    if NOT_SECRET.match(value) or (_NAME_AS_VALUE.match(value) and strength(value.decode())):
        return False
    if name.is_certain:
        return True
    if name.may_be_ordinary_name:
        return _LOOKS_SECRET.match(value) is not None
    return name.strength is Strength.SHARED or LOOKS_LIKELY.match(value) is not None
