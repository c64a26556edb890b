"""Addresses: what people paste → Target, what pages link to → only the parameters that live, what pictures are called.

wechat-format §1 (forms, parameters, identity) and §6.1 (media). Nothing here opens an address.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from archiver.credentials import Strength, redact_words, strength
from archiver.errors import NotWeChat
from archiver.models import Target

HOST = "mp.weixin.qq.com"
MEDIA_HOSTS = (".qpic.cn", ".qlogo.cn")  # hosts whose path is /<bucket>/<image-id>/<size>

# Query parameters that say which article it is, by path. Everything else in an article's address is
# tracking, or a credential of whoever shared it (key, uin, pass_ticket, token …: §1.2, trap T5).
_LONG = ("__biz", "mid", "idx", "sn")
_LEGACY = ("__biz", "appmsgid", "itemidx", "sign")  # /mp/appmsg/show of 2013
_SOGOU = ("src", "timestamp", "ver", "signature", "new")
_PREVIEW = ("__biz", "tempkey", "mid", "idx", "sn")
# Other pages of WeChat's keep what they ask for, less these.
_TRACKING_PARAMETERS = frozenset(
    "chksm scene ascene subscene srcid mpshare from source sharer_sharetime sharer_shareid sharer_shareinfo "
    "sharer_shareinfo_first exportkey exptype pass_ticket key uin devicetype version platform acctmode lang nettype "
    "abtest_cookie session_us countrycode fontScale clicktime enterid sessionid wx_header nwr_flag poc_token token "
    "click_id isappinstalled winzoom xtrack from_msgid from_itemidx appmsg_token wap_sid2 ticket".split()
)
# /<bucket>/<image-id>[/<size>]; avatars (/mmhead/…) and posters of Tencent's films lie otherwise
_PICTURE_PATH = re.compile(r"/((?:sz_)?mm[a-z]*(?:_[a-z]+)?)/([^/]+)(?:/\d*)?\Z")
_IN_WORDS = re.compile(r"(?:https?://)?mp\.weixin\.qq\.com/[!-~]+")
_WALLS = ("/mp/wappoc_appmsgcaptcha", "/mp/verifycode")
_SHORT_PATH = re.compile(r"/s/([A-Za-z0-9_~-]{16,64})/?\Z")
# Nearly every line of a long list, and what else is known to stand behind it.
_PLAIN = re.compile(
    r"https?(://mp\.weixin\.qq\.com/s(?:/[A-Za-z0-9_-]{22}|\?__biz=[A-Za-z0-9+/]{4,64}={0,2}"
    r"&mid=[0-9]{1,20}&idx=[0-9]{1,2}&sn=[0-9a-f]{32}))"
    r"(?=(?:[&?](?:chksm|scene|nwr_flag)=[0-9a-z]{0,999}){0,9}(?:#[a-z_]{0,30})?\Z)"
)
# Nearly every picture; what is behind `wx_fmt` goes.
_PICTURE = re.compile(
    r"(?:https?:)?(//mmbiz\.qpic\.cn/[A-Za-z0-9_]+/[A-Za-z0-9_-]+/[0-9]{1,4}(\?wx_fmt=[A-Za-z0-9]+)?)"
    r"(?(2)(?:&(?!wx_fmt)[a-z_]+=[A-Za-z0-9_-]*){0,9})(?:#[A-Za-z0-9_=]*)?"
)
_PASTED = re.compile(r"\\(?=[?&=#%_~])")  # zsh escapes these when an address is pasted
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # browsers drop or encode these; no tree takes them
_WRAPPING = "\"'`<>“”‘’「」 \t\r\n\u3000\u00a0\ufeff\u200b"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What an address says of the article's identity; empty where it is silent."""

    biz: str = ""
    mid: str = ""
    idx: str = ""
    sn: str = ""


def unescape(text: str) -> str:
    """`text` without HTML entities, however often it was escaped (at most three times: §3.3 R2).

    Only entities that end in `;`: html.unescape alone reads the `&times` of `&timestamp=` as ×.
    """
    for _ in range(3):
        plain = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
        if plain == text:
            break
        text = plain
    return text


def parse(source: str) -> Target:
    """The Target that an address names, as people paste it; NotWeChat for any other text.

    Its `source` is what was pasted, without the credentials of whoever shared it: it goes into reports and messages.
    """
    if plain := _PLAIN.match(source):
        return Target(source=source, url=f"https{plain[1]}")
    address = unescape(_PASTED.sub("", _within(source.strip(_WRAPPING)))).strip(_WRAPPING).strip()
    if "://" not in address:
        address = "https://" + address.lstrip("/")
    parts = _split(address)
    ours = parts is not None and parts.scheme in ("http", "https") and parts.hostname == HOST and not parts.username
    if parts is None or not ours or not is_text(address):
        raise NotWeChat(
            f"not an address of {HOST}: archiver reads articles of WeChat Official Accounts "
            "(https://mp.weixin.qq.com/s/…) and saved pages",
            concerns=source,
        )
    if is_wall(address):  # the address bar of somebody who met the wall: what they wanted is inside
        wanted = dict(_query(parts.query)).get("target_url", "")
        if not wanted or is_wall(unescape(wanted)):
            raise NotWeChat("the verification's own address: give the article's", concerns=source)
        return Target(source=redact_words(source), url=parse(wanted).url)
    if not _is_whole(parts):
        raise NotWeChat("not a whole article's address: after /s/ stand 22 letters, digits, - or _", concerns=source)
    return Target(source=redact_words(source), url=canonicalize(address))


def _is_whole(parts: SplitResult) -> bool:
    """Whether an address of WeChat's can name an article: not the home page, not half an address."""
    if parts.path.rstrip("/") == "/s":
        named = {key for key, value in _query(parts.query) if value}
        return bool(named & {"mid", "signature", "tempkey"})
    return parts.path not in ("", "/") and bool(not parts.path.startswith("/s/") or _SHORT_PATH.match(parts.path))


def _within(text: str) -> str:
    """The address that a shared message holds among its words; a text without any, or a bare one, as it is."""
    found = _IN_WORDS.search(text) if re.search(r"[^!-~]", text) else None
    return found[0].rstrip(".,;:!?)\"'") if found else text


def looks_like_address(source: str) -> bool:
    """Whether `source` is meant as an address rather than as a file's name."""
    text = _within(source.strip(_WRAPPING))
    return "://" in text or text.startswith(("//", HOST + "/", HOST + "?", HOST + "\\"))


def canonicalize(address: str) -> str:
    """`address` as https and with only the parameters that lead to the page; other hosts' are only unescaped."""
    address = unescape(address.strip())
    parts = _split(address)
    if parts is None or parts.hostname != HOST:
        return address
    short = _SHORT_PATH.match(parts.path)
    if short:  # WeRead turns `_` into `~`, which WeChat answers with 参数错误 (trap T1)
        return f"https://{HOST}/s/{short[1].replace('~', '_')}"
    return urlunsplit(("https", HOST, quote(parts.path, safe="/%:@!$&'()*+,;=~-._"), _living_query(parts), ""))


def identity(address: str) -> Identity:
    """What the query of an address of WeChat's says of biz, mid, idx and sn."""
    parts = _split(unescape(address))
    query = dict(_query(parts.query)) if parts else {}
    return Identity(
        biz=query.get("__biz", ""),
        mid=query.get("mid") or query.get("appmsgid", ""),
        idx=query.get("idx") or query.get("itemidx", ""),
        sn=query.get("sn") or query.get("sign", ""),
    )


def is_short(address: str) -> bool:
    """Whether `address` is of the short form, the only one WeChat serves to everybody since 2026 (trap T3)."""
    parts = _split(address)
    return bool(parts and parts.hostname == HOST and _SHORT_PATH.match(parts.path))


def is_article(address: str) -> bool:
    """Whether `address` is of a form that leads to one article, not to an album, a home page or a notice."""
    parts = _split(address)
    return bool(parts and parts.hostname == HOST and re.match(r"/s(?:/|\Z)|/mp/appmsg/show", parts.path))


def is_wall(address: str) -> bool:
    """Whether a redirect ended at the verification wall (§1.1)."""
    parts = _split(address)
    return bool(parts and parts.hostname == HOST and parts.path.startswith(_WALLS))


def of_article(biz: str, mid: str, idx: str, sn: str) -> str:
    """The long address of an article, empty when biz, mid or idx is unknown."""
    if not (biz and mid and idx):
        return ""
    query = [("__biz", biz), ("mid", mid), ("idx", idx)] + ([("sn", sn)] if sn else [])
    return f"https://{HOST}/s?{_join(query)}"


def media(address: str) -> str:
    """A medium's address made fit to ask for: unescaped, https, no fragment, no transcoding wishes; '' if none.

    Of a picture of the CDN's only `wx_fmt` is kept (§6.1): `tp=webp` would give another format, `#imgIndex=3`
    and `from=appmsg` would make one picture look like many (traps T103, T108).
    """
    if usual := _PICTURE.fullmatch(address):
        return f"https:{usual[1]}"
    address = _CONTROL.sub("", unescape(address.strip().strip("\"'")))
    if address.startswith("//"):
        address = "https:" + address
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    query = parts.query
    if parts.hostname.endswith(MEDIA_HOSTS) and image_id(address):
        query = _join([(k, v) for k, v in _query(query) if k == "wx_fmt" and v.isalnum()])
    return urlunsplit(("https", parts.netloc, quote(parts.path, safe="/%:@!$&'()*+,;=~-._"), query, ""))


def image_id(address: str) -> str:
    """The CDN's id of a picture, its identity and file name (§6.1); '' for pictures of other hosts."""
    parts = _split(address)
    if parts is None or not (parts.hostname or "").endswith(MEDIA_HOSTS):
        return ""
    found = _PICTURE_PATH.match(parts.path)
    return unquote(found[2]) if found else ""


def candidates(address: str) -> tuple[str, ...]:
    """Where to ask for a picture, the best first: the original (`/0`), then the size the page shows (trap T101)."""
    address = media(address)
    parts = _split(address)
    if not address or parts is None or not image_id(address):
        return (address,) if address else ()
    bucket, name = parts.path.split("/")[1:3]
    original = urlunsplit((parts.scheme, parts.netloc, f"/{bucket}/{name}/0", parts.query, ""))
    return (original,) if original == address else (original, address)


def link(address: str) -> str:
    """A link's target that may stand in a post: http(s) and mailto only, WeChat's own reduced; '' for the rest."""
    address = _CONTROL.sub("", unescape(address)).strip()
    if address.startswith("//"):
        address = "https:" + address
    parts = _split(address)
    if parts is None or not (parts.scheme == "mailto" or (parts.scheme in ("http", "https") and parts.hostname)):
        return ""
    return canonicalize(address)


def is_text(text: str) -> bool:
    """Whether it is Unicode: arguments and names of files of other bytes reach us as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts


def _query(query: str) -> list[tuple[str, str]]:
    """Decoded pairs; a `+` stays one, it is a letter of `__biz`'s base64 (§1.2)."""
    return parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)


def _join(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(k, safe='_')}={quote(v, safe='=+/*-_.:,')}" for k, v in pairs)


def _living_query(parts: SplitResult) -> str:
    query = dict(reversed(_query(parts.query)))  # of a repeated parameter the first counts
    wanted: tuple[str, ...]
    if parts.path.rstrip("/") == "/s":
        wanted = _SOGOU if "signature" in query else _PREVIEW if "tempkey" in query else _LONG
    elif parts.path.startswith("/mp/appmsg/show"):
        wanted = _LEGACY
    else:
        query = {k: redact_words(value) for k, value in query.items()}  # an address may hold another
        wanted = tuple(
            k for k, _ in _query(parts.query) if k not in _TRACKING_PARAMETERS and strength(k) is Strength.NONE
        )
    return _join([(k, query[k]) for k in dict.fromkeys(wanted) if k in query])
