"""Which article a page is: biz, mid, idx, sn and its address (wechat-format §1.3).

Only from fields that name the page itself: linked articles have ids, too. What does not look like an id is none,
it would become a file name and a key (traps T7, T8).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import unquote

from archiver import urls
from archiver.errors import NotWeChat
from archiver.extractor.reading import Reading, first, member, plain
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


def read_identity(reading: Reading) -> Identity:
    """The ids of the page's article; empty where no source has a well-formed one."""
    linked = [urls.identity(address) for address in _addresses(reading)]
    field = partial(_field, reading)
    return Identity(
        biz=first((*field(_BIZ_NAMES, _as_biz), *(_as_biz(ids.biz) for ids in linked))),
        mid=first((*field(_MID_NAMES, _as_number), *(_as_number(ids.mid) for ids in linked))),
        idx=first((*field(_IDX_NAMES, _as_number), *(_as_number(ids.idx) for ids in linked))),
        sn=first((*field(_SN_NAMES, _as_sn), *(_as_sn(ids.sn) for ids in linked))),
    )


def read_url(reading: Reading, ids: Identity) -> str:
    """Where the article can be asked for: the short address, else the long one, else what was asked for.

    A page that came by Sogou has no sn (trap T10): its long address would be refused, so it comes last.
    """
    known = [_living(address) for address in (*_addresses(reading), reading.page.final_url)]
    long = urls.of_article(ids.biz, ids.mid, ids.idx, ids.sn)
    return first((*filter(urls.is_short, known), long if ids.sn else "", *known, long))


def _field(reading: Reading, names: tuple[str, tuple[str, ...]], valid: Callable[[str], str]) -> Iterator[str]:
    yield valid(plain(reading.cgi.get(names[0])))
    yield from (valid(plain(value)) for value in reading.values(*names[1]))


def _addresses(reading: Reading) -> Iterator[str]:
    """The addresses that name this page, as the page and the request do."""
    yield plain(reading.cgi.get("link"))
    yield plain(member(reading.cgi, "user_info", "short_link"))
    yield plain(reading.variable(*_LINKS))
    yield reading.meta("og:url")
    yield reading.page.url


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
        return urls.parse(address).url if address else ""
    except NotWeChat:
        return ""
