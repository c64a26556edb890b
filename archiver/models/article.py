"""Define articles as they are extracted from their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from archiver.models.media import Media
from archiver.models.page import State
from archiver.models.page_format import FormatNote

_NO_IDS = "sha256:"  # begins the key of an article whose page has no ids
SPACES = [char for char in map(chr, range(0x3001)) if char.isspace()]  # all whitespace characters of Unicode, in a list


@dataclass(frozen=True, kw_only=True, slots=True)
class Reprint:
    """The original of a reprinted article, which another account published first.

    `notice` is the text that the reprinting account wrote above the link to the original.
    """

    account: str = ""
    author: str = ""
    url: str = ""
    notice: str = ""  # text that the reprinting account wrote above the link to the original


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """A part of a page that the extractor left out of the body, and the reason.

    This has nothing to do with removing an article from the archive. `step` is the name of the extractor's step that
    left the part out, and `text` is the beginning of its text.
    """

    step: str  # name of the pass of the extractor that removed it
    reason: str
    text: str = ""  # the beginning of the removed text


@dataclass(frozen=True, kw_only=True, slots=True)
class Unavailability:
    """The notice that replaced an article's page: its state, and the time when it was first seen."""

    state: State
    seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """An article as extracted from its page.

    All text except `body` is plain, without HTML entities. A text is '' if the page does not contain the value.

    - `account` is the account's name, `account_id` its id from WeChat (`gh_…`), and `alias` the id that the account
      chose (微信号).
    - `biz`, `mid`, `idx` and `sn` are the ids in the article's address (see urls.Identity).
    - `dated_from` is '' if the page gives a date. If `published` was counted back from words such as 5天前, it is these
      words.
    - `modified` is the time of the last edit.
    - `original` is True if the page is marked as original (原创). `paid` is True if it contained only the free part.
    - `albums` are the titles of the albums that contain the article, and `topics` its topics and hashtags without `#`.
    - `location` is the province or country that WeChat derives from the author's IP address.
    - `statement` is what the author states about the content, such as 内容由AI生成.
    - `source_url` is the link to the original text (阅读原文), `digest` WeChat's short summary (not a hash), and
      `cover` the address of the cover image.
    - `gone` is the notice that WeChat now shows instead; None while the article is online.
    - `removed` has the parts of the page that the extractor left out on purpose. `lost_characters` is the number of
      letters and digits that the page shows but `body` lacks.
    - `format_notes` are the signs in its page that WeChat has changed its format.
    """

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
    type: str = "article"  # one of: article video music audio picture text share short
    published: datetime | None = None
    dated_from: str = ""  # e.g. 5天前: `published` was counted back from the capture; '': the page gives a date
    modified: datetime | None = None
    original: bool = False
    paid: bool = False  # True: the page contained only the free part
    reprint: Reprint | None = None
    albums: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    location: str = ""
    statement: str = ""  # of the author about the content, such as 内容由AI生成
    source_url: str = ""
    digest: str = ""
    cover: str = ""
    gone: Unavailability | None = None  # the notice that its address shows now; None: it is online
    body: str = ""  # canonical HTML, described in docs/design.md, "The body"
    media: tuple[Media, ...] = ()
    removed: tuple[Removal, ...] = ()
    lost_characters: int = 0  # number of letters and digits that the page shows but `body` lacks
    warnings: tuple[str, ...] = ()
    format_notes: tuple[FormatNote, ...] = ()

    @property
    def key(self) -> str:
        """The article's key: `<biz>:<mid>:<idx>`, or `key_without_ids` if one of the three is missing."""
        return f"{self.biz}:{self.mid}:{self.idx}" if self.has_ids else self.key_without_ids

    @property
    def has_ids(self) -> bool:
        """Whether the page gives all of `biz`, `mid` and `idx`, which identify an article.

        A page that was saved by a browser or an extension may have lost them.
        """
        return bool(self.biz and self.mid and self.idx)

    @property
    def key_without_ids(self) -> str:
        """A key made from the content: `sha256:` and 16 hex digits of a digest of account, title and text.

        It is the key of an article whose page has no ids. The catalogue also stores it for other articles (column
        `text_key`), to recognise them in a page that has lost its ids.
        """
        identity = "\n".join((self.account, self.title, self.text)).encode(errors="surrogatepass")
        return f"{_NO_IDS}{sha256(identity).hexdigest()[:16]}"

    @property
    def text(self) -> str:
        """The text of the body without markup and without white space.

        These are left out because a later version of archiver may write them differently for the same page. HTML
        entities are kept.
        """
        text = re.sub("<[^>]*>", "", self.body)
        for space in SPACES:  # re.sub would create a string for each of millions of matches
            text = text.replace(space, "")
        return text


def ids_in_key(key: str) -> tuple[str, str, str] | None:
    """Return (biz, mid, idx) from the key of an article; None for the key of an article whose page has no ids."""
    parts = key.split(":")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) else None
