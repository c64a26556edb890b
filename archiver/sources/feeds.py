"""A feed → the WeChat articles that its items lead to: RSS, RDF and Atom by feedparser, JSON Feed by json.

feedparser is loaded when a feed is read. It gets no more of it than it can bear, for a feed is a stranger's: without
what stands before the first element (there entities are declared that grow to gigabytes, and its expressions take
quadratic time over long prologs), without `xml:base` (which it adds up, level by level), without people's names
(its search for mail addresses is quadratic), and without search fields and references to letters that there are not
(it fails over one).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from typing import Any

from archiver.errors import FetchError
from archiver.models import Target
from archiver.sources.articles import best, words

LARGEST = 8 * 2**20  # bytes; feeds with whole articles in them have a few million
_DECLARED = re.compile(rb"""\A\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']""")
# Not every codec of Python's: punycode, for one, takes quadratic time.
_ENCODING = re.compile(r"utf-?8|gbk|gb18030|big5|us-ascii|iso-8859-\d{1,2}|windows-125\d|shift_jis|euc-(?:jp|kr)", re.I)
_ELEMENT = re.compile(r"<[A-Za-z_]")
_BASE = re.compile(r"(?<!\w)(?:xml:)?base(?=\s*=)", re.IGNORECASE)
_UNREAD = re.compile(
    r"(</?(?:[\w.-]{1,99}:)?)(?:author|contributor|creator|managingeditor|owner|publisher|textinput|webmaster)(?=[\s/>])",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+))")
_PREFIX = re.compile(r"xmlns:([^\s=]{1,99})")
_MOST_PREFIXES = 100  # it compares each element with each of them
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """What a feed holds today."""

    title: str = ""
    targets: tuple[Target, ...] = ()  # in its order, each once
    skipped: int = 0  # items that lead to no article of WeChat's


def read_feed(content: bytes, address: str) -> Feed:
    """The feed that came from `address`; FetchError when it is none.

    The address of an item's article is the first among its links, its id and its source, a short one before a long
    one. The item's text is not looked at: it links to other articles.
    """
    if len(content) > LARGEST:
        raise FetchError(f"a feed of more than {LARGEST // 2**20} MB: give another one", concerns=address)
    text = _text(content)
    if text.startswith("{"):
        return _json_feed(text, address)
    return _xml_feed(text, address)


def _text(content: bytes) -> str:
    """The feed's text, read as it declares: letters that do not fit are replaced, the addresses are ASCII."""
    declared = _DECLARED.match(content)
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not encoding and declared:
        encoding = declared[1].decode().lower().replace("gb2312", "gb18030")
        encoding = encoding if _ENCODING.fullmatch(encoding) else ""
    try:
        return content.decode(encoding or "utf-8", "replace").strip("\ufeff \t\r\n")
    except LookupError:  # iso-8859-99
        return content.decode("utf-8", "replace").strip("\ufeff \t\r\n")


def _json_feed(text: str, address: str) -> Feed:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FetchError("the JSON feed is cut off or damaged: try again later", concerns=address) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise FetchError("this JSON is no feed: it has no list `items`", concerns=address)
    named = (item if isinstance(item, dict) else {} for item in items)
    return _feed(
        feed.get("title"), (best((item.get("url"), item.get("external_url"), item.get("id"))) for item in named)
    )


def _xml_feed(text: str, address: str) -> Feed:
    import feedparser

    document = _bearable(text, address)
    try:  # as a stream: feedparser opens what it takes for an address or a file's name
        parsed = feedparser.parse(
            BytesIO(document.encode("utf-8", "replace")), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # whatever its parts raise: IndexError, KeyError, UnicodeError …
        raise FetchError("the feed is damaged: try again later", concerns=address) from error
    if not parsed.get("version") and not parsed.entries:
        what = "a web page" if "<html" in document[:1000].lower() else "neither RSS, Atom nor JSON Feed"
        raise FetchError(f"this is {what}: give the address of the feed itself", concerns=address)
    return _feed(parsed.feed.get("title"), map(_article_of, parsed.entries))


def _bearable(text: str, address: str) -> str:
    """The feed from its first element on, without what makes feedparser slow."""
    if len(set(_PREFIX.findall(text))) > _MOST_PREFIXES:
        raise FetchError(f"a feed with more than {_MOST_PREFIXES} vocabularies: give another one", concerns=address)
    start = _ELEMENT.search(text)
    document = text[start.start() :] if start else ""
    return _REFERENCE.sub(_letter, _UNREAD.sub(r"\1unread", _BASE.sub("was", document)))


def _letter(reference: re.Match[str]) -> str:
    """A reference to a letter of Unicode's as it is; feeds have halves of emoji too."""
    decimal, hexadecimal = (digits and digits.lstrip("0")[:9] for digits in reference.groups())
    number = int(decimal or "0") if decimal is not None else int(hexadecimal or "0", 16)
    return reference[0] if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "&#65533"


def _article_of(entry: Mapping[str, Any]) -> Target | None:
    source = entry.get("source", {})
    return best(_own_addresses(entry)) or best(chain([source.get("href")], _own_addresses(source)))


def _own_addresses(entry: Mapping[str, Any]) -> Iterator[object]:
    yield entry.get("link")
    yield from (link.get("href") for link in entry.get("links", ()) if link.get("rel", "alternate") == "alternate")
    yield entry.get("id")


def _feed(title: object, found: Iterable[Target | None]) -> Feed:
    targets = list(found)
    articles = {target.url: target for target in targets if target}
    return Feed(title=words(title), targets=tuple(articles.values()), skipped=targets.count(None))
