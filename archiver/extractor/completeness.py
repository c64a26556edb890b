"""Article and its Markdown → how much of the article's text the Markdown shows.

Characters are counted, not aligned: a text in another order is not noticed, a paragraph that is missing is, and the
time grows with the text alone. A card is no word of the page's, whatever stands in it (docs/design.md, "The body").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archiver.extractor.references import unescape
from archiver.models import Article

_CARD = r"<div class=\"wechat-card[^>]{0,200}>.*?</div>"
_TAG = re.compile(rf"{_CARD}|<[^<>]*>", re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]+")  # no Markdown can hold them

_FRONT_MATTER = re.compile(r"---\n(?:[^\n]*\n)*?---\n")
_QUOTE = re.compile(r"\n*((?:>[^\n]*\n)+)")
_FENCE = re.compile(r"(`{3,})[^`]*\Z")
_STRUCTURE = re.compile(r"(?:>|[ \t]|- |[0-9]{1,9}\. |#{1,6} )+")  # literal ones are escaped
_RULE = re.compile(r"---|\|(?: --- \|)+")
# What is no text, or is another text than it says; the backslash first, it makes all others literal. Literal marks and
# entities are taken with the plain text behind them, up to a thousand at once: a page may have millions.
_MARK = re.compile(
    r"(?P<said>(?:(?:\\[!-/:-@\[-`{-~]|&#?[A-Za-z0-9]{1,32};)(?:[^\\`!\]<&*\[|]|!(?!\[)){0,1000}){1,1000})"
    r"|`(?P<code>[^`\n]+)`"
    r"|!\[[^\]\n]*\]\([^)\n]*\)|\]\([^)\n]*\)"
    r"|<(?P<address>(?:https?://|mailto:)[^<>\s]+)>"
    rf"|<!--.*?-->|{_CARD}|</?[a-z][^<>\n]*>"
    r"|[*\[\]|]"
)


def lost_characters(shown: str, body: str) -> int:
    """How many letters and digits that a page's body shows are missing in its canonical form; a lone `_` is no word."""
    return (Counter(filter(str.isalnum, shown)) - Counter(unescape(_MARKUP.sub("", body)))).total()


def text_coverage(article: Article, markdown_body: str) -> float:
    """The share, from 0 to 1, of the visible characters of the article that its Markdown shows.

    What the page shows and the article's body lost on the way to its canonical form counts as not shown.

    White space and cards do not count; a body without text is shown whole. Of a whole post the front matter and the
    block that names the source are left out.
    """
    wanted = Counter(_squeezed(unescape(_TAG.sub("", article.body))))
    shown = Counter(_squeezed("".join(_shown(_body(article, markdown_body)))))
    total = wanted.total() + article.lost_characters
    return (wanted & shown).total() / total if total else 1.0


def _squeezed(text: str) -> str:
    return _UNSEEN.sub("", "".join(text.split()))


def _body(article: Article, post: str) -> str:
    front_matter = _FRONT_MATTER.match(post)
    if front_matter is None:
        return post
    quote = _QUOTE.match(post, front_matter.end())
    source = article.url or article.account
    is_source = quote is not None and source != "" and source in unescape(quote[1])
    return post[quote.end() if quote and is_source else front_matter.end() :]


def _shown(markdown: str) -> Iterator[str]:
    """What a reader of each line sees; code, in fences, is shown as it stands."""
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
            yield _MARK.sub(_meaning, text)


def _meaning(mark: re.Match[str]) -> str:
    """The text that a mark stands for."""
    kind = mark.lastgroup
    if kind != "said":
        return mark[kind] if kind else ""
    text = mark[0]
    if "\\" in text:  # a literal backslash or ampersand must not make anything of what stands behind it
        text = text.replace("\\\\", "\0").replace("\\&", "\1").replace("\\", "")
        return unescape(text).replace("\0", "\\").replace("\1", "&")
    return unescape(text)
