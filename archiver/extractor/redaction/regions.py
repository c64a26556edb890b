"""Tell code, tags and the article's own text apart in a page, at a given offset. Bytes throughout."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

_STRING = re.compile(
    rb"\\.|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*\"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'|`[^`\\\n]*+(?:\\.[^`\\\n]*+)*`"
)
_MAX_LINE = 200_000  # bytes of a line in which strings are told from code
_TAG = re.compile(rb"<[a-z][^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_MAX_TAG = 2_000  # bytes of a tag in which values are told from names
_HEAD = 200_000  # bytes of a page in which a `<meta>` is looked for
_INPUT_END = re.compile(rb"put[\s/]")  # of `<input`: rarer than `<in`, so that a search for it takes less time
_BEFORE_PROSE = re.compile(
    rb"\b(?:[a-z_]{0,30}content_noencode|content|msg_title|title|msg_desc|desc|digest)[\"']?\s{0,9}[:=]\s{0,9}"
    rb"(?:[a-z.]{1,30}\()?\Z"
)  # variables that hold the article's own text
_JSON = (b"{", b"[", b"\\x7b", b"\\x5b", b"\\u007b", b"%7b", b"%257b")


class Regions:
    """The regions of a page; each kind is located when it is first needed."""

    def __init__(self, content: bytes, low: bytes, code: tuple[int, ...] | None = None) -> None:
        self._content, self._low = content, low
        self._line = self._line_end = -1
        self._strings: tuple[list[int], list[int]] = ([], [])
        if code is not None:
            self._code = code

    def is_code(self, position: int) -> bool:
        """Return True in an inline script or a comment; templates (`text/html`) hold the article's text."""
        return bisect_right(self._code, position) % 2 == 1

    def is_tag(self, position: int) -> bool:
        """Return True between the `<` and the `>` of a start tag."""
        return bisect_right(self._tags, position) % 2 == 1 and not self.is_code(position)

    def is_attribute(self, position: int) -> bool:
        """Return True where an attribute of a tag may begin; False inside the value of another one."""
        if not self.is_tag(position):
            return False
        start = self._tags[bisect_right(self._tags, position) - 1]
        if position - start > _MAX_TAG:
            return True
        open_ended = _QUOTED.sub(b"", self._low[start:position])
        return b'"' not in open_ended and b"'" not in open_ended

    def string(self, position: int) -> int:
        """Return the offset of the quote that opens the string around a position of code; -1 outside of strings."""
        if not self._line <= position <= self._line_end:
            self._lex(position)
        starts, ends = self._strings
        index = bisect_right(starts, position) - 1
        return starts[index] if index >= 0 and starts[index] < position < ends[index] else -1

    def is_json(self, string: int) -> bool:
        """Return True if the string whose quote is at `string` holds JSON of the page's program."""
        return self._low[string + 1 : string + 40].lstrip().startswith(_JSON) and not self.is_prose(string)

    def is_prose(self, string: int) -> bool:
        """Return True if the string whose quote is at `string` holds the article's text, which may show code."""
        return _BEFORE_PROSE.search(self._low, max(0, string - 99), string) is not None

    @cached_property
    def _code(self) -> tuple[int, ...]:
        """Starts and ends of scripts and comments, in order."""
        found: list[int] = []
        script, comment, end = self._low.find(b"<script"), self._low.find(b"<!--"), 0
        while script >= 0 or comment >= 0:
            if script < 0 or 0 <= comment < script:
                start, end = comment, self._end_of(b"-->", comment + 2)
                found += [start, end]
            else:
                start, end = self._low.find(b">", script), 0
                end = self._end_of(b"</script", start) if start >= 0 else len(self._low)
                if start >= 0 and b"text/html" not in self._low[script:start]:
                    found += [start, end]
            script = self._low.find(b"<script", end) if 0 <= script < end else script
            comment = self._low.find(b"<!--", end) if 0 <= comment < end else comment
        return tuple(found)

    def _end_of(self, mark: bytes, start: int) -> int:
        end = self._low.find(mark, start)
        return end if end >= 0 else len(self._low)

    @cached_property
    def _tags(self) -> tuple[int, ...]:
        return tuple(offset for tag in _TAG.finditer(self._low) for offset in tag.span())

    def _lex(self, position: int) -> None:
        """Find the strings in the line around a position."""
        first = max(0, position - _MAX_LINE)
        self._line = self._content.rfind(b"\n", first, position) + 1 or first
        newline = self._content.find(b"\n", position, position + _MAX_LINE)
        self._line_end = newline if newline >= 0 else min(len(self._content), position + _MAX_LINE)
        spans = [match.span() for match in _STRING.finditer(self._content, self._line, self._line_end)]
        self._strings = [start for start, _ in spans], [end for _, end in spans]


def find_field_tags(low: bytes) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the tags `<input>`, and of `<meta>` in the head, in a page in lower case."""
    start = low.find(b"<meta", 0, _HEAD)
    while start >= 0:
        yield from _tag(low, start)
        start = low.find(b"<meta", start + 1, _HEAD)
    for found in _INPUT_END.finditer(low):
        if low.startswith(b"<in", found.start() - 3):
            yield from _tag(low, found.start() - 3)


def _tag(low: bytes, start: int) -> Iterator[tuple[int, int]]:
    if tag := _TAG.match(low, start):
        yield tag.span()
