"""Which article a page is: biz, mid, idx, sn and its address (wechat-format §1.3).

Only from fields that name the page itself: linked articles have ids, too. What does not look like an id is none,
it would become a file name and a key (traps T7, T8).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from itertools import chain
from urllib.parse import unquote

from archiver import urls
from archiver.errors import NotWeChat
from archiver.extractor.page import ParsedPage, first, member, plain
from archiver.urls import Identity

_BIZ = re.compile(r"[A-Za-z0-9+/]{4,40}={0,2}")
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
_SN = re.compile(r"[0-9a-fA-F]{16,64}")
_LINKS = ("msg_link", "d.msg_link")

# Field of cgiDataNew, then names of the scripts in the order they are believed (§1.3).
_BIZ_NAMES = "bizuin", ("biz", "d.biz", "_g.biz", "appuin")
_MID_NAMES = "mid", ("mid", "d.mid", "appmsgid", "_g.appmsgid", "_g.mid")
_IDX_NAMES = "idx", ("idx", "d.idx", "itemidx", "_g.itemidx", "_g.idx")
_SN_NAMES = "sn", ("sn", "d.sn", "_g.sn")


def read_identity(parsed: ParsedPage) -> Identity:
    """The ids of the page's article; empty where no source has a well-formed one."""
    linked = [urls.identity_in(address) for address in _addresses(parsed)]
    return Identity(
        biz=_first_valid(_as_biz, _stated(parsed, _BIZ_NAMES), (ids.biz for ids in linked)),
        mid=_first_valid(_as_number, _stated(parsed, _MID_NAMES), (ids.mid for ids in linked)),
        idx=_first_valid(_as_number, _stated(parsed, _IDX_NAMES), (ids.idx for ids in linked)),
        sn=_first_valid(_as_sn, _stated(parsed, _SN_NAMES), (ids.sn for ids in linked)),
    )


def read_url(parsed: ParsedPage, ids: Identity) -> str:
    """Where the article can be asked for: the short address, else the long one, else what was asked for.

    A page that came by Sogou has no sn (trap T10): its long address would be refused, so it comes last.
    """
    known = [_living(address) for address in (*_addresses(parsed), parsed.page.final_url)]
    long = urls.article_url(ids.biz, ids.mid, ids.idx, ids.sn)
    return first((*filter(urls.is_short, known), long if ids.sn else "", *known, long))


def _stated(parsed: ParsedPage, names: tuple[str, tuple[str, ...]]) -> Iterator[str]:
    yield plain(parsed.cgi.get(names[0]))
    yield from map(plain, parsed.values(*names[1]))


def _first_valid(valid: Callable[[str], str], *sources: Iterator[str]) -> str:
    return first(map(valid, chain(*sources)))


def _addresses(parsed: ParsedPage) -> Iterator[str]:
    """The addresses that name this page, as the page and the request do."""
    yield plain(parsed.cgi.get("link"))
    yield plain(member(parsed.cgi, "user_info", "short_link"))
    yield plain(parsed.variable(*_LINKS))
    yield parsed.meta("og:url")
    yield parsed.page.url


def _as_biz(text: str) -> str:
    """`text` when it is the base64 of an account's number; padding may be missing."""
    text = unquote(text)
    if not _BIZ.fullmatch(text):
        return ""
    try:
        number = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error:
        return ""
    return text if number.isdigit() else ""


def _as_number(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else ""


def _as_sn(text: str) -> str:
    return text.lower() if _SN.fullmatch(text) else ""


def _living(address: str) -> str:
    try:
        return urls.parse_target(address).url if address else ""
    except NotWeChat:
        return ""
