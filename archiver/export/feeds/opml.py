"""Write a list of feeds, which programs that follow feeds import (OPML 2.0)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from archiver.export.feeds.values import one_line
from archiver.models.feeds import Subscription, SubscriptionGroup
from archiver.text import xml_text

_SPECIAL = re.compile("[&<>\"']")


def opml_document(title: str, groups: Iterable[SubscriptionGroup]) -> bytes:
    """Return the OPML document of feeds. A group with a title is a folder; groups without feeds are left out."""
    return xml_text("".join(_document(title, groups))).encode()


def _document(title: str, groups: Iterable[SubscriptionGroup]) -> Iterator[str]:
    """Yield the parts of the document: as text, since an archive may have thousands of tags, each with its feed."""
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield f'<opml version="2.0"><head><title>{escape(one_line(title))}</title></head><body>'
    for group in groups:
        if not group.subscriptions:
            continue
        yield f'<outline text="{escape(one_line(group.title))}">' if group.title else ""
        yield from map(_outline, group.subscriptions)
        yield "</outline>" if group.title else ""
    yield "</body></opml>"


def _outline(feed: Subscription) -> str:
    """Return the element of a feed. `rss` is the type of every feed in OPML, whatever its format."""
    name = _escaped(one_line(feed.title) or feed.url)
    url, home = _escaped(feed.url), _escaped(feed.home)
    return f'<outline type="rss" text="{name}" title="{name}" xmlUrl="{url}" htmlUrl="{home}"/>'


def _escaped(text: str) -> str:
    """Return the same as `escape`, which takes as long for a text with nothing to escape."""
    return escape(text) if _SPECIAL.search(text) else text
