"""Read an article's metadata: for each field, search several places in the page and use the first non-empty value.

`places.py` lists the places of the fields that have several, in order; a generator of this module yields the values of
the others. A place is read only if all places before it are empty.

Pages since 2025 contain the server's own data (ParsedPage.cgi). In these pages, most fields are read from this data
alone: if a field is empty there, the article has no value for it (docs/reference/wechat-format.md#6-metadata).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from archiver import urls
from archiver.extractor.metadata.identity import read_identity, read_url
from archiver.extractor.metadata.kinds import read_kind
from archiver.extractor.metadata.places import ACCOUNT, ACCOUNT_ID, COVER, DIGEST, SOURCE_URL, TITLE, texts
from archiver.extractor.metadata.reprints import copyright_stat, is_reprint, read_reprint
from archiver.extractor.metadata.statement import read_statement
from archiver.extractor.metadata.times import read_modified, read_published, read_relative_date, read_server_time
from archiver.extractor.metadata.topics import read_albums, read_topics
from archiver.extractor.page import (
    ParsedPage,
    as_line,
    as_list,
    as_text,
    first_text,
    member,
    outermost,
    shown_text,
    text_nodes,
    without_links,
)
from archiver.messages.message import message
from archiver.models import Article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["read_metadata", "read_server_time"]

_ACCOUNT_ID = re.compile(r"[A-Za-z][\w-]{2,60}")  # gh_…; old accounts also have wxid_… or a name
_ALIAS = re.compile(r"[A-Za-z][\w-]{2,39}")
_MAX_LENGTHS = {"title": 1_000, "name": 200, "digest": 10_000}  # characters
_MAX_HEADLINE = 40  # characters of a title that is taken from the text of a post
_SENTENCE = re.compile(r"[^。！？!?…\n]{1,38}[。！？!?…]")
_CHINA = "156"  # country_id in ip_wording; for China the province is shown

# The author's name in the heading, without the date, 原创, the location, the account and the tags beside it.
_AUTHOR_PATH = (
    ".//*[contains(@class, 'rich_media_meta_text')]"
    "[not(@id='post-date' or @id='publish_time' or @id='copyright_logo' or @id='js_ip_wording_wrp')]"
    "[not(contains(@class, 'nickname') or contains(@class, 'tag'))]"
)


def read_metadata(parsed: ParsedPage) -> Article:
    """Return the article on a page, without its body and media.

    Values that the page does not give are '', None or (). Article.warnings has a warning for a missing title, for a
    missing account name and for an unknown `item_show_type`.
    """
    ids, (kind, warnings) = read_identity(parsed), read_kind(parsed)
    reprint = read_reprint(parsed)
    title, account, date = _title(parsed, kind), _name(_accounts(parsed)), read_published(parsed)
    relative_date = None if date else read_relative_date(parsed)
    date, dated_from = relative_date or (date, "")
    account_id = _matching(_ACCOUNT_ID, texts(parsed, ACCOUNT_ID))
    alias = _matching(_ALIAS, _aliases(parsed))
    return Article(
        title=title,
        account=account,
        account_id=account_id,
        alias="" if alias == account_id else alias,  # pages repeat the id if the account never chose an alias
        author="" if reprint else _name(_authors(parsed)),  # a reprint names the author of the original
        biz=ids.biz,
        mid=ids.mid,
        idx=ids.idx,
        sn=ids.sn,
        url=read_url(parsed, ids),
        type=kind,
        published=date,
        dated_from=dated_from,
        modified=read_modified(parsed, date),
        original=_is_original(parsed),
        paid=_is_paid(parsed),
        reprint=reprint,
        albums=read_albums(parsed),
        topics=read_topics(parsed, kind),
        location=_location(parsed),
        statement=read_statement(parsed),
        source_url=urls.link(urls.original_address(first_text(texts(parsed, SOURCE_URL)))),
        digest=without_links(first_text(texts(parsed, DIGEST)))[: _MAX_LENGTHS["digest"]],
        cover=first_text(urls.media(address) for address in texts(parsed, COVER)),
        warnings=(*warnings, *_missing({message("title"): title, message("account name"): account})),
    )


def _missing(found: dict[str, str]) -> list[str]:
    """Return a warning, such as "the page has no title", for each required field that has no value.

    `found` maps the name of each field to its value: `{"title": ""}` gives the warning above.
    """
    return [message("the page has no {name}", name=name) for name, value in found.items() if not value]


def _matching(form: re.Pattern[str], candidates: Iterator[str]) -> str:
    return first_text(candidate for candidate in candidates if form.fullmatch(candidate))


def _name(candidates: Iterator[str]) -> str:
    return first_text(candidates)[: _MAX_LENGTHS["name"]]


def _title(parsed: ParsedPage, kind: str) -> str:
    title = first_text(texts(parsed, TITLE))
    if kind == "text" and not _has_own_title(parsed):
        title = _headline(title)
    return as_line(title)[: _MAX_LENGTHS["title"]] or _headline(first_text(texts(parsed, DIGEST)))


def _has_own_title(parsed: ParsedPage) -> bool:
    """Return True if the author gave a title to an article of the type `text`.

    The author may leave the title out. The page then contains the whole text of the article in place of the title. If
    the page does not say whether the author gave a title, return False.
    """
    infos = [*as_list(parsed.cgi.get("text_page_info")), *as_list(parsed.cgi_data("text_page_info"))]
    return any(as_text(member(info, "is_user_title")) == "1" for info in infos)


def _headline(text: str) -> str:
    """Make a one-line title of at most 40 characters from `text`, for an article without a title.

    `text` is the text of the article or its summary (Article.digest). The title is the first of these that fits:

    1. the whole text;
    2. its first sentence;
    3. its first line, cut and ended with `…` if it is too long.
    """
    text = text.strip()
    if len(text) <= _MAX_HEADLINE:
        return as_line(text)
    sentence = _SENTENCE.match(text)
    line = sentence[0].rstrip("。") if sentence else text.split("\n", 1)[0]
    return as_line(line if len(line) <= _MAX_HEADLINE else line[: _MAX_HEADLINE - 1] + "…")


def _aliases(parsed: ParsedPage) -> Iterator[str]:
    yield as_text(parsed.cgi.get("alias"))
    if not parsed.cgi:
        yield as_text(parsed.variable("window.alias"))
        yield from map(shown_text, islice(parsed.elements(".profile_meta_value"), 1))  # the second is the introduction


def _authors(parsed: ParsedPage) -> Iterator[str]:
    yield as_line(parsed.cgi.get("author"))
    if parsed.cgi:
        return
    yield as_line(parsed.meta("author"))
    if "author" in parsed.metas:  # since 2020; the heading has the same name
        return
    # Since 2025 the heading shows the name twice, so only the first text counts.
    texts = chain.from_iterable(map(text_nodes, _author_elements(parsed)))
    yield from filter(lambda name: not name.startswith("原创"), map(as_line, texts))
    yield as_line(parsed.variable("author", "d.author"))


def _accounts(parsed: ParsedPage) -> Iterator[str]:
    return map(as_line, texts(parsed, ACCOUNT))


def _author_elements(parsed: ParsedPage) -> Iterator[HtmlElement]:
    yield from parsed.elements("#js_author_name")
    for heading in islice(parsed.elements("#meta_content"), 1):  # the first one; bodies may contain others
        yield from outermost(heading.xpath(_AUTHOR_PATH))


def _is_original(parsed: ParsedPage) -> bool:
    if is_reprint(parsed):
        return False
    stat = copyright_stat(parsed) or as_text(parsed.cgi_data("ori_status"))  # the second is of a video post
    return stat == "1" or (not stat and "原创" in parsed.shown("#copyright_logo"))


def _is_paid(parsed: ParsedPage) -> bool:
    """Return True if the page was sent to a reader who would have to pay to see the whole article.

    Return False for a free article, and if this reader has already paid. Some paid articles are recognized only by the
    preview in their body, see RawBody.paid_preview.
    """
    paid = parsed.cgi.get("is_pay_subscribe") or parsed.variable("isPaySubscribe", "is_pay_subscribe")
    return as_text(paid) == "1" and as_text(member(parsed.cgi, "user_info", "is_paid")) != "1"


def _location(parsed: ParsedPage) -> str:
    """Return the location that WeChat derives from the author's IP address (since 2022-04-29); '' if there is none.

    The location is a province for an author in China, else a country.
    """
    place = parsed.cgi.get("ip_wording") or parsed.variable("ip_wording")
    country = as_line(member(place, "country_name") or member(place, "countryName"))
    number = as_text(member(place, "country_id") or member(place, "countryId"))
    province = as_line(member(place, "province_name") or member(place, "provinceName"))
    return (province if number == _CHINA else "") or country
