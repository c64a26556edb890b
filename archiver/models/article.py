"""Articles as read from their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from archiver.models.media import Media
from archiver.models.page import State

SPACES = [char for char in map(chr, range(0x3001)) if char.isspace()]  # every whitespace character of Unicode


@dataclass(frozen=True, kw_only=True, slots=True)
class Reprint:
    """The original of an article that another account published first."""

    account: str = ""
    author: str = ""
    url: str = ""
    notice: str = ""  # what the sharer wrote above the card


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """A piece of the page that an extractor pass removed from the body, and why."""

    step: str
    reason: str
    text: str = ""  # the beginning of its text


@dataclass(frozen=True, kw_only=True, slots=True)
class Unavailability:
    """The notice that replaced an article's page: its state, and when it was first seen."""

    state: State
    seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """An article as read from its page. Strings are plain text without entities, empty when the page has no value."""

    title: str = ""
    account: str = ""
    account_id: str = ""
    alias: str = ""
    author: str = ""
    biz: str = ""
    mid: str = ""
    idx: str = ""
    sn: str = ""
    url: str = ""  # the short address where known, else the long one without tracking parameters
    type: str = "article"  # article video music audio picture text share short
    published: datetime | None = None
    modified: datetime | None = None
    original: bool = False
    paid: bool = False  # only the free part was on the page
    reprint: Reprint | None = None
    albums: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    location: str = ""
    source_url: str = ""
    digest: str = ""
    cover: str = ""
    gone: Unavailability | None = None  # the notice that stands at its address now
    body: str = ""  # canonical HTML: docs/design.md, "The body"
    media: tuple[Media, ...] = ()
    removed: tuple[Removal, ...] = ()
    lost_characters: int = 0  # count of letters and digits that the page shows and `body` lacks
    warnings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The article's key: `<biz>:<mid>:<idx>`, or a digest of its text when the page lacks one of the three."""
        if self.biz and self.mid and self.idx:
            return f"{self.biz}:{self.mid}:{self.idx}"
        return self.key_without_ids

    @property
    def key_without_ids(self) -> str:
        """The key of the article by its account, title and text alone, as a page without ids has it."""
        # Without markup, so that a later version of the extractor gives the same key.
        text = re.sub("<[^>]*>", "", self.body)
        for space in SPACES:  # re.sub would make a string for each of millions of matches
            text = text.replace(space, "")
        identity = "\n".join((self.account, self.title, text)).encode(errors="surrogatepass")
        return f"sha256:{sha256(identity).hexdigest()[:16]}"
