"""What of a page is found again in a rendering of its post, and what was added: recall and precision by column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from tests.corpus.pages import Line

# The marks of measure.js, and the columns that count the characters that bear them.
MARKS = {
    "bold": "bold", "italic": "italic", "code": "inline_code", "link": "links",
    "heading": "headings", "list": "lists", "quote": "quotes", "cell": "table_cells",
    "ruby": "readings", "width": "widths",
}  # fmt: skip
COLUMNS = ("text", "pictures", "code_blocks", "cards", *MARKS.values(), "breaks")
_LONGEST = 30  # characters of an example


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A character, picture, code block or card; `what` is equal for equal ones."""

    kind: str  # a column: text, pictures, code_blocks, cards
    what: str
    gap: str  # before it: "", "line" or "block"
    marks: dict[str, str]


@dataclass(slots=True)
class Count:
    """How many of the page's were found again, and how many of the post's the page has; and some that differ."""

    wanted: int = 0
    found: int = 0
    shown: int = 0
    right: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: Count) -> None:
        """Add the counts of another page."""
        self.wanted += other.wanted
        self.found += other.found
        self.shown += other.shown
        self.right += other.right
        self.examples += other.examples

    @property
    def recall(self) -> float:
        """Return the share of the page's that the post has."""
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """Return the share of the post's that the page has."""
        return self.right / self.shown if self.shown else 1.0


Score = dict[str, Count]


def compare(page: list[Line], post: list[Line]) -> Score:
    """Return the counts of every column for a page and a rendering of its post."""
    wanted, shown = _tokens(page), _tokens(post)
    pairs = _aligned([t.kind + t.what for t in wanted], [t.kind + t.what for t in shown])
    score = {column: Count() for column in COLUMNS}
    _count_tokens(score, wanted, shown, pairs)
    back = {theirs: ours for ours, theirs in pairs.items()}
    written_out = "".join(t.what for t in wanted if t.kind == "text")
    for mark, column in MARKS.items():
        score[column] = _count_marks(mark, (wanted, shown), (pairs, back), written_out)
    score["breaks"] = _count_gaps((wanted, shown), (pairs, back))
    return score


def _tokens(lines: list[Line]) -> list[Token]:
    tokens = [token for gap, *runs in lines for token in _line(gap, runs)]
    ranks = {level: str(rank) for rank, level in enumerate(sorted({t.marks.get("heading", "") for t in tokens} - {""}))}
    for token in tokens:  # a post begins its headings a level lower, below its own title
        if "heading" in token.marks:
            token.marks["heading"] = ranks[token.marks["heading"]]
    if tokens:  # nothing stands before the first
        tokens[0] = Token(kind=tokens[0].kind, what=tokens[0].what, gap="", marks=tokens[0].marks)
    return tokens


def _line(gap: str, runs: list[str | dict[str, Any]]) -> Iterator[Token]:
    for written in runs:
        run = {"text": written} if isinstance(written, str) else written
        marks = _read_marks(run.get("marks", ""))
        for kind, what in _parts(run):
            yield Token(kind=kind, what=what, gap=gap, marks={} if what == " " else dict(marks))
            gap = ""


def _parts(run: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "text" in run:
        yield from (("text", character) for character in run["text"])
    elif "picture" in run:
        yield "pictures", run["picture"]
    elif "code" in run:
        yield "code_blocks", run["code"]
    else:
        yield "cards", run["card"]


def _read_marks(written: str) -> dict[str, str]:
    marks = {}
    for mark in written.split():
        name, _, value = mark.partition("=")
        if name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            name, value = "heading", name
        marks[name] = value
    return marks


def _aligned(ours: list[str], theirs: list[str]) -> dict[int, int]:
    """Return which token of the page is which of the post, in order."""
    start, shorter = 0, min(len(ours), len(theirs))
    while start < shorter and ours[start] == theirs[start]:
        start += 1
    end = 0
    while end < shorter - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    pairs = {index: index for index in range(start)}
    middle = SequenceMatcher(None, ours[start : len(ours) - end], theirs[start : len(theirs) - end], autojunk=False)
    for match in middle.get_matching_blocks():
        pairs |= {start + match.a + i: start + match.b + i for i in range(match.size)}
    return pairs | {len(ours) - i: len(theirs) - i for i in range(1, end + 1)}


def _count_tokens(score: Score, wanted: list[Token], shown: list[Token], pairs: dict[int, int]) -> None:
    matched = set(pairs.values())
    for index, token in enumerate(wanted):
        score[token.kind].wanted += 1
        score[token.kind].found += index in pairs
    for index, token in enumerate(shown):
        score[token.kind].shown += 1
        score[token.kind].right += index in matched
    for word, tokens, known in (("lost", wanted, set(pairs)), ("added", shown, matched)):
        for kind, text in _runs(tokens, [i for i in range(len(tokens)) if i not in known]):
            score[kind].examples.append(f"{word} {text}")


def _count_marks(
    mark: str, sides: tuple[list[Token], list[Token]], ways: tuple[dict[int, int], dict[int, int]], written_out: str
) -> Count:
    count, (wanted, shown), (there, back) = Count(), sides, ways
    lost, added = [], []
    for index, token in enumerate(wanted):
        if mark in token.marks:
            same = index in there and shown[there[index]].marks.get(mark) == token.marks[mark]
            count.wanted, count.found = count.wanted + 1, count.found + same
            lost += [] if same else [index]
    for index, token in enumerate(shown):
        if mark in token.marks:
            ours = wanted[back[index]].marks.get(mark) if index in back else None
            # An address that the page writes out, made one to follow, tells a reader nothing new.
            same = ours == token.marks[mark] or (mark == "link" and ours is None and token.marks[mark] in written_out)
            count.shown, count.right = count.shown + 1, count.right + same
            added += [] if same else [index]
    count.examples += [f"lost on {text}" for _, text in _runs(wanted, lost)]
    count.examples += [f"added on {text}" for _, text in _runs(shown, added)]
    return count


def _count_gaps(sides: tuple[list[Token], list[Token]], ways: tuple[dict[int, int], dict[int, int]]) -> Count:
    count, (wanted, shown), (there, back) = Count(), sides, ways
    for index, token in enumerate(wanted):
        if token.gap:
            same = index in there and shown[there[index]].gap == token.gap
            count.wanted, count.found = count.wanted + 1, count.found + same
            count.examples += [] if same else [f"lost {token.gap} before {_around(wanted, index)}"]
    for index, token in enumerate(shown):
        if token.gap:
            same = index in back and wanted[back[index]].gap == token.gap
            count.shown, count.right = count.shown + 1, count.right + same
            count.examples += [] if same else [f"added {token.gap} before {_around(shown, index)}"]
    return count


def _runs(tokens: list[Token], indexes: list[int]) -> Iterator[tuple[str, str]]:
    """Yield neighbours of one kind as one text."""
    start = 0
    for end in range(1, len(indexes) + 1):
        inside = end < len(indexes) and indexes[end] == indexes[end - 1] + 1
        if not inside or tokens[indexes[end]].kind != tokens[indexes[start]].kind:
            part = tokens[indexes[start] : indexes[end - 1] + 1]
            yield part[0].kind, repr("".join(token.what for token in part)[: _LONGEST * 4])
            start = end


def _around(tokens: list[Token], index: int) -> str:
    return repr("".join(token.what for token in tokens[index : index + _LONGEST])[:_LONGEST])
