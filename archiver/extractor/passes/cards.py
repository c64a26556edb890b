"""Embedded things that Markdown has no word for → one card each: what it is, its title, picture, name and link.

wechat-format §4.7. A card's HTML is built here and only here, every value from the page escaped; the writer puts
local files in place of its addresses. Follow cards are banner: dropped and reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from urllib.parse import unquote, urljoin

from archiver import urls
from archiver.extractor.bodies import Video
from archiver.extractor.passes.tree import CARD, Element, drop, elements, holds, replace, text_of
from archiver.models import Media, MediaKind, Removal

_VOICE = "https://res.wx.qq.com/voice/getvoice?mediaid="
_PLAYER = f"https://{urls.HOST}/mp/readtemplate?t=pages/video_player_tmpl&action=mpvideo&auto=0&vid="
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 200  # characters of a card's title or name
_FOLLOW = {
    "mp-common-profile": "an account's follow card",
    "mp-common-cpsad": "a shop's advertisement",
    "mpcps": "a shop's advertisement",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What a card shows; `player` is the tag (audio, video) that plays `source`."""

    kind: str
    title: str = ""
    name: str = ""
    href: str = ""
    cover: str = ""
    player: str = ""
    source: str = ""
    size: int = 0


def make_cards(videos: Iterable[Video]) -> Callable[[Element], Iterator[Removal]]:
    """The pass that replaces each embedded thing by a CARD element, for a page that lists these films."""
    return partial(_make_cards, {video.id: video for video in videos})


def _make_cards(known: dict[str, Video], body: Element) -> Iterator[Removal]:
    """What only advertises is dropped and reported."""
    for element in elements(body, *_READERS, "iframe", *_FOLLOW):
        if element.tag in _FOLLOW:
            name = _plain(element.get("data-nickname") or element.get("data-name") or "")
            yield Removal(step="make_cards", reason=_FOLLOW[element.tag], text=name)
            _spill(element)
            drop(element)
            continue
        read = _READERS.get(element.tag)
        card = _frame(element, known) if element.tag == "iframe" else read(element) if read else None
        if card is None:
            yield Removal(step="make_cards", reason=f"{element.tag} that shows nothing", text=text_of(element)[:80])
            _spill(element)
            drop(element)
        else:
            _spill(element)
            _put(element, card)


def _spill(element: Element) -> None:
    """Moves what an embed that was never closed has swallowed behind it; its own inside holds no paragraphs."""
    if holds(element, "p", "img", "h1", "h2", "h3"):
        for child in reversed(list(element)):
            element.addnext(child)


def card_media(body: Element) -> Iterator[Media]:
    """The sounds, films and covers the cards show."""
    for element in body.iter(CARD):
        if source := element.get("source"):
            kind = MediaKind(element.get("player", ""))
            yield Media(url=source, kind=kind, tries=(source,), size=int(element.get("size", "0")))
        if cover := element.get("cover"):
            yield Media(url=cover, tries=urls.candidates(cover) or (cover,))


def _put(element: Element, card: Card) -> None:
    new = element.makeelement(CARD, {"html": _html(card), "player": card.player, "size": str(card.size)})
    for name, value in (("source", card.source), ("cover", card.cover)):
        if value:
            new.set(name, value)
    replace(element, new)


def _html(card: Card) -> str:
    """One line; the writer takes `<video>` or `<audio>` away when its file was not saved."""
    title = f"<strong>{escape(card.title)}</strong>" if card.title else ""
    words = "：".join(filter(None, (card.kind, title)))
    words += f"（{escape(card.name)}）" if card.name and card.name != card.title else ""
    cover = f'<img src="{escape(card.cover)}" alt="">' if card.cover and card.player != "video" else ""
    poster = f' poster="{escape(card.cover)}"' if card.cover and card.player == "video" else ""
    player = ""
    if card.source:
        player = f'<{card.player} controls preload="none"{poster} src="{escape(card.source)}"></{card.player}>'
    elif poster:
        cover = f'<img src="{escape(card.cover)}" alt="">'
    shown = (cover + "<br>" if cover and words else cover) + words
    text = f'<a href="{escape(card.href)}">{shown}</a>' if card.href else shown
    return (player + "<br>" if player and words else player) + text


def _frame(element: Element, known: dict[str, Video]) -> Card | None:
    source = urls.unescape_entities(element.get("data-src") or element.get("src") or "")
    if "vote" in element.get("class", "") or "newappmsgvote" in source:
        return Card(kind="投票", href=_of_wechat(source))
    number = re.search(r"[?&]vid=([A-Za-z0-9_]{1,60})", source)
    vid = element.get("data-mpvid") or (number[1] if number else "")
    if vid.startswith("wxv_"):
        return _film(element, vid, known.get(vid))
    if "v.qq.com" in source and vid:
        return Card(kind="腾讯视频", href=f"https://v.qq.com/x/page/{vid}.html", cover=_cover(element))
    href = urls.link(source)
    return Card(kind="嵌入页面", href=href) if href else None


def _of_wechat(address: str) -> str:
    """A link to WeChat's own page, also where the page writes no host; '' for none."""
    try:
        return urls.link(urljoin(f"https://{urls.HOST}/", address))
    except ValueError:  # half an IPv6 address
        return ""


def _film(element: Element, vid: str, video: Video | None) -> Card:
    vid = re.sub(r"\W", "", vid)
    if video is None:
        return Card(kind="视频", href=_PLAYER + vid, cover=_cover(element))
    cover = urls.media(video.cover) or _cover(element)
    return Card(kind="视频", title=_plain(video.title), href=_PLAYER + vid, cover=cover,
                player="video" if video.url else "", source=urls.media(video.url), size=video.size)  # fmt: skip


def _cover(element: Element) -> str:
    return urls.media(unquote(element.get("data-cover", "")))


def _sound(element: Element) -> Card | None:
    number = element.get("voice_encode_fileid", "")
    if not re.fullmatch(r"[A-Za-z0-9+/=_-]{8,200}", number):
        return None
    title, author = _plain(element.get("name", "")), _plain(element.get("author", ""))
    cover = urls.media(unquote(element.get("cover", "")))
    return Card(kind="音频", title=title, name=author, cover=cover, player="audio", source=_VOICE + number)


def _recording(element: Element) -> Card | None:
    """A film or sound that the page shows with HTML's own element."""
    inner = next(element.iter("source"), element)
    source, kind = urls.media(element.get("src") or inner.get("src") or ""), str(element.tag)
    words = {"video": "视频", "audio": "音频"}[kind]
    cover = urls.media(element.get("poster", ""))
    return Card(kind=words, cover=cover, player=kind, source=source) if source else None


def _music(element: Element) -> Card:
    song = element.get("mid") or element.get("otherid") or ""
    href = f"https://y.qq.com/n/ryqq/songDetail/{song}" if re.fullmatch(r"[A-Za-z0-9]{6,30}", song) else ""
    title, singer = _plain(element.get("music_name", "")), _plain(element.get("singer", ""))
    return Card(kind="音乐", title=title, name=singer, href=href, cover=urls.media(element.get("albumurl", "")))


def _channel(element: Element) -> Card:
    title = _plain(element.get("data-desc") or element.get("data-intro") or "")
    cover = urls.media(element.get("data-url", ""))  # the cover: no film is to be had here (T94)
    return Card(kind="视频号", title=title, name=_plain(element.get("data-nickname", "")), cover=cover)


def _program(element: Element) -> Card:
    title, name = element.get("data-miniprogram-title", ""), element.get("data-miniprogram-nickname", "")
    cover = urls.media(unquote(element.get("data-miniprogram-imageurl", "")))
    return Card(kind="小程序", title=_plain(title), name=_plain(name), cover=cover)


def _product(element: Element) -> Card:
    said = urls.unescape_entities(element.get("data-buffer", "") or element.get("data-windowproduct", ""))
    title = re.search(r'"(?:product_name|title)"\s*:\s*"((?:[^"\\]|\\.){1,200})"', said)
    cover = re.search(r'"main_img"\s*:\s*"(http[^"]{1,500})"', said)
    return Card(kind="商品", title=_plain(title[1]) if title else "", cover=urls.media(cover[1]) if cover else "")


def _envelope(element: Element) -> Card:
    cover = urls.media(unquote(element.get("data-coveruri", "")))
    return Card(kind="红包封面", title=_plain(unquote(element.get("data-name", ""))), cover=cover)


_READERS: dict[str, Callable[[Element], Card | None]] = {
    "video": _recording,
    "audio": _recording,
    "mpvoice": _sound,
    "mp-common-mpaudio": _sound,
    "qqmusic": _music,
    "mp-common-qqmusic": _music,
    "mp-common-videosnap": _channel,
    "mpvideosnap": _channel,
    "mp-miniprogram": _program,
    "mp-common-miniprogram": _program,
    "mp-common-product": _product,
    "mp-common-redpacket": _envelope,
}


def find_stickers(body: Element) -> None:
    """Turns sticker elements into the pictures they show (§4.7)."""
    for element in elements(body, "mp-common-sticker"):
        address = urls.media(element.get("data-emoji_url", ""))
        if address:
            picture = element.makeelement("img", {"src": address, "alt": "", "width": "100"})
            replace(element, picture)


def _plain(text: str) -> str:
    text = _UNSEEN.sub("", re.sub(r"<[^>]{0,500}>", "", urls.unescape_entities(text)))
    return " ".join(text.replace("\u00a0", " ").split())[:_LONGEST]
