"""Page → the source of its article's body: one function per kind of article (wechat-format §2.1, §4).

What a page keeps as plain text becomes HTML here, and only here: every value is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from archiver import urls
from archiver.extractor.javascript.literal import Literal
from archiver.extractor.metadata.kinds import is_known
from archiver.extractor.page import ParsedPage, first, member, members, plain
from archiver.extractor.references import unescape

_EMPTY = "the page shows no body"
# What a body can consist of when it has no word (trap T97).
_SHOWS = re.compile(
    r"<(?:img|image|iframe|svg|video|audio|embed|object|qqmusic|mp)|background(?:-image)?:[^;\"']{0,40}url\(", re.I
)
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r">\s*[^\s<>&]")  # behind a tag, or behind what only seems one and is text itself
_UNREAD = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
_MARKUP = re.compile(r"<(?:p|section|div)[\s>]", re.I)
_PREVIEW = re.compile(r"<(?:mp-pay-preview-filter\b|p\s[^<>]{0,200}\bjs_pay_preview_filter\b)")
_LINK_TAG = re.compile(r"(<a\s[^<>]*>|</a\s*>)", re.I)
_HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)
_VOICE = re.compile(r"[A-Za-z0-9+/=_-]{8,200}")
_FILM = re.compile(r"[A-Za-z0-9_]{4,60}")
_MOST_PICTURES = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Video:
    """A film of the page's, its best stream; `url` lives for hours only (trap T92) and may be empty."""

    id: str
    url: str = ""
    cover: str = ""
    title: str = ""
    width: int = 0  # px
    height: int = 0
    size: int = 0  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBody:
    """A body as the page has it, before any pass; `html` is hostile."""

    html: str
    paid_preview: bool = False
    videos: tuple[Video, ...] = ()
    css: str = ""  # the page's own style elements
    warnings: tuple[str, ...] = ()


def read_body(parsed: ParsedPage, article_type: str) -> RawBody:
    """The body of an article of this type (Article.type); empty with a warning when the page shows none."""
    read = _READERS.get(article_type, _generic) if is_known(parsed) else _generic
    html = read(parsed)
    return RawBody(
        html=html,
        paid_preview="preview" in html and _PREVIEW.search(html) is not None,
        videos=read_videos(parsed),
        css=parsed.css,
        warnings=() if _shows_something(html) else (_EMPTY,),
    )


def read_videos(parsed: ParsedPage) -> tuple[Video, ...]:
    """The films that the page lists; the empty shells that every page since 2023 has are none (trap T24)."""
    listed = (
        *members(parsed.cgi.get("video_page_infos")),
        *members(parsed.cgi.get("video_page_info")),
        *([] if parsed.cgi else members(parsed.variable("videoPageInfos"))),
    )
    videos = [_video(item) for item in listed]
    return tuple({video.id: video for video in reversed(videos) if video.id}.values())[::-1]


def text_to_html(text: str) -> str:
    """Paragraphs of what a user typed: `<a href>` stays, all else is literal; LF is a line, an empty line a paragraph.

    A link over several lines (trap T86) becomes one link per line.
    """
    marked = "".join(_linked(text.replace("\r\n", "\n").replace("\r", "\n")))
    paragraphs = (lines.strip("\n") for lines in re.split(r"\n[ \t]*\n", marked))
    return "".join(f"<p>{lines.replace(chr(10), '<br>')}</p>" for lines in paragraphs if lines.strip())


def _ordinary(parsed: ParsedPage) -> str:
    return _first_shown(
        lambda: parsed.tag_index.inner_html("js_content"),
        lambda: parsed.cgi.get("content_noencode"),
        lambda: parsed.tag_index.inner_html("content_tpl"),
    )


def _share_card(parsed: ParsedPage) -> str:
    """The whole of the shared article; the card itself shows 140 characters of it (trap T58)."""
    return _first_shown(
        lambda: parsed.tag_index.inner_html("content_tpl"),
        lambda: parsed.cgi.get("content_noencode"),
        lambda: parsed.tag_index.inner_html("js_content"),
    )


def _text_post(parsed: ParsedPage) -> str:
    """Not `#js_content`, which holds the account's shell (trap T54)."""
    return text_to_html(first(_typed(parsed))) or text_to_html(plain(parsed.cgi.get("title")))


def _typed(parsed: ParsedPage) -> Iterator[str]:
    yield _string(member(parsed.cgi, "text_page_info", "content_noencode"))
    yield _string(parsed.cgi.get("content_noencode"))
    yield _string(parsed.variable("TextContentNoEncode"))
    yield plain(member(parsed.cgi, "text_page_info", "content"))
    yield from _described(parsed)


def _picture_post(parsed: ParsedPage) -> str:
    """The text, then the pictures in order: only each item's own address (trap T57)."""
    text = _string(parsed.cgi.get("content_noencode")) or first(_described(parsed))
    listed = members(parsed.cgi.get("picture_page_info_list")) or members(parsed.variable("picture_page_info_list"))
    pictures = "".join(map(_picture, listed[:_MOST_PICTURES])) or parsed.tag_index.inner_html("img_list") or ""
    return text_to_html(text) + pictures


def _described(parsed: ParsedPage) -> Iterator[str]:
    """What the pages of 2022 and 2023 write by script, without its markup (trap T56)."""
    yield plain(parsed.cgi.get("desc"))
    yield plain(parsed.written_into("js_image_desc"))
    yield plain(parsed.variable("window.desc", "d.desc"))
    yield parsed.meta("description", "og:description")


def _short_post(parsed: ParsedPage) -> str:
    return _picture_post(parsed) if parsed.cgi.get("picture_page_info_list") else _text_post(parsed)


def _video_post(parsed: ParsedPage) -> str:
    text = first((_string(parsed.cgi.get("content_noencode")), _string(parsed.variable("videoContentNoEncode"))))
    films = "".join(map(_film, _films(parsed)))
    cover = urls.media(plain(parsed.variable("__mpVideoCoverUrl")) or plain(parsed.cgi.get("cdn_url")))
    picture = f'<p><img data-src="{escape(cover)}"></p>' if cover and not films else ""
    return text_to_html(text or first(_described(parsed))) + films + picture


def _films(parsed: ParsedPage) -> Iterator[Video]:
    """The film of a video post; some pages name it without saying where it lies."""
    yield from (videos := read_videos(parsed))
    named = members(parsed.cgi.get("video_ids")) or [parsed.variable("vid", "d.vid")]
    if not videos and _FILM.fullmatch(identifier := plain(named[0])):
        yield Video(id=identifier, cover=plain(parsed.cgi.get("cdn_url")))


def _audio_post(parsed: ParsedPage) -> str:
    listed = [parsed.cgi.get("voice_page_info"), *members(parsed.cgi.get("voice_in_appmsg"))]
    sounds = dict.fromkeys(filter(None, (_sound(parsed, item) for item in listed)))
    text = _string(parsed.cgi.get("content_noencode")) or first(_described(parsed))
    return "".join(sounds) + text_to_html(text)


def _generic(parsed: ParsedPage) -> str:
    """Of kinds no page of which has been seen: the server's own text, as markup or as words; else what is shown."""
    stated = _string(parsed.cgi.get("content_noencode"))
    if not stated:
        return _ordinary(parsed) or _short_post(parsed)
    return stated if _MARKUP.search(stated) else _short_post(parsed)


_READERS: dict[str, Callable[[ParsedPage], str]] = {
    "article": _ordinary,
    "share": _share_card,
    "text": _text_post,
    "picture": _picture_post,
    "short": _short_post,
    "video": _video_post,
    "audio": _audio_post,
}


def _picture(item: Literal) -> str:
    address = plain(member(item, "cdn_url"))
    width, height = _integer(member(item, "width")), _integer(member(item, "height"))
    size = f' data-w="{width}" data-ratio="{height / width:.4f}"' if width and height else ""
    return f'<p><img data-src="{escape(address)}"{size}></p>' if address else ""


def _film(video: Video) -> str:
    return f'<p><iframe class="video_iframe" data-mpvid="{video.id}" data-cover="{escape(video.cover)}"></iframe></p>'


def _sound(parsed: ParsedPage, item: Literal) -> str:
    identifier = plain(member(item, "voice_id") or member(item, "voice_encode_fileid"))
    if not _VOICE.fullmatch(identifier):
        return ""
    name = plain(member(item, "title") or member(item, "name")) or plain(parsed.cgi.get("title"))
    length = _integer(member(item, "duration") or member(item, "play_length"))
    return (
        f'<p><mp-common-mpaudio name="{escape(name)}" voice_encode_fileid="{identifier}" play_length="{length}">'
        "</mp-common-mpaudio></p>"
    )


def _video(item: Literal) -> Video:
    """One listed film with its largest stream: the order of the streams says nothing (trap T91)."""
    identifier = plain(member(item, "video_id") or member(item, "vid"))
    streams = members(member(item, "mp_video_trans_info"))
    best = max((s for s in streams if plain(member(s, "url"))), key=_largeness, default=None)
    return Video(
        id=identifier if _FILM.fullmatch(identifier) else "",
        url=plain(member(best, "url")),
        cover=plain(member(item, "cover_url")),
        title=plain(member(item, "title")),
        width=_integer(member(best, "width")),
        height=_integer(member(best, "height")),
        size=_integer(member(best, "filesize")),
    )


def _largeness(stream: Literal) -> tuple[int, int]:
    area = _integer(member(stream, "width")) * _integer(member(stream, "height"))
    return area, _integer(member(stream, "filesize"))


def _linked(text: str) -> Iterator[str]:
    """`text` escaped, each line of a link a link of its own."""
    href = ""
    for part in _LINK_TAG.split(text):
        if part[:2] == "</" and _LINK_TAG.fullmatch(part):
            href = ""
        elif part[:2].lower() == "<a" and _LINK_TAG.fullmatch(part):
            match = _HREF.search(part)
            href = urls.link(match[1] or match[2] or "") if match else ""
        elif href:
            yield "\n".join(f'<a href="{escape(href)}">{escape(s)}</a>' if s.strip() else "" for s in part.split("\n"))
        else:
            yield escape(part, quote=False)


def _first_shown(*sources: Callable[[], Literal]) -> str:
    """The first source that shows something."""
    return next((html for source in sources if _shows_something(html := _string(source()))), "")


def _shows_something(html: str) -> bool:
    return _has_words(html) or _SHOWS.search(html) is not None


def _has_words(html: str) -> bool:
    """Whether there is text outside of comments, scripts and style sheets; each is looked for once."""
    word = _WORD.search(html)
    if word and all(html.find(opening, 0, word.start()) < 0 for opening, _ in _UNREAD):
        return True
    for opening, closing in _UNREAD:
        first_part, *others = html.split(opening)
        html = first_part + "".join(other.partition(closing)[2].removeprefix(">") for other in others)
    return bool(unescape(_TAG.sub("", html)).strip())


def _string(value: Literal) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Literal) -> int:
    """A size as a page says it, as number or text; 0 for anything else."""
    text = plain(value)
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else 0
