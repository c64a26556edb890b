"""The albums and hashtags of an article (wechat-format §3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, member, members, one_line, outermost, plain

_MOST, _LONGEST = 30, 60  # names, characters of one
_TAGGED = ("picture", "text", "short")  # of ordinary articles "#325" counts as one, too (trap T47)
_BOXES = "descendant::*[contains(@class, 'js_tag')]"
_ITEMS = "descendant::*[contains(@class, 'article-tag__item') and not(contains(@class, 'item-num'))]"


def read_albums(parsed: ParsedPage) -> tuple[str, ...]:
    """The titles of the albums (合集) the article is in."""
    return _names(_albums(parsed))


def read_topics(parsed: ParsedPage, kind: str) -> tuple[str, ...]:
    """The hashtags, without `#`."""
    hashtags = members(member(parsed.cgi, "hashtags", "hashtag")) if kind in _TAGGED else []
    return _names((*hashtags, *(member(tag, "tag_name") for tag in _tags(parsed) if not _is_album(tag))))


def _albums(parsed: ParsedPage) -> Iterator[Literal]:
    yield member(parsed.cgi, "appmsgalbuminfo", "title")
    yield from (member(tag, "tag_name") for tag in _tags(parsed) if _is_album(tag))
    if not parsed.cgi:
        yield from (member(album, "title") for album in members(parsed.variable("appmsgalbuminfo")))
        lists = islice(parsed.elements("#js_tags", around="js_content"), 1)
        boxes = (box for tags in lists for box in outermost(tags.xpath(_BOXES)))
        yield from (tag.text_content() for box in boxes for tag in outermost(box.xpath(_ITEMS)))


def _tags(parsed: ParsedPage) -> list[Literal]:
    return members(member(parsed.cgi, "public_tag_info", "tags"))


def _is_album(tag: Literal) -> bool:
    return plain(member(tag, "album_id")) not in ("", "0")


def _names(values: Iterable[Literal]) -> tuple[str, ...]:
    names = (one_line(value).lstrip("#").strip()[:_LONGEST] for value in values)
    return tuple(dict.fromkeys(filter(None, names)))[:_MOST]
