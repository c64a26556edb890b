"""Read the ids of a page's article (biz, mid, idx, sn) and its address.

docs/reference/wechat-format.md#the-key-of-an-article describes them. A page also contains ids of linked articles, so
only fields that describe the page itself are read. Values that are not well-formed ids are ignored, because ids become
file names and keys (docs/reference/wechat-format.md#what-an-id-looks-like).
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
from archiver.extractor.metadata.places import ARTICLE_BIZ, ARTICLE_IDX, ARTICLE_MID, ARTICLE_SN, texts
from archiver.extractor.page import ParsedPage, as_text, first_text, member
from archiver.urls import Identity

_BIZ = re.compile(r"[A-Za-z0-9+/]{4,40}={0,2}")
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
_SN = re.compile(r"[0-9a-fA-F]{16,64}")
_LINKS = ("msg_link", "d.msg_link")


def read_identity(parsed: ParsedPage) -> Identity:
    """Return the ids of the page's article. An id that the page does not give in a valid form is ''."""
    in_addresses = [urls.identity_in(address) for address in _addresses(parsed)]
    return Identity(
        biz=read_biz(parsed),
        mid=_first_valid(_as_number, texts(parsed, ARTICLE_MID), (ids.mid for ids in in_addresses)),
        idx=_first_valid(_as_number, texts(parsed, ARTICLE_IDX), (ids.idx for ids in in_addresses)),
        sn=_first_valid(_as_sn, texts(parsed, ARTICLE_SN), (ids.sn for ids in in_addresses)),
    )


def read_biz(parsed: ParsedPage) -> str:
    """Return the id of the account that published the page's article; '' if the page does not give it."""
    in_addresses = (urls.identity_in(address).biz for address in _addresses(parsed))
    return _first_valid(_as_biz, texts(parsed, ARTICLE_BIZ), in_addresses)


def read_url(parsed: ParsedPage, ids: Identity) -> str:
    """Return the address of the page's article; '' if it is unknown.

    The result is the first of these addresses that is known:

    1. a short address (`https://mp.weixin.qq.com/s/…`);
    2. the long address made of `ids`, if they include `sn`;
    3. any other address of the article: one in the page, else the requested one, else the one after redirects;
    4. the long address without `sn`, although WeChat refuses it.
    """
    known = [_canonical(address) for address in (*_addresses(parsed), parsed.page.final_url)]
    long = urls.article_url(ids.biz, ids.mid, ids.idx, ids.sn)
    return first_text((*filter(urls.is_short, known), long if ids.sn else "", *known, long))


def _first_valid(valid: Callable[[str], str], *sources: Iterator[str]) -> str:
    return first_text(map(valid, chain(*sources)))


def _addresses(parsed: ParsedPage) -> Iterator[str]:
    """Yield the addresses of the article: those in the page's scripts and `<meta>` tags, then the requested one.

    The address after redirects is not among them. An address that is unknown is ''. What a web archive put before an
    address in its copy of the page is removed.
    """
    yield urls.original_address(as_text(parsed.cgi.get("link")))
    yield urls.original_address(as_text(member(parsed.cgi, "user_info", "short_link")))
    yield urls.original_address(as_text(parsed.variable(*_LINKS)))
    yield urls.original_address(parsed.meta("og:url"))
    yield parsed.page.url


def _as_biz(text: str) -> str:
    """Return `text` with percent-encoding decoded if the result is a valid biz, the id of an account; else ''.

    A biz is the base64 encoding of a decimal number, with or without padding.
    """
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


def _canonical(address: str) -> str:
    try:
        return urls.parse_target(address).url if address else ""
    except NotWeChat:
        return ""
