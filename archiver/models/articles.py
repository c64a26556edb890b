"""What a page tells: the article, its media, and what was left out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from archiver.models.pages import State

SPACES = [char for char in map(chr, range(0x3001)) if char.isspace()]  # all there are


@dataclass(frozen=True, kw_only=True, slots=True)
class Reprint:
    """Whose words these are, when the account that published them is not their author."""

    account: str = ""
    author: str = ""
    url: str = ""
    notice: str = ""  # what the sharer wrote above the card


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A picture, sound or film that a body shows; `url` is how the body names it."""

    url: str
    kind: str = "image"  # image | audio | video
    tries: tuple[str, ...] = ()  # addresses in the order to ask them, the best first
    width: int = 0  # px as the page declares it, 0 when it does not; tells a placeholder from the picture
    size: int = 0  # bytes as the page declares them, 0 when it does not


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """Something a pass took out of the body, and why."""

    step: str
    reason: str
    text: str = ""  # the beginning of what it said


@dataclass(frozen=True, kw_only=True, slots=True)
class Unavailability:
    """What stands where an article's page was, and since when that is known."""

    state: State
    seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """An article as its page tells it. Strings are plain text (no entities), empty where the page is silent."""

    title: str = ""
    account: str = ""
    account_id: str = ""
    alias: str = ""
    author: str = ""
    biz: str = ""
    mid: str = ""
    idx: str = ""
    sn: str = ""
    url: str = ""  # the short address where known, else the long one with its living parameters
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
    gone: Unavailability | None = None  # what the archive knows of its page now
    body: str = ""  # canonical HTML, docs/design.md "The body"
    media: tuple[Media, ...] = ()
    removed: tuple[Removal, ...] = ()
    lost_characters: int = 0  # letters and digits that the page's body shows and `body` has not
    warnings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`<biz>:<mid>:<idx>`, or a digest of what the page says when it does not name itself."""
        if self.biz and self.mid and self.idx:
            return f"{self.biz}:{self.mid}:{self.idx}"
        return self.key_without_ids

    @property
    def key_without_ids(self) -> str:
        """The key it has, or had, when its page does not name it."""
        text = re.sub("<[^>]*>", "", self.body)  # not the markup: a better converter must not rename it
        for space in SPACES:  # one by one: a pattern would remember each of the millions that a body may have
            text = text.replace(space, "")
        said = "\n".join((self.account, self.title, text)).encode(errors="surrogatepass")
        return f"sha256:{sha256(said).hexdigest()[:16]}"
