"""Read the albums and hashtags of an article (docs/reference/wechat-format.md#6-metadata)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, as_line, as_list, as_text, member, outermost

_MAX_NAMES, _MAX_LENGTH = 30, 60  # number of names, and characters of each
_KINDS_WITH_HASHTAGS = ("picture", "text", "short")  # in an ordinary article, `#325` in the text would count as one
_ALBUM_BOXES = "descendant::*[contains(@class, 'js_tag')]"
_ALBUM_ITEMS = "descendant::*[contains(@class, 'article-tag__item') and not(contains(@class, 'item-num'))]"


def read_albums(parsed: ParsedPage) -> tuple[str, ...]:
    """Return the titles of the albums (合集) that contain the article, each once; at most 30.

    Each title is cut after 60 characters.
    """
    return _names(_albums(parsed))


def read_topics(parsed: ParsedPage, kind: str) -> tuple[str, ...]:
    """Return the topics and hashtags of an article without `#`, each once; at most 30.

    - Topics are tags that WeChat lists apart from the text.
    - Hashtags are words after a `#` in the text. They are included only if `kind`, the value of Article.type, is
      `picture`, `text` or `short`. In other articles, a number such as `#325` would count as a hashtag.

    Each topic or hashtag is cut after 60 characters.
    """
    hashtags = as_list(member(parsed.cgi, "hashtags", "hashtag")) if kind in _KINDS_WITH_HASHTAGS else []
    return _names((*hashtags, *(member(tag, "tag_name") for tag in _tags(parsed) if not _is_album(tag))))


def _albums(parsed: ParsedPage) -> Iterator[Literal]:
    yield member(parsed.cgi, "appmsgalbuminfo", "title")
    yield from (member(tag, "tag_name") for tag in _tags(parsed) if _is_album(tag))
    if not parsed.cgi:
        yield from (member(album, "title") for album in as_list(parsed.variable("appmsgalbuminfo")))
        lists = islice(parsed.elements("#js_tags", around="js_content"), 1)
        boxes = (box for tags in lists for box in outermost(tags.xpath(_ALBUM_BOXES)))
        yield from (tag.text_content() for box in boxes for tag in outermost(box.xpath(_ALBUM_ITEMS)))


def _tags(parsed: ParsedPage) -> list[Literal]:
    return as_list(member(parsed.cgi, "public_tag_info", "tags"))


def _is_album(tag: Literal) -> bool:
    return as_text(member(tag, "album_id")) not in ("", "0")


def _names(values: Iterable[Literal]) -> tuple[str, ...]:
    names = (as_line(value).lstrip("#").strip()[:_MAX_LENGTH] for value in values)
    return tuple(dict.fromkeys(filter(None, names)))[:_MAX_NAMES]
