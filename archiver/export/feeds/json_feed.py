"""Write a feed in the format JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Mapping

from archiver.export.feeds.identifiers import article_id
from archiver.export.feeds.values import one_line, timestamp
from archiver.models.feeds import ArticleFeed, FeedEntry
from archiver.text import xml_text

_VERSION = "https://jsonfeed.org/version/1.1"


def json_document(feed: ArticleFeed) -> bytes:
    """Return the JSON document of a feed. The format has an address for the next part only."""
    document = _without_empty(
        {
            "version": _VERSION,
            "title": one_line(feed.title) or "archiver",  # the format demands one
            "home_page_url": xml_text(feed.addresses.home),
            "feed_url": xml_text(feed.addresses.own),
            "next_url": xml_text(feed.addresses.next),
            "language": feed.language,
        }
    )
    document["items"] = [_item(entry) for entry in feed.entries]
    return json.dumps(document, ensure_ascii=False).encode()


def _item(entry: FeedEntry) -> dict[str, object]:
    item = _without_empty(
        {
            "id": article_id(entry.key),
            "url": xml_text(entry.url),
            "external_url": xml_text(entry.original),
            "title": one_line(entry.title),
            "summary": xml_text(entry.summary),
            "date_published": timestamp(entry.published) if entry.published else "",
            "date_modified": timestamp(entry.updated),
            "authors": [{"name": name} for name in filter(None, map(one_line, entry.authors))],
            "tags": list(filter(None, map(one_line, entry.tags))),
            "language": entry.language,
        }
    )
    return item | {"content_html": xml_text(entry.html)}


def _without_empty(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}
