"""What readers see of a post in the page of any engine: words with their formatting, blocks, breaks, tables, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag

MARKS = {"strong": "bold", "b": "bold", "em": "italic", "i": "italic", "del": "struck", "s": "struck",
         "ins": "underlined", "u": "underlined", "sup": "raised", "sub": "lowered", "code": "code"}  # fmt: skip
BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "tr", "td", "th", "div", "ul", "ol", "table"}
Shown = tuple[str, ...]


def article_of(page: str) -> Tag:
    """The element that has the post's text, in a page of the sites that the tests build."""
    found = BeautifulSoup(page, "html.parser").find("article")
    assert isinstance(found, Tag), page[:500]
    return found


def shown(article: Tag) -> list[Shown]:
    """What is seen, in order: characters with their marks and link, breaks, the ends of blocks, code, pictures."""
    seen: list[Shown] = []
    for token in _tokens(article, frozenset(), ""):
        if token == ("end",) and (not seen or seen[-1] == ("end",)):
            continue
        seen.append(token)
    return seen


def _tokens(node: Tag, marks: frozenset[str], link: str) -> Iterator[Shown]:
    for child in node.children:
        if isinstance(child, NavigableString):
            if type(child) is NavigableString:
                yield from ((char, link, *sorted(marks)) for char in str(child) if not char.isspace())
        elif isinstance(child, Tag):
            yield from _element(child, marks, link)


def _element(node: Tag, marks: frozenset[str], link: str) -> Iterator[Shown]:
    if node.name == "pre" or (node.name == "figure" and "highlight" in (node.get("class") or [])):
        yield ("code", code_text(node))
    elif node.name == "br":
        yield ("break",)
    elif node.name == "hr":
        yield ("rule",)
    elif node.name in ("img", "audio", "video"):
        yield (node.name, _file(str(node.get("src", ""))), str(node.get("alt", "")), link)
    elif node.name == "a":
        href = str(node.get("href", ""))
        yield from _tokens(node, marks, link if href.startswith("#") else address(href))
    elif node.name not in ("script", "style"):
        mark = MARKS.get(node.name)
        inner = marks | {mark} if mark else marks
        is_block = node.name in BLOCKS
        yield from [("end",)] * is_block
        yield from [(node.name, str(node.get("colspan", "")))] * (node.name in ("td", "th"))
        yield from [(node.name,)] * (node.name in ("h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote"))
        yield from _tokens(node, inner, link)
        yield from [("end",)] * is_block


def code_text(node: Tag) -> str:
    """The text of a code block; Hexo puts each into a table of line numbers and lines."""
    lines = node.select("td.code .line")
    if lines:
        return "\n".join(line.get_text() for line in lines).strip("\n")
    return node.get_text().strip("\n")


def address(href: str) -> str:
    """Where a link leads, whatever is percent-encoded in it.

    `https://A.example` is `https://a.example/` (RFC 3986, 6.2.3), which Hexo writes for it.
    """
    found = re.fullmatch(r"(https?://[^/?#]+)/?(.*)", href)
    return unquote(f"{found[1].lower()}/{found[2]}" if found else href)


def _file(source: str) -> str:
    return unquote(urlsplit(source).path.rpartition("/")[2]) if not source.startswith("data:") else "data"
