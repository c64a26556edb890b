"""Tell the era of an article's page, and which of the places that pages of this era have are missing.

WeChat has changed the form of its pages every few years (docs/reference/wechat-format.md#15-eras). For each era, this
module lists the places that every page of it has, filled or empty. So a missing place is news, although the article may
still be read, from a place further down in the list of its field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archiver.extractor.metadata.places import FIELDS, Field, is_there, place_of
from archiver.extractor.page import ParsedPage
from archiver.messages.message import message
from archiver.models.page_format import FieldPlace

# The share of an era's places that a page must have to be of this era, and to be trusted to have had the others. Copies
# that somebody has processed have fewer.
_OF_ERA, _WHOLE_ENOUGH = 0.5, 0.75

_Places = dict[str, tuple[str, ...]]  # name of a field: places; a page of the era has at least one of them


@dataclass(frozen=True, kw_only=True)
class FormatEra:
    """A form of WeChat's pages.

    `name` says which pages these are and when they were sent, and `places` what all of them have, by field. No page of
    the era has one of the places in `never`. `is_of_posts` is True for a form that only posts have, whose text is in no
    element of the page.
    """

    name: str
    places: _Places
    never: tuple[str, ...] = ()
    is_of_posts: bool = False

    def is_whole(self, parsed: ParsedPage) -> bool:
        """Return True if a page has the first place of each field. False does not say that one is missing.

        This takes next to no time: the names in the scripts and metas of a page are known once its metadata is read.
        """
        if self._names is None:
            return False
        variables, members, metas = self._names
        return (
            metas <= parsed.metas.keys()
            and (not variables or variables <= parsed.assignments.names("var "))
            and (not members or members <= parsed.assignments.names("d."))
        )

    @cached_property
    def _names(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]] | None:
        """The names of variables, of members of `d` and of metas among the first places; None if there are others."""
        firsts = [places[0] for places in self.places.values()]
        names = (
            frozenset(place for place in firsts if place.isidentifier()),
            frozenset(place.removeprefix("d.") for place in firsts if place.startswith("d.")),
            frozenset(place.removeprefix("meta[").removesuffix("]") for place in firsts if place.startswith("meta[")),
        )
        return names if sum(map(len, names)) == len(firsts) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class PageEra:
    """The era of a page; None if it is of no known era. `missing` are the fields whose place is missing."""

    era: FormatEra | None
    missing: tuple[str, ...] = ()


_IN_VARIABLES: _Places = {
    "title": ("msg_title",),
    "account": ("nickname",),
    "account's id": ("user_name",),
    "biz": ("biz",),
    "mid": ("mid",),
    "idx": ("idx",),
    "sn": ("sn",),
    "time": ("ct",),
    "digest": ("msg_desc",),
    "cover": ("msg_cdn_url",),
    "link to the original": ("msg_source_url",),
    "address": ("msg_link",),
    "original or reprint": ("_copyright_stat",),
}

_SERVER_DATA = FormatEra(
    name=message("pages since 2025"),
    places={
        "title": ("cgiDataNew.title",),
        "account": ("cgiDataNew.nick_name",),
        "account's id": ("cgiDataNew.user_name",),
        "alias": ("cgiDataNew.alias",),
        "author": ("cgiDataNew.author",),
        "biz": ("cgiDataNew.bizuin", "biz"),  # some pages have the ids in variables alone
        "mid": ("cgiDataNew.mid", "mid"),
        "idx": ("cgiDataNew.idx", "idx"),
        "sn": ("cgiDataNew.sn", "sn"),
        "time": ("cgiDataNew.ori_create_time",),
        "digest": ("cgiDataNew.desc",),
        "cover": ("cgiDataNew.cdn_url",),
        "link to the original": ("cgiDataNew.source_url",),
        "address": ("cgiDataNew.link",),
        "original or reprint": ("cgiDataNew.copyright_info",),
        "layout": ("cgiDataNew.item_show_type",),
        "text": ("cgiDataNew.content_noencode",),
        "pictures": ("cgiDataNew.picture_page_info_list",),
        "hashtags": ("cgiDataNew.hashtags",),
        "location": ("cgiDataNew.ip_wording",),
        "statement": ("cgiDataNew.claim_source",),
        "price": ("cgiDataNew.is_pay_subscribe",),
    },
)
_VARIABLES = FormatEra(
    name=message("pages of 2019 to 2024"),
    places={
        **_IN_VARIABLES,
        "layout": ("item_show_type",),
        "author": ("meta[author]",),
        "title for other sites": ("meta[og:title]",),
    },
)
_OLD = FormatEra(
    name=message("pages of 2017 to 2018"),
    places=_IN_VARIABLES,
    never=("item_show_type", "meta[author]", "meta[og:title]"),
)
_POSTS = FormatEra(
    name=message("video and picture posts of 2018 to 2022"),
    is_of_posts=True,
    places={
        "title": ("d.title", "#video_title"),
        "account": ("d.nick_name", ".account_nickname_inner"),
        "account's id": ("d.user_name", "user_name"),
        "biz": ("d.biz", "biz"),
        "mid": ("d.mid", "mid"),
        "idx": ("d.idx", "idx"),
        "time": ("d.ct", "ct"),
    },
)
_TEXT_POSTS = FormatEra(
    name=message("text posts since 2026-07"),
    is_of_posts=True,
    places={
        "account": ("d.nick_name",),
        "biz": ("biz",),
        "mid": ("mid",),
        "idx": ("idx",),
        "time": ("ct",),
        "title": ("meta[og:title]",),
        "text": ("cgiData.text_page_info",),
    },
)
_ARTICLES, _OTHERS = (_VARIABLES, _OLD), (_POSTS, _TEXT_POSTS)  # the forms of pages without the server's data

_LARGE = frozenset(("cgiDataNew.content_noencode", "cgiDataNew.picture_page_info_list", "cgiDataNew.hashtags"))


def era_of(parsed: ParsedPage) -> PageEra:
    """Return the era of a page and the fields whose place is missing.

    A page that lacks more than a quarter of an era's places is no page as WeChat sent it: nothing counts as missing.
    """
    if parsed.cgi:
        return _rated(_SERVER_DATA, _missing(parsed, _SERVER_DATA))
    is_article = is_there(parsed, _VARIABLES.places["title"][0])
    best = PageEra(era=None)
    for era in (*_ARTICLES, *_OTHERS) if is_article else (*_OTHERS, *_ARTICLES):
        if any(is_there(parsed, place) for place in era.never):
            continue
        may_be_whole = is_article or era.is_of_posts
        if (may_be_whole and era.is_whole(parsed)) or not (missing := _missing(parsed, era)):
            return PageEra(era=era)
        if best.era is None or len(missing) / len(era.places) < len(best.missing) / len(best.era.places):
            best = PageEra(era=era, missing=missing)
    return _rated(best.era, best.missing) if best.era else best


def field_places(parsed: ParsedPage, era: FormatEra | None) -> Iterator[FieldPlace]:
    """Yield where a page has each field that may stand in several places."""
    for field in FIELDS:
        place, usual = place_of(parsed, field), era.places.get(field.name, ()) if era else ()
        yield FieldPlace(field=field.name, place=place, is_fallback=bool(place and usual and place not in usual))


def missing_place(parsed: ParsedPage, era: FormatEra, name: str) -> str:
    """Return the words for a missing place of an era: which place, and where its field was found instead."""
    usual = " or ".join(f"`{place}`" for place in era.places[name])
    field = _FIELDS_BY_NAME.get(name)
    place = place_of(parsed, field) if field else ""
    found = message("it is read from `{place}`", place=place) if place else message("nothing else is read in its place")
    return message(
        "the {name} is not in {usual}, where {era} have it; {found}",
        name=name,
        usual=usual,
        era=era.name,
        found=found,
    )


_FIELDS_BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}


def _rated(era: FormatEra, missing: tuple[str, ...]) -> PageEra:
    share = 1 - len(missing) / len(era.places)
    if share < _OF_ERA and era is not _SERVER_DATA:
        return PageEra(era=None)
    return PageEra(era=era, missing=missing if share >= _WHOLE_ENOUGH else ())


def _missing(parsed: ParsedPage, era: FormatEra) -> tuple[str, ...]:
    return tuple(
        name for name, places in era.places.items() if not any(_is_readable(parsed, place) for place in places)
    )


def _is_readable(parsed: ParsedPage, place: str) -> bool:
    """Return True if a page has a place, and its value is of a form that can be read.

    The values that take long to read, and that few articles need, are not looked at.
    """
    if not is_there(parsed, place):
        return False
    is_member = place.startswith("cgiDataNew.") and place not in _LARGE
    return not is_member or parsed.cgi[place.removeprefix("cgiDataNew.")] is not None
