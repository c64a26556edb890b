"""Read what the attributes of an embedded element say: a title, an account, an address.

WeChat has dozens of embedded elements, and each names its attributes in its own way: `data-nickname`, `music_name`,
`data-miniprogram-title`, or JSON in `data-article-data`. What a value is can be told by the last words of its name.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from archiver import urls
from archiver.extractor.passes.tree import Element

MAX_LENGTH = 200  # maximum length of a text in a card, in characters
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_MAX_ATTRIBUTES = 60
_MAX_VALUE = 100_000  # characters of an attribute; longer ones are skipped
_MAX_READ = 5_000  # characters of a text, of which at most MAX_LENGTH are shown
_MAX_VALUES = 300  # values in the JSON of an attribute

_WORDS = re.compile(r"[-_.:]+|(?<=[a-z])(?=[A-Z])")
_CHINESE = re.compile("[\u3400-\u9fff]")
_ADDRESS = re.compile(r"(?:[a-z]+:)?//|#小程序://|/[a-z-]+/", re.I)
_LINK = re.compile(r"\s*(?:https?:|//|/(?:mp|s)[/?])", re.I)
_TOKEN = re.compile(r"[A-Za-z0-9+/=_%@.-]{24,}|[0-9a-fA-F]{16,}")
_NOTHING = frozenset(("", "0", "1", "true", "false", "null", "undefined", "none", "nan"))
_SKIPPED = frozenset(("id", "class", "style", "src", "data-src", "data-display-src"))

# What a value is, by the last words of its name, the most telling name of each first.
_ROLES = {
    "name": ("nickname", "nick name", "author", "author name", "singer", "artist", "account", "creator name"),
    "title": ("title", "name", "subject", "topic", "keywords", "keyword", "question", "text"),
    "detail": ("address", "desc", "description", "intro", "signature", "digest", "summary", "content"),
    "cover": ("cover", "cover url", "cover img", "coverurl", "imageurl", "image url", "img url", "main img", "image",
              "img", "pic", "pic url", "picurl", "thumb", "thumb url", "product image"),
    "href": ("link", "href", "content url", "jump url", "h5 url", "url"),
}  # fmt: skip
_WORDS_ROLES = ("title", "name", "detail")
_OTHER_NAMES = ("plugin name", "pluginname", "template name", "class name", "user name", "topic name", "event name")
_RANKS = {words: (role, rank) for role, names in _ROLES.items() for rank, words in enumerate(names)}
_LONGEST_NAME = max(words.count(" ") + 1 for words in (*_RANKS, *_OTHER_NAMES))


@dataclass(frozen=True, kw_only=True, slots=True)
class Attributes:
    """What the attributes of an element say to a reader; all are '' if they do not.

    `others` are the remaining values that are words: further titles, names and descriptions, and Chinese words of which
    the name does not tell what they are.
    """

    title: str = ""
    name: str = ""  # of an account or author
    detail: str = ""
    cover: str = ""  # address of an image
    href: str = ""  # address of a page on the web
    others: tuple[str, ...] = ()


def read_attributes(element: Element) -> Attributes:
    """Return what the attributes of an element say, as far as their names tell which value is what.

    An attribute may contain JSON, percent-encoded or not. Values nested in it count like attributes of their own, and
    of several values with equally telling names the first and outermost is used.
    """
    best: dict[str, tuple[int, str]] = {}
    others: dict[str, None] = {}
    for name, value in _values(element):
        role, rank = _role(name)
        text = _text_as(role, value)
        if text and role and (role not in best or rank < best[role][0]):
            text, best[role] = best[role][1] if role in best else "", (rank, text)
        if role in _WORDS_ROLES or _CHINESE.search(text):
            others.setdefault(text)
    found = {role: text for role, (_, text) in best.items()}
    return Attributes(**found, others=tuple(text for text in others if text and text not in found.values()))


def plain(text: str) -> str:
    """Return a value of an attribute as one line of text, at most 200 characters, without tags and entities."""
    text = _INVISIBLE.sub("", re.sub(r"<[^>]{0,500}>", "", urls.unescape_entities(text[:_MAX_READ])))
    return " ".join(text.replace("\u00a0", " ").split())[:MAX_LENGTH]


def media_address(value: str) -> str:
    """Return the address of a medium in an attribute, percent-encoded as a whole or not; '' if it is none."""
    return urls.media(unquote(value) if re.match(r"https?%3A", value, re.I) else value)


def page_address(value: str) -> str:
    """Return the address of a page that anybody can open, from an attribute; '' if it is none.

    It may be relative to WeChat's host. Addresses below `/cgi-bin/` belong to the editor.
    """
    try:
        address = urls.link(urljoin(f"https://{urls.HOST}/", urls.unescape_entities(value.strip())))
        parts = urlsplit(address)
    except ValueError:  # for an incomplete IPv6 address
        return ""
    return "" if parts.hostname == urls.HOST and parts.path.startswith("/cgi-bin/") else address


def _values(element: Element) -> Iterator[tuple[str, str]]:
    """Yield (name, value) for each attribute of an element, and for each value in JSON that an attribute contains."""
    for name, value in islice(element.attrib.items(), _MAX_ATTRIBUTES):
        if name in _SKIPPED or len(value) > _MAX_VALUE:
            continue
        data = _json(str(value))
        yield from [(str(name), str(value))] if data is None else _flattened(str(name), data)


def _json(value: str) -> object:
    """Return the object or list that the JSON in an attribute describes; None if it contains none."""
    text = value.strip()
    text = unquote(text) if text[:3].upper() in ("%7B", "%5B") else text
    if text[:1] not in ("{", "["):
        return None
    for form in (text, urls.unescape_entities(text)):
        try:
            return json.loads(form)
        except (ValueError, RecursionError):
            continue
    return None


def _flattened(name: str, data: object) -> Iterator[tuple[str, str]]:
    """Yield (name, value) for each text in nested data, outer ones first. The name is that of the nearest member.

    A list of texts is one value, in which `、` separates them.
    """
    pending: deque[tuple[str, object]] = deque([(name, data)])
    for _ in range(_MAX_VALUES):
        if not pending:
            return
        name, value = pending.popleft()
        if isinstance(value, dict):
            pending.extend((str(key), member) for key, member in value.items())
        elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            yield name, "、".join(value)
        elif isinstance(value, list):
            pending.extend((name, each) for each in value)
        elif isinstance(value, (str, int)) and not isinstance(value, bool):
            yield name, str(value)


def _role(name: str) -> tuple[str, int]:
    """Return what a value is by its name, and how telling the name is: 0 the most. Return '' if the name is silent."""
    words = _WORDS.sub(" ", name).lower().split()
    for count in range(min(_LONGEST_NAME, len(words)), 0, -1):
        end = " ".join(words[-count:])
        if end in _OTHER_NAMES:
            break
        if end in _RANKS:
            return _RANKS[end]
    return "", 0


def _text_as(role: str, value: str) -> str:
    """Return a value as a card shows it in a role; '' if it does not fit, as a token does not fit as a title."""
    if role == "cover":
        return media_address(value)
    if role == "href":
        return page_address(value) if _LINK.match(value) else ""
    text = plain(unquote(value) if re.search(r"(?:%[0-9A-F]{2}){2}", value, re.I) else value)
    is_words = text.lower() not in _NOTHING and not _ADDRESS.match(text) and not _TOKEN.fullmatch(text)
    return text if is_words and any(map(str.isalnum, text)) else ""
