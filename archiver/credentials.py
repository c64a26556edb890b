"""Recognise the names of readers' credentials, and redact the values of credentials in text that people paste.

WeChat puts credentials into the addresses and cookies of the person who reads a page. WeChat adds names of credentials
every year, but since 2013 all of them have the same few endings (`key`, `uin`, `pass_ticket`, `wap_sid2`, `session_us`
…). So a name with such an ending is taken for the name of a credential. The exceptions are listed here: names with such
an ending whose value is the same for every reader. These are pure functions.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

REDACTED = "REDACTED"


class Strength(IntEnum):
    """The certainty that a value is a credential, judged only by the name of the value.

    NONE: not a credential. LIKELY: the name only has the ending of a credential's name. SHARED: WeChat has a credential
    of this name, but other programs use the name, too (such as `key`). CERTAIN: only WeChat's credentials have the name
    (such as `pass_ticket`).
    """

    NONE = 0  # not a credential's name, or one with the same value for every reader
    LIKELY = 1  # has the ending of a credential's name
    SHARED = 2  # a name of a credential of WeChat that other programs and hosts also use
    CERTAIN = 3  # a name that only credentials of WeChat have


# The names are in lower case and without `_`, `-` and `$`.
_CERTAIN = frozenset(
    "exportkey useruin passticket exportkeytoken appmsgtoken poctoken wapsid wapsid2 pocsid capsid expsessionid "
    "wxtoken wxuin wxopenid openid sessionus encodeuin encuin wechatkey wechatuin xwechatkey xwechatuin "
    "slavesid dataticket webwxdataticket webwxauthticket".split()
)
_SHARED = frozenset("key uin ticket token sessionid".split())
# Names whose values are the same for every reader: numbers of the publisher, names of images and programs, temporary
# addresses.
_HARMLESS = re.compile(
    r"(?:\w*(?:bizuin|appuin|stuffuin|reportuin)|\w*(?:reprint|qr|qrcode|scene)ticket|adtoken|wapexporttoken"
    r"|enterpriseopenid|readytosendtoken"
    r"|\w*(?:id|start|temp|preview|weixinad|enc(?:rypt)?|(?:enc)?file|auth|decode|aes|public|cache|storage|sort|jumpurl|product"
    r"|doc|api|app|site|object|item|foreign|primary|hot|data|react|random|history|query|rt|v|x5)key)\Z"
)
_ENDINGS = re.compile(r"(?:key|uin|ticket|token|openid|sid|session|session_?-?(?:ids?|us|[a-z]{0,9}id|idstr))\d{0,2}\Z")
_SID = re.compile(r"(?:^|[^a-z]|wx|wap|slave)sid\d{0,2}\Z|[a-z0-9]Sid\d{0,2}\Z")  # not the `sid` of newsid and classid
_WORDS = re.compile(r"(?:key|token)\d{0,2}\Z")  # common words in programs
_ESCAPE = {"%": re.compile(r"(?:25){0,4}[0-9a-fA-F]{2}"), "\\": re.compile(r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[nrtbfv]")}


@lru_cache(maxsize=4096)
def strength(name: str) -> Strength:
    """Return the certainty that a value called `name` is a credential.

    Case and the characters `_`, `-` and `$` are ignored: `passTicket`, `PASS-TICKET` and `pass_ticket` are one name.
    """
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


def may_be_ordinary_name(name: str) -> bool:
    """Return whether a name ends in `key` or `token` and so may be an ordinary name, not that of a credential.

    Both words are common in programs: scripts have many names such as `menuKey`. So for these names the caller should
    redact a value only if the value itself looks like a credential.
    """
    return _WORDS.search(name.lower()) is not None


def name_within(word: str, before: str) -> str:
    r"""Return `word` without the rest of an escape sequence at its start, so that a credential's name is recognised.

    `word` is a run of letters and digits in a text, and `before` is the character in front of it. Two examples, in
    which an `&` is escaped: for the text `%26key`, `before` is `%`, `word` is `26key`, and the result is `key`. For the
    text `\x26key`, `before` is the backslash, `word` is `x26key`, and the result is `key`. If there is no escape
    sequence, `word` is returned unchanged.
    """
    escape = _ESCAPE[before].match(word) if before in _ESCAPE else None
    return word[escape.end() :] if escape else word


# A name and its value as people paste them: in an address (perhaps escaped by a shell, or percent-encoded more than
# once), in JSON or in cookies.
_PAIR = re.compile(
    r"(?<![\w$-])([\w$-]{0,60}?(?:key|uin|ticket|token|sid|session|session[_-]?[a-z]{1,12}|openid)\d{0,2})"
    r"(\\?=|%(?:25){0,4}3d|\\{0,3}[\"']?\s{0,9}[:=]\s{0,9}\\{0,3}[\"']?)"
    r"((?:\\[=%_~/]|(?!%(?:25){0,4}2[236])[!$%(-:=?-\[\]-_a-~])+)",
    re.IGNORECASE | re.ASCII,
)
_LOGIN = re.compile(r"(?<=://)[^/\s@?#\"'<>]{1,300}@")
_STEMS = re.compile(r"ke[ynt]|uin|sid|nid|session|://", re.IGNORECASE)
_HARMLESS_VALUE = re.compile(  # a value without letters and digits is a sign, such as a `?` in SQL
    r"(?:-?\d{1,3}|REDACTED|undefined|null|true|false|svr_\w*|[^0-9a-z]+)\Z", re.IGNORECASE
)
_CREDENTIAL_LIKE = re.compile(r"(?=[^0-9]*[0-9]).{5}", re.DOTALL)


def redact_words(words: str) -> str:
    """Return a text in which the values of credentials are replaced by `REDACTED`.

    `words` is any text, such as an address, a message or a setting. In addresses of every host, logins
    (`user:password@`) are replaced, too. The redacted address of an article still leads to the article, because
    credentials do not identify it. A text without credentials is returned itself, so that a message stays one.
    """
    if not _STEMS.search(words):
        return words
    redacted = _PAIR.sub(_redacted, _LOGIN.sub(f"{REDACTED}@", words))
    return words if redacted == words else redacted


def _redacted(pair: re.Match[str]) -> str:
    """Return the replacement for a name with its value that redact_words found in a text.

    `key=1a2b3c` becomes `key=REDACTED`. If the value is no credential, the found text is returned unchanged. `pair` is
    a match of the regular expression _PAIR.
    """
    before = pair.string[pair.start() - 1 : pair.start()]
    name, separator, value = pair.groups()
    if strength(name_within(name, before)) is Strength.NONE or _HARMLESS_VALUE.match(value):
        return pair[0]
    is_prose = ":" in separator and not _CREDENTIAL_LIKE.match(value)  # `the key: none` is a sentence
    return pair[0] if is_prose else f"{name}{separator}{REDACTED}"
