"""Which names are given to a reader's credentials, and words that people paste without their values. Pure.

WeChat calls them by the same few endings since 2013 (`key`, `uin`, `pass_ticket`, `wap_sid2`, `session_us` …), and
new ones come with every year: they are told by the ending, and those that everybody is given are listed here.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

REDACTED = "REDACTED"


class Strength(IntEnum):
    """How much a name alone says."""

    NONE = 0  # what everybody is given, or no name of a credential
    LIKELY = 1  # by its ending
    SHARED = 2  # a credential of WeChat's, and a word of other programs and hosts too
    CERTAIN = 3  # nothing else is called so


# Written without `_`, `-` and `$`, in lower case.
_CERTAIN = frozenset(
    "exportkey useruin passticket exportkeytoken appmsgtoken poctoken wapsid wapsid2 pocsid capsid expsessionid "
    "wxtoken wxuin wxopenid openid sessionus encodeuin encuin wechatkey wechatuin xwechatkey xwechatuin "
    "slavesid dataticket webwxdataticket webwxauthticket".split()
)
_SHARED = frozenset("key uin ticket token sessionid".split())
# What every reader of a page is given: the publisher's numbers, pictures' and programs' names, temporary addresses.
_HARMLESS = re.compile(
    r"(?:\w*(?:bizuin|appuin|stuffuin|reportuin)|\w*(?:reprint|qr|qrcode|scene)ticket|adtoken|wapexporttoken"
    r"|enterpriseopenid|readytosendtoken"
    r"|\w*(?:id|start|temp|preview|weixinad|enc(?:rypt)?|(?:enc)?file|auth|decode|aes|public|cache|storage|sort|jumpurl|product"
    r"|doc|api|app|site|object|item|foreign|primary|hot|data|react|random|history|query|rt|v|x5)key)\Z"
)
_ENDINGS = re.compile(r"(?:key|uin|ticket|token|openid|sid|session|session_?-?(?:ids?|us|[a-z]{0,9}id|idstr))\d{0,2}\Z")
_SID = re.compile(r"(?:^|[^a-z]|wx|wap|slave)sid\d{0,2}\Z|[a-z0-9]Sid\d{0,2}\Z")  # not the `sid` of newsid and classid
_WORDS = re.compile(r"(?:key|token)\d{0,2}\Z")  # of every program
_ESCAPE = {"%": re.compile(r"(?:25){0,4}[0-9a-fA-F]{2}"), "\\": re.compile(r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[nrtbfv]")}


@lru_cache(maxsize=4096)
def strength(name: str) -> Strength:
    """How much a name says of its value: `passTicket`, `WX_UIN` and `x-wechat-key` as `pass_ticket`."""
    low = name.lower()
    plain = re.sub(r"[_$-]", "", low)
    if plain in _CERTAIN:
        return Strength.CERTAIN
    if plain in _SHARED:
        return Strength.SHARED
    if not _ENDINGS.search(low) or _HARMLESS.match(plain):
        return Strength.NONE
    if low.rstrip("0123456789").endswith("sid") and not (_SID.search(low) or _SID.search(name)):
        return Strength.NONE
    return Strength.LIKELY


def is_word(name: str) -> bool:
    """Whether every program has such names, so that only the value can say more."""
    return _WORDS.search(name.lower()) is not None


def name_within(word: str, before: str) -> str:
    """The name in a run of letters and digits: the `26` of `%26key` and the `x26` of `\\x26key` are a separator's."""
    escape = _ESCAPE[before].match(word) if before in _ESCAPE else None
    return word[escape.end() :] if escape else word


# A name and its value as people paste them: of an address, escaped by a shell, once or twice encoded; JSON; cookies.
_GIVEN = re.compile(
    r"(?<![\w$-])([\w$-]{0,60}?(?:key|uin|ticket|token|sid|session|session[_-]?[a-z]{1,12}|openid)\d{0,2})"
    r"(\\?=|%(?:25){0,4}3d|\\{0,3}[\"']?\s{0,9}[:=]\s{0,9}\\{0,3}[\"']?)"
    r"((?:\\[=%_~/]|(?!%(?:25){0,4}2[236])[!$%(-:=?-\[\]-_a-~])+)",
    re.IGNORECASE | re.ASCII,
)
_LOGIN = re.compile(r"(?<=://)[^/\s@?#\"'<>]{1,300}@")
_STEMS = re.compile(r"ke[ynt]|uin|sid|nid|session|://", re.IGNORECASE)
_NOTHING = re.compile(r"(?:-?\d{1,3}|REDACTED|undefined|null|true|false|svr_\w*)\Z", re.IGNORECASE)
_TELLING = re.compile(r"(?=[^0-9]*[0-9]).{5}", re.DOTALL)


def redact_words(words: str) -> str:
    """What somebody pasted or a setting holds, with `REDACTED` for the values of credentials, at whatever host.

    An address so redacted leads to the same article: credentials are no part of what it names.
    """
    if not _STEMS.search(words):
        return words
    return _GIVEN.sub(_without, _LOGIN.sub(f"{REDACTED}@", words))


def _without(given: re.Match[str]) -> str:
    before = given.string[given.start() - 1 : given.start()]
    name, link, value = given.groups()
    is_said = ":" in link  # `key: value` may be a sentence
    if strength(name_within(name, before)) is Strength.NONE or _NOTHING.match(value):
        return given[0]
    if is_said and not _TELLING.match(value):
        return given[0]
    return f"{name}{link}{REDACTED}"
