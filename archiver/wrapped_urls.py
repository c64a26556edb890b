"""Find the address of WeChat, or the file, that another address contains.

People paste what their address bar shows: a warning page of WeChat's, a web archive, a reader view, a translation, a
saved page. These are pure functions.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

# `https://web.archive.org`, `about:`, `read://https_mp.weixin.qq.com_443`: what stands before the path and the query
_BEFORE_PATH = re.compile(r"(?:[a-z][a-z0-9+.-]{0,30}:)?(?://[^/?#]*|[^/?#:]*(?=/))?", re.I)
_OURS = re.compile(r"(?:https?:)?(?://|\A)mp\.weixin\.qq\.com(?::\d{1,5})?\Z", re.I)
_VIEW_SOURCE = re.compile(r"\A(?:view-source:)+", re.I)
_NO_PLACE = re.compile(r"(?:javascript|data|mailto):", re.I)  # schemes of programs and texts, not of places
_COLON, _SLASH = "(?::|%(?:25){0,3}3a)", "(?:/|%(?:25){0,3}2f)"
_ADDRESS = re.compile(
    rf"(?:https?{_COLON}{_SLASH}{{1,3}}|(?<=[=/:?&#])|(?<=%3d|%2f|%3a))"
    rf"mp\.weixin\.qq\.com(?:{_COLON}\d{{1,5}})?(?={_SLASH}|\?|%3f)",
    re.I,
)
_VALUE_END = re.compile(r"[&#\s\"'<>]")  # ends an encoded value, in which these characters are encoded
_PATH_END = re.compile(r"[?&#]")
_SCHEME = re.compile(r"https?:/{1,3}", re.I)
_SHORT = re.compile(r"https://mp\.weixin\.qq\.com(?::\d{1,5})?/s/[A-Za-z0-9_~-]{16,64}", re.I)
_TRANSLATED = re.compile(r"(https?)://mp-weixin-qq-com[a-z0-9-]*\.[a-z0-9.-]+(?=[/?])", re.I)  # Google Translate, VPNs
_MAX_ENCODINGS = 4
_FILE_HOST = re.compile(r"\A//(?:localhost(?=/))?", re.I)
_FRAGMENT = re.compile(r"[?#]")
_DRIVE = re.compile(r"/[A-Za-z]:")  # file:///C:/Users/…


def wrapped_address(address: str) -> str:
    """Return the address of mp.weixin.qq.com that stands in the path, query or fragment of another address.

    It may be percent-encoded, several times. Return '' if there is none, or if `address` itself is one of
    mp.weixin.qq.com.
    """
    address, views = _VIEW_SOURCE.subn("", address, count=1)
    if translated := _TRANSLATED.match(address):
        return f"{translated[1]}://mp.weixin.qq.com{address[translated.end() :]}"
    begin = _BEFORE_PATH.match(address)
    if _NO_PLACE.match(address) or begin is None:
        return ""
    if _OURS.search(begin[0]):
        return address if views else ""
    found = _ADDRESS.search(address, begin.end())
    return _decoded(address[found.start() :]) if found else ""


def _decoded(text: str) -> str:
    """Return the address with which `text` begins, decoded and without the rest of the address around it."""
    for _ in range(_MAX_ENCODINGS):
        if "%" not in _PATH_END.split(text, maxsplit=1)[0]:
            break
        text = unquote(_VALUE_END.split(text, maxsplit=1)[0])
    text = "https://" + _SCHEME.sub("", text)
    short = _SHORT.match(text)
    return short[0] if short else text


def local_path(address: str) -> str:
    """Return the path of the file that a `file:` address names, '' for any other address.

    A browser's address bar shows such an address for a saved page.
    """
    address = _VIEW_SOURCE.sub("", address, count=1)
    if address[:5].lower() != "file:":
        return ""
    path = _FILE_HOST.sub("", _FRAGMENT.split(address[5:], maxsplit=1)[0], count=1)
    path = unquote(path, errors="surrogateescape")  # as Python has names of files that are not UTF-8
    return path[1:] if _DRIVE.match(path) else path
