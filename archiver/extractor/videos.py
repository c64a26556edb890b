"""Read the videos of a page: those that it lists, and the one that a video post shows.

The places of their data are described in docs/reference/wechat-format.md#the-body-of-a-video-post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from archiver import urls
from archiver.extractor.javascript.literal import Literal
from archiver.extractor.page import ParsedPage, as_integer, as_list, as_text, first_text, member

_LISTED_ID = re.compile(r"[A-Za-z0-9_]{4,60}")
_OWN_ID = re.compile(r"wxv_[0-9]{1,40}|[A-Za-z0-9]{11}")  # of WeChat, and of Tencent Video (v.qq.com)
_TENCENT_PAGE = re.compile(r"(?:https?:)?//(?:[a-z]+\.)?v\.qq\.com/")
_ID_IN_QUERY = re.compile(r"[?&]vid=([A-Za-z0-9_]{1,60})")
_ID_IN_PATH = re.compile(r"/(?:page|cover/[A-Za-z0-9_]{1,60})/([A-Za-z0-9_]{1,60})\.html")


@dataclass(frozen=True, kw_only=True, slots=True)
class Video:
    """A video of a page.

    `url`, `width`, `height` (pixels) and `size` (bytes) describe the largest stream of the video; they are '' or 0 if
    the page has none. `cover` is the address of the preview image. `link` is the address of a page that shows the
    video, if it is not one of WeChat's own. `id` may be '' if there is a `link`.
    """

    id: str
    url: str = ""  # works for some hours only; '' if the page has no stream
    cover: str = ""  # address of the preview image
    title: str = ""
    width: int = 0  # px; 0 if unknown, as below
    height: int = 0  # px
    size: int = 0  # bytes
    link: str = ""  # address of a page that shows it; '' for a video of WeChat's own


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


def read_own_videos(parsed: ParsedPage) -> tuple[Video, ...]:
    """Return the videos of an article of the type `video`, which has no body besides its videos and a short text.

    The result has the first of these that the page contains:

    1. the videos that the page lists;
    2. the videos whose ids are in the server's data (`video_ids`), else one video whose id is elsewhere in the scripts;
    3. one Video without an id, whose `link` is the address of a page that shows the video.

    In the first case, the first video gets the cover of the post if it has no cover of its own. In the other cases,
    every video gets this cover. In pages of 2018 and 2019, a video of the second case has no `url` and may be one of
    Tencent Video.
    """
    cover = video_cover(parsed)
    if listed := read_videos(parsed):
        return (replace(listed[0], cover=listed[0].cover or cover), *listed[1:])
    title = as_text(parsed.cgi_data("video_title"))
    link = urls.link(as_text(parsed.cgi_data("source_link")))
    ids = _valid(map(as_text, as_list(parsed.cgi.get("video_ids")))) or _valid(_own_ids(parsed, link))[:1]
    if not ids:
        return (Video(id="", cover=cover, title=title, link=link),) if link else ()
    streams = parsed.variable("__mpVideoTransInfo") if len(ids) == 1 else None
    alone = _video({"video_id": ids[0], "title": title, "mp_video_trans_info": streams})
    return tuple(replace(alone, id=each, cover=cover, link=tencent_page(each)) for each in ids)


def video_cover(parsed: ParsedPage) -> str:
    """Return the address of the cover of a video post, the preview image of its video; '' if the page has none."""
    return first_text(map(urls.media, _covers(parsed)))


def tencent_page(identifier: str) -> str:
    """Return the address of the page of Tencent Video that shows a video; '' for the id of one of WeChat's own."""
    return "" if identifier.startswith("wxv_") else f"https://v.qq.com/x/page/{identifier}.html"


def tencent_id(address: str) -> str:
    """Return the id of a video in the address of a player or page of Tencent Video; '' for any other address."""
    if not _TENCENT_PAGE.match(address):
        return ""
    found = _ID_IN_QUERY.search(address) or _ID_IN_PATH.search(address)
    return found[1] if found else ""


def _valid(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(_OWN_ID.fullmatch, ids)))


def _own_ids(parsed: ParsedPage, link: str) -> Iterator[str]:
    yield as_text(parsed.cgi_data("vid"))
    yield as_text(parsed.variable("vid"))
    yield as_text(parsed.cgi_data("txvideo_vid"))
    yield tencent_id(link)


def _covers(parsed: ParsedPage) -> Iterator[str]:
    yield as_text(parsed.cgi.get("cdn_url"))
    yield as_text(parsed.variable("__mpVideoCoverUrl"))
    yield as_text(parsed.cgi_data("cdn_url"))
    yield as_text(parsed.variable("msg_cdn_url", "d.cover"))
    yield parsed.meta("og:image", "twitter:image")


def _video(item: Literal) -> Video:
    """Convert an item of a page's list of videos to a Video with the data of its largest stream.

    Video.id is '' if the item has no valid id. If the item lists no stream, `url` is '', and `width`, `height` and
    `size` are 0. Streams are compared by width times height, then by file size.
    """
    identifier = as_text(member(item, "video_id") or member(item, "vid"))
    streams = as_list(member(item, "mp_video_trans_info"))
    best = max((stream for stream in streams if as_text(member(stream, "url"))), key=_stream_size, default=None)
    return Video(
        id=identifier if _LISTED_ID.fullmatch(identifier) else "",
        url=as_text(member(best, "url")),
        cover=as_text(member(item, "cover_url")),
        title=as_text(member(item, "title")),
        width=as_integer(member(best, "width")),
        height=as_integer(member(best, "height")),
        size=as_integer(member(best, "filesize")),
    )


def _stream_size(stream: Literal) -> tuple[int, int]:
    area = as_integer(member(stream, "width")) * as_integer(member(stream, "height"))
    return area, as_integer(member(stream, "filesize"))
