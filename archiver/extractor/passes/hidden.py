"""What a reader never saw: scripts, hidden elements, the editor's marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from archiver.extractor.passes.css import not_shown
from archiver.extractor.passes.tree import Element, drop, text_of
from archiver.models import Removal

_FEWEST = 8  # characters of hidden text that are worth a report


def drop_hidden(body: Element) -> Iterator[Removal]:
    """Drops what `display: none` or its tag keeps off the page; text of some length is reported (§4.2, T89)."""
    for element in list(filter(_is_unseen, body.iterdescendants(etree.Element))):
        tag = element.tag
        text = "" if tag in ("script", "style") else re.sub(r"[\s\u200b-\u200f\ufeff]", "", text_of(element))
        if len(text) >= _FEWEST:
            yield Removal(step="drop_unseen", reason="hidden on the page", text=text[:80])
        drop(element)


def _is_unseen(element: Element) -> bool:
    return not_shown(element.tag, element.get("style", "")) or element.get("hidden") is not None
