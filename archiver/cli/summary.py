"""Say in words what became of the articles of a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archiver.cli.language import enumerated, phrase
from archiver.cli.words import word_of
from archiver.messages import mark_message

if TYPE_CHECKING:
    from archiver.app import RunSummary

# In the order of the sums: the word of RunSummary.words, and what is said of a number of articles.
_SUMS = {
    "archived": mark_message("{count} archived"),
    "updated": mark_message("{count} updated"),
    "unchanged": mark_message("{count} unchanged"),
    "skipped": mark_message("{count} skipped"),
    "left": mark_message("{count} left for another run"),
    "waiting": mark_message("{count} waiting"),
    "failed": mark_message("{count} failed"),
}

# By the pairs of RunSummary.kinds. A state that is not here is named as it is.
_KINDS = {
    ("skipped", "article"): mark_message("in the archive already"),
    ("skipped", "no page"): mark_message("taken out before"),
    ("skipped", "deleted"): mark_message("gone: their publisher deleted them"),
    ("skipped", "violation"): mark_message("gone: WeChat took them down"),
    ("skipped", "expired"): mark_message("gone: a temporary address"),
    ("skipped", "invalid"): mark_message("gone: WeChat does not know the address"),
    ("skipped", "not_article"): mark_message("no articles, but other pages"),
    ("skipped", "unavailable"): mark_message("given up: WeChat did not show them, several times"),
    ("skipped", "unknown"): mark_message("given up: archiver does not know such a page"),
    ("skipped", "truncated"): mark_message("given up: the page came cut off each time"),
    ("left", "another run"): mark_message("left for another run"),
    ("waiting", "pause"): mark_message("waiting for the next try, which is not due yet"),
    ("waiting", "cool-down"): mark_message("waiting for the end of WeChat's cool-down"),
    ("failed", "no page"): mark_message("failed: no page came"),
    ("failed", "no address"): mark_message("failed: no address of an article"),
    ("failed", "not tried"): mark_message("failed: not tried"),
    ("failed", "verification"): mark_message("failed: WeChat showed its wall"),
    ("failed", "unavailable"): mark_message("failed: WeChat does not show them now"),
    ("failed", "migrated"): mark_message("failed: the account moved, and the new address gave no article"),
    ("failed", "truncated"): mark_message("failed: the page came cut off"),
    ("failed", "unknown"): mark_message("failed: archiver does not know such a page"),
}
_WORDS = {
    "archived": mark_message("archived"),
    "updated": mark_message("updated, since they or the settings changed"),
    "unchanged": mark_message("unchanged"),
    "skipped": mark_message("skipped: {state}"),
    "failed": mark_message("failed: {state}"),
}


def sums(words: Counter[str]) -> str:
    """Return the numbers of articles in one line, such as '3 archived, 1 waiting, 1 failed'."""
    return enumerated([phrase(text, count=words[word]) for word, text in _SUMS.items() if words[word]])


def summary_lines(summary: RunSummary) -> Iterator[str]:
    """Yield a line for each kind of result, with its number: first articles, then pictures."""
    order = [*_SUMS]
    for (word, state), count in sorted(summary.kinds.items(), key=lambda item: (order.index(item[0][0]), item[0])):
        told = phrase(_KINDS.get((word, state)) or _WORDS[word], state=word_of(state))
        yield f"{count:>7,}  {told}"
    pictures = {
        phrase("pictures saved"): summary.images["saved"], phrase("pictures not saved"): summary.images["failed"],
    }  # fmt: skip
    yield from (f"{count:>7,}  {told}" for told, count in pictures.items() if count)
