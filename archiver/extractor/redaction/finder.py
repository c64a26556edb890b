"""Find the values of credentials in a page: in addresses, code, JSON, attributes, form fields and cookies.

Whether a value is a credential depends on its name:

- Names such as `pass_ticket` are used only for credentials. Their values are credentials in every address, and wherever
  code assigns them.
- `key` and `token` are also common in programs. Their values are credentials in WeChat's addresses. In code, a value
  must also look like a credential: long, with digits.
- Other names, such as `my_key`, only end like the name of a credential. Their values must look like a credential in
  code and in WeChat's addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.credentials import Strength
from archiver.extractor.redaction.names import (
    ASSIGNED,
    EQUALS,
    ESCAPED,
    LOOKS_LIKELY,
    MIN_SECRET,
    NOT_SECRET,
    VALUE,
    Name,
    credential_kind,
    find_names,
    is_secret,
    is_secret_attribute,
)
from archiver.extractor.redaction.regions import Regions, find_field_tags

_SEPARATOR = re.compile(
    rb"(?:[?&#]|&#(?:38|63|[xX](?:26|3[fF]));|\\(?:x|u00)(?:2[36]|3[fF])"
    rb"|(%(?:25){0,3})(?:2[36]|3[fF])(?:amp%(?:25){0,3}3[bB])?)(?:amp;){0,3}\Z"
)
# A value up to the next parameter, whose separator may be encoded; `+`, `/` and `=` of base64 may be escaped.
_PARAMETER = re.compile(
    EQUALS + rb"((?:[\w.~*+/=!@$:,-]|%(?!(?:25){0,3}(?:2[236]|3[cCeEfF]))[0-9a-fA-F]{2}"
    rb"|\\/|\\(?:x|u00)(?:2[bBfF]|3[dD]|25)|&#(?:4[37]|61|37|[xX](?:2[bBfF]|3[dD]|25));){1,2000})"
)
_BEFORE_PARAMETER = frozenset(bytes((byte,)) for byte in b"?&#;36bBfF\"'` \t\r\n")  # or a cookie
_MAX_ADDRESS = 2_000  # bytes before a parameter in which the start of its address is searched for
_NOT_IN_ADDRESS = b"\"'`<>(){}|\t\r\n\f" + bytes(range(128, 256))  # bytes that no address contains
_SPACED = bytes.maketrans(_NOT_IN_ADDRESS, b" " * len(_NOT_IN_ADDRESS))
_SLASH = re.compile(rb"\\/|\\(?:x|u00)2f|&#(?:47|x2f);")
_COLON = re.compile(rb"\\(?:x|u00)3a|&#(?:58|x3a);")
_ENCODED = re.compile(rb"%(?:25){0,3}(?:3a|(2f))")
_HOST = re.compile(rb"(?:[\w-]{1,60}\.){0,5}(?:weixin[0-9]{0,3}|wx[0-9]?)\.qq\.com(?![\w.-])")
_WECHAT_PATHS = (b"/mp/", b"/s?", b"/s/", b"/cgi-bin/")
_QUERY = re.compile(rb"[?&]|\\x(?:26|3f)|[\w.]{1,40}=")  # the beginning of a part of an address that code joins
_QR_CODE = b"showqrcode?"  # its ticket names the picture and is no credential

_BEFORE_NAME = frozenset((b"", *(bytes((byte,)) for byte in b" \t\r\n,{;>(.")))
_LAST_OF_QUOTES = frozenset((b'"', b"'", b"`", b";", b"2", b"7"))
_FIRST_OF_EQUALS = frozenset(b"=%\\&")
_QUOTED = re.compile(rb"(?:" + ESCAPED + rb"|[\"'`])\Z")
_ESCAPED_VALUE = re.compile(
    rb"\s{0,9}(?::|%(?:25){0,3}3[aA]|&#(?:58|[xX]3[aA]);)(?:\s|\+|%(?:25){0,3}20){0,9}(?:("
    + ESCAPED
    + rb")|([0-9]{5,20})(?![\w.]))"
)
_MAX_VALUE = 4_000  # bytes
_JOINED = re.compile(
    EQUALS + rb"[\"'`]\s{0,9}(?:\+|\.concat\()\s{0,9}(?:\"([\w+/=%.~*@:-]{4,4000})\"|'([\w+/=%.~*@:-]{4,4000})'"
    rb"|`([\w+/=%.~*@:-]{4,4000})`)"
)
_LISTED = re.compile(rb"\s{0,9},\s{0,9}([\"'`])([\w+/=%.~*@:-]{5,4000})\1")
_BEFORE_VALUE = frozenset(b"= \t\r\n")
_BEFORE_ATTRIBUTE = frozenset((b" ", b"\n", b"\t", b"\r", b"/"))
_ATTRIBUTE = re.compile(rb"\s{0,9}=\s{0,9}(?:\"([^\"<>]{1,4000})\"|'([^'<>]{1,4000})'|([^\s\"'<>`=]{1,4000}))")
_NAME = re.compile(rb"[\w$-]{1,60}\Z")
_FIELD = re.compile(rb"[\s\"'/](name|id|property|value|content)" + _ATTRIBUTE.pattern, re.IGNORECASE)

_COOKIE = re.compile(EQUALS + rb"([\w.~*+/=!@%:,|-]{1,4000})")
_BEFORE_COOKIE = re.compile(rb"(?:;\s{0,3}|[\"'`]|:\s)\Z")
_COOKIE_DISTANCE = 2_000  # bytes after the word `cookie` in which cookies are found


class Credential(NamedTuple):
    """A credential found in a page: the start and end offset of its value in the bytes of the page, and its name."""

    start: int
    end: int
    name: str


class CredentialFinder:
    """A finder of the credentials in one page.

    Args:
        content: The bytes of the page.
        code: The offsets in `content` at which regions of code start and end, as `(start, end, start, end, …)`. By
            default, the code is the inline scripts and comments of the page. `redact_address` passes one region, the
            whole content.
    """

    def __init__(self, content: bytes, code: tuple[int, ...] | None = None) -> None:
        self._content, self._low = content, content.lower()
        self._regions = Regions(content, self._low, code)

    def find_all(self) -> Iterator[Credential]:
        """Yield the credentials in the page, in no particular order. Some may overlap or be yielded twice."""
        content = self._content
        for name in find_names(self._content, self._low):
            before, after = content[name.start - 1 : name.start], content[name.end]
            if after in _FIRST_OF_EQUALS and before in _BEFORE_PARAMETER:
                yield from self.find_parameter(name)
                yield from self._find_joined(name)
            if before in _BEFORE_NAME:
                yield from self._find_assigned(name, name.start, name.end)
            if before in _LAST_OF_QUOTES:
                yield from self._find_quoted(name)
            if before in _BEFORE_ATTRIBUTE and after in _BEFORE_VALUE:
                yield from self._find_attribute(name)
        for tag in find_field_tags(self._low):
            yield from self._find_field(*tag)

    def find_parameter(self, name: Name) -> Iterator[Credential]:
        """Yield the value after `name` if `name` is a parameter in an address and the value is a credential."""
        value = _PARAMETER.match(self._content, name.end)
        separator = _SEPARATOR.search(self._content, max(0, name.start - 30), name.start) if value else None
        if value is None or separator is None or NOT_SECRET.match(value[1]):
            return
        is_certain = name.is_certain
        if not is_certain and (len(value[1]) < 5 or self._low.endswith(_QR_CODE, 0, name.start)):
            return
        if name.strength is Strength.LIKELY and not LOOKS_LIKELY.match(value[1]):
            return
        if self._may_hold_credential(name.start, is_encoded=bool(separator[1]), any_host=is_certain):
            yield Credential(*value.span(1), name.text)

    def _may_hold_credential(self, end: int, *, is_encoded: bool, any_host: bool) -> bool:
        """Return True if a parameter may be a credential, judged by the address that it belongs to.

        It may be one in WeChat's addresses: those with a host of WeChat, and those without a host that `_is_relative`
        accepts. With `any_host`, it may also be one in an address with any other host.

        Args:
            end: The offset of the name of the parameter. The address is the text that ends there.
            is_encoded: True if the address is percent-encoded, as part of the query of another address.
            any_host: True for a name such as `pass_ticket`, whose values are credentials in every address.
        """
        window = self._low[max(0, end - _MAX_ADDRESS) : end]
        address = window.translate(_SPACED).rpartition(b" ")[2]
        start = end - len(address)
        if b"\\" in address or b"&#" in address:
            address = _COLON.sub(b":", _SLASH.sub(b"/", address))
        if is_encoded:  # the address within another's query
            address = _ENCODED.sub(lambda m: b"/" if m[1] else b":", address)
        scheme = address.rfind(b"://")
        if scheme >= 0 or address.startswith(b"//"):
            return any_host or _HOST.match(address, scheme + 3 if scheme >= 0 else 2) is not None
        return _HOST.match(address) is not None or self._is_relative(address, start)

    def _is_relative(self, address: bytes, start: int) -> bool:
        """Return True if `address`, which has no host, is the relative address of a WeChat page.

        It must begin like the path of a WeChat page, for example with `/s?` or `/mp/`. It must be in an attribute or in
        a string in code. In code, it may also begin with a part of a query, such as `&uin=`, since code joins addresses
        from such parts.

        Args:
            address: The text of the address up to the name of a parameter.
            start: The offset in the page at which this text begins.
        """
        before = self._content[max(0, start - 2) : start]
        if before[-1:] not in (b'"', b"'", b"`"):
            attribute = re.match(rb"[\w-]{1,40}=(?=/)", address)  # without quotes
            is_path = attribute is not None and address.startswith(_WECHAT_PATHS, attribute.end())
            return is_path and self._regions.is_tag(start)
        if self._regions.is_code(start):
            return address.startswith(_WECHAT_PATHS) or _QUERY.match(address) is not None
        return before[:1] == b"=" and address.startswith(_WECHAT_PATHS)

    def _find_assigned(self, name: Name, begin: int, end: int) -> Iterator[Credential]:
        """Yield the credentials that code assigns to a variable or field.

        Args:
            name: The name of the variable or field.
            begin: The offset of the name, or of its opening quote if it is quoted.
            end: The offset after the name, or after its closing quote.
        """
        assigned = ASSIGNED.match(self._content, end)
        if assigned is None or (
            name.may_be_ordinary_name and assigned.end() - end < MIN_SECRET and not name.is_certain
        ):
            return
        if found := self._values(name, assigned.span(1)):
            yield from self._credentials_in_code(name, begin, found)

    def _find_quoted(self, name: Name) -> Iterator[Credential]:
        """Yield the credentials that follow a quoted name, as in `{"key": "…"}` or in `set("key", "…")`.

        The quotes may be escaped, as in JSON inside an attribute.
        """
        quote = _QUOTED.search(self._content, max(0, name.start - 20), name.start)
        if quote is None:
            return
        mark = quote[0]
        if not self._content.startswith(mark, name.end):
            return
        end = name.end + len(mark)
        if len(mark) > 1:
            yield from self._find_escaped(name, quote.start(), end, mark)
        elif listed := _LISTED.match(self._content, end):
            if LOOKS_LIKELY.match(listed[2]):
                yield from self._credentials_in_code(name, quote.start(), self._secrets(name, [listed.span(2)]))
        else:
            yield from self._find_assigned(name, quote.start(), end)

    def _credentials_in_code(self, name: Name, begin: int, found: list[tuple[int, int]]) -> Iterator[Credential]:
        """Yield a Credential for each value in `found`, unless their name may be in the article's own text.

        An article may quote code, and its own text must not be changed. So the name must be in one of these places:

        - in code, outside of strings,
        - in code, in a string that contains JSON data,
        - in code, in any string but the article's own text, if only credentials have this name (`pass_ticket`).

        Args:
            name: The name of the values.
            begin: The offset of the name, or of its opening quote if it is quoted.
            found: The start and end offsets of values that look like credentials.
        """
        if not found or not self._regions.is_code(begin):
            return
        string = self._regions.string(begin)
        is_believed = name.is_certain and not self._regions.is_prose(string)
        if string < 0 or is_believed or self._regions.is_json(string):
            yield from (Credential(*span, name.text) for span in found)

    def _find_escaped(self, name: Name, begin: int, end: int, mark: bytes) -> Iterator[Credential]:
        """Yield the value of a name in escaped JSON, if the value is a credential.

        JSON is escaped if it is inside a string, an attribute or an address: `&quot;key&quot;:&quot;…&quot;`.

        Args:
            name: The name.
            begin: The offset of the opening quote of the name.
            end: The offset after the closing quote of the name.
            mark: The escaped quote, `&quot;` in the example.
        """
        value = _ESCAPED_VALUE.match(self._content, end)
        if value is None or (value[1] and value[1] != mark):
            return
        start, close = value.span(2)
        if value[1]:
            start, close = value.end(), self._content.find(mark, value.end(), value.end() + _MAX_VALUE)
        if self._secrets(name, [(start, close)]) and self._is_data(name, begin, mark):
            yield Credential(start, close, name.text)

    def _is_data(self, name: Name, begin: int, mark: bytes) -> bool:
        """Return True if a name in escaped JSON belongs to data of the page, not to the article's own text.

        Args:
            name: The name.
            begin: The offset of the opening quote of the name.
            mark: The escaped quote, such as `&quot;`.
        """
        if self._regions.is_code(begin):
            string = self._regions.string(begin)
            return self._regions.is_json(string) or (string < 0 and name.is_certain)
        if mark.startswith(b"%"):
            return self._may_hold_credential(begin, is_encoded=False, any_host=name.is_certain)
        return self._regions.is_tag(begin)

    def _find_joined(self, name: Name) -> Iterator[Credential]:
        """Yield the value after `name` if it is a credential in one of two forms.

        Either code appends the value to an address or cookie, as in `"&key=" + "…"`, or the value is in the text of a
        cookie, as in `document.cookie = "key=…"`.
        """
        start = self._content[max(0, name.start - 4) : name.start]
        joined = _JOINED.match(self._content, name.end)
        is_cookie = _BEFORE_COOKIE.search(start) is not None
        if joined and (is_cookie or _SEPARATOR.search(start)):
            index = joined.lastindex or 1
            yield from self._in_string(name, joined.span(index), is_cookie=is_cookie)
        elif is_cookie and (value := _COOKIE.match(self._content, name.end)):
            yield from self._in_string(name, value.span(1), is_cookie=True)

    def _in_string(self, name: Name, span: tuple[int, int], *, is_cookie: bool) -> Iterator[Credential]:
        """Yield the value of `name` in a string if it is a credential and not part of the article's own text.

        The function `is_secret` decides whether a value is a credential. The value of a cookie, however, is always one
        unless it is plainly harmless, such as `true`, `null` or `12`. A name is taken for that of a cookie if
        `is_cookie` is True and the word `cookie` occurs in the 2,000 bytes before the name.

        Args:
            name: The name before the value.
            span: The start and end offset of the value.
            is_cookie: True if the name is in a place where the name of a cookie may be: after a quote, `;` or `: `.
        """
        value = self._content[slice(*span)]
        near = is_cookie and self._low.find(b"cookie", max(0, name.start - _COOKIE_DISTANCE), name.start) >= 0
        if NOT_SECRET.match(value) or not (near or is_secret(name, value)):
            return
        if self._regions.is_code(name.start):
            string = self._regions.string(name.start)
            if string < 0 or not self._regions.is_prose(string):
                yield Credential(*span, name.text)
        elif near and self._regions.is_tag(name.start):
            yield Credential(*span, name.text)

    def _find_attribute(self, name: Name) -> Iterator[Credential]:
        """Yield the value of the HTML attribute called `name` if it is a credential."""
        value = _ATTRIBUTE.match(self._content, name.end)
        if value is None:
            return
        span = value.span(value.lastindex or 1)
        if is_secret_attribute(name, self._content[slice(*span)]) and self._regions.is_attribute(name.start):
            yield Credential(*span, name.text)

    def _find_field(self, start: int, end: int) -> Iterator[Credential]:
        """Yield the value of an `<input>` or `<meta>` tag if it is a credential.

        `start` and `end` are the offsets at which the tag begins and ends.
        """
        spans = {
            field[1].lower(): field.span(field.lastindex or 1) for field in _FIELD.finditer(self._content, start, end)
        }
        text = next((self._content[slice(*spans[key])] for key in (b"name", b"id", b"property") if key in spans), b"")
        span = spans.get(b"value") or spans.get(b"content")
        kind = credential_kind(text.strip(), b"") if span and _NAME.match(text.strip()) else None
        if kind and span and self._secrets(Name(start, end, *kind), [span]) and not self._regions.is_code(start):
            yield Credential(*span, kind.text)

    def _values(self, name: Name, span: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the start and end offset of each credential among the strings and numbers in an expression of code.

        For example, the expression is `'' || "…"`. The offsets exclude the quotes of a string.

        Args:
            name: The name of the variable or field to which code assigns the expression.
            span: The start and end offset of the expression.
        """
        found = []
        for match in VALUE.finditer(self._content, *span):
            is_quoted = match[0][:1] in (b'"', b"'", b"`")
            found.append((match.start() + is_quoted, match.end() - is_quoted))
        return self._secrets(name, found)

    def _secrets(self, name: Name, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [span for span in spans if span[0] < span[1] and is_secret(name, self._content[slice(*span)])]
