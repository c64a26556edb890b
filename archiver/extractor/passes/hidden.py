"""Drop elements that the page does not show: scripts, hidden elements, elements that only the editor uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from archiver.extractor.passes.css import not_shown
from archiver.extractor.passes.tree import Element, drop, normalized_text
from archiver.messages.message import message
from archiver.models import Removal

_MIN_REPORTED = 8  # minimum length of hidden text that is reported, in characters


def drop_hidden(body: Element) -> Iterator[Removal]:
    """Drop elements that are hidden by `display: none`, by the attribute `hidden` or by a tag such as `template`.

    Yield a Removal for each dropped element with at least 8 characters of text, not counting white space. Scripts and
    styles are dropped without a Removal.
    """
    for element in list(filter(_is_hidden, body.iterdescendants(etree.Element))):
        tag = element.tag
        text = "" if tag in ("script", "style") else re.sub(r"[\s\u200b-\u200f\ufeff]", "", normalized_text(element))
        if len(text) >= _MIN_REPORTED:
            yield Removal(step="drop_hidden", reason=message("hidden on the page"), text=text[:80])
        drop(element)


def _is_hidden(element: Element) -> bool:
    return not_shown(element.tag, element.get("style", "")) or element.get("hidden") is not None
