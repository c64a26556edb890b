"""A feed → the WeChat articles that its items lead to: RSS, RDF and Atom by feed_items, JSON Feed by json."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.errors import FetchError
from archiver.models import Target
from archiver.sources.article_urls import best, words
from archiver.sources.feed_items import FeedItem, read_items

LARGEST = 8 * 2**20  # bytes; feeds with whole articles in them have a few million
_DECLARED = re.compile(rb"""\A\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']""")
# Not every codec of Python's: punycode, for one, takes quadratic time.
_ENCODING = re.compile(r"utf-?8|gbk|gb18030|big5|us-ascii|iso-8859-\d{1,2}|windows-125\d|shift_jis|euc-(?:jp|kr)", re.I)
_ELEMENT = re.compile(r"<[A-Za-z_]")  # before the first one entities are declared, which grow to gigabytes
_PREFIX = re.compile(r"xmlns:([^\s=]{1,99})")
_MOST_PREFIXES = 100
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
    if len(set(_PREFIX.findall(text))) > _MOST_PREFIXES:
        raise FetchError(f"a feed with more than {_MOST_PREFIXES} vocabularies: give another one", concerns=address)
    start = _ELEMENT.search(text)
    read = read_items(text[start.start() :] if start else "")
    if not read.is_feed and not read.items:
        what = "a web page" if "<html" in text[:1000].lower() else "neither RSS, Atom nor JSON Feed"
        raise FetchError(f"this is {what}: give the address of the feed itself", concerns=address)
    return _feed(read.title, map(_article_of, read.items))


def _article_of(item: FeedItem) -> Target | None:
    return best(item.addresses) or (best(item.source.addresses) if item.source else None)


def _feed(title: object, found: Iterable[Target | None]) -> Feed:
    targets = list(found)
    articles = {target.url: target for target in targets if target}
    return Feed(title=words(title), targets=tuple(articles.values()), skipped=targets.count(None))
