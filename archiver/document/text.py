"""Extract the plain text of a canonical body and count its characters."""

from __future__ import annotations

import re
from collections import Counter

from archiver.document.references import decode_references

CARD_PATTERN = r"<div class=\"wechat-card[^>]{0,200}>.*?</div>"
_TAG = re.compile(r"<[^<>]*>")
_TAG_OR_CARD = re.compile(rf"{CARD_PATTERN}|<[^<>]*>", re.DOTALL)
# Control characters, line separators and unpaired surrogates: Markdown cannot contain them.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]+")


def plain_text(html: str, *, cards: bool = True, separator: str = "") -> str:
    """Return the text of canonical HTML with entities decoded.

    Args:
        html: A body, or a part of one.
        cards: Whether to include the text of cards. Archiver writes a card in place of embedded content that Markdown
            cannot express, such as a mini program.
        separator: The text that replaces each tag, and each card that is left out.
    """
    return decode_references((_TAG if cards else _TAG_OR_CARD).sub(separator, html))


def has_text(html: str) -> bool:
    """Return True if canonical HTML contains anything besides tags and white space."""
    return bool(_TAG.sub("", html).strip())


def count_characters(text: str) -> Counter[str]:
    """Return the number of occurrences of each character in `text`.

    White space, control characters and unpaired surrogates are not counted.
    """
    counts = Counter(text)  # megabytes of text have millions of words, but few different characters
    for character in [one for one in counts if one.isspace() or _UNWRITABLE.match(one)]:
        del counts[character]
    return counts
