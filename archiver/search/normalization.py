"""Normalise texts for comparison, and map places in a normalised text back to the original text.

Texts and queries are compared in the Unicode form NFKC in lower case: full-width `ＡＩ` and `ai` are the
same, as are `㎏` and `kg`. NFKC can change the length of a text, so an offset in the normalised text is
not one in the original.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

import msgspec

# A span of characters that normalisation may change. The others are the bulk of most texts: Han, kana without
# marks, Hangul syllables, ASCII but for capitals, and the common punctuation that stays as it is. A span begins one
# character earlier, since a combining mark at its start changes the character before it.
_CHANGING = re.compile(
    r".?[^\n -@\[-~\u2014\u2018-\u201d\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+"
)

_DECODER = msgspec.msgpack.Decoder(list[int | str])


@dataclass(frozen=True, slots=True)
class Change:
    """A change that normalisation made: `original` became the characters `start` to `end` of the normalised text."""

    start: int
    end: int
    original: str

    def part(self, start: int, end: int) -> str:
        """Return the part of `original` for the characters `start` to `end` of the normalised text.

        If the change alters the length, the characters cannot be assigned to each other, so all of `original` is
        returned.
        """
        if len(self.original) != self.end - self.start:
            return self.original
        return self.original[max(0, start - self.start) : max(0, end - self.start)]


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """A text in normalised form, and what is needed to restore the original text.

    `changes` are in the order of the text and do not overlap. They may be made while they are read, so that those
    behind the last part that anybody wants are never made.
    """

    text: str
    changes: Iterable[Change] = ()

    def around(self, start: int, end: int) -> NormalizedText:
        """Return the same text with only the changes that are at least partly in the characters `start` to `end`.

        Whoever wants several pieces of this part of a long text is faster with it.
        """
        before_end = takewhile(lambda change: change.start < end, self.changes)
        return NormalizedText(self.text, tuple(change for change in before_end if change.end > start))

    def original(self, start: int = 0, end: int | None = None) -> str:
        """Return the original text for the characters `start` to `end` of the normalised text.

        A change that alters the length cannot be divided: if it is partly in this range, all of its original is
        included.
        """
        end = len(self.text) if end is None else end
        parts, position = [], start
        for change in self.changes:
            if change.end <= start:
                continue
            if change.start >= end:
                break
            parts += [self.text[position : change.start], change.part(start, end)]
            position = change.end
        parts.append(self.text[position:end])
        return "".join(parts)


def normalize(text: str) -> str:
    """Return `text` in the form in which texts and queries are compared: NFKC in lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def normalize_with_changes(text: str) -> NormalizedText:
    """Return `text` in normalised form together with the places that normalisation changes."""
    parts: list[str] = []
    changes: list[Change] = []
    position = length = 0
    for span in _CHANGING.finditer(text):
        new = normalize(span[0])
        if new == span[0]:
            continue
        kept = int(span[0][0] == new[0])  # the character before, unless it is changed, too
        unchanged = text[position : span.start() + kept]
        start = length + len(unchanged)
        parts += [unchanged, new[kept:]]
        changes.append(Change(start, start + len(new) - kept, span[0][kept:]))
        position, length = span.end(), start + len(new) - kept
    parts.append(text[position:])
    whole, normalized = "".join(parts), normalize(text)
    if whole != normalized:  # a rule that looks further than one character, such as the two forms of a small sigma
        changes = [Change(0, len(normalized), text)]
    return NormalizedText(normalized, changes)


def encode_changes(changes: Iterable[Change]) -> bytes:
    """Return changes as compressed bytes.

    For each change, they contain its distance from the end of the change before, its length and the original text.
    """
    flat: list[int | str] = []
    position = 0
    for change in changes:
        flat += (change.start - position, change.end - change.start, change.original)
        position = change.end
    return zlib.compress(msgspec.msgpack.encode(flat))


@dataclass(frozen=True, slots=True)
class StoredChanges:
    """The changes that `encode_changes` stored, of which each is made when it is read."""

    flat: Sequence[int | str]

    def __iter__(self) -> Iterator[Change]:
        """Yield the changes in the order of the text."""
        position = 0
        values = iter(self.flat)
        for distance, length, original in zip(values, values, values, strict=True):
            start = position + int(distance)
            position = start + int(length)
            yield Change(start, position, str(original))


def decode_changes(stored: bytes) -> StoredChanges:
    """Return the changes that `encode_changes` stored."""
    return StoredChanges(_DECODER.decode(zlib.decompress(stored)))
