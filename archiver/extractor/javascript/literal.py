"""Read the value of one literal expression in JavaScript source, without running anything.

WeChat's pages contain their data as object literals and `var` lines. These forms are supported: strings with every kind
of escape, `'123' * 1`, `JsDecode('…')`, `"" || "x"`, `xml ? getXmlValue('x') : '…'`, comments, trailing commas. An item
of an object or array that has another form is read as None (docs/reference/wechat-format.md#literals-of-javascript).

Reading takes linear time. The depth of nesting is limited. The only exception that is raised is LiteralError.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

Literal: TypeAlias = "dict[str, Literal] | list[Literal] | str | int | float | bool | None"

MAX_DEPTH = 64  # levels of nesting, at seven Python calls each; real pages have 7 levels
MAX_TOKENS = 200_000  # tokens; the largest real page has 3,100
MAX_NUMBER = 60  # characters; longer strings are not converted to a number

# One of the alternatives always matches, and a comment or string without an end is one token up to the end of the text.
# So reading takes linear time even on hostile text. (CPython before 3.11.5 misreads possessive groups: none are used.)
TOKEN = re.compile(
    r"""(?:\s+ | //[^\n]* | /\*.*?(?:\*/|\Z))*
    (?: (?P<string> "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | `[^`\\]*(?:\\.[^`\\]*)*` )
      | (?P<open> ["'`] ) .*+
      | (?P<number> 0[xX][0-9a-fA-F]{1,16}
          | [-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})? )
      | (?P<word> [^\W\d][\w$]*(?:\.[\w$]+)* | \$[\w$.]*+ )
      | (?P<regex> /(?![/*])(?:[^/\\\n]|\\.){1,40}/[a-z]{0,8} )
      | (?P<punct> \|\| | && | \?\? | . )
      | \Z )""",
    re.X | re.S,
)  # fmt: skip
# The usual forms of a value in the server's data: a string without escapes, `JsDecode('…')`, `'123' * 1`.
_USUAL_MEMBER = re.compile(
    r"\s*:\s*(?:(?P<call>JsDecode)\(\s*)?(?:'([^'\\]*)'|\"([^\"\\]*)\")(?(call)\s*\)|(?P<times>\s*\*\s*1)?)\s*(?=[,}])"
)
# The numbers that Number() accepts (ECMAScript, StringNumericLiteral). Python's int and float also accept `1_0`, `nan`
# and `１`.
_INTEGER = re.compile(r"[-+]?[0-9]+")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
EMPTY: tuple[Literal, ...] = (None, "", 0, [], {})
_CONSTANTS: dict[str, Literal] = {"true": True, "false": False}
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|(\r\n|.))", re.S)
_SINGLE_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "",
           "\n": "", "\r": "", "\r\n": "", "\u2028": "", "\u2029": ""}  # fmt: skip

# The replacements made by the page's own helper functions, in order
# (docs/reference/wechat-format.md#escaped-once-or-twice).
_JS_DECODE = (("\\x5c", "\\"), ("\\x0d", "\r"), ("\\x22", '"'), ("\\x26", "&"), ("\\x27", "'"),
              ("\\x3c", "<"), ("\\x3e", ">"), ("\\x0a", "\n"))  # fmt: skip
_HTML_FALSE = (("&#39;", "'"), ("&quot;", '"'), ("&nbsp;", " "), ("&gt;", ">"), ("&lt;", "<"), ("&yen;", "¥"),
               ("&amp;", "&"))  # fmt: skip
_HTML_DECODE = (("&#39;", "'"), ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"<br[^<>]{0,100}>")


class LiteralError(ValueError):
    """An error for an expression that is not supported or exceeds a limit (MAX_DEPTH or the number of tokens)."""


class _LimitError(LiteralError):
    """An error for an exceeded limit, which ends the reading.

    After any other LiteralError inside an object or array, reading goes on with the next item.
    """


def read_literal(text: str, start: int = 0, max_tokens: int = MAX_TOKENS) -> tuple[Literal, int]:
    """Return the value of the expression at offset `start` of `text`, and the offset at which it ends.

    The value of `undefined`, NaN, variables and unknown function calls is None. If a key occurs more than once in an
    object, the first non-empty value is kept, since pages of 2026 repeat `page_info` with an empty value.

    Raises:
        LiteralError: There is no supported expression at `start`. Or the expression has no end, is nested too deep, or
            has more than `max_tokens` tokens.
    """
    reader = _Reader(text, start, max_tokens)
    if reader.kind is None:
        raise LiteralError(f"no value at {start}")
    value = reader.expression(0)
    return value, reader.start


def read_member(text: str, start: int) -> Literal:
    """Return the value of one member (`key: value`) of an object literal; None if the value cannot be read.

    `start` is the offset of the member's key in `text`.
    """
    try:
        return _Reader(text, start, MAX_TOKENS).member(1)
    except LiteralError:
        return None


def key_of(token: re.Match[str]) -> str:
    """Return the key of an object's member. `token` is the match of TOKEN at the key.

    Raise LiteralError if the token is not a string, word or number.
    """
    if token.lastgroup not in ("string", "word", "number"):
        raise LiteralError(f"no key at {token.start()}")
    lexeme = token[token.lastgroup]
    return unescape_string(lexeme[1:-1]) if token.lastgroup == "string" else lexeme


class _Reader:
    """A recursive-descent parser of one expression in JavaScript.

    The constructor takes the source text, the offset of the expression, and the number of tokens that may be read. The
    parser looks one token ahead. Its attributes describe this next token, which is not consumed yet: `token` is its
    match of TOKEN, `kind` the name of its group (such as `string`), `lexeme` its text, `start` and `end` its offsets.
    """

    kind: str | None
    lexeme: str

    def __init__(self, text: str, start: int, max_tokens: int) -> None:
        self.text = text
        self.left = max_tokens  # tokens that may still be read
        self.end = self.start = start
        self.advance()

    def advance(self) -> None:
        match = TOKEN.match(self.text, self.end)
        assert match is not None  # the last alternatives match anything
        self.left -= 1
        if self.left < 0:
            raise _LimitError("more tokens than a page has")
        self.token = match
        self.kind = match.lastgroup
        self.lexeme = match[self.kind] if self.kind else ""
        self.start, self.end = self.end, match.end()

    def is_at(self, punctuation: str) -> bool:
        return self.lexeme == punctuation

    def accept(self, punctuation: str) -> bool:
        """Return whether the next token is `punctuation`, such as `,`; consume the token only in this case."""
        if self.is_at(punctuation):
            self.advance()
            return True
        return False

    def expression(self, depth: int) -> Literal:
        """Read the next expression, which may have the form `a || b` or `a ? b : c`, and return its value.

        `depth` is the level of nesting of the expression, 0 for the outermost one. Variables count as false, because
        they are undefined when the page loads: `x || "y"` has the value "y".
        """
        if depth > MAX_DEPTH:
            raise _LimitError(f"nested deeper than {MAX_DEPTH}")
        value = self._any_of(depth)
        if not self.accept("?"):
            return value
        chosen = self.expression(depth + 1)
        if not self.accept(":"):
            raise LiteralError("a conditional without its second branch")
        other = self.expression(depth + 1)
        return chosen if value else other

    def _any_of(self, depth: int) -> Literal:
        value = self._factor(depth)
        while self.accept("||"):
            other = self._factor(depth)
            value = value or other
        return value

    def _factor(self, depth: int) -> Literal:
        value = self._primary(depth)
        while True:
            if self.accept("."):
                value = self._suffix(value)
            elif self.accept("*"):
                value = _product(value, self._primary(depth))
            else:
                return value

    def _suffix(self, value: Literal) -> Literal:
        """Read the field or method call that follows `value` and a dot, and return the result.

        For `.html(false)` after a string, the result is the string with entities decoded. All other methods and fields
        are ignored, and `value` is returned unchanged.
        """
        name = self.lexeme
        self.advance()
        if self.is_at("("):
            self._skip_brackets()
        apply = METHODS.get(name)
        return apply(value) if apply and isinstance(value, str) else value

    def _primary(self, depth: int) -> Literal:
        kind, lexeme = self.kind, self.lexeme
        if kind == "string":
            self.advance()
            return unescape_string(lexeme[1:-1])
        if kind == "number":
            self.advance()
            return _number(lexeme)
        if kind == "word":
            return self._named(depth)
        if lexeme in _OPENERS:
            self.advance()
            return self._bracketed(lexeme, depth + 1)
        raise LiteralError(f"no value at {self.start}")

    def _bracketed(self, opener: str, depth: int) -> Literal:
        if depth > MAX_DEPTH:
            raise _LimitError(f"nested deeper than {MAX_DEPTH}")
        if opener == "{":
            return self._object(depth)
        if opener == "[":
            return self._array(depth)
        value = self._item(")", depth)
        self._close(")")
        return value

    def _named(self, depth: int) -> Literal:
        """Read a name, or a call of a function with this name, and return the value.

        Only `true`, `false` and calls of the functions in CALLS have a value. For anything else return None. `depth` is
        the level of nesting of the name, see `expression`.
        """
        name = self.lexeme
        self.advance()
        if not self.is_at("("):
            return _CONSTANTS.get(name)
        decode = CALLS.get(name)
        if decode is None:
            self._skip_brackets()
            return None
        self.advance()
        value = self._item(")", depth + 1)
        self._close(")")
        return decode(value) if isinstance(value, str) else value

    def _object(self, depth: int) -> dict[str, Literal]:
        values: dict[str, Literal] = {}
        while not self.accept("}"):
            if self.accept(","):
                continue
            key = key_of(self.token)
            value = self.member(depth)
            if values.get(key) in EMPTY:
                values[key] = value
        return values

    def member(self, depth: int) -> Literal:
        """Read a member (`key: value`) of an object and return its value; None if the value is not supported.

        The next token must be the key of the member. `depth` is the level of nesting of the value, see `expression`.
        """
        if usual := _USUAL_MEMBER.match(self.text, self.end):
            self.left -= 5 if usual["call"] else 4 if usual["times"] else 2  # tokens
            self.end = usual.end()
            self.advance()
            text = usual[2] or usual[3] or ""
            return _product(text, 1) if usual["times"] else text
        self.advance()
        self.accept(":")  # without a colon it is `{key}` or a method: unknown
        return self._item("}", depth)

    def _array(self, depth: int) -> list[Literal]:
        values: list[Literal] = []
        while not self.accept("]"):
            if not self.accept(","):
                values.append(self._item("]", depth))
        return values

    def _item(self, closer: str, depth: int) -> Literal:
        """Read an item up to the comma or the bracket `closer` that ends it, and return the item's value.

        Return None if the item is not a supported expression. `depth` is the item's level of nesting, see `expression`.
        """
        start = self.start
        try:
            value = self.expression(depth)
        except _LimitError:
            raise
        except LiteralError:
            self.end = start  # skip from here, as the error may be inside brackets
            self.advance()
            return self._skip_item(closer)
        return value if self.is_at(",") or self.is_at(closer) else self._skip_item(closer)

    def _skip_item(self, closer: str) -> Literal:
        """Skip the rest of an item that is not supported, up to the comma or the bracket `closer` that ends it.

        Always return None, which is the value of such an item.
        """
        while not (self.is_at(",") or self.is_at(closer)):
            if self.lexeme in _OPENERS:
                self._skip_brackets()
            else:
                self._step()
        return None

    def _skip_brackets(self) -> None:
        """Skip a pair of brackets and everything between them. The next token must be the opening bracket."""
        depth = 0
        while True:
            depth += (self.lexeme in _OPENERS) - (self.lexeme in _CLOSERS)
            self._step()
            if depth == 0:
                return

    def _step(self) -> None:
        if self.kind is None:
            raise LiteralError("the text ends inside a literal")
        self.advance()

    def _close(self, closer: str) -> None:
        if not self.accept(closer):
            raise LiteralError(f"no {closer} at {self.start}")


def _product(left: Literal, right: Literal) -> int | float | None:
    """Return the product of two literals as numbers; None if one of them cannot be converted to a number.

    Pages write numbers as products such as `'123' * 1`.
    """
    a, b = _number(left), _number(right)
    return None if a is None or b is None else a * b


def _number(value: Literal) -> int | float | None:
    """Convert a literal to a number like JavaScript's Number(), but with exact integers.

    Return None for a string that is not a finite number or is longer than MAX_NUMBER characters, and for a literal that
    is neither a string nor a number nor a Boolean.
    """
    if isinstance(value, (int, float)):
        return value
    if not isinstance(value, str) or len(value) > MAX_NUMBER:
        return None
    text = value.strip() or "0"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def unescape_string(literal: str) -> str:
    """Return the string that a JavaScript literal denotes. Unpaired surrogates become U+FFFD.

    `literal` is the source of the literal without the quotes around it.
    """
    if "\\\\" not in literal and "\\x5c" not in literal:
        literal = decode_js(literal)  # replaces nearly all escapes of a body, ten times as fast as _ESCAPE
    if "\\" not in literal:
        return literal
    plain = _ESCAPE.sub(_unescape_sequence, literal)
    if "\\u" in literal and _SURROGATE.search(plain):
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain


def _unescape_sequence(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    if code is None:
        return _SINGLE_CHARACTERS.get(escape[4], escape[4])
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
