"""JavaScript source → the plain value of one literal expression in it, without running anything.

WeChat's pages carry their data as object literals and `var` lines (wechat-format §3.1): strings with every kind of
escape, `'123' * 1`, `JsDecode('…')`, `"" || "x"`, `xml ? getXmlValue('x') : '…'`, comments, trailing commas. The
reader knows these forms and steps over what else stands there. Its cost is linear in the text it reads, its depth
bounded, and LiteralError is the only thing it raises.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from archiver.extractor.javascript.strings import CALLS, METHODS, unescape

Literal: TypeAlias = "dict[str, Literal] | list[Literal] | str | int | float | bool | None"

DEEPEST = 64  # nestings, each of seven calls; real pages have 7
MOST = 200_000  # tokens; the largest real page has 3,100
LONGEST = 60  # characters that are read as one number

# One of the forms always fits, and what never ends (a comment, a string) is one token up to the end of the text:
# reading stays linear on text that was made to be read slowly. (CPython before 3.11.5 misreads possessive groups.)
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
# How nearly every field of the server's data is written: a string without escapes, `JsDecode('…')`, `'123' * 1`.
_USUAL = re.compile(
    r"\s*:\s*(?:(?P<call>JsDecode)\(\s*)?(?:'([^'\\]*)'|\"([^\"\\]*)\")(?(call)\s*\)|(?P<times>\s*\*\s*1)?)\s*(?=[,}])"
)
# What Number() takes (ECMAScript, StringNumericLiteral); Python's own readers take `1_0`, `nan` and `１` as well.
_INTEGER = re.compile(r"[-+]?[0-9]+")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
EMPTY: tuple[Literal, ...] = (None, "", 0, [], {})
_CONSTANTS: dict[str, Literal] = {"true": True, "false": False}
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")


class LiteralError(ValueError):
    """The text is no literal that this reader knows."""


class _TooMuch(LiteralError):  # noqa: N818
    """Past a bound: ends the whole reading, where other errors cost only the item they are in."""


def read(text: str, start: int = 0, most: int = MOST) -> tuple[Literal, int]:
    """The value of the expression at `start` and where it ends; LiteralError when none of `most` tokens stands there.

    undefined, NaN, and every name or call that only the running page could resolve are None. Of a key that
    occurs twice the first non-empty value stays (`page_info` of 2026, §3.1).
    """
    reader = _Reader(text, start, most)
    if reader.kind is None:
        raise LiteralError(f"no value at {start}")
    value = reader.expression(0)
    return value, reader.start


def read_member(text: str, start: int) -> Literal:
    """The value of the member of an object literal whose key stands at `start`; None when it has too many tokens."""
    try:
        return _Reader(text, start, MOST).member(1)
    except LiteralError:
        return None


def key_of(token: re.Match[str]) -> str:
    """The name that a key of an object literal is; LiteralError when it can be none."""
    if token.lastgroup not in ("string", "word", "number"):
        raise LiteralError(f"no key at {token.start()}")
    lexeme = token[token.lastgroup]
    return unescape(lexeme[1:-1]) if token.lastgroup == "string" else lexeme


class _Reader:
    """One token ahead: `kind` and `lexeme` are those of the token that stands at `start`."""

    kind: str | None
    lexeme: str

    def __init__(self, text: str, start: int, most: int) -> None:
        self.text = text
        self.left = most
        self.end = self.start = start
        self.advance()

    def advance(self) -> None:
        match = TOKEN.match(self.text, self.end)
        assert match is not None  # the last alternatives match anything
        self.left -= 1
        if self.left < 0:
            raise _TooMuch("more tokens than a page has")
        self.token = match
        self.kind = match.lastgroup
        self.lexeme = match[self.kind] if self.kind else ""
        self.start, self.end = self.end, match.end()

    def at(self, punctuation: str) -> bool:
        return self.lexeme == punctuation

    def accept(self, punctuation: str) -> bool:
        """Whether `punctuation` stood here; it is stepped over."""
        if self.at(punctuation):
            self.advance()
            return True
        return False

    def expression(self, depth: int) -> Literal:
        """`a || b`, `a ? b : c`: at load time every name is undefined, so the literal branch is the value."""
        if depth > DEEPEST:
            raise _TooMuch(f"nested deeper than {DEEPEST}")
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
        """`.html(false)` unescapes, `.replace(…)`, `.slice(…)` and the like leave the literal as it is."""
        name = self.lexeme
        self.advance()
        if self.at("("):
            self._skip_brackets()
        apply = METHODS.get(name)
        return apply(value) if apply and isinstance(value, str) else value

    def _primary(self, depth: int) -> Literal:
        kind, lexeme = self.kind, self.lexeme
        if kind == "string":
            self.advance()
            return unescape(lexeme[1:-1])
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
        if depth > DEEPEST:
            raise _TooMuch(f"nested deeper than {DEEPEST}")
        if opener == "{":
            return self._object(depth)
        if opener == "[":
            return self._array(depth)
        value = self._item(")", depth)
        self._close(")")
        return value

    def _named(self, depth: int) -> Literal:
        """A constant, a call of one of the page's helpers, or a name: undefined."""
        name = self.lexeme
        self.advance()
        if not self.at("("):
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
        """What the key that stands here stands for."""
        if usual := _USUAL.match(self.text, self.end):
            self.left -= 5 if usual["call"] else 4 if usual["times"] else 2  # tokens
            self.end = usual.end()
            self.advance()
            text = usual[2] or usual[3] or ""
            return _product(text, 1) if usual["times"] else text
        self.advance()
        self.accept(":")  # without it the key names its value, or begins a method: unknown
        return self._item("}", depth)

    def _array(self, depth: int) -> list[Literal]:
        values: list[Literal] = []
        while not self.accept("]"):
            if not self.accept(","):
                values.append(self._item("]", depth))
        return values

    def _item(self, closer: str, depth: int) -> Literal:
        """One value up to `closer` or a comma; None for an expression this reader does not know."""
        start = self.start
        try:
            value = self.expression(depth)
        except _TooMuch:
            raise
        except LiteralError:
            self.end = start  # where the error stood may be inside a bracket
            self.advance()
            return self._skip_item(closer)
        return value if self.at(",") or self.at(closer) else self._skip_item(closer)

    def _skip_item(self, closer: str) -> Literal:
        """None, after stepping over tokens up to the comma or bracket that ends an item."""
        while not (self.at(",") or self.at(closer)):
            if self.lexeme in _OPENERS:
                self._skip_brackets()
            else:
                self._step()
        return None

    def _skip_brackets(self) -> None:
        """Steps over a bracket and all it holds."""
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
    """`'123' * 1`, the page's way to write a number; None stands for NaN (trap T35, vector V19)."""
    a, b = _number(left), _number(right)
    return None if a is None or b is None else a * b


def _number(value: Literal) -> int | float | None:
    """What JavaScript's Number() makes of a literal, integers of any length; None where that is no finite number."""
    if isinstance(value, (int, float)):
        return value
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    text = value.strip() or "0"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None
