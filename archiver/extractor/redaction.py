"""A page as received → the same page without its reader's credentials, fit to be kept.

Pages saved from a client name who read them (user_uin, exportkey, even key and pass_ticket: wechat-format §3.5, trap
T5), and links carry the credentials of whoever shared them (§1.2) or the author's back-end token (T6). Bytes in, bytes
out: what is no credential stays as it was sent, so that an anonymous page is kept to the byte and its digest holds.

Names that only credentials have (`pass_ticket`) are believed anywhere. `key` and `token` are words of every program
and of many articles: they count in addresses of WeChat's, and in scripts where their value looks like a credential.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

# By the end that names share: `re` looks for a literal first, so that each costs one search of the page.
_NAMES = {
    b"key": (b"exportkey", b"key"),
    b"uin": (b"user_uin", b"uin"),
    b"ticket": (b"pass_ticket", b"ticket"),  # not reprint_ticket, which every reader of a reprint is given
    b"token": (b"exportkey_token", b"appmsg_token", b"poc_token", b"token"),
    b"_sid": (b"wap_sid2", b"poc_sid", b"cap_sid"),
    b"sessionid": (b"expsessionid", b"sessionid"),
}
_AMBIGUOUS = frozenset((b"key", b"uin", b"ticket", b"token", b"sessionid"))  # also in others' addresses
_WORDS = frozenset((b"key", b"token"))  # also in every program
_PRIVATE_HEADERS = frozenset(
    "set-cookie set-cookie2 cookie cookie2 authorization proxy-authorization authentication-info".split()
)

_EQUALS = rb"(?:=|%(?:25){0,3}3[dD]|\\x3[dD]|\\u003[dD]|&#(?:61|[xX]3[dD]);)"
_HITS = {names: re.compile(stem + rb"2?(?=" + _EQUALS + rb"|[\"']?\s{0,9}[:=])") for stem, names in _NAMES.items()}
_SEPARATOR = re.compile(
    rb"(?:[?&]|&#(?:38|63|[xX](?:26|3[fF]));|\\(?:x|u00)(?:26|3[fF])|(%(?:25){0,3})(?:26|3[fF])(?:amp%(?:25){0,3}3[bB])?)"
    rb"(?:amp;){0,3}\Z"
)
# Up to the next parameter, however it is encoded; `+`, `/` and `=` of base64 may be escaped.
_PARAMETER = re.compile(
    _EQUALS + rb"((?:[\w.~*+/=!@$:,-]|%(?!(?:25){0,3}(?:2[236]|3[cCeEfF]))[0-9a-fA-F]{2}"
    rb"|\\/|\\(?:x|u00)(?:2[bBfF]|3[dD]|25)|&#(?:4[37]|61|37|[xX](?:2[bBfF]|3[dD]|25));){1,2000})"
)
_ADDRESS = 2_000  # bytes before a parameter in which its address begins
_OUTSIDE = b"\"'`<>(){}|\t\r\n\f" + bytes(range(128, 256))  # what no address holds
_SPACED = bytes.maketrans(_OUTSIDE, b" " * len(_OUTSIDE))
_ENCODED = re.compile(rb"%(?:25){0,3}(?:3[aA]|(2[fF]))")
_HOST = re.compile(rb"(?:[\w-]{1,60}\.){0,5}weixin\.qq\.com(?![\w.-])")
_OUR_PATHS = (b"/mp/", b"/s?", b"/s/", b"/cgi-bin/")
_QR_CODE = b"showqrcode?"  # its ticket is the picture's name

# `xml ? getXmlValue('uin.DATA') : '…'`, `'' || JsDecode('…')`, `('…' || '') * 1`: every operand may be filled (§1.3).
_LITERAL = rb"\"(?:[^\"\\\n]|\\.){0,600}\"|'(?:[^'\\\n]|\\.){0,600}'"
_OPERAND = rb"(?:[A-Za-z]{1,30}\(|\()?\s{0,9}(?:" + _LITERAL + rb"|[\w.]{1,60})\s{0,9}\)?(?:\s{0,9}\*\s{0,9}1)?\)?"
_ASSIGNED = re.compile(
    rb"([\"']?)\s{0,9}[:=]\s{0,99}(?:window\.\w{1,60}\s{0,9}=\s{0,9})?"
    rb"(?:xml\s{0,9}\?\s{0,9}getXmlValue\([^()\n]{0,80}\)(?:\s{0,9}\*\s{0,9}1)?\s{0,9}:\s{0,9})?"
    rb"(" + _OPERAND + rb"(?:\s{0,9}\|\|\s{0,9}" + _OPERAND + rb"){0,5})"
)
_VALUE = re.compile(_LITERAL + rb"|(?<![\w.])[0-9]{5,20}(?![\w.])")
_STRING = re.compile(rb"\\.|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*\"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'")
_BEFORE_NAME = frozenset(b" \t\r\n,{;>(\"'.")
_LOOKS_SECRET = re.compile(rb"(?=(?:[^0-9]{0,99}[0-9]){3})[\w+/=%.~*\\-]{16,}\Z")
_NOBODY = re.compile(rb"(?:0|777|REDACTED|undefined|null|svr_\w*|data-[\w-]*|.*[\s$<>{}].*)?\Z", re.DOTALL)
_LINE = 200_000  # bytes of a line in which strings are told from code


class _Edit(NamedTuple):
    start: int
    end: int
    name: str


def redact(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The page with `REDACTED`, or 0 for a number, in the place of each credential; and the names of those, sorted."""
    page = _Page(content)
    return _edited(content, (edit for start, end, name in _hits(content) for edit in page.find(start, end, name)))


def redact_address(address: str) -> str:
    """An address, whole or from its path on, with its credentials redacted."""
    quoted = f'"{address}"'.encode(errors="surrogatepass")
    page = _Page(quoted, scripts=(0, len(quoted)))
    edits = (edit for start, end, name in _hits(quoted) for edit in page.find_parameter(start, end, name))
    return _edited(quoted, edits)[0][1:-1].decode(errors="surrogatepass")


def redact_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """A response's headers without cookies and logins, the addresses in the others redacted."""
    return tuple((name, redact_address(value)) for name, value in headers if name.lower() not in _PRIVATE_HEADERS)


def _hits(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where names of credentials stand before a value, and which."""
    for names, form in _HITS.items():
        for match in form.finditer(content):
            end = match.end()
            if name := next((name for name in names if content.endswith(name, 0, end)), None):
                yield end - len(name), end, name


def _edited(content: bytes, edits: Iterator[_Edit]) -> tuple[bytes, tuple[str, ...]]:
    parts, names, done = [], set(), 0
    for start, end, name in sorted(edits):
        if start >= done:
            parts += [content[done:start], b"0" if content[start:end].isdigit() else b"REDACTED"]
            names.add(name)
            done = end
    return b"".join((*parts, content[done:])), tuple(sorted(names))


class _Page:
    """A page's bytes, and where its scripts are; worked out when a value is first found that they decide about."""

    def __init__(self, content: bytes, scripts: tuple[int, ...] | None = None) -> None:
        self._content = content
        self._line = self._line_end = -1
        self._strings: tuple[list[int], list[int]] = ([], [])
        if scripts is not None:
            self._scripts = scripts

    def find(self, start: int, end: int, name: bytes) -> Iterator[_Edit]:
        """The credentials that a name at `start` to `end` is given there."""
        yield from self.find_parameter(start, end, name)
        before = self._content[start - 1 : start]
        if before and before[0] in _BEFORE_NAME:
            yield from self._find_assigned(start, end, name)

    def find_parameter(self, start: int, end: int, name: bytes) -> Iterator[_Edit]:
        """The value of a parameter, if its address is one of those that carry credentials."""
        value = _PARAMETER.match(self._content, end)
        separator = _SEPARATOR.search(self._content, max(0, start - 30), start) if value else None
        if value is None or separator is None or _NOBODY.match(value[1]):
            return
        is_ambiguous = name in _AMBIGUOUS
        if is_ambiguous and (len(value[1]) < 5 or self._content.endswith(_QR_CODE, 0, start)):
            return
        if self._is_ours(start, is_encoded=bool(separator[1]), any_host=not is_ambiguous):
            yield _Edit(*value.span(1), name.decode())

    def _is_ours(self, end: int, *, is_encoded: bool, any_host: bool) -> bool:
        """Whether the address that goes on at `end` is one of WeChat's (or, `any_host`, whole)."""
        window = self._content[max(0, end - _ADDRESS) : end].replace(b"\\/", b"/")
        address = window.translate(_SPACED).rpartition(b" ")[2]
        if is_encoded:  # the address within another's query
            address = _ENCODED.sub(lambda m: b"/" if m[1] else b":", address)
        scheme = address.rfind(b"://")
        if scheme >= 0 or address.startswith(b"//"):
            return any_host or _HOST.match(address, scheme + 3 if scheme >= 0 else 2) is not None
        return _HOST.match(address) is not None or self._is_relative(address, end - len(address))

    def _is_relative(self, address: bytes, start: int) -> bool:
        """Whether `address` begins a string of a script's, or an attribute's value, as our addresses do."""
        before = self._content[max(0, start - 2) : start]
        if before[-1:] not in (b'"', b"'"):
            return False
        if self._is_script(start):
            return address.startswith((b"?", b"&", b"\\x26", b"\\x3f", *_OUR_PATHS))
        return before[:1] == b"=" and address.startswith(_OUR_PATHS)

    def _find_assigned(self, start: int, end: int, name: bytes) -> Iterator[_Edit]:
        """The values of a variable or field, where a script's own code names it."""
        assigned = _ASSIGNED.match(self._content, end)
        if assigned is None or (assigned[1] and assigned[1] != self._content[start - 1 : start]):
            return
        found = [span for span in _values(self._content, *assigned.span(2)) if self._is_secret(name, *span)]
        begin = start - len(assigned[1])
        if found and self._is_script(begin) and not (name in _AMBIGUOUS | _WORDS and self._is_string(begin)):
            yield from (_Edit(*span, name.decode()) for span in found)

    def _is_secret(self, name: bytes, start: int, end: int) -> bool:
        value = self._content[start:end]
        return bool(_LOOKS_SECRET.match(value)) if name in _WORDS else not _NOBODY.match(value)

    def _is_script(self, position: int) -> bool:
        return bisect_right(self._scripts, position) % 2 == 1

    @cached_property
    def _scripts(self) -> tuple[int, ...]:
        """Starts and ends of the inline scripts, in order; templates (`text/html`) hold the publisher's words."""
        found, end = [], 0
        while (tag := self._content.find(b"<script", end)) >= 0:
            start = self._content.find(b">", tag)
            end = self._content.find(b"</script", start)
            if start < 0 or end < 0:
                end = len(self._content)
            if start >= 0 and b"text/html" not in self._content[tag:start]:
                found += [start, end]
        return tuple(found)

    def _is_string(self, position: int) -> bool:
        """Whether it lies inside of a string: a text post keeps its words in one, and may teach programming."""
        if not self._line <= position <= self._line_end:
            self._lex(position)
        starts, ends = self._strings
        index = bisect_right(starts, position) - 1
        return index >= 0 and starts[index] < position < ends[index]

    def _lex(self, position: int) -> None:
        self._line = self._content.rfind(b"\n", max(0, position - _LINE), position) + 1 or max(0, position - _LINE)
        newline = self._content.find(b"\n", position, position + _LINE)
        self._line_end = newline if newline >= 0 else min(len(self._content), position + _LINE)
        spans = [match.span() for match in _STRING.finditer(self._content, self._line, self._line_end)]
        self._strings = [start for start, _ in spans], [end for _, end in spans]


def _values(content: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the literals between `start` and `end` are, without their quotes."""
    for match in _VALUE.finditer(content, start, end):
        is_quoted = match[0][:1] in (b'"', b"'")
        yield match.start() + is_quoted, match.end() - is_quoted
