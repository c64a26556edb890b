"""The public listing of an album (合集) → its articles, twenty an answer (wechat-format §7.1).

No login is needed for it, but it lists **long** links, and since 2026 those meet the wall whoever asks (§1.1): an
album tells which articles there are, and of most of them no more today. Where short links can be had, they serve
better.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from archiver import urls
from archiver.errors import NotWeChat
from archiver.models import Target
from archiver.sources import album_response
from archiver.sources.album_response import AlbumItem, AlbumResponse

MOST_PAGES = 500  # ten thousand articles; an album that goes on has lost its way
_PAGE = 20  # the most that one answer lists
_PATH = "/mp/appmsgalbum"
_ENDPOINT = f"https://{urls.HOST}{_PATH}"
_NUMBER = re.compile(r"[0-9]{1,32}")
_BIZ = re.compile(r"[A-Za-z0-9+/=]{4,64}")

Get = Callable[[str], bytes]
IsKnown = Callable[[Target], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Album:
    """Which album an address names."""

    biz: str
    number: str  # 19 digits, more than a float holds (T46)

    @property
    def address(self) -> str:
        """Its address without tracking: one text for one album."""
        return f"{_ENDPOINT}?__biz={self.biz}&action=getalbum&album_id={self.number}"

    def request(self, last: AlbumItem | None = None, *, reverse: bool = False) -> str:
        """Where its listing stands, behind the item `last`; `reverse`: from its other end."""
        begin = f"&begin_msgid={last.msgid}&begin_itemidx={last.position}" if last else ""
        return (
            f"{_ENDPOINT}?action=getalbum&__biz={self.biz}&album_id={self.number}"
            f"&count={_PAGE}&is_reverse={int(reverse)}&f=json{begin}"
        )


def album(address: str) -> Album:
    """The album that `address` names, as people paste it; NotWeChat when it names none."""
    parts = urlsplit(urls.parse_target(address).url)
    query = dict(parse_qsl(parts.query.replace("+", "%2B")))
    biz, number = query.get("__biz", ""), query.get("album_id", "")
    if parts.path.rstrip("/") != _PATH or not (_BIZ.fullmatch(biz) and _NUMBER.fullmatch(number)):
        raise NotWeChat(f"not an album's address ({_ENDPOINT}?__biz=…&album_id=…): copy it again", concerns=address)
    return Album(biz=biz, number=number)


def is_album(address: str) -> bool:
    """Whether `address` is an album's, as people paste it."""
    try:
        return bool(album(address))
    except NotWeChat:
        return False


class AlbumListing:
    """The articles that an album lists, each once: iterating asks for one answer after the other.

    `get` gives the bytes of an answer and judges walls; what it raises ends the iteration, and what came before
    stands. NotWeChat when `address` is no album's, FetchError when an answer is no listing. `is_known` says whether
    the catalogue has an article, archived or due.

    `last_count` is the `count` of the last listing that `is_complete`, all of whose Targets the catalogue has by now.
    With it the listing ends where the known begins: at its first answer, when the count stands and that answer is all
    known. New articles stand at either end (the order is the owner's choice): when the count changed and the first
    answer is all known, the other end is looked at before all is listed. So it does not see an article that came as
    another went (the count stands), unless it is in the first answer; a listing without `last_count` does.
    """

    def __init__(self, address: str, get: Get, is_known: IsKnown, last_count: int | None = None) -> None:
        self._album = album(address)
        self._get = get
        self._is_known = is_known
        self._last_count = last_count
        self._known: dict[str, bool] = {}  # by the address of each article listed so far
        self._keys: set[str] = set()  # of the items from the beginning on
        self._warnings: list[str] = []
        self.title = ""
        self.account = ""
        self.count: int | None = None  # how many articles the album says it has
        self.is_complete = False  # it came to its end or to what is known: `count` may be the next `last_count`

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the listing, one line each."""
        return tuple(self._warnings)

    def __iter__(self) -> Iterator[Target]:
        last: AlbumItem | None = None
        for page in range(1, MOST_PAGES + 1):
            answer = self._ask(last)
            yield from self._take(answer)
            if stuck := self._stuck(answer, page):
                self._warnings.append(f"the album is not listed whole: {stuck}")
                return
            if self._ends(answer):
                return
            if page == 1 and self._may_grow_behind():
                yield from self._take(behind := self._ask(reverse=True))
                if self._is_caught_up(behind):
                    return
            last = answer.items[-1]

    def _ask(self, last: AlbumItem | None = None, *, reverse: bool = False) -> AlbumResponse:
        content = self._get(self._album.request(last, reverse=reverse))
        answer = album_response.read(content, biz=self._album.biz, concerns=self._album.address)
        self.title = answer.title or self.title
        self.account = answer.account or self.account
        self.count = self.count if answer.count is None else answer.count
        return answer

    def _take(self, answer: AlbumResponse) -> Iterator[Target]:
        """The articles that were not listed before."""
        for item in answer.items:
            if item.target and item.target.url not in self._known:
                self._known[item.target.url] = self._is_known(item.target)
                yield item.target
        nameless = sum(item.target is None for item in answer.items)
        if nameless:
            self._warnings.append(f"the album lists {nameless} without an article's address")

    def _stuck(self, answer: AlbumResponse, page: int) -> str:
        """Why there is no way to the rest of the album, '' when there is."""
        before = len(self._keys)
        self._keys.update(item.key for item in answer.items)
        if page > 1 and answer.items and len(self._keys) == before:
            return "an answer repeats what came before"
        if answer.goes_on and not answer.items:
            return "an empty answer says that more follow"
        if answer.goes_on and not answer.items[-1].msgid:
            return "the last article of an answer has no number to go on from"
        return f"it has more than {MOST_PAGES} answers" if answer.goes_on and page == MOST_PAGES else ""

    def _ends(self, answer: AlbumResponse) -> bool:
        """Whether nothing more is to be asked for."""
        if self._is_caught_up(answer):
            return True
        self.is_complete = not answer.goes_on
        if self.is_complete and self.count not in (None, len(self._keys)):
            self._warnings.append(f"the album says that it has {self.count} articles, and lists {len(self._keys)}")
        return self.is_complete

    def _is_caught_up(self, answer: AlbumResponse) -> bool:
        """Whether what follows is known: as many are new as the count tells, and a known one stands behind them."""
        if self._last_count is None or self.count is None or not answer.items:
            return False
        # of a count that fell nobody can tell how many came while others went
        expected = 0 if self.count == self._last_count else max(1, self.count - self._last_count)
        last = answer.items[-1].target
        self.is_complete = last is not None and self._known[last.url] and self._new >= expected
        return self.is_complete

    @property
    def _new(self) -> int:
        return sum(not known for known in self._known.values())

    def _may_grow_behind(self) -> bool:
        return self._last_count is not None and bool(self._known) and not self._new
