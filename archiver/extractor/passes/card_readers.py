"""Read the embedded elements that are known: which card stands for each.

The elements and their attributes are described in docs/reference/wechat-format.md#10-cards-films-sound. Where an
element lacks the attributes that its kind usually has, what its other attributes say is used (`read_attributes`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from urllib.parse import unquote

from archiver import urls
from archiver.extractor.passes.attributes import MAX_LENGTH, media_address, page_address, plain, read_attributes
from archiver.extractor.passes.card import Card
from archiver.extractor.passes.tree import Element
from archiver.extractor.videos import Video, tencent_id, tencent_page

_VOICE = "https://res.wx.qq.com/voice/getvoice?mediaid="
_PLAYER = f"https://{urls.HOST}/mp/readtemplate?t=pages/video_player_tmpl&action=mpvideo&auto=0&vid="
_VIDEO_ID = re.compile(r"[?&]vid=([A-Za-z0-9_]{1,60})")
_VOICE_ID = re.compile(r"[A-Za-z0-9+/=_-]{8,200}")
_SONG_ID = re.compile(r"[A-Za-z0-9]{6,30}")

_MAX_TEXTS = 20  # number of text nodes that are read to find the only one that is not blank

Reader = Callable[[Element], Card | None]


def iframe_card(element: Element, videos: Mapping[str, Video]) -> Card | None:
    """Return the card of an `<iframe>`, `<embed>` or `<object>`; None if it leads nowhere.

    `videos` are the videos listed in the data of the page, by id. Sounds, songs and mini programs of 2014 to 2016 and
    those copied from WeChat's editor are frames with the attributes of the later elements.
    """
    for name, read in _FRAME_READERS.items():
        if element.get(name):
            return read(element)
    source = urls.unescape_entities(element.get("data-src") or element.get("src") or element.get("data") or "")
    if "vote" in element.get("class", "") or "newappmsgvote" in source:
        return replace(_vote_card(element), href=page_address(source))
    found = _VIDEO_ID.search(source)
    vid = element.get("data-mpvid") or (found[1] if found else "")
    if vid.startswith("wxv_"):
        return _video_card(element, vid, videos.get(vid))
    if number := tencent_id(source):
        title = videos[number].title if number in videos else ""
        return Card(kind="腾讯视频", title=plain(title), href=tencent_page(number), cover=_cover(element))
    if "card_iframe" in element.get("class", "") or element.get("data-cardid"):
        return read_card("卡券", element)
    href = urls.link(source)
    return Card(kind="嵌入页面", href=href, cover=_cover(element)) if href else None


def read_card(kind: str, element: Element) -> Card:
    """Return a card with what the attributes of an element say.

    If they have no title, it is the text of the element, unless this is long or in parts: then an end tag is missing.
    """
    found = read_attributes(element)
    title = found.title or found.name or _only_text(element)
    details = [text for text in dict.fromkeys((found.detail, *found.others)) if text and text != title]
    if not title and details:
        title, *details = details
    detail = " · ".join(details)[:MAX_LENGTH]
    return Card(kind=kind, title=title, name=found.name, detail=detail, href=found.href, cover=found.cover)


def _only_text(element: Element) -> str:
    texts = [text for each in islice(element.itertext(), _MAX_TEXTS) if (text := plain(str(each)))]
    return texts[0] if len(texts) == 1 and len(texts[0]) < MAX_LENGTH else ""


def _named(kind: str) -> Reader:
    return lambda element: read_card(kind, element)


def _completed(card: Card, element: Element) -> Card:
    """Return `card`, or if it has no title, the card that the other attributes of the element give."""
    if card.title:
        return card
    found = read_card(card.kind, element)
    return replace(card, title=found.title, name=card.name or found.name, cover=card.cover or found.cover,
                   href=card.href or found.href, detail=card.detail or found.detail)  # fmt: skip


def _video_card(element: Element, vid: str, video: Video | None) -> Card:
    vid = re.sub(r"\W", "", vid)
    if video is None:
        return Card(kind="视频", href=_PLAYER + vid, cover=_cover(element))
    cover = urls.media(video.cover) or _cover(element)
    return Card(kind="视频", title=plain(video.title), href=_PLAYER + vid, cover=cover,
                player="video" if video.url else "", source=urls.media(video.url), size=video.size)  # fmt: skip


def _cover(element: Element) -> str:
    return urls.media(unquote(element.get("data-cover", "")))


def _audio_card(element: Element) -> Card | None:
    """Return the card of a recording, with a player if its id is known; None if nothing is known of it."""
    title, author = plain(element.get("name", "")), plain(element.get("author", ""))
    cover = urls.media(unquote(element.get("cover", "")))
    card = _completed(Card(kind="音频", title=title, name=author, cover=cover), element)
    number = unquote(element.get("voice_encode_fileid", "").strip())
    if _VOICE_ID.fullmatch(number):
        return replace(card, player="audio", source=_VOICE + number)
    return card if card.title else None


def _html_player_card(element: Element) -> Card | None:
    """Return the card of an HTML `<video>` or `<audio>` element; None if the element has no usable address."""
    inner = next(element.iter("source"), element)
    source, player = urls.media(element.get("src") or inner.get("src") or ""), str(element.tag)
    kind = {"video": "视频", "audio": "音频"}[player]
    cover = urls.media(element.get("poster", ""))
    return Card(kind=kind, cover=cover, player=player, source=source) if source else None


def _music_card(element: Element) -> Card:
    song = element.get("mid") or element.get("otherid") or ""
    href = f"https://y.qq.com/n/ryqq/songDetail/{song}" if _SONG_ID.fullmatch(song) else ""
    title, singer = plain(element.get("music_name", "")), plain(element.get("singer", ""))
    card = Card(kind="音乐", title=title, name=singer, href=href, cover=urls.media(element.get("albumurl", "")))
    return _completed(card, element)


def _channel_card(element: Element) -> Card:
    """Return the card of a video, picture or live broadcast of a WeChat channel (视频号).

    The title of a broadcast is its `data-intro`; its `data-desc` says when it is.
    """
    intro, desc = plain(element.get("data-intro", "")), plain(element.get("data-desc", ""))
    is_live = element.get("data-type") == "live" and intro
    cover = urls.media(element.get("data-url", ""))  # only the cover: the video cannot be downloaded
    name = plain(element.get("data-nickname", ""))
    card = Card(kind="视频号", title=intro if is_live else desc or intro, name=name, cover=cover)
    return replace(card, detail=desc) if is_live else card if card.title or name else _completed(card, element)


def _mini_program_card(element: Element) -> Card:
    title, name = element.get("data-miniprogram-title", ""), element.get("data-miniprogram-nickname", "")
    cover = urls.media(unquote(element.get("data-miniprogram-imageurl", "")))
    card = Card(kind="小程序", title=plain(title), name=plain(name), cover=cover)
    return card if card.title or card.name else _completed(card, element)


def _product_card(element: Element) -> Card:
    json = urls.unescape_entities(element.get("data-buffer", "") or element.get("data-windowproduct", ""))
    title = re.search(r'"(?:product_name|title)"\s*:\s*"((?:[^"\\]|\\.){1,200})"', json)
    cover = re.search(r'"main_img"\s*:\s*"(http[^"]{1,500})"', json)
    card = Card(kind="商品", title=plain(title[1]) if title else "", cover=urls.media(cover[1]) if cover else "")
    return _completed(card, element)


def _red_envelope_card(element: Element) -> Card:
    cover = media_address(element.get("data-coveruri", "")) or media_address(element.get("data-receiveimg", ""))
    return _completed(Card(kind="红包封面", title=plain(unquote(element.get("data-name", ""))), cover=cover), element)


def _vote_card(element: Element) -> Card:
    """Return the card of a poll. If the element lists the questions, the first is the title if it has no other."""
    card = read_card("投票", element)
    return replace(card, name="")


def _game_profile_card(element: Element) -> Card:
    """Return the card of a player of games; the titles that it earned are its second line."""
    found = read_attributes(element)
    titles = " · ".join(filter(None, (found.title, *found.others)))[:MAX_LENGTH]
    return Card(kind="游戏名片", title=found.name or found.title, detail=titles)


def _account_card(element: Element) -> Card:
    name, alias = plain(element.get("data-nickname", "")), plain(element.get("data-alias", ""))
    signature = plain(element.get("data-signature", ""))
    return Card(kind="公众号", title=name or alias, name=alias, detail=signature)


READERS: dict[str, Reader] = {
    "video": _html_player_card,
    "audio": _html_player_card,
    "mpvoice": _audio_card,
    "mp-common-mpaudio": _audio_card,
    "mp-common-claudio": _audio_card,
    "mp-common-clmusic": _audio_card,
    "qqmusic": _music_card,
    "mp-common-qqmusic": _music_card,
    "mp-common-plain-music": _music_card,
    "mp-common-videosnap": _channel_card,
    "mpvideosnap": _channel_card,
    "mp-miniprogram": _mini_program_card,
    "mp-common-miniprogram": _mini_program_card,
    "mp-common-product": _product_card,
    "mp-wxaproduct": _product_card,
    "mp-common-shopprofile": _named("小店"),
    "mp-common-shoptag": _named("小店"),
    "mp-common-redpacket": _red_envelope_card,
    "mp-common-redpacketcover": _red_envelope_card,
    "redpacketcover": _red_envelope_card,
    "mp-common-bluepacket": _named("蓝包"),
    "mp-common-vote": _vote_card,
    "mpvote": _vote_card,
    "mp-common-poi": _named("位置"),
    "mppoi": _named("位置"),
    "mp-common-location": _named("位置"),
    "mp-common-article": _named("文章"),
    "mp-common-read": _named("书"),
    "mp-common-search": _named("搜一搜"),
    "mpsearch": _named("搜一搜"),
    "mp-common-gameprofile": _game_profile_card,
    "mp-common-sticker": _named("表情"),  # one without an address; find_stickers has replaced all others
    "mp-common-profile": _account_card,
    "mpprofile": _account_card,
}
# The readers of frames, by an attribute that only this kind of frame has.
_FRAME_READERS: dict[str, Reader] = {
    "voice_encode_fileid": _audio_card,
    "music_name": _music_card,
    "data-miniprogram-appid": _mini_program_card,
    "data-coveruri": _red_envelope_card,
    "data-poiid": _named("位置"),
}
