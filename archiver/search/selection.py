"""Write the statements that select posts in the search index: by words and characters, by conditions, in an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TITLE_WEIGHT, TEXT_WEIGHT = 4.0, 1.0
_ORDERS = {"newest": "p.published DESC, p.id DESC", "oldest": "p.published, p.id"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """The conditions that a post must meet besides containing the words of the query.

    An empty value is no condition. `since` and `until` are in seconds since 1970.
    """

    account: str = ""  # the name, or the id `gh_…`
    since: int | None = None
    until: int | None = None  # excluded
    state: str = ""
    title: str = ""  # text that the title contains, in normalised form
    tag: str = ""
    album: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matches:
    """The expressions for the two full-text indexes; an empty one is no condition.

    `words` is one for the index of words, by which posts are ranked. Those for the index of characters do not rank: a
    post must match each of `characters`, and must not match `without`.
    """

    words: str = ""
    characters: Sequence[str] = ()
    without: str = ""


def selecting(column: str, matches: Matches, conditions: Filter, order: str = "") -> tuple[str, list[object]]:
    """Return the statement that selects a column of the posts `p`, and its values.

    With `order`, the statement ends with the order and a limit, which is the last value and -1: no limit.
    """
    where, values = _conditions(conditions)
    source, by = "posts p", _ORDERS.get(order, _ORDERS["newest"])
    if matches.words:
        source = "words JOIN posts p ON p.id = words.rowid"
        where.insert(0, "words MATCH ?")
        values.insert(0, matches.words)
        if order == "relevance":
            by = f"bm25(words, {TEXT_WEIGHT}, {TITLE_WEIGHT}), {by}"
    # A unary plus keeps SQLite from looking up each of the many posts with a character by its id.
    for expression, test in (*((each, "IN") for each in matches.characters), (matches.without, "NOT IN")):
        if expression:
            where.append(f"+p.id {test} (SELECT rowid FROM characters WHERE characters MATCH ?)")  # noqa: S608
            values.append(expression)
    statement = f"SELECT {column} FROM {source} WHERE {' AND '.join(where)}"  # noqa: S608 - constants
    return (f"{statement} ORDER BY {by} LIMIT ?", [*values, -1]) if order else (statement, values)


def _conditions(conditions: Filter) -> tuple[list[str], list[object]]:
    """Return the SQL conditions on the table `posts`, and their values."""
    where: list[str] = ["p.is_present"]
    values: list[object] = []
    account_column = "account_id" if conditions.account.startswith("gh_") else "account"
    for value, condition in (
        (conditions.account, f"p.{account_column} = ?"),
        (conditions.since, "p.published >= ?"),
        (conditions.until, "p.published < ?"),
        (conditions.state, "p.state = ?"),
        (conditions.title, "EXISTS (SELECT 1 FROM texts t WHERE t.id = p.id AND instr(t.title, ?))"),
        (conditions.tag, "p.id IN (SELECT post FROM labels WHERE kind = 'tag' AND name = ?)"),
        (conditions.album, "p.id IN (SELECT post FROM labels WHERE kind = 'album' AND name = ?)"),
    ):
        if value is not None and value != "":
            where.append(condition)
            values.append(value)
    return where, values
