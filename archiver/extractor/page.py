"""Parse a page: decode its text, and find the values in its scripts, `<meta>` tags and elements.

Each part is computed when it is first needed. The locations of data in a page are described in
docs/reference/wechat-format.md#5-data-in-a-page. If a value occurs in several places, the modules in `metadata` and the
module `bodies` decide which place is used.
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
from archiver.extractor.json_html import html_in_json
from archiver.models import Page

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Character sets that a saved page may declare. Others (utf-7, punycode …) are ignored: only hostile pages use them.
# GB 2312 and GBK are subsets of GB 18030.
_CHARSETS = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "big5": "big5", "utf-16": "utf-16",
             "iso-8859-1": "cp1252", "windows-1252": "cp1252", "shift_jis": "cp932"}  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w-]{1,40})", re.I)
_HEAD = 4096  # bytes of a page in which it may declare its character set

_MAX_ASSIGNMENTS = 8  # number of assignments to one name that are read
_MAX_TOKENS = 5_000  # of one assigned value; the largest real one, videoPageInfos, has 1,100
_MAX_ELEMENTS = 50  # number of elements that one XPath or selector yields at most

_DIGITS = re.compile(r"[0-9]{1,12}")
_META = re.compile(rf"<meta(?=[\s/]){scanner.ATTRIBUTES}>?")
_META_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|n)")
_A_TAG = re.compile(r"</?a\b[^<>]*>")
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


@dataclass(frozen=True)
class ParsedPage:
    """A page with its parsed parts; each part is parsed at its first use and then cached."""

    page: Page

    @classmethod
    def of(cls, page: Page | ParsedPage) -> ParsedPage:
        """Return `page` itself if it is a ParsedPage; otherwise return a new ParsedPage of it."""
        return page if isinstance(page, ParsedPage) else cls(page)

    @cached_property
    def text(self) -> str:
        """The decoded text of the page, without NULs. Bytes that cannot be decoded become U+FFFD."""
        content = html_in_json(self.page.content) or self.page.content
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
        """The name of the Python codec for decoding the page, such as `gb18030`.

        It belongs to the character set that the headers declare or, if they declare none, the page itself. If there is
        no declaration, or the character set is not in _CHARSETS, the codec is `utf-8`. Only saved pages need another
        codec, since WeChat has always sent UTF-8.
        """
        head = self.page.content[:_HEAD].decode("latin-1")
        headers = (value for name, value in self.page.headers if name.lower() == "content-type")
        declared = (match[1].lower() for value in (*headers, head) if (match := _CHARSET.search(value)))
        return _CHARSETS.get(next(declared, ""), "utf-8")

    @cached_property
    def tag_index(self) -> scanner.TagIndex:
        """The index for finding the tags and elements of the page."""
        return scanner.TagIndex(self.text)

    @cached_property
    def assignments(self) -> Assignments:
        """The assignments of literals in the page's inline scripts."""
        return Assignments(self.text)

    @cached_property
    def css(self) -> str:
        """The content of all `<style>` elements of the page, joined by line feeds."""
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
        """Return True if the page contains `word` outside of its inline scripts."""
        return any(self.text.find(word, start, end) >= 0 for start, end in self.assignments.between)

    @cached_property
    def cgi(self) -> Mapping[str, Literal]:
        """The object `window.cgiDataNew` with the server's data about the page; {} if there is none (before 2025)."""
        places = chain.from_iterable(self.assignments.of("window.cgiDataNew"))
        objects = (_members(self.text, place) for place in islice(places, _MAX_ASSIGNMENTS))
        return next(filter(None, objects), {})

    def cgi_data(self, name: str) -> Literal:
        """Return the first non-empty value of the member `name` of the object `window.cgiData`; None if there is none.

        Pages without `cgiDataNew` may have the server's data in this object: video posts, albums, some text posts. A
        page may also assign members one by one, as `window.cgiData.vid = …` or `d.vid = …` (`d` is the same object).
        """
        one_by_one = self.values(f"window.cgiData.{name}", f"d.{name}")
        values = chain((each.get(name) for each in self._cgi_data_objects), one_by_one)
        return next(filter(_is_filled, values), None)

    @cached_property
    def _cgi_data_objects(self) -> list[Mapping[str, Literal]]:
        places = chain.from_iterable(self.assignments.of("window.cgiData"))
        return [_members(self.text, place) for place in islice(places, _MAX_ASSIGNMENTS)]

    def values(self, *names: str) -> Iterator[Literal]:
        """Yield the non-empty values that the page's scripts assign to `names`, in the order of `names`.

        A name is a variable such as `ct`, or a field such as `d.ct`, see Assignments.of.
        """
        for positions in chain.from_iterable(map(self.assignments.of, names)):
            for position in islice(positions, _MAX_ASSIGNMENTS):
                value = _literal(self.text, position, _MAX_TOKENS)
                if _is_filled(value):
                    yield value

    def variable(self, *names: str) -> Literal:
        """Return the first non-empty value that the page's scripts assign to one of `names`; None if there is none.

        A name is a variable such as `ct`, or a field such as `d.ct`. The names are tried in order.
        """
        if names not in self._variables:
            self._variables[names] = next(self.values(*names), None)
        return self._variables[names]

    @cached_property
    def _variables(self) -> dict[tuple[str, ...], Literal]:
        return {}

    def written_into(self, element_id: str) -> Literal:
        """Return the text that a script writes into the element with the id `element_id`; None if there is none.

        In some pages, a text is not in the HTML but in a script inside the element: `….innerHTML = "the text"`.
        """
        inner = self.tag_index.inner_html(element_id) or ""
        _, found, rest = inner.partition("innerHTML = ")
        return _literal(rest, 0, _MAX_TOKENS) if found else None

    def meta(self, *names: str) -> str:
        """Return the text of a `<meta>` tag with one of `names`, such as `og:title`; '' if there is none.

        A name is the value of the tag's attribute `name` or `property`. The names are tried in order, and tags without
        content are skipped. The content is decoded, see decode_meta.
        """
        return next((decode_meta(self.metas[name]) for name in names if self.metas.get(name)), "")

    @cached_property
    def metas(self) -> dict[str, str]:
        """A mapping of the name (or property) of each `<meta>` tag to its content, with entities not decoded.

        If several tags have the same name, the first one is used.
        """
        found: dict[str, str] = {}
        for match in _META.finditer(self.text):
            meta = scanner.parse_tag_attributes(match[1])
            if name := meta.get("name") or meta.get("property"):
                found.setdefault(name, meta.get("content") or meta.get("value", ""))
        return found

    @cached_property
    def dom(self) -> HtmlElement:
        """The whole page as an lxml tree; an empty `<html>` for an empty page.

        Building the tree is slow, so it is used only for pages that are not articles, to find notices and other text.
        """
        return _tree(self.text)

    @cached_property
    def title(self) -> str:
        """The text of the first non-empty `<title>` as one line; '' if there is none."""
        return first_text(map(shown_text, map(_tree, islice(self.tag_index.select("title"), _MAX_ELEMENTS))))

    def elements(self, selector: str, around: str = "") -> Iterator[HtmlElement]:
        """Yield the outermost elements that match a selector, each as a separate lxml tree; at most 50.

        Args:
            selector: `#id`, `.class` or the name of a tag.
            around: The id of an element whose content is not searched, to save time. '' searches the whole page. Only
                selectors of the form `#id` may be combined with it.
        """
        for source in islice(self.tag_index.select(selector, around), _MAX_ELEMENTS):
            yield from _tree(source).xpath("body/*[1]")

    def shown(self, *selectors: str) -> str:
        """Return the text of the first matching element that has any text, as one line; '' if there is none.

        `selectors` have the forms that `elements` accepts and are tried in order.
        """
        return first_text(map(shown_text, chain.from_iterable(map(self.elements, selectors))))


def _is_filled(value: Literal) -> bool:
    return value not in (None, "", [], {})


def as_text(value: Literal) -> str:
    """Convert a string or integer to the text that a reader sees; return '' for any other value.

    Entities are decoded, non-breaking spaces become spaces, and lines end with a line feed. Invisible characters and
    white space at the ends are removed.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    text = urls.unescape_entities(str(value)).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", text).strip()


def as_line(value: Literal) -> str:
    """Convert a value to text like as_text, with each run of white space replaced by one space."""
    return " ".join(as_text(value).split())


def as_integer(value: Literal) -> int:
    """Convert a number in a page, such as the width of an image, to an int; return 0 if it is not valid.

    A valid number has 1 to 12 digits and no sign. It may be a string, such as "640".
    """
    text = as_text(value)
    return int(text) if _DIGITS.fullmatch(text) else 0


def member(value: Literal | Mapping[str, Literal], *path: str) -> Literal:
    """Return the value at `path`, a sequence of keys in nested objects; None if a key is missing."""
    found: object = value
    for name in path:
        found = found.get(name) if isinstance(found, (dict, Members)) else None
    return cast(Literal, found)


def as_list(value: Literal) -> list[Literal]:
    """Return `value` if it is a list, `[value]` if it is a non-empty dict, and [] for anything else.

    WeChat may write a list of one object as the object itself.
    """
    return value if isinstance(value, list) else [value] if isinstance(value, dict) and value else []


def decode_meta(content: str) -> str:
    r"""Return the content of a `<meta>` as text. `<a>` tags in it are removed, and the text between them is kept.

    Entities are decoded, then the escapes `\xHH` and `\n`, then entities again, since pages encode the content twice.
    """
    text = _META_ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else "\n", urls.unescape_entities(content))
    return as_text(without_links(urls.unescape_entities(text)))


def first_text(candidates: Iterable[str]) -> str:
    """Return the first non-empty text; '' if all are empty."""
    return next((candidate for candidate in candidates if candidate), "")


def outermost(elements: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield those of `elements` that are not inside another one of them. Elements after the first 50 are ignored.

    `elements` must be in document order. Inner elements are not needed, since their text is part of the outer element's
    text. On a hostile page with thousands of nested elements, reading the text of each would take quadratic time.
    """
    last = None
    for element in islice(elements, _MAX_ELEMENTS):
        if last is None or last not in element.iterancestors():
            last = element
            yield element


def shown_text(element: HtmlElement) -> str:
    """Return the text of an element as one line, without the content of scripts and style sheets."""
    return as_line("".join(text_nodes(element)))


def text_nodes(element: HtmlElement) -> list[str]:
    """Return the text nodes inside an element, except those of scripts and style sheets."""
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
    """Return `text` without its `<a>` tags. The text between the tags is kept.

    The descriptions of articles of the types `picture` and `text` contain such tags.
    """
    return _A_TAG.sub("", text)
