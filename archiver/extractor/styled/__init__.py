"""Make a styled article: the body as it looks in its page, as HTML that loads nothing and runs nothing.

The extractor's other result, the canonical body, keeps what Markdown can express. A styled article also keeps colours,
sizes, boxes and the arrangement of content: by a closed list of elements and attributes (vocabulary.py) and of CSS
properties (properties.py), and by the rules of the page's style sheets that apply to the body (rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import cast

from lxml import etree

from archiver.extractor.bodies import RawBody, read_raw_body
from archiver.extractor.metadata import read_metadata
from archiver.extractor.page import ParsedPage
from archiver.extractor.passes.cards import card_media, find_stickers, make_cards
from archiver.extractor.passes.drawings import make_drawings
from archiver.extractor.passes.fields import read_fields
from archiver.extractor.passes.hidden import drop_hidden
from archiver.extractor.passes.hrefs import resolve_links
from archiver.extractor.passes.images import find_images, media_of
from archiver.extractor.passes.originals import restore_addresses, restore_saved_images
from archiver.extractor.passes.oversized import is_oversized, plain_html
from archiver.extractor.passes.tree import DRAWING, Element, parse_body
from archiver.extractor.passes.widgets import drop_widgets
from archiver.extractor.scanner import parse_tag_attributes
from archiver.extractor.styled.rules import BODY_ID, BodyNames, BodyRules, read_rules
from archiver.extractor.styled.writer import MediaReference, Part, write_body
from archiver.models import Article, Media, Page, Removal

_classes_in = cast("Callable[[Element], list[str]]", etree.XPath("descendant::*/@class", smart_strings=False))
_PLAIN_IMAGE = re.compile(r'<img src="([^"]*)" alt="([^"]*)">')


@dataclass(frozen=True, kw_only=True, slots=True)
class StyledPage:
    """The article of a page as it looks there.

    `article` has the metadata, without body and media. `parts` are the HTML inside the body, see `body_html`. `css` are
    the rules of the page for it, and `classes` the body's own classes, which they may name. `media` are the pictures
    and files that the body shows or leads to.
    """

    article: Article
    parts: tuple[Part, ...]
    css: str = ""
    classes: str = ""
    media: tuple[Media, ...] = ()

    def body_html(self, url_of: Callable[[str], str]) -> str:
        """Return the HTML inside the body.

        `url_of` is called with the address of each picture in the page, and returns where the copy is to find it; ''
        for a picture that is not there.
        """
        return "".join(part if isinstance(part, str) else part.html(url_of(part.address)) for part in self.parts)


def read_styled(page: Page | ParsedPage) -> StyledPage:
    """Return the article of a page as it looks there. The page must be one that `classify` calls an article."""
    parsed = ParsedPage.of(page)
    article = read_metadata(parsed)
    raw = read_raw_body(parsed, article.type)
    if is_oversized(raw.html):
        parts = tuple(_plain_parts(plain_html(raw.html, raw.base)))
        return StyledPage(article=article, parts=parts, media=_media(parts, {}))
    body = parse_body(raw.html)
    for run in _passes(raw):
        for _ in run(body) or ():  # what a pass leaves out is reported when the post is written
            pass
    rules = _rules(raw.css, body, _own_classes(parsed))
    parts = tuple(write_body(body, rules.classes))
    known = {medium.url: medium for medium in (*map(media_of, body.iter("img", DRAWING)), *card_media(body))}
    media = _media(parts, known)
    return StyledPage(article=article, parts=parts, css=rules.css, classes=" ".join(rules.own), media=media)


def _passes(raw: RawBody) -> tuple[Callable[[Element], Iterable[Removal] | None], ...]:
    """Return the passes of the extractor that prepare the tree of a body for `write_body`, in their order.

    The other passes interpret how a body looks; here, this is the browser's task.
    """
    return (
        restore_addresses(raw.html),
        restore_saved_images(raw.css, raw.html),
        resolve_links(raw.base),
        make_drawings(raw.css),
        drop_widgets,
        drop_hidden,
        read_fields,
        find_stickers,
        make_cards(raw.videos, raw.accounts),
        find_images,
    )


def _own_classes(parsed: ParsedPage) -> frozenset[str]:
    opened = parsed.tag_index.find(BODY_ID)
    attributes = parse_tag_attributes(opened.attributes) if opened else {}
    return frozenset(attributes.get("class", "").split())


def _rules(css: str, body: Element, own: frozenset[str]) -> BodyRules:
    if not css.strip():
        return BodyRules()
    tags = {str(element.tag) for element in body.iterdescendants(etree.Element)}
    classes = {name for names in _classes_in(body) for name in names.split()}
    return read_rules(css, BodyNames(tags=tags, classes=classes, own=own))


def _plain_parts(html: str) -> Iterator[Part]:
    """Yield the parts of the canonical HTML of a body that is too large to be styled."""
    position = 0
    for found in _PLAIN_IMAGE.finditer(html):
        yield html[position : found.start()]
        yield MediaReference(unescape(found[1]), '<img src="', f'" alt="{found[2]}">')
        position = found.end()
    yield html[position:]


def _media(parts: Iterable[Part], known: dict[str, Media]) -> tuple[Media, ...]:
    """Return the media in `parts`, each once. `known` has those of images and cards by their addresses."""
    addresses = dict.fromkeys(part.address for part in parts if isinstance(part, MediaReference))
    return tuple(known.get(address) or Media(url=address, tries=(address,)) for address in addresses)
