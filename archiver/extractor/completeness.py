"""Measure how much of an article's text its Markdown shows.

Characters are counted, not aligned: the time grows with the text alone, a missing paragraph is noticed, another order
is not. Cards do not count, since their words are archiver's and not the page's (docs/design.md, "The body").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archiver.document.references import decode_references
from archiver.document.text import CARD_PATTERN, count_characters, plain_text
from archiver.models import Article

_FRONT_MATTER = re.compile(r"---\n(?:[^\n]*\n)*?---\n")
_BLOCKQUOTE = re.compile(r"\n*((?:>[^\n]*\n)+)")
_FENCE = re.compile(r"(`{3,})[^`]*\Z")
_STRUCTURE = re.compile(r"(?:>|[ \t]|- |[0-9]{1,9}\. |#{1,6} )+")  # literal ones are escaped
_RULE = re.compile(r"---|\|(?: --- \|)+")
# Markup, and what stands for other text than it is written with. Backslashes come first, since they make all others
# literal. They and entities are matched with the plain text behind them, a thousand at once: a page may have millions.
_MARK = re.compile(
    r"(?P<escaped>(?:(?:\\[!-/:-@\[-`{-~]|&#?[A-Za-z0-9]{1,32};)(?:[^\\`!\]<&*\[|]|!(?!\[)){0,1000}){1,1000})"
    r"|`(?P<code>[^`\n]+)`"
    r"|!\[[^\]\n]*\]\([^)\n]*\)|\]\([^)\n]*\)"
    r"|<(?P<address>(?:https?://|mailto:)[^<>\s]+)>"
    rf"|<!--.*?-->|{CARD_PATTERN}|</?[a-z][^<>\n]*>"
    r"|[*\[\]|]"
)


def lost_characters(visible: str, body: str) -> int:
    """Return how many letters and digits of the page's visible text are missing in the canonical body."""
    return (Counter(filter(str.isalnum, visible)) - Counter(plain_text(body))).total()


def text_coverage(article: Article, markdown_body: str) -> float:
    """Return the share of the article's visible characters that its Markdown shows, from 0 to 1.

    White space and cards do not count. Characters that were lost on the way to the canonical body count as not shown;
    of a body without text the share is 1.

    Args:
        article: The article.
        markdown_body: Its Markdown, or a whole post: then front matter and the block that names the source are skipped.
    """
    expected = count_characters(plain_text(article.body, cards=False))
    shown = count_characters("".join(_visible_text(_without_head(article, markdown_body))))
    total = expected.total() + article.lost_characters
    return (expected & shown).total() / total if total else 1.0


def _without_head(article: Article, post: str) -> str:
    front_matter = _FRONT_MATTER.match(post)
    if front_matter is None:
        return post
    quote = _BLOCKQUOTE.match(post, front_matter.end())
    source = article.url or article.account
    is_source = quote is not None and source != "" and source in decode_references(quote[1])
    return post[quote.end() if quote and is_source else front_matter.end() :]


def _visible_text(markdown: str) -> Iterator[str]:
    """Yield what a reader sees of each line; code in fences stands as it is."""
    fence = ""
    for line in markdown.split("\n"):
        start = _STRUCTURE.match(line)
        text = line[start.end() :] if start else line
        if fence:
            if text.strip() == fence:
                fence = ""
            else:
                yield line
        elif opened := _FENCE.match(text):
            fence = opened[1]
        elif not _RULE.fullmatch(text):
            yield _MARK.sub(_text_of_mark, text)


def _text_of_mark(mark: re.Match[str]) -> str:
    """Return the text that a piece of markup stands for."""
    kind = mark.lastgroup
    if kind != "escaped":
        return mark[kind] if kind else ""
    text = mark[0]
    if "\\" in text:  # a literal backslash or ampersand must not make anything of what stands behind it
        text = text.replace("\\\\", "\0").replace("\\&", "\1").replace("\\", "")
        return decode_references(text).replace("\0", "\\").replace("\1", "&")
    return decode_references(text)
