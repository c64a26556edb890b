"""Write the news of a run as one short message of plain text, in the user's language. These are pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import NullTranslations

from archiver.messages import Language, mark_message, translations
from archiver.models.news import NewsItem, NewsKind
from archiver.text import CONTROL

_KINDS: tuple[NewsKind, ...] = ("need", "gone", "archived", "updated")  # the most urgent first
_MAX_NAMED = 10  # items of a kind that are named
_MAX_BYTES = 1_800  # of title and body in UTF-8; WeCom takes 2,048 bytes, other services more
_MAX_TITLE = 60  # characters of an article's title or account
_MAX_NEED = 240  # characters of a sentence about what needs a person
_ADDRESS = re.compile(r"https://mp\.weixin\.qq\.com/[\w/.?=&%-]{1,80}", re.ASCII)  # others are left out
_REASONS = {
    "deleted": mark_message("Deleted by its publisher"),
    "violation": mark_message("Taken down by WeChat"),
    "unavailable": mark_message("Not shown by WeChat"),
    "migrated": mark_message("Account moved"),
}
# Services read some of these characters as markup, as a mention of everybody or as an address. Titles come from pages.
_FULL_WIDTH = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "@<>&[]`*_~#|\\"})


@dataclass(frozen=True, kw_only=True, slots=True)
class NewsMessage:
    """A message of plain text: its title, one line, and its body."""

    title: str
    body: str


def write_message(items: Sequence[NewsItem], unnamed: Mapping[NewsKind, int], language: Language) -> NewsMessage:
    """Return one message about all news, of at most 1,800 bytes.

    `unnamed` has the number of news, by kind, that are not in `items`. A message names at most ten news of a kind, and
    says how many more there are.
    """
    texts = translations(language)
    groups = {kind: [item for item in items if item.kind == kind] for kind in _KINDS}
    counts = {kind: len(groups[kind]) + unnamed.get(kind, 0) for kind in _KINDS}
    headings = {kind: _heading(kind, count, texts) for kind, count in counts.items() if count}
    comma = texts.gettext(", ")
    title = f"archiver: {comma.join(headings.values())}"
    room = _MAX_BYTES - _size(title)
    sections: list[str] = []
    for kind, heading in headings.items():
        section = _section(heading, groups[kind], counts[kind], room, texts)
        if not section:
            break
        sections.append(section)
        room -= _size(section) + 2
    return NewsMessage(title=title, body="\n\n".join(sections))


def _heading(kind: NewsKind, count: int, texts: NullTranslations) -> str:
    if kind == "need":
        text = texts.ngettext("%(number)s matter needs you", "%(number)s matters need you", count)
    elif kind == "gone":
        text = texts.ngettext("%(number)s article gone from WeChat", "%(number)s articles gone from WeChat", count)
    elif kind == "archived":
        text = texts.ngettext("%(number)s new article", "%(number)s new articles", count)
    else:
        text = texts.ngettext("%(number)s updated article", "%(number)s updated articles", count)
    return text % {"number": count}


def _section(heading: str, items: Sequence[NewsItem], count: int, room: int, texts: NullTranslations) -> str:
    """Return the lines about the news of one kind, of at most `room` bytes; '' if not even the heading fits."""
    more = texts.ngettext("and %(number)s more", "and %(number)s more", count) % {"number": count}
    room -= _size(heading) + _size(more) + 2
    if room < 0:
        return ""
    lines = [heading]
    named = 0
    for item in items[:_MAX_NAMED]:
        text = _item(item, texts)
        room -= _size(text) + 1
        if room < 0:
            break
        lines.append(text)
        named += 1
    if left := count - named:
        lines.append(texts.ngettext("and %(number)s more", "and %(number)s more", left) % {"number": left})
    return "\n".join(lines)


def _item(item: NewsItem, texts: NullTranslations) -> str:
    if item.kind == "need":
        return f"· {_plain(item.title, _MAX_NEED)}"
    name = _plain(item.title, _MAX_TITLE) or _address(item) or texts.gettext("An article without a title")
    reason = texts.gettext(_REASONS[item.reason]) if item.reason in _REASONS else ""
    notes = " · ".join(filter(None, (_plain(item.account, _MAX_TITLE), reason)))
    line = f"· {name} ({notes})" if notes else f"· {name}"
    address = _address(item)
    return f"{line}\n  {address}" if address and address != name else line


def _address(item: NewsItem) -> str:
    """Return the address of an article; '' if it is too long for a message or has characters of markup."""
    return item.url if _ADDRESS.fullmatch(item.url) else ""


def _plain(text: str, longest: int) -> str:
    """Return a text of a page as one line without characters that a service could read as markup or an address."""
    line = " ".join(CONTROL.sub(" ", text).encode("utf-8", "replace").decode().split())
    short = line if len(line) <= longest else f"{line[: longest - 1]}…"
    return short.replace("://", "：//").translate(_FULL_WIDTH)


def _size(text: str) -> int:
    return len(text.encode())
