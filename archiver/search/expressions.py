"""Translate a query into an expression for SQLite's full-text index."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.search.query import Query, Term
from archiver.search.tokens import is_exact, is_word_character, phrase


def match_expression(query: Query) -> tuple[str, Query]:
    """Return the expression for the full-text index, and a query of the terms that must still be checked in the texts.

    The expression finds every post that contains the required terms, and maybe others, since the index has no
    punctuation. It is '' if no required term has letters or digits.
    """
    asked = {term: _clause(term) for term in (*query.required, *query.excluded)}
    clauses = [asked[term] for term in query.required if asked[term]]
    inexact = tuple(term for term in query.required if not asked[term] or not _is_exact(term))
    excluded = [term for term in query.excluded if clauses and asked[term] and _is_exact(term)]
    match = " AND ".join(clauses)
    for term in excluded:
        match = f"({match}) NOT {asked[term]}"
    return match, Query(required=inexact, excluded=tuple(term for term in query.excluded if term not in excluded))


def has_tokens(term: Term) -> bool:
    """Return whether the index of words can be asked for a term: each spelling has letters or digits."""
    return bool(_clause(term))


def _clause(term: Term) -> str:
    """Return the expression that finds posts with one of the spellings of a term; '' if a spelling has no tokens."""
    phrases = []
    for spelling in term.spellings:
        words, is_prefix = phrase(spelling)
        if _ends_with_lone_character(words, is_prefix=is_prefix):
            words, is_prefix = words[:-1], False
        if not words:
            return ""
        phrases.append(f'"{" ".join(words)}"{" *" if is_prefix else ""}')
    return f"({' OR '.join(phrases)})"


def _is_exact(term: Term) -> bool:
    """Return whether every post that the expression of a term finds contains the term."""
    return all(
        is_exact(spelling) and not _ends_with_lone_character(words, is_prefix=is_prefix)
        for spelling in term.spellings
        for words, is_prefix in [phrase(spelling)]
    )


def _ends_with_lone_character(words: Sequence[str], *, is_prefix: bool) -> bool:
    """Return True for phrases such as `2025 年*`, whose last token is the beginning of many.

    The index would merge the lists of all pairs that begin with this character, which takes longer than reading the
    texts of a page of results. So it is asked for the words before.
    """
    return is_prefix and len(words) > 1 and len(words[-1]) == 1 and not is_word_character(words[-1])
