"""Index each character of a text by itself, so that a search for one character reads one list.

The index of words has pairs of characters, so it would merge the lists of all pairs that begin with a character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from archiver.search.query import Query, Term
from archiver.search.tokens import first_letters, is_word_character


def character_tokens(*texts: str) -> str:
    """Return the tokens of the characters of normalised texts, the number of each in Unicode, separated by spaces.

    A letter or digit of a script with spaces counts only where a word begins, as in `Term.occurrences`.
    """
    found: set[str] = set()
    for text in texts:
        found.update(character for character in set(text) if not is_word_character(character))
        found.update(first_letters(text))
    return " ".join(map(_token, found))


def any_of(terms: Iterable[Term]) -> str:
    """Return the expression that finds the posts with one of the terms, each of one character, or of their variants."""
    return " OR ".join(f'"{_token(spelling)}"' for term in terms for spelling in term.spellings)


def divided(query: Query, must_rank: Callable[[Term], bool]) -> tuple[Query, Query]:
    """Return a query of the terms that the index of characters answers, and one of the others.

    The first are the terms of one character, but for the required ones of which `must_rank` says that they decide how
    well a post fits, since this index does not tell how often they occur.
    """
    required = {term: _is_character(term) and not must_rank(term) for term in query.required}
    excluded = {term: _is_character(term) for term in query.excluded}

    def part(is_answered: bool) -> Query:
        return Query(
            required=tuple(term for term, answered in required.items() if answered is is_answered),
            excluded=tuple(term for term, answered in excluded.items() if answered is is_answered),
        )

    return part(is_answered=True), part(is_answered=False)


def _is_character(term: Term) -> bool:
    return all(len(spelling) == 1 for spelling in term.spellings)


def _token(character: str) -> str:
    return f"{ord(character):x}"
