"""Parse and normalize addresses, and find the article or image that an address identifies.

docs/reference/wechat-format.md describes the forms and parameters of WeChat's addresses. Nothing here opens an address.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from archiver.credentials import Strength, redact_words, strength
from archiver.errors import NotWeChat
from archiver.messages.message import message
from archiver.models import Target
from archiver.wrapped_urls import wrapped_address

HOST = "mp.weixin.qq.com"
MEDIA_HOSTS = (".qpic.cn", ".qlogo.cn")  # hosts whose path is /<bucket>/<image-id>/<size>

# Query parameters that identify the article, one tuple for each form of address. All other parameters of an article's
# address are for tracking, or are credentials of the reader who shared it (key, uin, pass_ticket, token …).
_LONG = ("__biz", "mid", "idx", "sn")
_LEGACY = ("__biz", "appmsgid", "itemidx", "sign")  # /mp/appmsg/show of 2013
_SOGOU = ("src", "timestamp", "ver", "signature", "new")
_PREVIEW = ("__biz", "tempkey", "mid", "idx", "sn")
# Addresses of other pages of WeChat keep all parameters except these and credentials.
_TRACKING_PARAMETERS = frozenset(
    "chksm scene ascene subscene srcid mpshare from source sharer_sharetime sharer_shareid sharer_shareinfo "
    "sharer_shareinfo_first exportkey exptype pass_ticket key uin devicetype version platform acctmode lang nettype "
    "abtest_cookie session_us countrycode fontScale clicktime enterid sessionid wx_header nwr_flag poc_token token "
    "click_id isappinstalled winzoom xtrack from_msgid from_itemidx appmsg_token wap_sid2 ticket".split()
)
# /<bucket>/<image-id>[/<size>]; avatars (/mmhead/…) and poster images of Tencent's videos have other paths
_IMAGE_PATH = re.compile(r"/((?:sz_)?mm[a-z]*(?:_[a-z]+)?)/([^/]+)(?:/\d*)?\Z")
_ADDRESS_IN_TEXT = re.compile(r"(?:https?://)?mp\.weixin\.qq\.com/[!-~]+")
_OTHER_ADDRESS_IN_TEXT = re.compile(r"(?:view-source:|about:reader\?|\b[a-z][a-z0-9+.-]{1,30}://)[!-~]+")
_VERIFICATION_PATHS = ("/mp/wappoc_appmsgcaptcha", "/mp/verifycode")
_SHORT_PATH = re.compile(r"/s/([A-Za-z0-9_~-]{16,64})/?\Z")
# The form of nearly every line in a long list, with the parameters that often follow. It is parsed fast; other forms
# take longer.
_USUAL_ARTICLE = re.compile(
    r"https?(://mp\.weixin\.qq\.com/s(?:/[A-Za-z0-9_-]{22}|\?__biz=[A-Za-z0-9+/]{4,64}={0,2}"
    r"&mid=[0-9]{1,20}&idx=[0-9]{1,2}&sn=[0-9a-f]{32}))"
    r"(?=(?:[&?](?:chksm|scene|nwr_flag)=[0-9a-z]{0,999}){0,9}(?:#[a-z_]{0,30})?\Z)"
)
# The form of nearly every image address; the parameters after `wx_fmt` are dropped.
_USUAL_IMAGE = re.compile(
    r"(?:https?:)?(//mmbiz\.qpic\.cn/[A-Za-z0-9_]+/[A-Za-z0-9_-]+/[0-9]{1,4}(\?wx_fmt=[A-Za-z0-9]+)?)"
    r"(?(2)(?:&(?!wx_fmt)[a-z_]+=[A-Za-z0-9_-]*){0,9})(?:#[A-Za-z0-9_=]*)?"
)
_SHELL_ESCAPE = re.compile(r"\\(?=[?&=#%_~])")  # zsh escapes these when an address is pasted
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # browsers drop or encode these, and HTML trees refuse them
# What a web archive puts before each address in its copy of a page: `https://web.archive.org/web/20210601000000im_/` or
# only `/web/20210601000000/`; archive.today, which has many names, writes `/o/AbCdE/`, `/newest/` or a time.
_ARCHIVE_PREFIX = re.compile(
    r"(?:(?:(?:https?:)?//web\.archive\.org(?::(?:80|443))?)?/web/(?:[0-9*]{1,15}(?:[a-z]{2}_)?/)?"
    r"|(?:(?:https?:)?//(?:www\.)?archive\.(?:today|ph|is|fo|li|md|vn)/(?:(?:o/\w{3,9}|newest|oldest|[0-9.-]{4,19})/)?"
    r"|/o/\w{3,9}/))(https?):/{1,3}(?=[^/])",
    re.I | re.ASCII,
)
_MAX_WRAPPERS = 4  # number of addresses around an article's that are removed
_NO_ID = message("after /s/ stand 22 letters, digits, - or _")
_MAX_ARCHIVES = 3  # number of prefixes that are removed, if one web archive copied the page of another
_NOT_IN_PATH = re.compile(r"[^!-~]")  # such characters are of the text around a domain, as in `（mp.weixin.qq.com/）`
_WRAPPING = "\"'`<>“”‘’「」 \t\r\n\u3000\u00a0\ufeff\u200b"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """The ids of an article, as far as its address contains them; '' for each missing id.

    `biz` is the id of the account, `mid` the number of the message that the account sent, and `idx` the position of the
    article in this message. Together they identify the article. `sn` is a checksum, which may be missing.
    """

    biz: str = ""
    mid: str = ""
    idx: str = ""
    sn: str = ""


def unescape_entities(text: str) -> str:
    """Return `text` with HTML entities decoded, even if they were escaped two or three times.

    Only entities that end in `;` are decoded. html.unescape would also decode the `&times` in `&timestamp=` to ×.
    """
    for _ in range(3):
        plain = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
        if plain == text:
            break
        text = plain
    return text


def original_address(address: str) -> str:
    """Return the address that a link or image had before a web archive (archive.org, archive.today) copied its page.

    Any other address is returned unchanged. Addresses in the text of a page must not be passed: web archives leave them
    as they were, so a prefix in one was written by the author.
    """
    for _ in range(_MAX_ARCHIVES):
        prefix = _ARCHIVE_PREFIX.match(address)
        if prefix is None:
            break
        address = f"{prefix[1].lower()}://{address[prefix.end() :]}"
    return address


def parse_target(source: str) -> Target:
    """Return the Target for an address of WeChat that a user pasted.

    `source` may also be a message that contains the address, an address that a shell or HTML has escaped, or one of
    another site that contains it, as that of a web archive, a reader view or a warning page of WeChat's does. If it is
    the address of a verification page, the article's address in its parameters is used. The Target's `source` is the
    pasted text with credentials redacted, for use in messages. Raise NotWeChat if `source` has no complete address of a
    page of WeChat.
    """
    if usual := _USUAL_ARTICLE.match(source):
        return Target(source=source, url=f"https{usual[1]}")
    address = unescape_entities(_SHELL_ESCAPE.sub("", _address_in(source.strip(_WRAPPING)))).strip(_WRAPPING).strip()
    address = _innermost(address)
    if "://" not in address:
        address = "https://" + address.lstrip("/")
    parts = _split(address)
    ours = parts is not None and parts.scheme in ("http", "https") and parts.hostname == HOST and not parts.username
    if parts is None or not ours or not is_text(address) or _NOT_IN_PATH.search(parts.path):
        raise NotWeChat(
            message(
                "not an address of {host}: archiver reads articles of WeChat Official Accounts "
                "(https://mp.weixin.qq.com/s/…) and saved pages",
                host=HOST,
            ),
            concerns=source,
        )
    if is_verification_page(address):
        raise NotWeChat(message("the verification's own address: give the article's"), concerns=source)
    if problem := _what_is_missing(parts):
        raise NotWeChat(message("not a whole article's address: {problem}", problem=problem), concerns=source)
    return Target(source=redact_words(source), url=canonicalize(address))


def _innermost(address: str) -> str:
    """Return the address of WeChat that another one contains, as a web archive's or the verification page's does.

    An address that contains no other is returned unchanged.
    """
    for _ in range(_MAX_WRAPPERS):
        inner = wrapped_address(address)
        if not inner and is_verification_page(address):  # copied from a browser that was sent there
            parts = _split(address)
            inner = dict(_query(parts.query)).get("target_url", "") if parts else ""
        if not inner:
            break
        address = unescape_entities(inner)
    return address


def _what_is_missing(parts: SplitResult) -> str:
    """Return what an address of WeChat lacks to lead to an article, '' if it is complete.

    A short address (`/s/…`) needs the whole id after `/s/`. A long one (`/s?…`) needs `__biz` and `mid`, or one of the
    parameters of the temporary forms. An address with any other path is complete; one without a path is not.
    """
    if parts.path.rstrip("/") == "/s" and parts.query:
        named = {key for key, value in _query(parts.query) if value}
        missing = [name for name in ("__biz", "mid") if name not in named]
        if not missing or named & {"signature", "tempkey"}:
            return ""
        names = " and ".join(missing)
        if len(missing) == 1:
            return message("{names} is missing; a shell cuts an address at &: put it between quotes", names=names)
        return message("{names} are missing; a shell cuts an address at &: put it between quotes", names=names)
    is_short_form = parts.path.startswith("/s/") or parts.path == "/s"
    is_broken = parts.path in ("", "/") or (is_short_form and not _SHORT_PATH.match(parts.path))
    return _NO_ID if is_broken else ""


def _address_in(text: str) -> str:
    """Return the address of WeChat in a pasted message, without the words around it.

    If `text` consists of printable ASCII without spaces, it is taken for an address and returned unchanged. A text
    without an address of WeChat is returned unchanged, too.
    """
    if not re.search(r"[^!-~]", text):
        return text
    found = [_ADDRESS_IN_TEXT.search(text)]
    found += [other for other in _OTHER_ADDRESS_IN_TEXT.finditer(text) if wrapped_address(other[0])]
    return next((address[0].rstrip(".,;:!?)\"'") for address in found if address), text)


def looks_like_address(source: str) -> bool:
    """Return whether a SOURCE has the form of an address, and not that of a file name.

    An address contains `://`, or begins with `//`, or begins with `mp.weixin.qq.com` followed by `/`, `?` or a
    backslash, or contains an address of WeChat (`about:reader?url=…`). A pasted message counts as an address if it
    contains one of WeChat.
    """
    text = _address_in(source.strip(_WRAPPING))
    is_plain = "://" in text or text.startswith(("//", HOST + "/", HOST + "?", HOST + "\\"))
    return is_plain or bool(wrapped_address(text))


def canonicalize(address: str) -> str:
    """Return an address of WeChat with https and only the parameters that identify the page.

    For an address of another host, only decode HTML entities.
    """
    address = unescape_entities(address.strip())
    parts = _split(address)
    if parts is None or parts.hostname != HOST:
        return address
    short = _SHORT_PATH.match(parts.path)
    if short:  # WeRead replaces `_` by `~`, to which WeChat responds with 参数错误
        return f"https://{HOST}/s/{short[1].replace('~', '_')}"
    # A quotation mark at the end would be taken for one around the address when this is read again.
    path = "/s" if parts.path.rstrip("/") == "/s" else quote(parts.path, safe="/%:@!$&()*+,;=~-._")
    return urlunsplit(("https", HOST, path, _canonical_query(parts), ""))


def loggable(address: str) -> str:
    """Return an address in a form for log messages, without anything that may be secret.

    An address of WeChat is canonicalized. Any other address loses its login, query and fragment, because they may
    contain a password or token of the user. If there was a query, `?…` takes its place. If the address is invalid or
    has no host, return the words `an invalid address`.
    """
    parts = _split(address)
    if parts is None or not parts.hostname:
        return message("an invalid address")
    if parts.hostname == HOST:
        return canonicalize(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}{'?…' if parts.query else ''}"


def identity_in(address: str) -> Identity:
    """Return the biz, mid, idx and sn in the query of an address of WeChat.

    The parameter names of 2013 (`appmsgid`, `itemidx`, `sign`) are also understood.
    """
    parts = _split(unescape_entities(address))
    query = dict(_query(parts.query)) if parts else {}
    return Identity(
        biz=query.get("__biz", ""),
        mid=query.get("mid") or query.get("appmsgid", ""),
        idx=query.get("idx") or query.get("itemidx", ""),
        sn=query.get("sn") or query.get("sign", ""),
    )


def is_short(address: str) -> bool:
    """Return whether `address` is the short address of an article, such as https://mp.weixin.qq.com/s/….

    Since 2026 this is the only form that WeChat serves to every visitor.
    """
    parts = _split(address)
    return bool(parts and parts.hostname == HOST and _SHORT_PATH.match(parts.path))


def is_article(address: str) -> bool:
    """Return whether `address` has the form of an article's address, and not that of an album, home page or notice."""
    parts = _split(address)
    return bool(parts and parts.hostname == HOST and re.match(r"/s(?:/|\Z)|/mp/appmsg/show", parts.path))


def is_verification_page(address: str) -> bool:
    """Return whether `address` is that of the verification page, where WeChat makes visitors solve a puzzle."""
    parts = _split(address)
    return bool(parts and parts.hostname == HOST and parts.path.startswith(_VERIFICATION_PATHS))


def article_url(biz: str, mid: str, idx: str, sn: str) -> str:
    """Return the long address of an article; '' if `biz`, `mid` or `idx` is ''."""
    if not (biz and mid and idx):
        return ""
    query = [("__biz", biz), ("mid", mid), ("idx", idx)] + ([("sn", sn)] if sn else [])
    return f"https://{HOST}/s?{_join(query)}"


def media(address: str) -> str:
    """Return the normalized address of a medium: with https, without HTML entities and without a fragment.

    Return '' if `address` is not an http or https address. If a web archive put something before the address, it is
    removed (see `original_address`).

    The address of an image on WeChat's CDN keeps only the parameter `wx_fmt`. With `tp=webp`, WeChat would send another
    format. With `from=appmsg` or the fragment `#imgIndex=3`, one image would have several addresses.
    """
    if usual := _USUAL_IMAGE.fullmatch(address):
        return f"https:{usual[1]}"
    address = original_address(_CONTROL.sub("", unescape_entities(address.strip().strip("\"'"))))
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
    """Return the id of an image on WeChat's CDN, after which its file is named; '' for other addresses."""
    parts = _split(address)
    if parts is None or not (parts.hostname or "").endswith(MEDIA_HOSTS):
        return ""
    found = _IMAGE_PATH.match(parts.path)
    return unquote(found[2]) if found else ""


def candidates(address: str) -> tuple[str, ...]:
    """Return the addresses from which to request a medium, the best first; () if `address` is not http or https.

    For an image on WeChat's CDN, the first is the address of the original image, which ends in `/0`. The second is
    `address`, normalized, which may be that of a smaller version.
    """
    address = media(address)
    parts = _split(address)
    if not address or parts is None or not image_id(address):
        return (address,) if address else ()
    bucket, name = parts.path.split("/")[1:3]
    original = urlunsplit((parts.scheme, parts.netloc, f"/{bucket}/{name}/0", parts.query, ""))
    return (original,) if original == address else (original, address)


def link(address: str) -> str:
    """Return the address for a link in a post. `address` is the address of this link in the page.

    Addresses of WeChat are canonicalized. Return '' if the address is invalid, or if its scheme is not http, https or
    mailto.
    """
    address = _CONTROL.sub("", unescape_entities(address)).strip()
    if address.startswith("//"):
        address = "https:" + address
    parts = _split(address)
    if parts is None or not (parts.scheme == "mailto" or (parts.scheme in ("http", "https") and parts.hostname)):
        return ""
    return canonicalize(address)


def is_text(text: str) -> bool:
    """Return whether `text` can be encoded as UTF-8.

    Text from arguments and file names may contain surrogates, which stand for bytes that are not valid UTF-8.
    """
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
    """Return the decoded (name, value) pairs of a query.

    A `+` is not decoded to a space, because it is a digit of the base64 in `__biz`.
    """
    return parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)


def _join(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(k, safe='_')}={quote(v, safe='=+/*-_.:,')}" for k, v in pairs)


def _canonical_query(parts: SplitResult) -> str:
    """Return the query of an address of WeChat with only the parameters that identify the page.

    The parameters of an article's address are in a fixed order.
    """
    query = dict(reversed(_query(parts.query)))  # if a parameter is repeated, its first value is used
    names: tuple[str, ...]
    if parts.path.rstrip("/") == "/s":
        names = _SOGOU if "signature" in query else _PREVIEW if "tempkey" in query else _LONG
    elif parts.path.startswith("/mp/appmsg/show"):
        names = _LEGACY
    else:
        query = {k: redact_words(value) for k, value in query.items()}  # a value may be another address
        names = tuple(
            k for k, _ in _query(parts.query) if k not in _TRACKING_PARAMETERS and strength(k) is Strength.NONE
        )
    return _join([(k, query[k]) for k in dict.fromkeys(names) if k in query])
