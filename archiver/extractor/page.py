"""Parse a page: its text, the values in its scripts, its metas and elements, each computed when it is first needed.

Where a page has its data is described in docs/wechat-format.md#5-data-in-a-page. Which source is believed first is
decided by the modules of `metadata` and `bodies`.
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
from archiver.extractor import scanner
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

_MAX_ASSIGNMENTS = 8  # to one name that are read
_MAX_TOKENS = 5_000  # of one assigned value; the largest real one (videoPageInfos) has 1,100
_MAX_ELEMENTS = 50  # that one XPath or selector yields

_META = re.compile(rf"<meta(?=[\s/]){scanner.ATTRIBUTES}>?")
_META_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|n)")
_A_TAG = re.compile(r"</?a\b[^<>]*>")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class ParsedPage:
    """A page and what has been read of it so far."""

    page: Page

    @classmethod
    def of(cls, page: Page | ParsedPage) -> ParsedPage:
        """Return a ParsedPage of `page`, of which nothing is read yet; a ParsedPage is returned as it is."""
        return page if isinstance(page, ParsedPage) else cls(page)

    @cached_property
    def text(self) -> str:
        """The page's text without NULs; bytes that are no text become U+FFFD."""
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
        """The character set that the headers or the page declare; WeChat itself only ever sent UTF-8."""
        head = self.page.content[:_HEAD].decode("latin-1")
        headers = (value for name, value in self.page.headers if name.lower() == "content-type")
        declared = (match[1].lower() for value in (*headers, head) if (match := _CHARSET.search(value)))
        return _CHARSETS.get(next(declared, ""), "utf-8")

    @cached_property
    def tag_index(self) -> scanner.TagIndex:
        """The positions of the page's tags."""
        return scanner.TagIndex(self.text)

    @cached_property
    def assignments(self) -> Assignments:
        """The assignments in the page's inline scripts."""
        return Assignments(self.text)

    @cached_property
    def css(self) -> str:
        """The content of the page's style elements, one after the other."""
        return "\n".join(self._styles())

    def _styles(self) -> Iterator[str]:
        for start, end in self.assignments.between:
            while (tag := self.text.find("<style", start, end)) >= 0:
                opened = self.text.find(">", tag) + 1
                start = self.text.find("</style", opened)
                if not opened or start < 0:
                    return
                yield self.text[opened:start]

    def has_outside_scripts(self, word: str) -> bool:
        """Return True if a word stands in a tag or in the text, outside of the inline scripts."""
        return any(self.text.find(word, start, end) >= 0 for start, end in self.assignments.between)

    @cached_property
    def cgi(self) -> Mapping[str, Literal]:
        """The object `window.cgiDataNew` with all that the server knows of the page (since 2025); {} without it."""
        places = chain.from_iterable(self.assignments.of("window.cgiDataNew"))
        objects = (_members(self.text, place) for place in islice(places, _MAX_ASSIGNMENTS))
        return next(filter(None, objects), {})

    def values(self, *names: str) -> Iterator[Literal]:
        """Yield the values that the page's scripts assign to these names, name after name; not the empty ones."""
        for positions in chain.from_iterable(map(self.assignments.of, names)):
            for position in islice(positions, _MAX_ASSIGNMENTS):
                value = _literal(self.text, position, _MAX_TOKENS)
                if value not in (None, "", [], {}):
                    yield value

    def variable(self, *names: str) -> Literal:
        """Return the first of `values`, None if there is none."""
        if names not in self._variables:
            self._variables[names] = next(self.values(*names), None)
        return self._variables[names]

    @cached_property
    def _variables(self) -> dict[tuple[str, ...], Literal]:
        return {}

    def written_into(self, element_id: str) -> Literal:
        """Return the string that an inline script writes into the element it stands in; None if there is none."""
        inner = self.tag_index.inner_html(element_id) or ""
        _, found, rest = inner.partition("innerHTML = ")
        return _literal(rest, 0, _MAX_TOKENS) if found else None

    def meta(self, *names: str) -> str:
        """Return the text of the first non-empty `<meta>` with one of these names or properties; '' without one."""
        return next((decode_meta(self.metas[name]) for name in names if self.metas.get(name)), "")

    @cached_property
    def metas(self) -> dict[str, str]:
        """The undecoded content of each `<meta>`, by its name or property; the first of those with one name."""
        found: dict[str, str] = {}
        for match in _META.finditer(self.text):
            meta = scanner.parse_tag_attributes(match[1])
            if name := meta.get("name") or meta.get("property"):
                found.setdefault(name, meta.get("content") or meta.get("value", ""))
        return found

    @cached_property
    def dom(self) -> HtmlElement:
        """The whole page as a tree, an empty `<html>` for an empty page; slow, so only notices are read in it."""
        return _tree(self.text)

    @cached_property
    def title(self) -> str:
        """The text of the page's `<title>` on one line."""
        return first_text(map(shown_text, map(_tree, islice(self.tag_index.select("title"), _MAX_ELEMENTS))))

    def elements(self, selector: str, around: str = "") -> Iterator[HtmlElement]:
        """Yield the outermost elements that `#id` or `.class` selects, each in a tree of its own.

        Args:
            selector: The selector.
            around: The id of an element in which none is looked for, see TagIndex.select.
        """
        for source in islice(self.tag_index.select(selector, around), _MAX_ELEMENTS):
            yield from _tree(source).xpath("body/*[1]")

    def shown(self, *selectors: str) -> str:
        """Return the text, on one line, of the first element with text that one of these selectors finds."""
        return first_text(map(shown_text, chain.from_iterable(map(self.elements, selectors))))


def as_text(value: Literal) -> str:
    """Return a string or number as the text that a reader sees; '' for any other value.

    Entities are decoded, hard spaces become spaces, lines end with a line feed, invisible characters go.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    text = urls.unescape_entities(str(value)).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", text).strip()


def as_line(value: Literal) -> str:
    """Return a string or number as text on one line; a joiner (U+200D) stays, since emoji are made of it."""
    return " ".join(as_text(value).split())


def member(value: Literal | Mapping[str, Literal], *path: str) -> Literal:
    """Return the value at `path` in nested objects; None if a part of the path is missing."""
    found: object = value
    for name in path:
        found = found.get(name) if isinstance(found, (dict, Members)) else None
    return cast(Literal, found)


def as_list(value: Literal) -> list[Literal]:
    """Return the items of an array; an object in its place is the only item, anything else has none."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) and value else []


def decode_meta(content: str) -> str:
    r"""Return a meta's content as text: entities decoded, then literal `\xHH` and `\n`, then entities again."""
    text = _META_ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else "\n", urls.unescape_entities(content))
    return as_text(without_links(urls.unescape_entities(text)))


def first_text(candidates: Iterable[str]) -> str:
    """Return the first text that is not empty; '' if all are."""
    return next((candidate for candidate in candidates if candidate), "")


def outermost(elements: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the first of `elements`, which are in the page's order, without those inside another of them.

    A hostile page nests thousands, each with all of the page's text in it.
    """
    last = None
    for element in islice(elements, _MAX_ELEMENTS):
        if last is None or last not in element.iterancestors():
            last = element
            yield element


def shown_text(element: HtmlElement) -> str:
    """Return the text of an element on one line, without that of scripts and style sheets."""
    return as_line("".join(text_nodes(element)))


def text_nodes(element: HtmlElement) -> list[str]:
    """Return the text nodes of an element but those of scripts and style sheets in it."""
    return list(element.xpath(".//text()[not(parent::script or parent::style)]"))


def _tree(source: str) -> HtmlElement:
    from lxml import etree, html

    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return html.document_fromstring(scanner.limit_attributes(source).encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return html.document_fromstring(b"<html></html>")


def _literal(text: str, start: int, max_tokens: int = 200_000) -> Literal:
    try:
        return read_literal(text, start, max_tokens)[0]
    except LiteralError:
        return None


def _members(text: str, start: int) -> Mapping[str, Literal]:
    try:
        return members_of(text, start)
    except LiteralError:
        return {}


def without_links(text: str) -> str:
    """Return `text` without the tags of links, which picture and text posts carry in their descriptions."""
    return _A_TAG.sub("", text)
