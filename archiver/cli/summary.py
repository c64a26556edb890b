"""Say in words what became of the articles of a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.app import RunSummary

# In the order of the sums: the word of RunSummary.words, and what is said of a number of articles.
_SUMS = {
    "archived": "{count} archived",
    "updated": "{count} updated",
    "unchanged": "{count} unchanged",
    "skipped": "{count} skipped",
    "left": "{count} left for another run",
    "waiting": "{count} waiting",
    "failed": "{count} failed",
}

# By the pairs of RunSummary.kinds. A state that is not here is named as it is.
_KINDS = {
    ("skipped", "article"): "in the archive already",
    ("skipped", "no page"): "taken out before",
    ("skipped", "deleted"): "gone: their publisher deleted them",
    ("skipped", "violation"): "gone: WeChat took them down",
    ("skipped", "expired"): "gone: a temporary address",
    ("skipped", "invalid"): "gone: WeChat does not know the address",
    ("skipped", "not_article"): "no articles, but other pages",
    ("skipped", "unavailable"): "given up: WeChat did not show them, several times",
    ("skipped", "unknown"): "given up: archiver does not know such a page",
    ("skipped", "truncated"): "given up: the page came cut off each time",
    ("left", "another run"): "left for another run",
    ("waiting", "pause"): "waiting for the next try, which is not due yet",
    ("waiting", "cool-down"): "waiting for the end of WeChat's cool-down",
    ("failed", "no page"): "failed: no page came",
    ("failed", "no address"): "failed: no address of an article",
    ("failed", "not tried"): "failed: not tried",
    ("failed", "verification"): "failed: WeChat showed its wall",
    ("failed", "unavailable"): "failed: WeChat does not show them now",
    ("failed", "migrated"): "failed: the account moved, and the new address gave no article",
    ("failed", "truncated"): "failed: the page came cut off",
    ("failed", "unknown"): "failed: archiver does not know such a page",
}
_WORDS = {
    "archived": "archived",
    "updated": "updated, since they or the settings changed",
    "unchanged": "unchanged",
    "skipped": "skipped: {state}",
    "failed": "failed: {state}",
}


def sums(words: Counter[str]) -> str:
    """Return the numbers of articles in one line, such as '3 archived, 1 waiting, 1 failed'."""
    return ", ".join(text.format(count=words[word]) for word, text in _SUMS.items() if words[word])


def summary_lines(summary: RunSummary) -> Iterator[str]:
    """Yield a line for each kind of result, with its number: first articles, then pictures."""
    order = [*_SUMS]
    for (word, state), count in sorted(summary.kinds.items(), key=lambda item: (order.index(item[0][0]), item[0])):
        yield f"{count:>7,}  {_KINDS.get((word, state)) or _WORDS[word].format(state=state)}"
    if saved := summary.images["saved"]:
        yield f"{saved:>7,}  pictures saved"
    if failed := summary.images["failed"]:
        yield f"{failed:>7,}  pictures not saved"
