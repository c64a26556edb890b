"""Page → what can be read on it: text, scripts' values, metas, the tree; each worked out once, when first asked for.

Where a value may be found is in wechat-format §3.1; which source is believed first is metadata's to say.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, cast

from archiver import urls
from archiver.extractor import scanner as cut
from archiver.extractor.javascript.assignments import Assignments
from archiver.extractor.javascript.literal import Literal, LiteralError, read_literal
from archiver.extractor.javascript.members import Members, members_of
from archiver.models import Page

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Character sets a saved page may have; others (utf-7, punycode …) exist only to harm. GB 2312 is a part of GB 18030.
_CHARSETS = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "big5": "big5", "utf-16": "utf-16",
             "iso-8859-1": "cp1252", "windows-1252": "cp1252", "shift_jis": "cp932"}  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w-]{1,40})", re.I)
_HEAD = 4096  # bytes of a page in which it may declare its character set

_TRIES = 8  # assignments to one name that are read
_TOKENS = 5_000  # of one assigned value; the largest real one (videoPageInfos) has 1,100
_LOOKED_AT = 50  # elements that one XPath or selector finds

_META = re.compile(rf"<meta(?=[\s/]){cut.ATTRIBUTES}>?")
_META_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|n)")
_A_TAG = re.compile(r"</?a\b[^<>]*>")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class ParsedPage:
    """A page, and what has been read of it so far."""

    page: Page

    @classmethod
    def of(cls, page: Page | ParsedPage) -> ParsedPage:
        """The reading of a page; nothing is read yet. A reading is its own, with all that was read of it."""
        return page if isinstance(page, ParsedPage) else cls(page)

    @cached_property
    def text(self) -> str:
        """The page decoded, without NULs; what is no text becomes U+FFFD."""
        content = self.page.content
        for bom, charset in _BOMS:
            if content.startswith(bom):
                return content[len(bom) :].decode(charset, "replace").replace("\0", "")
        try:
            text = content.decode("utf-8")
            return text.replace("\0", "") if b"\0" in content else text
        except UnicodeDecodeError:
            return content.decode(self._charset, "replace").replace("\0", "")

    @property
    def _charset(self) -> str:
        """What the headers, else the page, declare; WeChat itself has never sent anything but UTF-8."""
        head = self.page.content[:_HEAD].decode("latin-1")
        headers = (value for name, value in self.page.headers if name.lower() == "content-type")
        declared = (match[1].lower() for value in (*headers, head) if (match := _CHARSET.search(value)))
        return _CHARSETS.get(next(declared, ""), "utf-8")

    @cached_property
    def tag_index(self) -> cut.TagIndex:
        """Where the tags of the text stand."""
        return cut.TagIndex(self.text)

    @cached_property
    def assignments(self) -> Assignments:
        """What the inline scripts assign."""
        return Assignments(self.text)

    @cached_property
    def css(self) -> str:
        """What the page's style elements hold, one after the other."""
        return "\n".join(self._styles())

    def _styles(self) -> Iterator[str]:
        for start, end in self.assignments.between:
            while (tag := self.text.find("<style", start, end)) >= 0:
                opened = self.text.find(">", tag) + 1
                start = self.text.find("</style", opened)
                if not opened or start < 0:
                    return
                yield self.text[opened:start]

    def marks(self, word: str) -> bool:
        """Whether a word stands outside of the inline scripts, in a tag or in the text."""
        return any(self.text.find(word, start, end) >= 0 for start, end in self.assignments.between)

    @cached_property
    def cgi(self) -> Mapping[str, Literal]:
        """`window.cgiDataNew`: all that the server knows of the page (since 2025); {} where it is missing."""
        places = chain.from_iterable(self.assignments.of("window.cgiDataNew"))
        objects = (_members(self.text, place) for place in islice(places, _TRIES))
        return next(filter(None, objects), {})

    def values(self, *names: str) -> Iterator[Literal]:
        """The non-empty values assigned to these names in the page's scripts, name after name."""
        for positions in chain.from_iterable(map(self.assignments.of, names)):
            for position in islice(positions, _TRIES):
                value = _literal(self.text, position, _TOKENS)
                if value not in (None, "", [], {}):
                    yield value

    def variable(self, *names: str) -> Literal:
        """The first of `values`, None without one."""
        if names not in self._variables:
            self._variables[names] = next(self.values(*names), None)
        return self._variables[names]

    @cached_property
    def _variables(self) -> dict[tuple[str, ...], Literal]:
        return {}

    def written_into(self, element_id: str) -> Literal:
        """The string that an inline script writes into the element it stands in (§4.6, trap T56); None without one."""
        inner = self.tag_index.inner_html(element_id) or ""
        _, found, rest = inner.partition("innerHTML = ")
        return _literal(rest, 0, _TOKENS) if found else None

    def meta(self, *names: str) -> str:
        """The content of the first non-empty `<meta>` with one of these names or properties (§3.3 R5)."""
        return next((decode_meta(self.metas[name]) for name in names if self.metas.get(name)), "")

    @cached_property
    def metas(self) -> dict[str, str]:
        """The metas' contents as written, by name or property."""
        found: dict[str, str] = {}
        for match in _META.finditer(self.text):
            meta = cut.attributes(match[1])
            if name := meta.get("name") or meta.get("property"):
                found.setdefault(name, meta.get("content") or meta.get("value", ""))
        return found

    @cached_property
    def dom(self) -> HtmlElement:
        """The whole page as a tree, an empty `<html>` for an empty page; no article needs it (issue 6)."""
        return _tree(self.text)

    @cached_property
    def title(self) -> str:
        """What the page's `<title>` says, on one line."""
        return first(map(text_of, map(_tree, islice(self.tag_index.select("title"), _LOOKED_AT))))

    def elements(self, selector: str, around: str = "") -> Iterator[HtmlElement]:
        """The outermost elements that `#id` or `.class` selects, each in a tree of its own; `around` as in Outline."""
        for source in islice(self.tag_index.select(selector, around), _LOOKED_AT):
            yield from _tree(source).xpath("body/*[1]")

    def shown(self, *selectors: str) -> str:
        """The text of the first element with text that one of these selects, on one line."""
        return first(map(text_of, chain.from_iterable(map(self.elements, selectors))))


def plain(value: Literal) -> str:
    """A plain-text field as a reader sees it: entities and hard spaces resolved, LF for lines (§3.3 R2); else ''."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    text = urls.unescape(str(value)).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", text).strip()


def one_line(value: Literal) -> str:
    """A plain-text field without line breaks and runs of spaces; a joiner (U+200D) stays, emoji are made of it."""
    return " ".join(plain(value).split())


def member(value: Literal | Mapping[str, Literal], *path: str) -> Literal:
    """What lies at `path` in nested objects; None when there is no such way."""
    found: object = value
    for name in path:
        found = found.get(name) if isinstance(found, (dict, Members)) else None
    return cast(Literal, found)


def members(value: Literal) -> list[Literal]:
    """The items of an array; of anything else none. An object where an array is expected is its only item (T111)."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) and value else []


def decode_meta(content: str) -> str:
    """A meta's content as plain text: entities, then literal `\\xHH` and `\\n`, then entities again (§3.3 R5)."""
    text = _META_ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else "\n", urls.unescape(content))
    return plain(without_links(urls.unescape(text)))


def first(candidates: Iterable[str]) -> str:
    """The first that is not empty; '' when all are."""
    return next((candidate for candidate in candidates if candidate), "")


def outermost(elements: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """The first of `elements`, in the page's order, less those that stand in one before them.

    A hostile page nests thousands, each with all of the page's text in it (issue 6).
    """
    last = None
    for element in islice(elements, _LOOKED_AT):
        if last is None or last not in element.iterancestors():
            last = element
            yield element


def text_of(element: HtmlElement) -> str:
    """The words of an element on one line."""
    return one_line("".join(words(element)))


def words(element: HtmlElement) -> list[str]:
    """The text nodes of an element, less those of scripts and style sheets in it."""
    return list(element.xpath(".//text()[not(parent::script or parent::style)]"))


def _tree(source: str) -> HtmlElement:
    from lxml import etree, html

    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return html.document_fromstring(cut.limit_attributes(source).encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return html.document_fromstring(b"<html></html>")


def _literal(text: str, start: int, most: int = 200_000) -> Literal:
    try:
        return read_literal(text, start, most)[0]
    except LiteralError:
        return None


def _members(text: str, start: int) -> Mapping[str, Literal]:
    try:
        return members_of(text, start)
    except LiteralError:
        return {}


def without_links(text: str) -> str:
    """`text` less the tags of the links that picture and text posts carry in their words (V13)."""
    return _A_TAG.sub("", text)
