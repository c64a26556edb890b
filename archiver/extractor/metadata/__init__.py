"""Page → Article without its body: every field by its chain of sources (wechat-format §3.5).

The first source that says something is believed; a chain is a generator, so that later sources are looked at only
when the ones before were silent. Where the server's own data is on the page (`cgi`, since 2025) an empty field is an
answer; only ids are looked for elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from archiver import urls
from archiver.extractor.metadata.identity import read_identity, read_url
from archiver.extractor.metadata.kinds import read_kind
from archiver.extractor.metadata.reprints import copyright_stat, is_reprint, read_reprint
from archiver.extractor.metadata.times import modified, published, server_time
from archiver.extractor.metadata.topics import read_albums, read_topics
from archiver.extractor.page import ParsedPage, first, member, one_line, outermost, plain, text_of, without_links, words
from archiver.models import Article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["read_metadata", "server_time"]

_ACCOUNT_ID = re.compile(r"[A-Za-z][\w-]{2,60}")  # gh_…, of old accounts also wxid_… or a name
_ALIAS = re.compile(r"[A-Za-z][\w-]{2,39}")
_LONGEST = {"title": 1_000, "name": 200, "digest": 10_000}  # characters
_HEADLINE = 40  # characters of a text post's first sentence that may stand as its title (trap T44)
_SENTENCE = re.compile(r"[^。！？!?…\n]{1,38}[。！？!?…]")
_NO_TITLES = ("微信公众平台", "Weixin Official Accounts Platform")
_CHINA = "156"  # ip_wording's id of the country whose provinces are told

# The author's name in the heading; not the date, 原创, the place, the account, a tag (trap T41).
_NAMES = (
    ".//*[contains(@class, 'rich_media_meta_text')]"
    "[not(@id='post-date' or @id='publish_time' or @id='copyright_logo' or @id='js_ip_wording_wrp')]"
    "[not(contains(@class, 'nickname') or contains(@class, 'tag'))]"
)
_ACCOUNTS = ("#js_name", ".profile_nickname", "#js_account_nickname", "#post-user")


def read_metadata(parsed: ParsedPage) -> Article:
    """What the page says of its article, the body left out; what is missing is empty and, if it matters, warned of."""
    ids, (kind, strange) = read_identity(parsed), read_kind(parsed)
    reprint = read_reprint(parsed)
    title, account, date = _title(parsed, kind), _name(_accounts(parsed)), published(parsed)
    account_id = _matching(_ACCOUNT_ID, _account_ids(parsed))
    alias = _matching(_ALIAS, _aliases(parsed))
    return Article(
        title=title,
        account=account,
        account_id=account_id,
        alias="" if alias == account_id else alias,  # shown in its place when an account never chose one
        author="" if reprint else _name(_authors(parsed)),  # a reprint names its source's author (T42)
        biz=ids.biz,
        mid=ids.mid,
        idx=ids.idx,
        sn=ids.sn,
        url=read_url(parsed, ids),
        type=kind,
        published=date,
        modified=modified(parsed, date),
        original=_is_original(parsed),
        paid=_is_paid(parsed),
        reprint=reprint,
        albums=read_albums(parsed),
        topics=read_topics(parsed, kind),
        location=_location(parsed),
        source_url=urls.link(first(_source_urls(parsed))),
        digest=without_links(first(_digests(parsed)))[: _LONGEST["digest"]],
        cover=first(urls.media(address) for address in _covers(parsed)),
        warnings=(*strange, *_missing({"title": title, "account name": account})),
    )


def _missing(found: dict[str, str]) -> list[str]:
    """What every article has and this page does not tell; a missing time or id shows in the Article itself."""
    return [f"the page has no {name}" for name, value in found.items() if not value]


def _matching(form: re.Pattern[str], candidates: Iterator[str]) -> str:
    return first(candidate for candidate in candidates if form.fullmatch(candidate))


def _name(candidates: Iterator[str]) -> str:
    return first(candidates)[: _LONGEST["name"]]


def _title(parsed: ParsedPage, kind: str) -> str:
    title = first(_titles(parsed))
    if kind == "text" and not _is_users(parsed):
        title = _headline(title)
    return one_line(title)[: _LONGEST["title"]] or _headline(first(_digests(parsed)))


def _titles(parsed: ParsedPage) -> Iterator[str]:
    yield plain(parsed.cgi.get("title"))
    yield plain(parsed.variable("msg_title", "d.title"))
    yield parsed.shown("#activity-name", "#original_panel_title")
    yield parsed.meta("og:title", "twitter:title")
    yield "" if parsed.title in _NO_TITLES else parsed.title


def _is_users(parsed: ParsedPage) -> bool:
    """Whether somebody gave the text post its title; else the title is the whole text."""
    return plain(member(parsed.cgi, "text_page_info", "is_user_title")) == "1"


def _headline(text: str) -> str:
    """A short text itself, else its first sentence, else its beginning and `…`."""
    text = text.strip()
    if len(text) <= _HEADLINE:
        return one_line(text)
    sentence = _SENTENCE.match(text)
    line = sentence[0].rstrip("。") if sentence else text.split("\n", 1)[0]
    return one_line(line if len(line) <= _HEADLINE else line[: _HEADLINE - 1] + "…")


def _accounts(parsed: ParsedPage) -> Iterator[str]:
    yield one_line(parsed.cgi.get("nick_name"))
    yield one_line(parsed.variable("nickname", "d.nick_name"))
    yield parsed.shown(*_ACCOUNTS)
    yield one_line(parsed.variable("window.name"))


def _account_ids(parsed: ParsedPage) -> Iterator[str]:
    yield plain(parsed.cgi.get("user_name"))
    yield from map(plain, parsed.values("user_name", "d.user_name"))


def _aliases(parsed: ParsedPage) -> Iterator[str]:
    yield plain(parsed.cgi.get("alias"))
    if not parsed.cgi:
        yield plain(parsed.variable("window.alias"))
        yield from map(text_of, islice(parsed.elements(".profile_meta_value"), 1))  # the second is its introduction


def _authors(parsed: ParsedPage) -> Iterator[str]:
    yield one_line(parsed.cgi.get("author"))
    if parsed.cgi:
        return
    yield one_line(parsed.meta("author"))
    if "author" in parsed.metas:  # since 2020; the heading would show the same name (§3.5)
        return
    texts = chain.from_iterable(map(words, _authors_shown(parsed)))  # since 2025 the name is there twice: the first
    yield from filter(lambda name: not name.startswith("原创"), map(one_line, texts))
    yield one_line(parsed.variable("author", "d.author"))


def _authors_shown(parsed: ParsedPage) -> Iterator[HtmlElement]:
    yield from parsed.elements("#js_author_name")
    for heading in islice(parsed.elements("#meta_content"), 1):  # a body may hold what calls itself so
        yield from outermost(heading.xpath(_NAMES))


def _digests(parsed: ParsedPage) -> Iterator[str]:
    yield plain(parsed.cgi.get("desc"))
    if not parsed.cgi:
        yield plain(parsed.variable("msg_desc", "window.desc", "d.desc"))
        yield parsed.meta("description", "og:description")


def _covers(parsed: ParsedPage) -> Iterator[str]:
    yield plain(parsed.cgi.get("cdn_url"))
    if not parsed.cgi:
        yield plain(parsed.variable("msg_cdn_url", "d.cover"))
        yield parsed.meta("og:image", "twitter:image")


def _source_urls(parsed: ParsedPage) -> Iterator[str]:
    yield plain(parsed.cgi.get("source_url"))
    if not parsed.cgi:
        yield plain(parsed.variable("msg_source_url"))


def _is_original(parsed: ParsedPage) -> bool:
    if is_reprint(parsed):
        return False
    stat = copyright_stat(parsed)
    return stat == "1" or (not stat and "原创" in parsed.shown("#copyright_logo"))


def _is_paid(parsed: ParsedPage) -> bool:
    """Whether the article has to be paid for and was not; a preview in the body says so too, to bodies."""
    stated = parsed.cgi.get("is_pay_subscribe") or parsed.variable("isPaySubscribe", "is_pay_subscribe")
    return plain(stated) == "1" and plain(member(parsed.cgi, "user_info", "is_paid")) != "1"


def _location(parsed: ParsedPage) -> str:
    """The IP location WeChat shows: the province in China, else the country (since 2022-04-29)."""
    where = parsed.cgi.get("ip_wording") or parsed.variable("ip_wording")
    country = one_line(member(where, "country_name") or member(where, "countryName"))
    number = plain(member(where, "country_id") or member(where, "countryId"))
    province = one_line(member(where, "province_name") or member(where, "provinceName"))
    return (province if number == _CHINA else "") or country
