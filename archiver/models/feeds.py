"""Define the articles that a feed has, and the feed itself, as values that no format of feeds shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archiver.models.record import ArticleRecord

FeedFormat = Literal["atom", "json"]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptArticle:
    """An article of the archive, and since when the archive has the text that its post shows.

    `kept` is when the capture that the post shows came into the archive. For a page that was requested it is the time
    of the capture; a page that a browser saved may have come later. `stamp` differs if the file of the post differs.
    """

    article: ArticleRecord
    kept: datetime
    stamp: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LatestArticles:
    """A part of the articles that a request selects, those first that came into the archive last.

    `total` is the number of all articles that the request selects. `changed` is when anything in the archive changed
    last: an article came, was removed, or was seen to be gone; None if the archive is empty.
    """

    articles: tuple[KeptArticle, ...] = ()
    total: int = 0
    changed: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedEntry:
    """An article in a feed. Empty values are left out of the feed.

    `url` is the address of its page in the reader, `original` that at WeChat. `authors` are the account and the author.
    `html` is the text, with a closed list of tags and absolute addresses. `language` is that of the article, as a tag.
    """

    key: str
    title: str
    url: str
    updated: datetime
    published: datetime | None = None
    original: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    summary: str = ""
    html: str = ""
    language: str = "zh-CN"


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedAddresses:
    """The absolute addresses of a part of a feed, of the page that shows the same articles, and of the other parts.

    A part that does not exist has the address ''.
    """

    own: str
    home: str
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleFeed:
    """A feed, or a part of one.

    `subject` says what it is a feed of, such as `("accounts", "南宁市反诈骗")`, and identifies it; its parts have the
    same. `language` is that of the title, as a tag.
    """

    subject: tuple[str, ...]
    title: str
    addresses: FeedAddresses
    updated: datetime
    language: str = "zh-CN"
    entries: tuple[FeedEntry, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A feed to subscribe to: its title, its address, and that of the page that shows the same articles."""

    title: str
    url: str
    home: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionGroup:
    """Feeds of one kind, such as those of the accounts. A group without a title is no folder of its own."""

    title: str = ""
    subscriptions: tuple[Subscription, ...] = ()
