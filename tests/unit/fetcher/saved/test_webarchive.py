"""Safari's .webarchive: the page, its address, its pictures, and property lists that are no such file."""

from __future__ import annotations

import os
import plistlib
import struct
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import ArchiverError, TooLarge
from archiver.fetcher import SavedPage, read_saved
from archiver.fetcher.saved.webarchive import read_webarchive

ARTICLE = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
CDN = "https://mmbiz.qpic.cn/mmbiz_png"
CHANGED = datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)
FORMATS = {"binary": plistlib.FMT_BINARY, "XML": plistlib.FMT_XML}


def resource(content: object, address: object = ARTICLE, kind: str = "text/html", encoding: str = "UTF-8") -> dict:
    named = {"WebResourceTextEncodingName": encoding} if encoding else {}
    return {"WebResourceData": content, "WebResourceMIMEType": kind, "WebResourceURL": address, **named}


def read(folder: Path, archive: object, form: str = "binary", name: str = "page.webarchive") -> SavedPage:
    content = archive if isinstance(archive, bytes) else plistlib.dumps(archive, fmt=FORMATS[form])
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (CHANGED.timestamp(), CHANGED.timestamp()))
    return read_saved(path)


def found(saved: SavedPage, address: str) -> bytes | None:
    medium = saved.local_media.find(address)
    return None if medium is None else medium.content


@pytest.mark.parametrize("name", ["page.webarchive", "page.WEBARCHIVE", "page.html", "page"])
@pytest.mark.parametrize("form", FORMATS)
def test_read_saved_webarchive_holds_page_address_and_pictures(tmp_path: Path, form: str, name: str) -> None:
    picture = resource(b"\x89PNG", f"{CDN}/First/640?wx_fmt=png&tp=webp&wxfrom=5", "image/webp", "")
    other = resource(b"other", "http://example.com/a.png?x=1", "image/png", "")
    archive = {
        "WebMainResource": resource("<html>标题</html>".encode(), f"{ARTICLE}?scene=1&key=secret"),
        "WebSubresources": [picture, other],
    }
    saved = read(tmp_path, archive, form, name)
    assert saved.page.content.decode() == "<html>标题</html>"
    assert (saved.page.url, saved.page.final_url, saved.page.saved) == (ARTICLE, ARTICLE, True)
    assert saved.page.captured == CHANGED
    assert found(saved, f"{CDN}/First/0") == b"\x89PNG"
    assert found(saved, "https://example.com/a.png?x=1") == b"other"
    assert found(saved, f"{CDN}/first/0") is None
    medium = saved.local_media.find(f"{CDN}/First/640")
    assert medium is not None
    assert medium.content_type == "image/webp"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("标题".encode("gb18030"), "GB18030"),
        ("标题".encode("utf-16"), "UTF-16"),
        ("标题".encode("utf-16"), "UTF-8"),
        ("标题".encode(), "no-such-charset"),
        ("标题".encode(), "punycode"),
        ("标题".encode(), ""),
    ],
    ids=["GB 18030", "UTF-16", "UTF-16 declared as UTF-8", "unknown", "of host names", "not declared"],
)
def test_read_saved_webarchive_converts_the_page_to_utf8(tmp_path: Path, content: bytes, encoding: str) -> None:
    saved = read(tmp_path, {"WebMainResource": resource(content, encoding=encoding)})
    assert saved.page.content.decode("utf-8-sig") == "标题"


def test_read_saved_webarchive_finds_the_pictures_of_its_frames(tmp_path: Path) -> None:
    def archive(number: int, *frames: dict) -> dict[str, Any]:
        return {
            "WebMainResource": resource(f"page {number}".encode()),
            "WebSubresources": [resource(b"%d" % number, f"{CDN}/Frame{number}/640", "image/png", "")],
            "WebSubframeArchives": list(frames),
        }

    saved = read(tmp_path, archive(1, archive(2, archive(3)), archive(4)))
    assert saved.page.content == b"page 1"
    assert [found(saved, f"{CDN}/Frame{number}/0") for number in (1, 2, 3, 4)] == [b"1", b"2", b"3", b"4"]


def test_read_saved_webarchive_without_resources_has_no_pictures(tmp_path: Path) -> None:
    assert found(read(tmp_path, {"WebMainResource": resource(b"<p>")}), f"{CDN}/First/0") is None


@pytest.mark.parametrize(
    "archive",
    [
        {},
        [],
        {"WebMainResource": "text"},
        {"WebMainResource": resource("no bytes")},
        {"WebMainResource": resource(b"\x89PNG", kind="image/png")},
        {"WebSubresources": [resource(b"<p>")]},
    ],
    ids=["empty", "a list", "no dict", "text for bytes", "a picture", "no main resource"],
)
@pytest.mark.parametrize("form", FORMATS)
def test_read_saved_says_that_a_property_list_holds_no_page(tmp_path: Path, archive: object, form: str) -> None:
    with pytest.raises(ArchiverError, match="no page in it"):
        read(tmp_path, archive, form)


def test_read_saved_webarchive_skips_resources_of_other_types(tmp_path: Path) -> None:
    odd: list[object] = [
        None,
        "x",
        1,
        [],
        {},
        resource("text"),
        resource(b"x", 5),
        resource(b"good", f"{CDN}/Good/640"),
    ]
    archive = {
        "WebMainResource": resource(b"<p>"),
        "WebSubresources": [each for each in odd if each is not None],
        "WebSubframeArchives": ["x", {"WebSubresources": "y"}],
    }
    assert found(read(tmp_path, archive), f"{CDN}/Good/0") == b"good"


# Files that somebody made to do harm


XML = (
    b'<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "x">\n<plist version="1.0">%b</plist>'
)


def binary(objects: list[bytes], root: int = 0) -> bytes:
    """A binary property list of these objects, as they stand."""
    content, offsets = b"bplist00", []
    for each in objects:
        offsets.append(len(content))
        content += each
    table = b"".join(offset.to_bytes(4, "big") for offset in offsets)
    return content + table + struct.pack(">6xBBQQQ", 4, 2, len(objects), root, len(content))


HARM = {
    "cut off": plistlib.dumps({"WebMainResource": resource(b"<p>")}, fmt=plistlib.FMT_BINARY)[:-9],
    "only the signature": b"bplist00",
    "a trailer of zeros": b"bplist00" + bytes(64),
    "a table outside of the file": b"bplist00" + struct.pack(">6xBBQQQ", 4, 2, 9, 0, 2**62),
    "more objects than the file has bytes": b"bplist00" + struct.pack(">6xBBQQQ", 4, 2, 2**62, 0, 8),
    "a list of itself": binary([b"\xa1\x00\x00"]),
    "nested": binary([b"\xa1" + (n + 1).to_bytes(2, "big") for n in range(5000)] + [b"\x08"]),
    "a length that is no number": binary([b"\xaf\x41x"]),
    "nested XML": XML % (b"<array>" * 50_000 + b"</array>" * 50_000),
    "XML that is not closed": XML.replace(b"</plist>", b"") % b"<dict>",
    "XML with an entity": b'<!DOCTYPE plist [<!ENTITY a "aaaa">]><plist><string>&a;</string></plist>',
    "XML with a date that is none": XML % b"<date>today</date>",
    "XML with a value without key": XML % b"<dict><string>a</string></dict>",
}


@pytest.mark.parametrize("name", HARM)
def test_read_saved_refuses_a_hostile_property_list(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiverError, match="no page in it"):
        read(tmp_path, HARM[name])


def same_bytes(objects: int, size: int) -> bytes:
    """A valid file with a dict of a page and so many resources, each of which is the same `size` bytes of the file."""
    items = [b"\xaf\x11" + objects.to_bytes(2, "big") + b"".join(n.to_bytes(2, "big") for n in range(3, objects + 3))]
    head = [b"\xd1\x00\x01\x00\x02", b"\x5f\x10\x0fWebSubresources", *items]
    content, offsets = b"bplist00", []
    for each in head:
        offsets.append(len(content))
        content += each
    offsets += range(len(content), len(content) + 6 * objects, 6)
    content += (b"\x4f\x12" + size.to_bytes(4, "big")) * objects + bytes(size)
    table = b"".join(offset.to_bytes(4, "big") for offset in offsets)
    return content + table + struct.pack(">6xBBQQQ", 4, 2, len(offsets), 0, len(content))


@pytest.mark.parametrize(
    "content",
    [same_bytes(1_000, 100_000), XML % (b"<array>" + b"<dict/>" * 600_000 + b"</array>")],
    ids=["a thousand objects of the same bytes", "more values than any page needs"],
)
def test_read_webarchive_needs_memory_in_proportion_to_a_property_list(content: bytes) -> None:
    tracemalloc.start()
    try:
        assert read_webarchive(content) is None
        assert tracemalloc.get_traced_memory()[1] < 4 * len(content)
    finally:
        tracemalloc.stop()


def test_read_saved_webarchive_reads_frames_that_hold_themselves_once(tmp_path: Path) -> None:
    frames: dict[str, Any] = {"WebSubframeArchives": [{}] * 100_000}
    saved = read(tmp_path, {"WebMainResource": resource(b"<p>"), **frames})
    assert saved.page.content == b"<p>"


def test_read_saved_webarchive_whose_page_is_past_the_cap_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="20 MB"):
        read(tmp_path, {"WebMainResource": resource(b"x" * (20 * 2**20 + 1))})
