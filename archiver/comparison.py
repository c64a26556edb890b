"""Compare the texts of two captures of an article. These are pure functions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from archiver.models import Article, LocalFile
from archiver.models.browsing import ComparedLine, PieceKind, TextPiece
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.names import media_name

_CONTEXT = 2  # equal lines that are shown before and after a difference
_SIMILAR = 0.4  # share of equal characters from which two lines count as one that was changed
_LONGEST = 2_000  # characters of a line whose words are compared
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
    groups = list(difflib.SequenceMatcher(None, olds, news, autojunk=False).get_grouped_opcodes(_CONTEXT))
    lines: list[ComparedLine] = []
    position = 0
    for group in groups:
        lines += _skipped(group[0][1] - position)
        for tag, first, last, first_new, last_new in group:
            removed, added = olds[first:last], news[first_new:last_new]
            lines += _whole("same", removed) if tag == "equal" else _replaced(removed, added)
            position = last
    return (*lines, *_skipped(len(olds) - position)) if groups else ()


def _skipped(count: int) -> list[ComparedLine]:
    return [ComparedLine(kind="skipped", count=count)] if count > 0 else []


def _whole(kind: PieceKind, lines: Iterable[str]) -> Iterator[ComparedLine]:
    return (ComparedLine(kind=kind, pieces=(TextPiece(kind, line),)) for line in lines)


def _replaced(removed: Sequence[str], added: Sequence[str]) -> Iterator[ComparedLine]:
    """Yield the lines for a place where `added` stands instead of `removed`. Lines that are similar become one."""
    for old, new in zip_longest(removed, added):
        if old is not None and new is not None and _is_similar(old, new):
            yield ComparedLine(kind="changed", pieces=tuple(_compare_words(old, new)))
            continue
        yield from _whole("removed", [old] if old is not None else [])
        yield from _whole("added", [new] if new is not None else [])


def _is_similar(old: str, new: str) -> bool:
    if max(len(old), len(new)) > _LONGEST:
        return False
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return matcher.quick_ratio() >= _SIMILAR and matcher.ratio() >= _SIMILAR


def _compare_words(old: str, new: str) -> Iterator[TextPiece]:
    olds, news = _PIECE.findall(old), _PIECE.findall(new)
    for tag, first, last, first_new, last_new in difflib.SequenceMatcher(
        None, olds, news, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            yield TextPiece("same", "".join(olds[first:last]))
            continue
        if last > first:
            yield TextPiece("removed", "".join(olds[first:last]))
        if last_new > first_new:
            yield TextPiece("added", "".join(news[first_new:last_new]))
