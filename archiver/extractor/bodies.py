"""Read the raw HTML of an article's body from its page.

There is one function for each kind of article. The location of the body in pages of each kind is described in
docs/wechat-format.md#7-bodies. A body that a page contains as plain text is converted to HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from archiver import urls
from archiver.document.references import decode_references
from archiver.extractor.javascript.literal import Literal
from archiver.extractor.metadata.kinds import has_known_kind
from archiver.extractor.page import ParsedPage, as_list, as_text, first_text, member

_NO_BODY = "the page shows no body"
# Content that a reader sees in a body without text.
_EMBEDDED = re.compile(
    r"<(?:img|image|iframe|svg|video|audio|embed|object|qqmusic|mp)|background(?:-image)?:[^;\"']{0,40}url\("
    r"|\sdata-lazy-bgimg=",
    re.I,
)
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r">\s*[^\s<>&]")  # the first character of a text that follows a tag; `>` may also belong to no tag
_NOT_SHOWN = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
_MARKUP = re.compile(r"<(?:p|section|div)[\s>]", re.I)
_PREVIEW = re.compile(r"<(?:mp-pay-preview-filter\b|p\s[^<>]{0,200}\bjs_pay_preview_filter\b)")
_LINK_TAG = re.compile(r"(<a\s[^<>]*>|</a\s*>)", re.I)
_HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)
_VOICE_ID = re.compile(r"[A-Za-z0-9+/=_-]{8,200}")
_VIDEO_ID = re.compile(r"[A-Za-z0-9_]{4,60}")
_MAX_IMAGES = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Video:
    """A video that a page lists.

    `url`, `width`, `height` (pixels) and `size` (bytes) describe the largest stream of the video; they are '' or 0 if
    the page has none. `cover` is the address of the preview image.
    """

    id: str
    url: str = ""  # works for some hours only; '' if the page has no stream
    cover: str = ""  # address of the preview image
    title: str = ""
    width: int = 0  # px; 0 if unknown, as below
    height: int = 0  # px
    size: int = 0  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBody:
    """The body of an article as it is in the page, before the extractor cleans it.

    `paid_preview` is True if the body is only the free beginning of a paid article. `videos` are the videos that the
    page lists. `css` is the content of the page's `<style>` elements. `warnings` has a message if the page shows no
    body.
    """

    html: str  # untrusted
    paid_preview: bool = False  # True if it is only the free beginning of a paid article
    videos: tuple[Video, ...] = ()
    css: str = ""  # the content of the style elements of the page
    warnings: tuple[str, ...] = ()


def read_raw_body(parsed: ParsedPage, article_type: str) -> RawBody:
    """Return the raw body of the article on a page. If the page shows no body, the result has a warning.

    Args:
        parsed: The page of the article.
        article_type: The value of Article.type, such as `picture`. It decides where in the page to find the body.
            If the number of the page's layout (`item_show_type`) is unknown, the type is ignored, and several
            places are searched.
    """
    read = _READERS.get(article_type, _generic_body) if has_known_kind(parsed) else _generic_body
    html = read(parsed)
    return RawBody(
        html=html,
        paid_preview="preview" in html and _PREVIEW.search(html) is not None,
        videos=read_videos(parsed),
        css=parsed.css,
        warnings=() if _has_content(html) else (_NO_BODY,),
    )


def read_videos(parsed: ParsedPage) -> tuple[Video, ...]:
    """Return the videos that a page lists, without duplicates.

    Of several entries with the same id, the first is used. Entries without a valid id are skipped, since pages since
    2023 also list empty entries.
    """
    listed = (
        *as_list(parsed.cgi.get("video_page_infos")),
        *as_list(parsed.cgi.get("video_page_info")),
        *([] if parsed.cgi else as_list(parsed.variable("videoPageInfos"))),
    )
    videos = [_video(item) for item in listed]
    return tuple({video.id: video for video in reversed(videos) if video.id}.values())[::-1]


def text_to_html(text: str) -> str:
    """Convert the plain text of an article to HTML with one `<p>` for each paragraph.

    Articles of the types `text`, `picture`, `video` and `audio` have such a text in place of HTML.

    - Empty lines separate paragraphs. Other line feeds become `<br>`.
    - Links (`<a href=…>`) with the scheme http, https or mailto are kept. A link over several lines becomes one per
      line.
    - Of other links, only the text is kept.
    - Everything else is escaped.
    """
    escaped = "".join(_escaped_with_links(text.replace("\r\n", "\n").replace("\r", "\n")))
    paragraphs = (lines.strip("\n") for lines in re.split(r"\n[ \t]*\n", escaped))
    return "".join(f"<p>{lines.replace(chr(10), '<br>')}</p>" for lines in paragraphs if lines.strip())


def _ordinary_body(parsed: ParsedPage) -> str:
    return _first_with_content(
        lambda: parsed.tag_index.inner_html("js_content"),
        lambda: parsed.cgi.get("content_noencode"),
        lambda: parsed.tag_index.inner_html("content_tpl"),
    )


def _share_card_body(parsed: ParsedPage) -> str:
    """Return the whole body of the article that a share card shows, as HTML.

    A share card is a page on which an account shares another account's article. The visible card shows only the first
    140 characters. So the body is read from a hidden template of the page or from the server's data. `#js_content` is
    used only if both are empty.
    """
    return _first_with_content(
        lambda: parsed.tag_index.inner_html("content_tpl"),
        lambda: parsed.cgi.get("content_noencode"),
        lambda: parsed.tag_index.inner_html("js_content"),
    )


def _text_post_body(parsed: ParsedPage) -> str:
    """Return the body of an article of the type `text` (short, unformatted) as HTML.

    The text is read from the page's scripts and `<meta>` tags, since `#js_content` contains only the account's name in
    such a page. If no text is found, the title becomes the body.
    """
    return text_to_html(first_text(_typed_texts(parsed))) or text_to_html(as_text(parsed.cgi.get("title")))


def _typed_texts(parsed: ParsedPage) -> Iterator[str]:
    yield _string(member(parsed.cgi, "text_page_info", "content_noencode"))
    yield _string(parsed.cgi.get("content_noencode"))
    yield _string(parsed.variable("TextContentNoEncode"))
    yield as_text(member(parsed.cgi, "text_page_info", "content"))
    yield from _descriptions(parsed)


def _picture_post_body(parsed: ParsedPage) -> str:
    """Return the body of an article of the type `picture` (some text and a gallery) as HTML: the text, then the images.

    At most 500 items of the page's image list are used, in order. An item may also name images that WeChat does not
    show, such as a crop for sharing; these are skipped.
    """
    text = _string(parsed.cgi.get("content_noencode")) or first_text(_descriptions(parsed))
    listed = as_list(parsed.cgi.get("picture_page_info_list")) or as_list(parsed.variable("picture_page_info_list"))
    images = "".join(map(_image, listed[:_MAX_IMAGES])) or parsed.tag_index.inner_html("img_list") or ""
    return text_to_html(text) + images


def _descriptions(parsed: ParsedPage) -> Iterator[str]:
    """Yield the descriptions of the article that its page contains, the most reliable one first.

    In articles of the types `text`, `picture`, `video` and `audio`, the description is the text of the article. It is
    used if the page does not contain this text elsewhere. Each result is plain text and may be ''. The caller uses the
    first that is not ''.
    """
    yield as_text(parsed.cgi.get("desc"))
    yield as_text(parsed.written_into("js_image_desc"))
    yield as_text(parsed.variable("window.desc", "d.desc"))
    yield parsed.meta("description", "og:description")


def _short_post_body(parsed: ParsedPage) -> str:
    return _picture_post_body(parsed) if parsed.cgi.get("picture_page_info_list") else _text_post_body(parsed)


def _video_post_body(parsed: ParsedPage) -> str:
    text = first_text((_string(parsed.cgi.get("content_noencode")), _string(parsed.variable("videoContentNoEncode"))))
    videos = "".join(map(_video_html, _own_videos(parsed)))
    cover = urls.media(as_text(parsed.variable("__mpVideoCoverUrl")) or as_text(parsed.cgi.get("cdn_url")))
    image = f'<p><img data-src="{escape(cover)}"></p>' if cover and not videos else ""
    return text_to_html(text or first_text(_descriptions(parsed))) + videos + image


def _own_videos(parsed: ParsedPage) -> Iterator[Video]:
    """Yield the videos of an article of the type `video`, which has no body besides its videos and a short text.

    These are the videos that the page lists. If it lists none, but its scripts contain the id of a video, yield a Video
    with this id and no `url`.
    """
    yield from (videos := read_videos(parsed))
    ids = as_list(parsed.cgi.get("video_ids")) or [parsed.variable("vid", "d.vid")]
    if not videos and _VIDEO_ID.fullmatch(identifier := as_text(ids[0])):
        yield Video(id=identifier, cover=as_text(parsed.cgi.get("cdn_url")))


def _audio_post_body(parsed: ParsedPage) -> str:
    listed = [parsed.cgi.get("voice_page_info"), *as_list(parsed.cgi.get("voice_in_appmsg"))]
    recordings = dict.fromkeys(filter(None, (_audio_html(parsed, item) for item in listed)))
    text = _string(parsed.cgi.get("content_noencode")) or first_text(_descriptions(parsed))
    return "".join(recordings) + text_to_html(text)


def _generic_body(parsed: ParsedPage) -> str:
    """Return the HTML body of an article whose page has an unknown layout (`item_show_type`).

    The field `content_noencode` of the server's data decides how the body is found:

    - If the field contains HTML, this HTML is the body.
    - If it contains plain text, the article is read like one of the type `short`, which has a text and may have a
      gallery.
    - If it is empty, the article is read like an ordinary one. If this finds no body, it is read like `short`.
    """
    text = _string(parsed.cgi.get("content_noencode"))
    if not text:
        return _ordinary_body(parsed) or _short_post_body(parsed)
    return text if _MARKUP.search(text) else _short_post_body(parsed)


_READERS: dict[str, Callable[[ParsedPage], str]] = {
    "article": _ordinary_body,
    "share": _share_card_body,
    "text": _text_post_body,
    "picture": _picture_post_body,
    "short": _short_post_body,
    "video": _video_post_body,
    "audio": _audio_post_body,
}


def _image(item: Literal) -> str:
    address = as_text(member(item, "cdn_url"))
    width, height = _integer(member(item, "width")), _integer(member(item, "height"))
    size = f' data-w="{width}" data-ratio="{height / width:.4f}"' if width and height else ""
    return f'<p><img data-src="{escape(address)}"{size}></p>' if address else ""


def _video_html(video: Video) -> str:
    return f'<p><iframe class="video_iframe" data-mpvid="{video.id}" data-cover="{escape(video.cover)}"></iframe></p>'


def _audio_html(parsed: ParsedPage, item: Literal) -> str:
    identifier = as_text(member(item, "voice_id") or member(item, "voice_encode_fileid"))
    if not _VOICE_ID.fullmatch(identifier):
        return ""
    name = as_text(member(item, "title") or member(item, "name")) or as_text(parsed.cgi.get("title"))
    length = _integer(member(item, "duration") or member(item, "play_length"))
    return (
        f'<p><mp-common-mpaudio name="{escape(name)}" voice_encode_fileid="{identifier}" play_length="{length}">'
        "</mp-common-mpaudio></p>"
    )


def _video(item: Literal) -> Video:
    """Convert an item of a page's list of videos to a Video with the data of its largest stream.

    Video.id is '' if the item has no valid id. If the item lists no stream, `url` is '', and `width`, `height` and
    `size` are 0. Streams are compared by width times height, then by file size.
    """
    identifier = as_text(member(item, "video_id") or member(item, "vid"))
    streams = as_list(member(item, "mp_video_trans_info"))
    best = max((stream for stream in streams if as_text(member(stream, "url"))), key=_stream_size, default=None)
    return Video(
        id=identifier if _VIDEO_ID.fullmatch(identifier) else "",
        url=as_text(member(best, "url")),
        cover=as_text(member(item, "cover_url")),
        title=as_text(member(item, "title")),
        width=_integer(member(best, "width")),
        height=_integer(member(best, "height")),
        size=_integer(member(best, "filesize")),
    )


def _stream_size(stream: Literal) -> tuple[int, int]:
    area = _integer(member(stream, "width")) * _integer(member(stream, "height"))
    return area, _integer(member(stream, "filesize"))


def _escaped_with_links(text: str) -> Iterator[str]:
    """Yield the parts of `text` as HTML: links are kept as in text_to_html, and the rest is escaped."""
    href = ""
    for part in _LINK_TAG.split(text):
        if part[:2] == "</" and _LINK_TAG.fullmatch(part):
            href = ""
        elif part[:2].lower() == "<a" and _LINK_TAG.fullmatch(part):
            match = _HREF.search(part)
            href = urls.link(match[1] or match[2] or "") if match else ""
        elif href:
            lines = part.split("\n")
            yield "\n".join(f'<a href="{escape(href)}">{escape(line)}</a>' if line.strip() else "" for line in lines)
        else:
            yield escape(part, quote=False)


def _first_with_content(*sources: Callable[[], Literal]) -> str:
    """Return the first HTML that shows something to a reader; '' if none does.

    Each of `sources` is called without arguments, in order, and returns HTML. A result that is no string is skipped.
    """
    return next((html for source in sources if _has_content(html := _string(source()))), "")


def _has_content(html: str) -> bool:
    return _has_words(html) or _EMBEDDED.search(html) is not None


def _has_words(html: str) -> bool:
    """Return True if `html` has text outside of tags, comments, scripts and style sheets."""
    word = _WORD.search(html)
    if word and all(html.find(opening, 0, word.start()) < 0 for opening, _ in _NOT_SHOWN):
        return True
    for opening, closing in _NOT_SHOWN:
        first_part, *others = html.split(opening)
        html = first_part + "".join(other.partition(closing)[2].removeprefix(">") for other in others)
    return bool(decode_references(_TAG.sub("", html)).strip())


def _string(value: Literal) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Literal) -> int:
    """Convert a number in a page, such as the width of an image, to an int; return 0 if it is not valid.

    A valid number has 1 to 12 digits and no sign. It may be a string, such as "640".
    """
    text = as_text(value)
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else 0
