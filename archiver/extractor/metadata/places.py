"""Name the places of a page in which metadata stands, and read the values there.

A place is written as docs/reference/wechat-format.md#6-metadata writes it:

    cgiDataNew.title     a member of the server's data, see ParsedPage.cgi
    cgiData.desc         a member of the older data, see ParsedPage.cgi_data
    msg_title, d.title   what a script assigns to this variable or field
    #js_name, .nickname  the text of an element, by its id or class
    meta[og:title]       the content of a `<meta>` tag
    <title>              the page's title, unless it is the name of WeChat's platform
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, as_text

SERVER_DATA, _OLDER, _META, _TITLE = "cgiDataNew.", "cgiData.", "meta[", "<title>"
_KINDS = (SERVER_DATA, _OLDER, _META, _TITLE, "#", ".")  # the beginnings of places; all others are names in scripts
_TITLES_OF_WECHAT = ("微信公众平台", "Weixin Official Accounts Platform")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Field:
    """A field of an article's metadata. `places` are those in which it may stand, in the order in which they are read.

    With `is_optional`, an article may lack the field. A page with the server's data then says so by an empty member or
    by none, and its other places are not read.
    """

    name: str  # as messages call it
    places: tuple[str, ...]
    is_optional: bool = False


TITLE = Field(
    name="title",
    places=(
        "cgiDataNew.title", "msg_title", "d.title", "#activity-name", "#original_panel_title", "#video_title",
        "#js_video_page_title", "cgiData.video_title", "meta[og:title]", "meta[twitter:title]", "<title>",
    ),
)  # fmt: skip
ACCOUNT = Field(
    name="account",
    places=(
        "cgiDataNew.nick_name", "nickname", "d.nick_name", "#js_name", ".profile_nickname", "#js_account_nickname",
        "#post-user", ".account_nickname_inner", "window.name",
    ),
)  # fmt: skip
ACCOUNT_ID = Field(name="account's id", places=("cgiDataNew.user_name", "user_name", "d.user_name"))
DIGEST = Field(
    name="digest",
    places=(
        "cgiDataNew.desc", "msg_desc", "window.desc", "cgiData.desc", "meta[description]", "meta[og:description]",
    ),
    is_optional=True,
)  # fmt: skip
COVER = Field(
    name="cover",
    places=(
        "cgiDataNew.cdn_url", "msg_cdn_url", "d.cover", "cgiData.cdn_url", "meta[og:image]", "meta[twitter:image]",
    ),
    is_optional=True,
)  # fmt: skip
SOURCE_URL = Field(name="link to the original", places=("cgiDataNew.source_url", "msg_source_url"), is_optional=True)
ARTICLE_BIZ = Field(name="biz", places=("cgiDataNew.bizuin", "biz", "d.biz", "_g.biz", "appuin"))
ARTICLE_MID = Field(name="mid", places=("cgiDataNew.mid", "mid", "d.mid", "appmsgid", "_g.appmsgid", "_g.mid"))
ARTICLE_IDX = Field(name="idx", places=("cgiDataNew.idx", "idx", "d.idx", "itemidx", "_g.itemidx", "_g.idx"))
ARTICLE_SN = Field(name="sn", places=("cgiDataNew.sn", "sn", "d.sn", "_g.sn"))
PUBLISHED = Field(
    name="time",
    places=(
        "cgiDataNew.ori_create_time", "cgiDataNew.create_timestamp", "cgiDataNew.ori_send_time", "cgiDataNew.send_time",
        "ct", "d.ct", "_g.ct", "oriCreateTime", "create_time", "d.create_time", "d.ori_send_time",
        "cgiDataNew.create_time", "createTime", "d.ct_str", "publish_time", "#post-date", "#publish_time",
    ),
)  # fmt: skip

FIELDS = (
    TITLE,
    ACCOUNT,
    ACCOUNT_ID,
    ARTICLE_BIZ,
    ARTICLE_MID,
    ARTICLE_IDX,
    ARTICLE_SN,
    PUBLISHED,
    DIGEST,
    COVER,
    SOURCE_URL,
)


def texts(parsed: ParsedPage, field: Field) -> Iterator[str]:
    """Yield the values that a page has for a field as texts, in the order of its places; a text may be empty.

    A place is read only when the caller asks for its value.
    """
    is_answered = field.is_optional and bool(parsed.cgi)  # by the server's data, though it may be empty
    for kind, names in _groups(field):
        if is_answered and kind != SERVER_DATA:
            return
        yield from map(as_text, _read(parsed, kind, names))


def values(parsed: ParsedPage, field: Field) -> Iterator[tuple[str, Literal]]:
    """Yield the place and the value of each thing that a page has for a field, in order; the value may be empty.

    A place is yielded more than once if scripts assign to it more than once.
    """
    is_answered = field.is_optional and bool(parsed.cgi)
    for place in field.places:
        if is_answered and not place.startswith(SERVER_DATA):
            return
        kind = _kind_of(place)
        for value in _read(parsed, kind, (_name_of(place),)):
            yield place, value


def place_of(parsed: ParsedPage, field: Field) -> str:
    """Return the first place in which a page says something of a field; '' if there is none."""
    return next((place for place, value in values(parsed, field) if as_text(value)), "")


@cache
def _groups(field: Field) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the places of a field in groups of one kind, each as (kind, names): those of a group are read together."""
    return tuple((kind, tuple(map(_name_of, places))) for kind, places in groupby(field.places, _kind_of))


@cache
def _kind_of(place: str) -> str:
    """Return the beginning of a place that says of which kind it is; "" for a variable or field of a script."""
    return next((kind for kind in _KINDS if place.startswith(kind)), "")


@cache
def _name_of(place: str) -> str:
    return place.removeprefix(_kind_of(place)).removesuffix("]") if place[0] not in "#." else place


def _read(parsed: ParsedPage, kind: str, names: tuple[str, ...]) -> Iterator[Literal]:
    """Yield the values in places of one kind; they may be empty."""
    if kind == SERVER_DATA:
        yield from map(parsed.cgi.get, names)
    elif kind == "":
        yield from parsed.values(*names)
    elif kind in ("#", "."):
        yield parsed.shown(*names)
    elif kind == _OLDER:
        yield from map(parsed.cgi_data, names)
    elif kind == _META:
        yield parsed.meta(*names)
    else:
        yield "" if parsed.title in _TITLES_OF_WECHAT else parsed.title


def is_there(parsed: ParsedPage, place: str) -> bool:
    """Return True if a page has a place, whether it says something there or not.

    A variable is there if a literal is assigned to it. A member of the older data must say something.
    """
    kind, name = _kind_of(place), _name_of(place)
    if kind == SERVER_DATA:
        return name in parsed.cgi
    if kind == _OLDER:
        return parsed.cgi_data(name) is not None
    if kind == _META:
        return name in parsed.metas
    if kind in ("#", "."):
        return any(True for _ in parsed.tag_index.select(name))
    is_in_text = name.rpartition(".")[2] in parsed.text  # faster than to look into each of many scripts
    return is_in_text and any(True for positions in parsed.assignments.of(name) for _ in positions)
