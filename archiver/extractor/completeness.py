"""Measure the share of an article's text that its Markdown shows.

Two texts are compared by how often each character occurs in them. This takes linear time and reveals a missing
paragraph, but not a changed order. Cards, such as the one that replaces a mini program, are not counted, because
archiver wrote their text (docs/design.md, "The body").
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
_SPACES = "\n \u00a0\u3000"  # the usual ones
_RULE = re.compile(r"---|\|(?: --- \|)+")
# Markup, and escapes. Backslashes come first, since they make the characters of all others literal. A match includes up
# to a thousand escapes and entities with the plain text between them, because a page may have millions.
_MARK = re.compile(
    r"(?P<escaped>(?:(?:\\[!-/:-@\[-`{-~]|&#?[A-Za-z0-9]{1,32};)(?:[^\\`!\]<&*\[|]|!(?!\[)){0,1000}){1,1000})"
    r"|`(?P<code>[^`\n]+)`"
    r"|!\[[^\]\n]*\]\([^)\n]*\)|\]\([^)\n]*\)"
    r"|<(?P<address>(?:https?://|mailto:)[^<>\s]+)>"
    rf"|<!--.*?-->|{CARD_PATTERN}|</?[a-z][^<>\n]*>"
    r"|[*\[\]|]"
)


def lost_characters(visible: str, body: str) -> int:
    """Return the number of letters and digits of a visible text that are missing from the canonical body.

    Each occurrence counts: if a letter is three times in `visible` and once in the text of `body`, two are missing.

    Args:
        visible: The text that a reader sees in the body of the page.
        body: The canonical HTML that was made from the body of the page.
    """
    kept = plain_text(body)
    if _contains(kept, visible):
        return 0
    lost = Counter(visible) - Counter(kept)
    return sum(count for character, count in lost.items() if character.isalnum())


def text_coverage(article: Article, markdown_body: str) -> float:
    """Return the share of the article's visible characters that its Markdown shows, from 0 to 1.

    White space is not counted, nor are cards: the texts that archiver writes in place of a mini program or the like.
    The characters that the extractor already lost (Article.lost_characters) count as not shown. The share is 1 if the
    article has no text.

    Args:
        article: The article as extracted.
        markdown_body: The Markdown of the article's body, or the whole post. In a post, the front matter and the
            blockquote with the article's address are skipped.
    """
    expected = plain_text(article.body, cards=False)
    shown = "".join(_visible_text(_without_head(article, markdown_body)))
    if not article.lost_characters and _contains(shown, expected):
        return 1.0
    characters = count_characters(expected)
    total = characters.total() + article.lost_characters
    return (characters & count_characters(shown)).total() / total if total else 1.0


def _contains(text: str, part: str) -> bool:
    """Return True if `text` contains `part`, regardless of white space.

    This is a fast test for the usual case that nothing is lost. If the result is False, the caller has to count the
    characters, which takes much longer.
    """
    for space in _SPACES:  # split() would make a list of millions of words
        text, part = text.replace(space, ""), part.replace(space, "")
    return part in text


def _without_head(article: Article, post: str) -> str:
    front_matter = _FRONT_MATTER.match(post)
    if front_matter is None:
        return post
    quote = _BLOCKQUOTE.match(post, front_matter.end())
    source = article.url or article.account
    is_source = quote is not None and source != "" and source in decode_references(quote[1])
    return post[quote.end() if quote and is_source else front_matter.end() :]


def _visible_text(markdown: str) -> Iterator[str]:
    """Yield the text of each line of Markdown as a reader sees it, without markup.

    Lines inside fenced code are yielded unchanged. Fences and horizontal rules are not yielded.
    """
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
    """Return the text that a reader sees for a piece of Markdown markup, which is a match of _MARK.

    Escapes and entities are decoded. Inline code is returned without backticks, and `<https://…>` without `<` and `>`.
    For all other markup the result is ''.
    """
    kind = mark.lastgroup
    if kind != "escaped":
        return mark[kind] if kind else ""
    text = mark[0]
    if "\\" in text:  # an escaped backslash or ampersand must not form an escape with the text after it
        text = text.replace("\\\\", "\0").replace("\\&", "\1").replace("\\", "")
        return decode_references(text).replace("\0", "\\").replace("\1", "&")
    return decode_references(text)
