"""Read a query as the user types it: words that a text must contain, phrases in quotes, and words that it must not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from archiver.search.normalization import normalize
from archiver.search.tokens import is_word_character, starts_word

MAX_SPELLINGS = 256  # of one term, if simplified and traditional characters count as the same

_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One word or phrase of a query.

    `spellings` are the normalised texts of which one must occur. There is more than one only if simplified and
    traditional characters count as the same. `typed` is the term as the user typed it.
    """

    typed: str
    spellings: tuple[str, ...]

    def occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) of each occurrence in a normalised text. Occurrences may overlap.

        An occurrence that begins inside a word of English or the like does not count; see `occurs_in`.
        """
        for spelling in self.spellings:
            position = text.find(spelling)
            is_word = is_word_character(spelling[0])
            while position >= 0:
                if not is_word or starts_word(text, position):
                    yield position, position + len(spelling)
                position = text.find(spelling, position + 1)

    def occurs_in(self, text: str) -> bool:
        """Return whether the term occurs in a normalised text.

        A term whose first character is from a script with spaces, such as English, must stand at the
        beginning of a word: `AI` occurs in `用ai写作` and in `aids`, but not in `email`.
        """
        return next(self.occurrences(text), None) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """The terms that an article must contain, in its title or text, and those that it must not contain."""

    required: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()


def parse_query(words: Iterable[str], variants: Mapping[str, str] | None = None) -> Query:
    """Return the query that the user typed. `words` are the arguments of the command, which are joined with spaces.

    Terms are separated by white space. A term in double quotes may contain spaces. A term after a minus sign must not
    occur. `variants` maps a character to all characters that count as the same, including itself; see variants.py.
    """
    required: dict[str, Term] = {}
    excluded: dict[str, Term] = {}
    for sign, quoted, word in _PART.findall(" ".join(words).replace("\uff02", '"')):
        typed = quoted or word
        text = normalize(typed).strip() if not quoted else normalize(typed)
        if text.strip():
            term = Term(typed=typed, spellings=tuple(_spellings(text, variants or {})))
            (excluded if sign else required)[text] = term
    return Query(required=tuple(required.values()), excluded=tuple(excluded.values()))


def _spellings(text: str, variants: Mapping[str, str]) -> Iterator[str]:
    choices = [dict.fromkeys((character, *variants.get(character, ""))) for character in text]
    return islice(map("".join, product(*choices)), MAX_SPELLINGS)
