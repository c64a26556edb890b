"""The albums and hashtags of an article (wechat-format §3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from archiver.extractor.jsliteral import Literal
from archiver.extractor.reading import Reading, member, members, one_line, outermost, plain

_MOST, _LONGEST = 30, 60  # names, characters of one
_TAGGED = ("picture", "text", "short")  # of ordinary articles "#325" counts as one, too (trap T47)
_BOXES = "descendant::*[contains(@class, 'js_tag')]"
_ITEMS = "descendant::*[contains(@class, 'article-tag__item') and not(contains(@class, 'item-num'))]"


def read_albums(reading: Reading) -> tuple[str, ...]:
    """The titles of the albums (合集) the article is in."""
    return _names(_albums(reading))


def read_topics(reading: Reading, kind: str) -> tuple[str, ...]:
    """The hashtags, without `#`."""
    hashtags = members(member(reading.cgi, "hashtags", "hashtag")) if kind in _TAGGED else []
    return _names((*hashtags, *(member(tag, "tag_name") for tag in _tags(reading) if not _is_album(tag))))


def _albums(reading: Reading) -> Iterator[Literal]:
    yield member(reading.cgi, "appmsgalbuminfo", "title")
    yield from (member(tag, "tag_name") for tag in _tags(reading) if _is_album(tag))
    if not reading.cgi:
        yield from (member(album, "title") for album in members(reading.variable("appmsgalbuminfo")))
        lists = islice(reading.elements("#js_tags", around="js_content"), 1)
        boxes = (box for tags in lists for box in outermost(tags.xpath(_BOXES)))
        yield from (tag.text_content() for box in boxes for tag in outermost(box.xpath(_ITEMS)))


def _tags(reading: Reading) -> list[Literal]:
    return members(member(reading.cgi, "public_tag_info", "tags"))


def _is_album(tag: Literal) -> bool:
    return plain(member(tag, "album_id")) not in ("", "0")


def _names(values: Iterable[Literal]) -> tuple[str, ...]:
    names = (one_line(value).lstrip("#").strip()[:_LONGEST] for value in values)
    return tuple(dict.fromkeys(filter(None, names)))[:_MOST]
