"""Replace embedded content that Markdown cannot express (players, polls, mini programs …) by cards.

A card is a short piece of HTML with the kind, title, author, cover image and link of the content, and a player if there
is a file to play. Only this module builds the HTML of cards, and it escapes every value from the page. The writer later
replaces the addresses of media in this HTML by those of saved files. Advertisements, and elements that only ask the
reader to follow an account, are dropped and reported (docs/reference/wechat-format.md#10-cards-films-sound).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from urllib.parse import unquote, urljoin

from archiver import urls
from archiver.extractor.passes.tree import CARD, Element, drop, elements, holds, normalized_text, replace
from archiver.extractor.videos import Video, tencent_id, tencent_page
from archiver.models import Media, MediaKind, Removal

_VOICE = "https://res.wx.qq.com/voice/getvoice?mediaid="
_PLAYER = f"https://{urls.HOST}/mp/readtemplate?t=pages/video_player_tmpl&action=mpvideo&auto=0&vid="
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_VIDEO_ID = re.compile(r"[?&]vid=([A-Za-z0-9_]{1,60})")
_MAX_LENGTH = 200  # maximum length of a card's title or name, in characters
_ADVERTISEMENTS = {
    "mp-common-profile": "an account's follow card",
    "mp-common-cpsad": "a shop's advertisement",
    "mpcps": "a shop's advertisement",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The values that a card shows, taken from an embedded element; unknown values are '' or 0.

    `kind` is the Chinese word for the kind of content, and `name` is an account or author. `href` is the target of the
    card's link, and `cover` is the address of an image. `source` is the address of an audio or video file, and `size`
    is the size of this file in bytes. `player` is the tag of the element that plays the file: `audio` or `video`.
    """

    kind: str  # in Chinese, as shown to the reader
    title: str = ""
    name: str = ""  # name of an account or author
    href: str = ""
    cover: str = ""  # address of an image
    player: str = ""  # tag of the element that plays `source`: audio or video
    source: str = ""  # address of the audio or video file
    size: int = 0  # size of the file in bytes, 0 if unknown


def make_cards(videos: Iterable[Video]) -> Callable[[Element], Iterator[Removal]]:
    """Return a function that replaces each embedded element (player, poll, mini program …) in a body by a card.

    The function takes the tree of the body and changes it in place. In the tree, a card is an element with the tag
    CARD, whose attribute `html` is the HTML of the card. Advertisements and elements without content are dropped, and
    the function yields a Removal for each.

    Args:
        videos: The videos listed in the data of the page. An embedded video gets its title and address from there.
    """
    return partial(_make_cards, {video.id: video for video in videos})


def _make_cards(videos: dict[str, Video], body: Element) -> Iterator[Removal]:
    """Replace each embedded element (player, poll, mini program …) in `body` by a card.

    In the tree, a card is an element with the tag CARD, whose attribute `html` is the HTML of the card. Drop
    advertisements and elements without content, and yield a Removal for each.

    Args:
        videos: The videos listed in the data of the page, by id.
        body: The tree of the body, which is changed in place.
    """
    for element in elements(body, *_READERS, "iframe", *_ADVERTISEMENTS):
        if element.tag in _ADVERTISEMENTS:
            name = _plain(element.get("data-nickname") or element.get("data-name") or "")
            yield Removal(step="make_cards", reason=_ADVERTISEMENTS[element.tag], text=name)
            _move_content_behind(element)
            drop(element)
            continue
        read = _READERS.get(element.tag)
        card = _iframe_card(element, videos) if element.tag == "iframe" else read(element) if read else None
        if card is None:
            text = normalized_text(element)[:80]
            yield Removal(step="make_cards", reason=f"{element.tag} that shows nothing", text=text)
            _move_content_behind(element)
            drop(element)
        else:
            _move_content_behind(element)
            _put(element, card)


def _move_content_behind(element: Element) -> None:
    """Move all children of an embedded element behind the element if it contains paragraphs, images or headings.

    Such content belongs to the article. The parser has put it into the element only because the element's end tag is
    missing in the page.
    """
    if holds(element, "p", "img", "h1", "h2", "h3"):
        for child in reversed(list(element)):
            element.addnext(child)


def card_media(body: Element) -> Iterator[Media]:
    """Yield a Media for each audio file, video file and cover image of the cards in a body.

    `body` is the tree after the pass `make_cards`, which has put the cards into it.
    """
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
    """Return the HTML of a card, as a single line.

    If the address of a video file is known, the card contains a `<video>` element. The writer replaces this element by
    the cover image if the file is not saved.
    """
    title = f"<strong>{escape(card.title)}</strong>" if card.title else ""
    caption = "：".join(filter(None, (card.kind, title)))
    caption += f"（{escape(card.name)}）" if card.name and card.name != card.title else ""
    cover = f'<img src="{escape(card.cover)}" alt="">' if card.cover and card.player != "video" else ""
    poster = f' poster="{escape(card.cover)}"' if card.cover and card.player == "video" else ""
    player = ""
    if card.source:
        player = f'<{card.player} controls preload="none"{poster} src="{escape(card.source)}"></{card.player}>'
    elif poster:
        cover = f'<img src="{escape(card.cover)}" alt="">'
    content = (cover + "<br>" if cover and caption else cover) + caption
    content = f'<a href="{escape(card.href)}">{content}</a>' if card.href else content
    return (player + "<br>" if player and caption else player) + content


def _iframe_card(element: Element, videos: dict[str, Video]) -> Card | None:
    source = urls.unescape_entities(element.get("data-src") or element.get("src") or "")
    if "vote" in element.get("class", "") or "newappmsgvote" in source:
        return Card(kind="投票", href=_wechat_link(source))
    found = _VIDEO_ID.search(source)
    vid = element.get("data-mpvid") or (found[1] if found else "")
    if vid.startswith("wxv_"):
        return _video_card(element, vid, videos.get(vid))
    if number := tencent_id(source):
        title = videos[number].title if number in videos else ""
        return Card(kind="腾讯视频", title=_plain(title), href=tencent_page(number), cover=_cover(element))
    href = urls.link(source)
    return Card(kind="嵌入页面", href=href, cover=_cover(element)) if href else None


def _wechat_link(address: str) -> str:
    """Return `address`, which may be relative to WeChat's host, as an absolute URL.

    Return '' if the address is invalid or has a scheme other than http, https and mailto.
    """
    try:
        return urls.link(urljoin(f"https://{urls.HOST}/", address))
    except ValueError:  # from urljoin, for an incomplete IPv6 address
        return ""


def _video_card(element: Element, vid: str, video: Video | None) -> Card:
    vid = re.sub(r"\W", "", vid)
    if video is None:
        return Card(kind="视频", href=_PLAYER + vid, cover=_cover(element))
    cover = urls.media(video.cover) or _cover(element)
    return Card(kind="视频", title=_plain(video.title), href=_PLAYER + vid, cover=cover,
                player="video" if video.url else "", source=urls.media(video.url), size=video.size)  # fmt: skip


def _cover(element: Element) -> str:
    return urls.media(unquote(element.get("data-cover", "")))


def _audio_card(element: Element) -> Card | None:
    number = element.get("voice_encode_fileid", "")
    if not re.fullmatch(r"[A-Za-z0-9+/=_-]{8,200}", number):
        return None
    title, author = _plain(element.get("name", "")), _plain(element.get("author", ""))
    cover = urls.media(unquote(element.get("cover", "")))
    return Card(kind="音频", title=title, name=author, cover=cover, player="audio", source=_VOICE + number)


def _html_player_card(element: Element) -> Card | None:
    """Return the card of an HTML `<video>` or `<audio>` element; None if the element has no usable address."""
    inner = next(element.iter("source"), element)
    source, player = urls.media(element.get("src") or inner.get("src") or ""), str(element.tag)
    kind = {"video": "视频", "audio": "音频"}[player]
    cover = urls.media(element.get("poster", ""))
    return Card(kind=kind, cover=cover, player=player, source=source) if source else None


def _music_card(element: Element) -> Card:
    song = element.get("mid") or element.get("otherid") or ""
    href = f"https://y.qq.com/n/ryqq/songDetail/{song}" if re.fullmatch(r"[A-Za-z0-9]{6,30}", song) else ""
    title, singer = _plain(element.get("music_name", "")), _plain(element.get("singer", ""))
    return Card(kind="音乐", title=title, name=singer, href=href, cover=urls.media(element.get("albumurl", "")))


def _channel_card(element: Element) -> Card:
    title = _plain(element.get("data-desc") or element.get("data-intro") or "")
    cover = urls.media(element.get("data-url", ""))  # only the cover: the video cannot be downloaded
    return Card(kind="视频号", title=title, name=_plain(element.get("data-nickname", "")), cover=cover)


def _mini_program_card(element: Element) -> Card:
    title, name = element.get("data-miniprogram-title", ""), element.get("data-miniprogram-nickname", "")
    cover = urls.media(unquote(element.get("data-miniprogram-imageurl", "")))
    return Card(kind="小程序", title=_plain(title), name=_plain(name), cover=cover)


def _product_card(element: Element) -> Card:
    json = urls.unescape_entities(element.get("data-buffer", "") or element.get("data-windowproduct", ""))
    title = re.search(r'"(?:product_name|title)"\s*:\s*"((?:[^"\\]|\\.){1,200})"', json)
    cover = re.search(r'"main_img"\s*:\s*"(http[^"]{1,500})"', json)
    return Card(kind="商品", title=_plain(title[1]) if title else "", cover=urls.media(cover[1]) if cover else "")


def _red_envelope_card(element: Element) -> Card:
    cover = urls.media(unquote(element.get("data-coveruri", "")))
    return Card(kind="红包封面", title=_plain(unquote(element.get("data-name", ""))), cover=cover)


_READERS: dict[str, Callable[[Element], Card | None]] = {
    "video": _html_player_card,
    "audio": _html_player_card,
    "mpvoice": _audio_card,
    "mp-common-mpaudio": _audio_card,
    "qqmusic": _music_card,
    "mp-common-qqmusic": _music_card,
    "mp-common-videosnap": _channel_card,
    "mpvideosnap": _channel_card,
    "mp-miniprogram": _mini_program_card,
    "mp-common-miniprogram": _mini_program_card,
    "mp-common-product": _product_card,
    "mp-common-redpacket": _red_envelope_card,
}


def find_stickers(body: Element) -> None:
    """Replace WeChat's sticker elements (`<mp-common-sticker>`) by `<img>` elements.

    A sticker element without an image address is left unchanged.
    """
    for element in elements(body, "mp-common-sticker"):
        address = urls.media(element.get("data-emoji_url", ""))
        if address:
            replace(element, element.makeelement("img", {"src": address, "alt": "", "width": "100"}))


def _plain(text: str) -> str:
    text = _INVISIBLE.sub("", re.sub(r"<[^>]{0,500}>", "", urls.unescape_entities(text)))
    return " ".join(text.replace("\u00a0", " ").split())[:_MAX_LENGTH]
