"""Read the members of an object literal one at a time, when they are needed.

The server's data in a page is an object of up to 150 members, and few of them are needed. Finding the offsets of all
members takes only a tenth of the time that reading all their values would take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archiver.extractor.javascript.literal import (
    EMPTY,
    MAX_TOKENS,
    TOKEN,
    Literal,
    LiteralError,
    key_of,
    read_literal,
    read_member,
)

# Used to find the end of an item: matches up to the next bracket or comma (group 1), or to the end of a string, comment
# or regular expression, in which brackets and commas do not count.
_SIGN = re.compile(
    r"""[^"'`/()\[\]{},]*
    (?: ([()\[\]{},]) | "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | `[^`\\]*(?:\\.[^`\\]*)*`
      | //[^\n]* | /\*.*?(?:\*/|\Z) | /(?![/*])(?:[^/\\\n]|\\.){1,40}/ | / )""",
    re.X | re.S,
)
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


class Members(Mapping[str, Literal]):
    """The members of an object literal, as a mapping of their names to their values.

    A value is read when it is first looked up; a value that cannot be read is None. The constructor takes the source
    text and the offset of the object's `{`. It raises LiteralError if there is no well-formed object.
    """

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

    def __contains__(self, name: object) -> bool:
        return name in self._starts  # Mapping would read the value

    def __iter__(self) -> Iterator[str]:
        return iter(self._starts)

    def __len__(self) -> int:
        return len(self._starts)

    def _first(self, offsets: list[int]) -> Literal:
        """Return the first non-empty value of a name that an object may contain more than once.

        `offsets` are those of all members with this name. Pages of 2026 repeat `page_info` with an empty value, for
        example. If all values are empty, return the last one.
        """
        value: Literal = None
        for offset in offsets:
            value = read_member(self._text, offset)
            if value not in EMPTY:
                break
        return value


def members_of(text: str, start: int) -> Mapping[str, Literal]:
    """Return the members of the object literal at offset `start` of `text`, as a mapping of names to values.

    - For a well-formed object, each value is read when it is first looked up.
    - For an object that is not well-formed, the mapping has only the members that can be read.
    - For a literal of another kind, such as a string, the mapping is empty.

    Raise LiteralError if nothing can be read at `start`.
    """
    try:
        return Members(text, start)
    except LiteralError:  # unbalanced brackets; read_literal may still get some members
        value = read_literal(text, start)[0]
        return value if isinstance(value, dict) else {}


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield the name and the offset of each member of the object literal at offset `start`.

    Raise LiteralError if there is no well-formed object at `start`.
    """
    if not text.startswith("{", start):
        raise LiteralError(f"no object at {start}")
    at = start + 1
    for _ in range(MAX_TOKENS):
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
    """Return the offset of the comma or brace that ends a member. `at` is the offset at which the member's key ends.

    Raise LiteralError if the member has no end or its brackets do not match.
    """
    expected: list[str] = []  # closing brackets
    for _ in range(MAX_TOKENS):
        found = _SIGN.match(text, at)
        if found is None:
            break
        sign, at = found[1], found.end()
        if sign in _CLOSERS:
            expected.append(_CLOSERS[sign])
        elif not expected and sign in (",", "}"):
            return at - 1
        elif sign not in (None, ",") and (not expected or expected.pop() != sign):
            break
    raise LiteralError(f"the item at {at} has no end")
