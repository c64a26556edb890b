"""Compare the texts of two captures of an article. These are pure functions."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile, zip_longest

from archiver.models import Article, LocalFile
from archiver.models.browsing import ComparedLine, PieceKind, TextPiece
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.names import media_name

_CONTEXT = 2  # equal lines that are shown before and after a difference
_SIMILAR = 0.4  # share of equal characters from which two lines count as one that was changed
_LONGEST = 2_000  # characters of a line whose words are compared
_MOST_STEPS = 20_000_000  # of one comparison: about a second. A page of the reader waits for it
_PIECE = re.compile(r"[^\W\d_a-zA-Z]|\w+|\s+|[^\w\s]")  # a character of Chinese and other scripts, or a word of Latin


def comparable_text(article: Article) -> str:
    """Return the title, author, account, time of the last edit, statement and body of an article as one text.

    The text is used to compare two captures of an article. In it, a medium is shown by its name in the archive, such as
    `postimg/abc`, and not by its address, because WeChat changes the addresses with every request.
    """
    files = {medium.url: LocalFile(path=media_name(medium), size=0, sha256="") for medium in article.media}
    modified = article.modified.isoformat() if article.modified else ""
    head = (article.title, article.author, article.account, modified, article.statement)
    return "\n".join((*filter(None, head), "", body_markdown(article.body, LinkResolver(files=files)), ""))


def unified_diff(old: str, new: str, old_name: str, new_name: str) -> str:
    """Return the differences between two texts in the format of `diff -u`; '' if the texts are equal.

    `old_name` and `new_name` are the names of the texts in the header, after `---` and `+++`.
    """
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), old_name, new_name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def compare_lines(old: str, new: str) -> tuple[ComparedLine, ...]:
    """Return what differs between two texts, in lines and in the words inside of changed lines; () if nothing does.

    Two equal lines are kept before and after each difference; for the other equal lines, there is one line `skipped`.
    Empty lines, which separate the blocks of Markdown, are left out.
    """
    olds, news = ([line for line in text.splitlines() if line.strip()] for text in (old, new))
    if olds == news:
        return ()
    budget = _Budget()
    parts = list(_aligned(olds, news, budget))
    lines: list[ComparedLine] = []
    for number, (is_equal, removed, added) in enumerate(parts):
        if is_equal:
            lines += _context(removed, is_first=number == 0, is_last=number == len(parts) - 1)
        else:
            lines += _replaced(removed, added, budget)
    return tuple(lines)


class _Budget:
    """The steps that are left for one comparison of two texts."""

    def __init__(self) -> None:
        self.left = _MOST_STEPS

    def allows(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Return True if there are enough steps left for SequenceMatcher to compare two sequences; take them off then.

        It looks at each item and each pair of equal items, again for each place at which the sequences meet.
        """
        counts = Counter(new)
        pairs = sum(counts[item] for item in old)
        steps = (len(old) + pairs) * min(len(old), len(new))
        if steps > self.left:
            return False
        self.left -= steps
        return True


def _aligned(
    old: Sequence[str], new: Sequence[str], budget: _Budget
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Yield the parts of two sequences in their order: whether they are equal, the old part and the new part.

    What is between their common beginning and end is removed and added whole if its comparison would take too long.
    """
    first = _common(old, new)
    last = min(_common(old[::-1], new[::-1]), len(old) - first, len(new) - first)
    olds, news = old[first : len(old) - last], new[first : len(new) - last]
    if first:
        yield True, old[:first], new[:first]
    if budget.allows(olds, news):
        matcher = difflib.SequenceMatcher(None, olds, news, autojunk=False)
        for tag, start, end, start_new, end_new in matcher.get_opcodes():
            yield tag == "equal", olds[start:end], news[start_new:end_new]
    else:
        yield False, olds, ()
        yield False, (), news
    if last:
        yield True, old[len(old) - last :], new[len(new) - last :]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many items are the same at the beginning of both sequences."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _context(equal: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[ComparedLine]:
    """Yield those of equal lines that are near a difference, and one line for the others."""
    before = 0 if is_first else min(_CONTEXT, len(equal))
    after = max(before, len(equal) - (0 if is_last else _CONTEXT))
    yield from _whole("same", equal[:before])
    yield from _skipped(after - before)
    yield from _whole("same", equal[after:])


def _skipped(count: int) -> list[ComparedLine]:
    return [ComparedLine(kind="skipped", count=count)] if count > 0 else []


def _whole(kind: PieceKind, lines: Iterable[str]) -> Iterator[ComparedLine]:
    return (ComparedLine(kind=kind, pieces=(TextPiece(kind, line),)) for line in lines)


def _replaced(removed: Sequence[str], added: Sequence[str], budget: _Budget) -> Iterator[ComparedLine]:
    """Yield the lines for a place where `added` stands instead of `removed`. Lines that are similar become one."""
    for old, new in zip_longest(removed, added):
        if old is not None and new is not None and _is_similar(old, new, budget):
            yield ComparedLine(kind="changed", pieces=tuple(_compare_words(old, new, budget)))
            continue
        yield from _whole("removed", [old] if old is not None else [])
        yield from _whole("added", [new] if new is not None else [])


def _is_similar(old: str, new: str, budget: _Budget) -> bool:
    if max(len(old), len(new)) > _LONGEST:
        return False
    if difflib.SequenceMatcher(None, old, new, autojunk=False).quick_ratio() < _SIMILAR:
        return False
    equal = sum(len(part) for is_equal, part, _ in _aligned(old, new, budget) if is_equal)
    return 2 * equal >= _SIMILAR * (len(old) + len(new))


def _compare_words(old: str, new: str, budget: _Budget) -> Iterator[TextPiece]:
    for is_equal, removed, added in _aligned(_PIECE.findall(old), _PIECE.findall(new), budget):
        if is_equal:
            yield TextPiece("same", "".join(removed))
            continue
        if removed:
            yield TextPiece("removed", "".join(removed))
        if added:
            yield TextPiece("added", "".join(added))
