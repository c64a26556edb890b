"""Recognise what names accounts and no articles: account pages, and OPML files of subscriptions.

WeChat shows which articles an account has only to users who logged in, so neither can be archived.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from archiver.messages.message import message
from archiver.sources.list_files import lines_of, read_list
from archiver.urls import HOST

ACCOUNT_ADVICE = message(
    "the page of an account: WeChat shows nobody without a login which articles it has; list their own addresses"
)
_PATHS = ("/mp/profile_ext", "/mp/getmasssendmsg")
_OPML = re.compile(rb"<opml[\s>]", re.IGNORECASE)
_FEED = re.compile(r"\bxmlUrl\s*=\s*[\"'](https?://[!-~]{1,200}?)[\"']", re.IGNORECASE)


def is_account_page(address: str) -> bool:
    """Return whether the canonical address of a page is that of an account, with the list of its messages."""
    if not any(path in address for path in _PATHS):  # nearly all of a long list
        return False
    parts = urlsplit(address)
    return parts.hostname == HOST and parts.path in _PATHS


def is_opml(beginning: bytes) -> bool:
    """Return whether a file is an OPML file, judged by its first bytes."""
    return bool(_OPML.search(beginning))


def subscriptions_advice(content: bytes) -> str:
    """Return what to do with an OPML file that names feeds and no articles; '' if it names an article.

    The text shows the address of the first feed.
    """
    entries = read_list(lines_of(content), exists=None)
    if any(entry.target and not is_account_page(entry.target.url) for entry in entries):
        return ""
    feed = _FEED.search(content.decode(errors="replace"))
    return message(
        "names accounts or feeds, not articles. WeChat shows nobody without a login which articles an account has; "
        "a feed that lists them is a source in archiver.yml: `feed: {address}`",
        address=unescape(feed[1]) if feed else "ADDRESS",
    )
