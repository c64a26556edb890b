"""List the articles of an album (合集) from its public listing, twenty in each response.

It needs no login, but it contains long links, which lead to the verification page since 2026: an album tells which
articles exist, while most of them cannot be fetched by these addresses. Short links are better where there are any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from archiver import urls
from archiver.errors import NotWeChat
from archiver.models import Target
from archiver.sources.album_response import AlbumItem, AlbumResponse, parse_album_response

MAX_PAGES = 500  # ten thousand articles; no album has more, so a longer listing repeats itself
_PAGE_SIZE = 20  # the server lists no more in one response
_PATH = "/mp/appmsgalbum"
_ENDPOINT = f"https://{urls.HOST}{_PATH}"
_NUMBER = re.compile(r"[0-9]{1,32}")
_BIZ = re.compile(r"[A-Za-z0-9+/=]{4,64}")

FetchBytes = Callable[[str], bytes]
IsKnown = Callable[[Target], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Album:
    """The identity of an album."""

    biz: str
    number: str  # 19 digits: more than a float can hold

    @property
    def address(self) -> str:
        """The album's address without tracking parameters, the same for every spelling."""
        return f"{_ENDPOINT}?__biz={self.biz}&action=getalbum&album_id={self.number}"

    def request(self, last: AlbumItem | None = None, *, reverse: bool = False) -> str:
        """Return the address of the next part of the listing: the items after `last`, or the first ones if it is None.

        With `reverse`, the items are listed in the opposite order.
        """
        begin = f"&begin_msgid={last.msgid}&begin_itemidx={last.position}" if last else ""
        return (
            f"{_ENDPOINT}?action=getalbum&__biz={self.biz}&album_id={self.number}"
            f"&count={_PAGE_SIZE}&is_reverse={int(reverse)}&f=json{begin}"
        )


def parse_album(address: str) -> Album:
    """Return the album at an address as people paste it; raise NotWeChat when it is not an album's."""
    parts = urlsplit(urls.parse_target(address).url)
    query = dict(parse_qsl(parts.query.replace("+", "%2B")))
    biz, number = query.get("__biz", ""), query.get("album_id", "")
    if parts.path.rstrip("/") != _PATH or not (_BIZ.fullmatch(biz) and _NUMBER.fullmatch(number)):
        raise NotWeChat(f"not an album's address ({_ENDPOINT}?__biz=…&album_id=…): copy it again", concerns=address)
    return Album(biz=biz, number=number)


def is_album(address: str) -> bool:
    """Return whether an address as people paste it is an album's."""
    try:
        return bool(parse_album(address))
    except NotWeChat:
        return False


class AlbumListing:
    """The articles of an album, each once. Iterating requests one response after the other.

    `fetch` returns the bytes of a response and checks it for verification pages; an error it raises ends the
    iteration, after the articles listed so far. `is_known` returns whether the catalogue has an article, archived or
    due. The constructor raises NotWeChat when `address` is not an album's; the iteration raises FetchError when a
    response is no listing.

    `last_count` is the `count` of an earlier complete listing, all of whose articles the catalogue has by now. With it
    only new articles are listed: if the count is the same and all articles of the first response are known, the
    listing ends there. New articles are added at either end, as the owner of the album chose: if the count changed and
    all articles of the first response are known, the other end is requested next, and the whole listing only after
    that. An article that was added while another was deleted leaves the count as it is, so that it is only found in
    the first response; a listing without `last_count` finds it.
    """

    def __init__(self, address: str, fetch: FetchBytes, is_known: IsKnown, last_count: int | None = None) -> None:
        self._album = parse_album(address)
        self._fetch = fetch
        self._is_known = is_known
        self._last_count = last_count
        self._known_by_url: dict[str, bool] = {}  # whether it was known, by the address of each article listed so far
        self._keys: set[str] = set()  # of all items so far
        self._warnings: list[str] = []
        self.title = ""
        self.account = ""
        self.count: int | None = None  # number of articles that the album claims to have
        self.is_complete = False  # all articles were listed, so `count` may be the next `last_count`

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is wrong with the listing, one line for each problem."""
        return tuple(self._warnings)

    def __iter__(self) -> Iterator[Target]:
        last: AlbumItem | None = None
        for page in range(1, MAX_PAGES + 1):
            response = self._request(last)
            yield from self._new_targets(response)
            if problem := self._find_problem(response, page):
                self._warnings.append(f"the album is not listed whole: {problem}")
                return
            if self._is_last(response):
                return
            if page == 1 and self._may_grow_at_the_end():
                yield from self._new_targets(end := self._request(reverse=True))
                if self._is_caught_up(end):
                    return
            last = response.items[-1]

    def _request(self, last: AlbumItem | None = None, *, reverse: bool = False) -> AlbumResponse:
        content = self._fetch(self._album.request(last, reverse=reverse))
        response = parse_album_response(content, biz=self._album.biz, concerns=self._album.address)
        self.title = response.title or self.title
        self.account = response.account or self.account
        self.count = self.count if response.count is None else response.count
        return response

    def _new_targets(self, response: AlbumResponse) -> Iterator[Target]:
        """Yield the articles of a response that were not listed before."""
        for item in response.items:
            if item.target and item.target.url not in self._known_by_url:
                self._known_by_url[item.target.url] = self._is_known(item.target)
                yield item.target
        nameless = sum(item.target is None for item in response.items)
        if nameless:
            self._warnings.append(f"the album lists {nameless} without an article's address")

    def _find_problem(self, response: AlbumResponse, page: int) -> str:
        """Return why the rest of the album cannot be requested after this response, '' when it can."""
        before = len(self._keys)
        self._keys.update(item.key for item in response.items)
        if page > 1 and response.items and len(self._keys) == before:
            return "an answer repeats what came before"
        if response.has_more and not response.items:
            return "an empty answer says that more follow"
        if response.has_more and not response.items[-1].msgid:
            return "the last article of an answer has no number to go on from"
        return f"it has more than {MAX_PAGES} answers" if response.has_more and page == MAX_PAGES else ""

    def _is_last(self, response: AlbumResponse) -> bool:
        """Return whether no other response is needed."""
        if self._is_caught_up(response):
            return True
        self.is_complete = not response.has_more
        if self.is_complete and self.count not in (None, len(self._keys)):
            self._warnings.append(f"the album says that it has {self.count} articles, and lists {len(self._keys)}")
        return self.is_complete

    def _is_caught_up(self, response: AlbumResponse) -> bool:
        """Return whether all that follows is known.

        That is so when at least as many new articles were listed as the count has grown by, and the last one of the
        response is known.
        """
        if self._last_count is None or self.count is None or not response.items:
            return False
        # A count that fell does not tell how many articles were added while others were deleted.
        expected = 0 if self.count == self._last_count else max(1, self.count - self._last_count)
        last = response.items[-1].target
        self.is_complete = last is not None and self._known_by_url[last.url] and self._new_count >= expected
        return self.is_complete

    @property
    def _new_count(self) -> int:
        return sum(not known for known in self._known_by_url.values())

    def _may_grow_at_the_end(self) -> bool:
        """Return whether the first response was all known, so that new articles may stand at the other end."""
        return self._last_count is not None and bool(self._known_by_url) and not self._new_count
