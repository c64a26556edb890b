"""Say on the terminal the words that stand for codes, such as `deleted`.

A code is the same in every language in JSON, in the catalogue and as the value of an option. In English it is its own
word. In another language, a person reads the word of that language.
"""

from __future__ import annotations

from datetime import datetime

from archiver.cli.help_text import cell_width
from archiver.cli.language import phrase
from archiver.messages import mark_message

# In the order of State, Outcome, Problem and CheckState.
STATES = (
    mark_message("article"), mark_message("deleted"), mark_message("violation"), mark_message("unavailable"),
    mark_message("expired"), mark_message("invalid"), mark_message("migrated"), mark_message("verification"),
    mark_message("truncated"), mark_message("not_article"), mark_message("unknown"),
)  # fmt: skip
OUTCOMES = (
    mark_message("archived"), mark_message("updated"), mark_message("unchanged"), mark_message("skipped"),
    mark_message("failed"), mark_message("conflict"), mark_message("imported"), mark_message("left"),
)  # fmt: skip
PROBLEMS = (
    mark_message("missing"), mark_message("altered"), mark_message("unreadable"), mark_message("link"),
    mark_message("unrecorded"), mark_message("stray"), mark_message("database"),
)  # fmt: skip
CHECKS = (
    mark_message("ok"), mark_message("attention"), mark_message("clock"), mark_message("clock online"),
    mark_message("disk"), mark_message("locale"), mark_message("catalogue"), mark_message("cool-down"),
    mark_message("extras"), mark_message("programs"), mark_message("proxy"), mark_message("certificates"),
    mark_message("page"),
)  # fmt: skip


def word_of(code: str) -> str:
    """Return the word for a code in the user's language; a code that has none is its own word."""
    return phrase(code) if code else ""


def padded(text: str, width: int) -> str:
    """Return a text with spaces behind it, so that it takes at least `width` cells of a terminal."""
    return text + " " * (width - cell_width(text))


def beijing_time(time: datetime) -> str:
    """Return the words for a time, which is that of WeChat's dates."""
    return phrase("{time:%Y-%m-%d %H:%M} Beijing time", time=time)
