"""Read the addresses of WeChat articles from a feed: RSS, RDF, Atom or JSON Feed."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.errors import FetchError
from archiver.messages.message import message
from archiver.models import Target
from archiver.sources.article_urls import best_target, plain_name
from archiver.sources.feed_items import FeedItem, parse_feed_xml

MAX_FEED_SIZE = 8 * 2**20  # bytes; feeds with the full text of articles have a few million
_DECLARED = re.compile(rb"""\A\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']""")
# Only common encodings, because some of Python's codecs, such as punycode, need quadratic time.
_ENCODING = re.compile(r"utf-?8|gbk|gb18030|big5|us-ascii|iso-8859-\d{1,2}|windows-125\d|shift_jis|euc-(?:jp|kr)", re.I)
# The text before the first element is dropped, because it can declare entities that expand to gigabytes.
_ELEMENT = re.compile(r"<[A-Za-z_]")
_PREFIX = re.compile(r"xmlns:([^\s=]{1,99})")
_MAX_PREFIXES = 100
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """The title and the articles of a feed.

    `targets` are in the order of the feed, without duplicates. `skipped` is the number of items without an article's
    address.
    """

    title: str = ""
    targets: tuple[Target, ...] = ()  # in the order of the feed, without duplicates
    skipped: int = 0  # number of items without an address of a WeChat article


def read_feed(content: bytes, address: str) -> Feed:
    """Parse the bytes of a feed and return its articles. `address` is the address of the feed, for errors.

    An item may have several addresses of an article in its links and ids; a short one (`/s/…`) is preferred. If an
    item has no address of an article, those in the item's <source> are used. The text of the item is not searched,
    because it may link to other articles. Raise FetchError if `content` is not a feed, or too large.
    """
    if len(content) > MAX_FEED_SIZE:
        raise FetchError(
            message("a feed of more than {limit} MB: give another one", limit=MAX_FEED_SIZE // 2**20), concerns=address
        )
    text = _decode_feed(content)
    if text.startswith("{"):
        return _read_json_feed(text, address)
    return _read_xml_feed(text, address)


def _decode_feed(content: bytes) -> str:
    """Return the text of a feed, without a byte order mark and without white space around it.

    The encoding is that of the byte order mark. Without one, it is the encoding that the XML declares, if this is a
    common one (_ENCODING), else UTF-8. Invalid bytes are replaced, which does not change addresses, because they are
    ASCII.
    """
    declared = _DECLARED.match(content)
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "")
    if not encoding and declared:
        encoding = declared[1].decode().lower().replace("gb2312", "gb18030")
        encoding = encoding if _ENCODING.fullmatch(encoding) else ""
    try:
        return content.decode(encoding or "utf-8", "replace").strip("\ufeff \t\r\n")
    except LookupError:  # iso-8859-99
        return content.decode("utf-8", "replace").strip("\ufeff \t\r\n")


def _read_json_feed(text: str, address: str) -> Feed:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FetchError(message("the JSON feed is cut off or damaged: try again later"), concerns=address) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise FetchError(message("this JSON is no feed: it has no list `items`"), concerns=address)
    objects = (item if isinstance(item, dict) else {} for item in items)
    return _make_feed(
        feed.get("title"),
        (best_target((item.get("url"), item.get("external_url"), item.get("id"))) for item in objects),
    )


def _read_xml_feed(text: str, address: str) -> Feed:
    if len(set(_PREFIX.findall(text))) > _MAX_PREFIXES:
        raise FetchError(
            message("a feed with more than {max_prefixes} vocabularies: give another one", max_prefixes=_MAX_PREFIXES),
            concerns=address,
        )
    start = _ELEMENT.search(text)
    reader = parse_feed_xml(text[start.start() :] if start else "")
    if not reader.is_feed and not reader.items:
        what = message("a web page") if "<html" in text[:1000].lower() else message("neither RSS, Atom nor JSON Feed")
        raise FetchError(message("this is {what}: give the address of the feed itself", what=what), concerns=address)
    return _make_feed(reader.title, map(_target_of, reader.items))


def _target_of(item: FeedItem) -> Target | None:
    return best_target(item.addresses) or (best_target(item.source.addresses) if item.source else None)


def _make_feed(title: object, item_targets: Iterable[Target | None]) -> Feed:
    """Return a Feed with this title and these articles.

    `item_targets` has one Target for each item of the feed, or None for an item without an article's address.
    """
    targets = list(item_targets)
    articles = {target.url: target for target in targets if target}
    return Feed(title=plain_name(title), targets=tuple(articles.values()), skipped=targets.count(None))
