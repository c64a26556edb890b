"""Write a list of feeds, which programs that follow feeds import (OPML 2.0)."""

from __future__ import annotations

from collections.abc import Iterable

from archiver.export.feeds.values import one_line
from archiver.models.feeds import SubscriptionGroup
from archiver.text import xml_text


def opml_document(title: str, groups: Iterable[SubscriptionGroup]) -> bytes:
    """Return the OPML document of feeds. A group with a title is a folder; groups without feeds are left out."""
    from lxml import etree

    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = one_line(title)
    body = etree.SubElement(root, "body")
    for group in groups:
        if not group.subscriptions:
            continue
        folder = etree.SubElement(body, "outline", text=one_line(group.title)) if group.title else body
        for feed in group.subscriptions:
            name = one_line(feed.title) or feed.url
            # `rss` is the type of every feed in OPML, whatever its format.
            etree.SubElement(
                folder,
                "outline",
                type="rss",
                text=name,
                title=name,
                xmlUrl=xml_text(feed.url),
                htmlUrl=xml_text(feed.home),
            )
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
