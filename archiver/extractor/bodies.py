"""Read the raw HTML of an article's body from its page.

There is one function for each kind of article. The location of the body in pages of each kind is described in
docs/reference/wechat-format.md#7-bodies. A body that a page contains as plain text is converted to HTML.

The server's data about a page is in one of two objects, ParsedPage.cgi (since 2025) or `window.cgiData`. Where a
function reads a field of both, it takes the first that is not empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from archiver import urls
from archiver.document.references import decode_references
from archiver.extractor.attached_cards import attached_cards, with_listed_cards
from archiver.extractor.javascript.literal import Literal
from archiver.extractor.metadata.identity import read_biz
from archiver.extractor.metadata.kinds import has_known_kind
from archiver.extractor.metadata.reprints import read_reprint
from archiver.extractor.page import ParsedPage, as_integer, as_list, as_text, first_text, member
from archiver.extractor.relative_links import ARTICLE, base_of
from archiver.extractor.typed_text import has_blocks, text_or_markup_to_html, text_to_html
from archiver.extractor.videos import Video, read_own_videos, read_videos, video_cover
from archiver.messages.message import message

# What an article of a type consists of, as a warning about an empty body names it; for other types see _USUAL_PARTS.
_PARTS = {"text": "text", "video": "video, text", "audio": "recording, text"}
_USUAL_PARTS = "text, images"
# Elements without one of which an article of the type lacks what it is about.
_PLAYERS = {"video": re.compile("<(?:iframe|video|mp-common-videosnap|mpvideosnap)", re.I),
            "audio": re.compile("<(?:mp-common-mpaudio|mpvoice|audio|mp-common-qqmusic|qqmusic)", re.I)}  # fmt: skip
# Content that a reader sees in a body without text.
_EMBEDDED = re.compile(
    r"<(?:img|image|iframe|svg|video|audio|embed|object|qqmusic|redpacketcover|mp)|background(?:-image)?:[^;\"']{0,40}url\("
    r"|\sdata-lazy-bgimg=",
    re.I,
)
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r">\s*[^\s<>&]")  # the first character of a text that follows a tag; `>` may also belong to no tag
_NOT_SHOWN = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
_PREVIEW = re.compile(r"<(?:mp-pay-preview-filter\b|p\s[^<>]{0,200}\bjs_pay_preview_filter\b)")
_ACCOUNT_CARD = re.compile(r"<mp-?(?:common-)?profile\b", re.I)
_VOICE_ID = re.compile(r"[A-Za-z0-9+/=_-]{8,200}")
_MAX_IMAGES = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBody:
    """The body of an article as it is in the page, before the extractor cleans it.

    `paid_preview` is True if the body is only the free beginning of a paid article. `videos` are the videos that the
    page lists, and the one that a video post shows. `accounts` are the ids (biz) of the article's own accounts, if the
    body shows cards of accounts. `css` is the content of the page's `<style>` elements. Relative links of the page
    refer to `base`. `warnings` has a message if the page shows no body, or if a video or audio post lacks its video or
    recording.
    """

    html: str  # untrusted
    paid_preview: bool = False  # True if it is only the free beginning of a paid article
    videos: tuple[Video, ...] = ()
    accounts: tuple[str, ...] = ()  # ids (biz) of the article's own accounts, if the body shows cards of accounts
    css: str = ""  # the content of the style elements of the page
    base: str = ARTICLE  # the address to which relative links refer
    warnings: tuple[str, ...] = ()


def read_raw_body(parsed: ParsedPage, article_type: str) -> RawBody:
    """Return the raw body of the article on a page. If it lacks what the article is about, the result has a warning.

    Args:
        parsed: The page of the article.
        article_type: The value of Article.type, such as `picture`. It decides where in the page to find the body.
            If the number of the page's layout (`item_show_type`) is unknown, the type is ignored, and several
            places are searched.
    """
    read = _READERS.get(article_type, _generic_body) if has_known_kind(parsed) else _generic_body
    html = with_listed_cards(parsed, read(parsed))
    return RawBody(
        html=html,
        paid_preview="preview" in html and _PREVIEW.search(html) is not None,
        videos=read_own_videos(parsed) if read is _video_post_body else read_videos(parsed),
        accounts=tuple(_own_accounts(parsed)) if _ACCOUNT_CARD.search(html) else (),
        css=parsed.css,
        base=base_of(parsed),
        warnings=tuple(_missing_parts(html, article_type)),
    )


def _own_accounts(parsed: ParsedPage) -> Iterator[str]:
    """Yield the id (biz) of the account that published the article, and that of the original of a reprint."""
    yield from filter(None, [read_biz(parsed)])
    if reprint := read_reprint(parsed):
        yield from filter(None, [urls.identity_in(reprint.url).biz])


def _missing_parts(html: str, article_type: str) -> Iterator[str]:
    """Yield a warning if the raw body `html` shows nothing, or if a video or audio post has no video or recording."""
    if not _has_content(html):
        yield message("the page shows no body (missing: {parts})", parts=_PARTS.get(article_type, _USUAL_PARTS))
    elif (player := _PLAYERS.get(article_type)) and not player.search(html):
        part = _PARTS[article_type].partition(",")[0]
        yield message("the {part} is missing: the page does not say which it is", part=part)


def _ordinary_body(parsed: ParsedPage) -> str:
    return _first_with_content(
        lambda: parsed.tag_index.inner_html("js_content"),
        lambda: _server_text(parsed, "content_noencode"),
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
        lambda: _server_text(parsed, "content_noencode"),
        lambda: parsed.tag_index.inner_html("js_content"),
    )


def _text_post_body(parsed: ParsedPage) -> str:
    """Return the body of an article of the type `text` (short, unformatted) as HTML.

    The text is read from the page's scripts and `<meta>` tags, since `#js_content` contains only the account's name in
    such a page. If no text is found, the title becomes the body.
    """
    title = as_text(parsed.cgi.get("title")) or parsed.meta("og:title")  # the whole text, if it has no title
    return text_to_html(first_text(_typed_texts(parsed)) or title) + attached_cards(parsed)


def _typed_texts(parsed: ParsedPage) -> Iterator[str]:
    infos = [*as_list(parsed.cgi.get("text_page_info")), *as_list(parsed.cgi_data("text_page_info"))]
    yield first_text(_string(member(info, "content_noencode")) for info in infos)
    yield _server_text(parsed, "content_noencode")
    yield _string(parsed.variable("TextContentNoEncode"))
    yield first_text(as_text(member(info, "content")) for info in infos)
    yield from _descriptions(parsed)


def _picture_post_body(parsed: ParsedPage) -> str:
    """Return the body of an article of the type `picture` (some text and a gallery) as HTML: the text, then the images.

    At most 500 items of the page's image list are used, in order. An item may also name images that WeChat does not
    show, such as a crop for sharing; these are skipped.
    """
    text = _server_text(parsed, "content_noencode") or first_text(_descriptions(parsed))
    listed = _listed_images(parsed) or as_list(parsed.variable("picture_page_info_list"))
    images = "".join(map(_image, listed[:_MAX_IMAGES])) or parsed.tag_index.inner_html("img_list") or ""
    return text_to_html(text) + images + attached_cards(parsed)


def _listed_images(parsed: ParsedPage) -> list[Literal]:
    name = "picture_page_info_list"
    return as_list(parsed.cgi.get(name)) or as_list(parsed.cgi_data(name))


def _descriptions(parsed: ParsedPage) -> Iterator[str]:
    """Yield the descriptions of the article that its page contains, the most reliable one first.

    In articles of the types `text`, `picture`, `video` and `audio`, the description is the text of the article. It is
    used if the page does not contain this text elsewhere. Each result is plain text and may be ''. The caller uses the
    first that is not ''.
    """
    yield as_text(parsed.cgi.get("desc"))
    yield as_text(parsed.written_into("js_image_desc"))
    yield as_text(parsed.written_into("js_common_share_desc"))
    yield as_text(parsed.variable("window.desc") or parsed.cgi_data("desc") or parsed.variable("msg_desc"))
    yield parsed.meta("description", "og:description")


def _short_post_body(parsed: ParsedPage) -> str:
    return _picture_post_body(parsed) if _listed_images(parsed) else _text_post_body(parsed)


def _video_post_body(parsed: ParsedPage) -> str:
    """Return the body of an article of the type `video` as HTML: its text, then its videos.

    A video that the text contains already is not repeated. If the page does not say which video it shows, the cover
    takes its place.
    """
    text = text_or_markup_to_html(first_text(_video_texts(parsed)))
    embedded = text if "<iframe" in text else ""
    videos = [video for video in read_own_videos(parsed) if (video.id or video.link) not in embedded]
    if videos or _PLAYERS["video"].search(text):
        return text + "".join(map(_video_html, videos))
    cover = video_cover(parsed)
    return text + (f'<p><img data-src="{escape(cover)}"></p>' if cover else "")


def _video_texts(parsed: ParsedPage) -> Iterator[str]:
    yield _server_text(parsed, "content_noencode")
    yield _string(parsed.variable("videoContentNoEncode"))
    yield as_text(parsed.cgi_data("guide_words"))
    yield from _descriptions(parsed)


def _audio_post_body(parsed: ParsedPage) -> str:
    """Return the body of an article of the type `audio` as HTML: its recordings, then its text.

    The server's data lists the recordings. Pages without `cgiDataNew` have at most one recording, whose id is in
    `window.cgiData`.
    """
    listed = [*as_list(parsed.cgi.get("voice_page_info")), *as_list(parsed.cgi.get("voice_in_appmsg"))]
    alone: dict[str, Literal] = {"voice_id": parsed.cgi_data("voiceid"), "duration": parsed.cgi_data("duration")}
    text = text_or_markup_to_html(_server_text(parsed, "content_noencode") or first_text(_descriptions(parsed)))
    recordings = dict.fromkeys(filter(None, (_audio_html(parsed, item) for item in [*listed, alone])))
    return "".join(recordings) + text


def _generic_body(parsed: ParsedPage) -> str:
    """Return the HTML body of an article whose page has an unknown layout (`item_show_type`).

    The field `content_noencode` of the server's data decides how the body is found:

    - If the field contains HTML, this HTML is the body.
    - If it contains plain text, the article is read like one of the type `short`, which has a text and may have a
      gallery.
    - If it is empty, the article is read like an ordinary one. If this finds no body, it is read like `short`.
    """
    text = _server_text(parsed, "content_noencode")
    if not text:
        return _ordinary_body(parsed) or _short_post_body(parsed)
    return text if has_blocks(text) else _short_post_body(parsed)


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
    width, height = as_integer(member(item, "width")), as_integer(member(item, "height"))
    size = f' data-w="{width}" data-ratio="{height / width:.4f}"' if width and height else ""
    return f'<p><img data-src="{escape(address)}"{size}></p>' if address else ""


def _video_html(video: Video) -> str:
    source = f'data-src="{escape(video.link)}"' if video.link else f'data-mpvid="{video.id}"'
    return f'<p><iframe class="video_iframe" {source} data-cover="{escape(video.cover)}"></iframe></p>'


def _audio_html(parsed: ParsedPage, item: Literal) -> str:
    identifier = as_text(member(item, "voice_id") or member(item, "voice_encode_fileid"))
    if not _VOICE_ID.fullmatch(identifier):
        return ""
    name = as_text(member(item, "title") or member(item, "name")) or as_text(parsed.cgi.get("title"))
    length = as_integer(member(item, "duration") or member(item, "play_length"))
    return (
        f'<p><mp-common-mpaudio name="{escape(name)}" voice_encode_fileid="{identifier}" play_length="{length}">'
        "</mp-common-mpaudio></p>"
    )


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


def _server_text(parsed: ParsedPage, name: str) -> str:
    """Return the text in a field of the server's data, neither unescaped nor stripped; '' if there is none."""
    return _string(parsed.cgi.get(name)) or _string(parsed.cgi_data(name))


def _string(value: Literal) -> str:
    return value if isinstance(value, str) else ""
