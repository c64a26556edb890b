"""Decide whether an offset in the bytes of a page is inside code, inside a tag, or in the article's own text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

_STRING = re.compile(
    rb"\\.|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*\"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'|`[^`\\\n]*+(?:\\.[^`\\\n]*+)*`"
)
_MAX_LINE = 200_000  # bytes before and after an offset that are searched for strings
_TAG = re.compile(rb"<[a-z][^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_MAX_TAG = 2_000  # bytes; longer tags are not searched for the values of attributes
_HEAD = 200_000  # bytes at the start of a page in which a `<meta>` is searched for
_INPUT_END = re.compile(rb"put[\s/]")  # the end of `<input`; it is rarer than `<in`, so a search for it is faster
_BEFORE_PROSE = re.compile(
    rb"\b(?:[a-z_]{0,30}content_noencode|content|msg_title|title|msg_desc|desc|digest)[\"']?\s{0,9}[:=]\s{0,9}"
    rb"(?:[a-z.]{1,30}\()?\Z"
)  # the beginning of an assignment to a variable that contains the article's own text
_JSON = (b"{", b"[", b"\\x7b", b"\\x5b", b"\\u007b", b"%7b", b"%257b")


class Regions:
    """The regions of a page: code, tags and strings. Each kind is located when it is first needed.

    Args:
        content: The bytes of the page.
        low: The same bytes in lower case.
        code: The offsets at which regions of code start and end, as `(start, end, start, end, …)`. By default, the
            code is the inline scripts and comments of the page.
    """

    def __init__(self, content: bytes, low: bytes, code: tuple[int, ...] | None = None) -> None:
        self._content, self._low = content, low
        self._line = self._line_end = -1
        self._strings: tuple[list[int], list[int]] = ([], [])
        if code is not None:
            self._code = code

    def is_code(self, position: int) -> bool:
        """Return True if an offset is inside a region of code, by default an inline script or a comment.

        Scripts of the type `text/html` are not code: they are templates and contain the article's text.
        """
        return bisect_right(self._code, position) % 2 == 1

    def is_tag(self, position: int) -> bool:
        """Return True if an offset is between the `<` and the `>` of a start tag outside of code."""
        return bisect_right(self._tags, position) % 2 == 1 and not self.is_code(position)

    def is_attribute(self, position: int) -> bool:
        """Return True if the name of an attribute can be at an offset: inside a start tag, but not inside quotes.

        For example, in `<a key="b">` this is True for the offset of `key`, and False for that of `b`. More than 2,000
        bytes after the start of the tag, quotes are not checked, and the result is True.
        """
        if not self.is_tag(position):
            return False
        start = self._tags[bisect_right(self._tags, position) - 1]
        if position - start > _MAX_TAG:
            return True
        open_ended = _QUOTED.sub(b"", self._low[start:position])
        return b'"' not in open_ended and b"'" not in open_ended

    def string(self, position: int) -> int:
        """Return the offset of the opening quote of the string around an offset in code; -1 if there is no string."""
        if not self._line <= position <= self._line_end:
            self._lex(position)
        starts, ends = self._strings
        index = bisect_right(starts, position) - 1
        return starts[index] if index >= 0 and starts[index] < position < ends[index] else -1

    def is_json(self, string: int) -> bool:
        """Return True if a string in code contains JSON data. `string` is the offset of its opening quote.

        The result is False if the string is the article's own text (`is_prose`), even if that looks like JSON.
        """
        return self._low[string + 1 : string + 40].lstrip().startswith(_JSON) and not self.is_prose(string)

    def is_prose(self, string: int) -> bool:
        """Return True if a string in code contains the article's own text, such as its title or body.

        `string` is the offset of the opening quote.
        """
        return _BEFORE_PROSE.search(self._low, max(0, string - 99), string) is not None

    @cached_property
    def _code(self) -> tuple[int, ...]:
        """The offsets at which inline scripts and comments start and end, as `(start, end, start, end, …)`."""
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
        """Locate all strings in the line of code around an offset and store their offsets in `self`, for `string`."""
        first = max(0, position - _MAX_LINE)
        self._line = self._content.rfind(b"\n", first, position) + 1 or first
        newline = self._content.find(b"\n", position, position + _MAX_LINE)
        self._line_end = newline if newline >= 0 else min(len(self._content), position + _MAX_LINE)
        spans = [match.span() for match in _STRING.finditer(self._content, self._line, self._line_end)]
        self._strings = [start for start, _ in spans], [end for _, end in spans]


def find_field_tags(low: bytes) -> Iterator[tuple[int, int]]:
    """Yield the start and end offset of each tag that may hold a credential: `<input>` and `<meta>`.

    For example, `<input name="key" value="…">` holds one. `<meta>` tags are searched for only in the first 200,000
    bytes of the page, since they belong to its head. `low` is the content of the page in lower case.
    """
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
