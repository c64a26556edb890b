"""List the articles of an album (合集) from its public listing, twenty in each response, or from its page.

The listing needs no login, but most addresses in it are long ones (`/s?__biz=…`). For these, WeChat has sent the
verification page since 2026. So an album shows which articles exist, but most cannot be fetched from these addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from archiver import urls
from archiver.errors import NotWeChat
from archiver.messages.message import message
from archiver.models import Target
from archiver.sources.album_response import AlbumItem, AlbumResponse, parse_album_response

ALBUM_ADVICE = message("an album: name it under `sources:` in archiver.yml, and `archiver run` lists it")
MAX_PAGES = 500  # responses, or 10,000 articles; no album has more, so a longer listing repeats itself
_PAGE_SIZE = 20  # articles in one response, the most that the server lists
_PATH = "/mp/appmsgalbum"
_ENDPOINT = f"https://{urls.HOST}{_PATH}"
_NUMBER = re.compile(r"[0-9]{1,32}")
_BIZ = re.compile(r"[A-Za-z0-9+/=]{4,64}")

FetchBytes = Callable[[str], bytes]  # takes an address
IsKnown = Callable[[Target], bool]  # whether the catalogue has an article


@dataclass(frozen=True, kw_only=True, slots=True)
class Album:
    """An album, identified by `biz`, the id of its account, and `number`, its own id."""

    biz: str  # id of the account
    number: str  # id of the album, 19 digits; a string, because a float cannot represent it

    @property
    def address(self) -> str:
        """The canonical address of the album, without tracking parameters."""
        return f"{_ENDPOINT}?__biz={self.biz}&action=getalbum&album_id={self.number}"

    def request(self, last: AlbumItem | None = None, *, reverse: bool = False) -> str:
        """Return the address from which to request the next part of the listing: the articles after `last`.

        If `last` is None, return the address of the first part. With `reverse`, the articles are listed in reverse
        order.
        """
        begin = f"&begin_msgid={last.msgid}&begin_itemidx={last.position}" if last else ""
        return (
            f"{_ENDPOINT}?action=getalbum&__biz={self.biz}&album_id={self.number}"
            f"&count={_PAGE_SIZE}&is_reverse={int(reverse)}&f=json{begin}"
        )


def parse_album(address: str) -> Album:
    """Return the album at `address`; raise NotWeChat if it is not the address of an album.

    The address may be in any form in which users paste it.
    """
    parts = urlsplit(urls.parse_target(address).url)
    query = dict(parse_qsl(parts.query.replace("+", "%2B")))
    biz, number = query.get("__biz", ""), query.get("album_id", "")
    if parts.path.rstrip("/") != _PATH or not (_BIZ.fullmatch(biz) and _NUMBER.fullmatch(number)):
        raise NotWeChat(
            message("not an album's address ({endpoint}?__biz=…&album_id=…): copy it again", endpoint=_ENDPOINT),
            concerns=address,
        )
    return Album(biz=biz, number=number)


def is_album(address: str) -> bool:
    """Return whether `address`, in any form in which users paste it, is the address of an album."""
    try:
        return bool(parse_album(address))
    except NotWeChat:
        return False


class AlbumListing:
    """An iterable over the articles of an album. It yields a Target for each article, once.

    `address` is the address of the album; the constructor raises NotWeChat if it is not. The iteration requests one
    response after the other: `fetch` takes an address and returns the bytes of the response. The iteration raises
    FetchError if a response is not a listing, and passes on the errors of `fetch`.

    With `last_count=None`, the whole album is listed. Otherwise `last_count` is the `count` of an earlier complete
    listing, whose articles are all in the catalogue. The iteration then ends early, when it has found the new articles.
    `is_known` takes a Target and returns whether its article is in the catalogue. For example, if an album has grown
    from 100 articles to 103, the iteration ends when three new ones are found and the last article of a response is
    known. If one article is added and another deleted, the count is unchanged, and the new article may be missed.

    After the iteration, `title` and `account` are the names of the album and its account ('' if unknown). `count` is
    the number of articles that the album claims to have (None if unknown). `is_complete` is True if the album was
    listed to its end, or up to an early end as described. Only then may `count` be used as the next `last_count`.
    """

    def __init__(self, address: str, fetch: FetchBytes, is_known: IsKnown, last_count: int | None = None) -> None:
        self._album = parse_album(address)
        self._fetch = fetch
        self._is_known = is_known
        self._last_count = last_count
        self._known_by_url: dict[str, bool] = {}  # by address, for each listed article: whether it was known
        self._keys: set[str] = set()  # AlbumItem.key of all items received so far
        self._warnings: list[str] = []
        self.title = ""
        self.account = ""
        self.count: int | None = None  # number of articles that the album claims to have
        self.is_complete = False  # True: all articles were listed or known, so `count` may be the next `last_count`

    @property
    def warnings(self) -> tuple[str, ...]:
        """The problems that the iteration has found so far, each described in one line."""
        return tuple(self._warnings)

    def __iter__(self) -> Iterator[Target]:
        last: AlbumItem | None = None
        for page in range(1, MAX_PAGES + 1):
            response = self._request(last)
            yield from self._new_targets(response)
            if problem := self._find_problem(response, page):
                self._warnings.append(message("the album is not listed whole: {problem}", problem=problem))
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
        """Yield the articles of a response that no earlier response has listed.

        Add a warning if some items of the response have no address of an article.
        """
        for item in response.items:
            if item.target and item.target.url not in self._known_by_url:
                self._known_by_url[item.target.url] = self._is_known(item.target)
                yield item.target
        nameless = sum(item.target is None for item in response.items)
        if nameless:
            self._warnings.append(message("the album lists {number} without an article's address", number=nameless))

    def _find_problem(self, response: AlbumResponse, page: int) -> str:
        """Return the reason why the rest of the album cannot be listed after `response`, '' if it can.

        `page` is the number of the response, from 1. These are the problems:

        - The response only repeats articles of earlier ones. The keys of all its articles are stored for this check.
        - More articles should follow, but the response is empty.
        - More articles should follow, but the last one has no msgid, which is needed to request the next response.
        - More articles should follow, but `page` is MAX_PAGES.
        """
        before = len(self._keys)
        self._keys.update(item.key for item in response.items)
        if page > 1 and response.items and len(self._keys) == before:
            return message("an answer repeats what came before")
        if response.has_more and not response.items:
            return message("an empty answer says that more follow")
        if response.has_more and not response.items[-1].msgid:
            return message("the last article of an answer has no number to go on from")
        return (
            message("it has more than {number} answers", number=MAX_PAGES)
            if response.has_more and page == MAX_PAGES
            else ""
        )

    def _is_last(self, response: AlbumResponse) -> bool:
        """Return whether the iteration ends after `response`, and store the result as `is_complete`.

        It ends if no more articles follow in the album, or if all that follow are assumed to be in the catalogue. Add a
        warning if the album was listed to its end, but the number of its articles differs from `count`.
        """
        if self._is_caught_up(response):
            return True
        self.is_complete = not response.has_more
        if self.is_complete and self.count not in (None, len(self._keys)):
            self._warnings.append(
                message(
                    "the album says that it has {count} articles, and lists {listed}",
                    count=self.count,
                    listed=len(self._keys),
                )
            )
        return self.is_complete

    def _is_caught_up(self, response: AlbumResponse) -> bool:
        """Return whether all articles after `response` are assumed to be known, so that the iteration can end early.

        This is assumed if the last article of the response is known (in the catalogue), and enough new articles were
        listed. How many are enough depends on the number of articles that the album had in the last listing:

        - If it now has as many, no new article is needed.
        - If it now has more, as many new articles as the difference are needed.
        - If it now has fewer, one new article is needed.

        If one of the two numbers is unknown, or the response is empty, return False. Otherwise also store the result as
        `is_complete`.
        """
        if self._last_count is None or self.count is None or not response.items:
            return False
        # After a decrease of the count the number of new articles is unknown, since others were deleted.
        expected = 0 if self.count == self._last_count else max(1, self.count - self._last_count)
        last = response.items[-1].target
        self.is_complete = last is not None and self._known_by_url[last.url] and self._new_count >= expected
        return self.is_complete

    @property
    def _new_count(self) -> int:
        return sum(not known for known in self._known_by_url.values())

    def _may_grow_at_the_end(self) -> bool:
        """Return whether to request the other end of the album next, because new articles may be there.

        This is called after the first response. Return True if all articles so far are in the catalogue: an album may
        grow at either end. Return False if there was a new one. Also return False if the whole album is being listed,
        because the iteration then reaches the other end anyway.
        """
        return self._last_count is not None and bool(self._known_by_url) and not self._new_count
