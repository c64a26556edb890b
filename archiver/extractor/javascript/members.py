"""An object literal whose members are read when they are asked for: of the server's data, few ever are.

The data of one page has up to 150 members and a whole body among them; to see where each begins costs a tenth of
reading them. What is asked for is read as jsliteral reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archiver.extractor.javascript.literal import EMPTY, MOST, TOKEN, Literal, LiteralError, key_of, read, read_member

# What has to be seen to find the end of an item: brackets and commas, but not those in strings, comments, expressions.
_SIGN = re.compile(
    r"""[^"'`/()\[\]{},]*
    (?: ([()\[\]{},]) | "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | `[^`\\]*(?:\\.[^`\\]*)*`
      | //[^\n]* | /\*.*?(?:\*/|\Z) | /(?![/*])(?:[^/\\\n]|\\.){1,40}/ | / )""",
    re.X | re.S,
)
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


class Members(Mapping[str, Literal]):
    """What an object literal holds, by name."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._starts: dict[str, list[int]] = {}
        self._read: dict[str, Literal] = {}
        for name, place in _members(text, start):
            self._starts.setdefault(name, []).append(place)

    def __getitem__(self, name: str) -> Literal:
        if name not in self._read:
            self._read[name] = self._first(self._starts[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._starts)

    def __len__(self) -> int:
        return len(self._starts)

    def _first(self, places: list[int]) -> Literal:
        """The first that is not empty of what is said under one name, as `read` has it."""
        value: Literal = None
        for place in places:
            value = read_member(self._text, place)
            if value not in EMPTY:
                break
        return value


def members_of(text: str, start: int) -> Mapping[str, Literal]:
    """The members of the object literal at `start`; LiteralError when there is none."""
    try:
        return Members(text, start)
    except LiteralError:  # brackets that do not fit: reading it all may still make sense of some
        value = read(text, start)[0]
        return value if isinstance(value, dict) else {}


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The names in the object literal at `start` and where they stand."""
    if not text.startswith("{", start):
        raise LiteralError(f"no object at {start}")
    at = start + 1
    for _ in range(MOST):
        token = TOKEN.match(text, at)
        assert token is not None  # its last alternatives match anything
        if token["punct"] == "}":
            return
        if token["punct"] == ",":
            at = token.end()
            continue
        yield key_of(token), at
        at = _end_of_item(text, token.end())
    raise LiteralError("more members than a page has")


def _end_of_item(text: str, at: int) -> int:
    """Where the comma or brace stands that ends the item at `at`."""
    awaited: list[str] = []
    for _ in range(MOST):
        found = _SIGN.match(text, at)
        if found is None:
            break
        sign, at = found[1], found.end()
        if sign in _CLOSERS:
            awaited.append(_CLOSERS[sign])
        elif not awaited and sign in (",", "}"):
            return at - 1
        elif sign not in (None, ",") and (not awaited or awaited.pop() != sign):
            break
    raise LiteralError(f"the item at {at} has no end")
