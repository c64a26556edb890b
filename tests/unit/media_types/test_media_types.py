"""Types by magic bytes, the hot-link placeholder, and pictures that could run."""

from __future__ import annotations

import struct

import pytest

from archiver.media_types import EXTENSIONS, dimensions, extension, is_placeholder, is_truncated, mime_type
from tests.support.wechat import pictures


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0"


def jpeg(width: int, height: int) -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    tables = b"\xff\xc4" + struct.pack(">H", 5) + bytes(3)  # a Huffman table is no frame though it is 0xC4
    frame = b"\xff\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + bytes(3)
    return b"\xff\xd8" + app0 + tables + frame + b"\xff\xda\0\2\xff\xd9"


def webp(form: bytes, rest: bytes) -> bytes:
    body = b"WEBP" + form + struct.pack("<I", len(rest)) + rest
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def webp_lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14))


def webp_lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height))


def bmp(width: int, height: int) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<Iii", 40, width, -height) + bytes(20)


MAKERS = {
    "png": png, "gif": gif, "jpg": jpeg, "webp": webp_extended, "webp lossless": webp_lossless,
    "webp lossy": webp_lossy, "bmp": bmp,
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_extension_and_dimensions_from_image_header(name):
    content = MAKERS[name](1080, 607)
    assert extension(content) == name.partition(" ")[0]
    assert dimensions(content) == (1080, 607)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (gif(40_000, 65_535), (40_000, 65_535)),
        (webp_lossy(0x4000 | 1080, 0xC000 | 607), (1080, 607)),
        (b"BM" + bytes(12) + struct.pack("<Iii", 12, 9, 9) + bytes(20), None),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(28), None),
    ],
    ids=["a GIF wider than half of what fits", "a WebP that is to be scaled", "a BMP of 1987", "no image"],
)
def test_dimensions_follow_format_specification(content, size):
    assert dimensions(content) == size


def test_dimensions_jpeg_search_through_garbage_is_bounded():
    start, mark, frame = jpeg(9, 9).partition(b"\xff\xff\xc2")
    frame = mark + frame
    assert dimensions(start + bytes(2**10) + frame) == (9, 9)
    assert dimensions(start + bytes(2**20) + frame) is None


def test_extension_animated_png_is_png():
    control = struct.pack(">I", 8) + b"acTL" + bytes(12)
    assert extension(png(2, 2) + bytes(4) + control) == "png"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<!DOCTYPE html><html></html>", b"<html><svg/></html>", b"BM is how this text begins", b"\0\1\2\3",
        b"%PDF-1.7", b"PK\x03\x04", b"{}",
    ],
    ids=["nothing", "HTML", "HTML with SVG", "text like a BMP", "unknown", "PDF", "ZIP", "JSON"],
)  # fmt: skip
def test_extension_of_non_image_is_empty(content):
    assert extension(content) == ""
    assert is_placeholder(content, 0)


def test_extension_kind_separates_images_and_audio():
    mp3 = b"ID3\x04" + bytes(20)
    assert extension(mp3, "audio") == "mp3"
    assert extension(mp3) == ""
    assert extension(png(1, 1), "audio") == ""


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("length", range(2, 34, 3))
def test_dimensions_truncated_header_raises_nothing(name, length):
    dimensions(MAKERS[name](9, 9)[:length])


WHOLE = {name: make(1080, 607) for name, make in MAKERS.items()} | {"png": pictures.png(9, 9)}


@pytest.mark.parametrize("name", WHOLE)
def test_is_truncated_false_for_whole_image_with_trailing_bytes(name):
    assert not is_truncated(WHOLE[name])
    assert not is_truncated(WHOLE[name] + b"\xff\xda what a camera adds")


@pytest.mark.parametrize("name", ["png", "jpg", "webp", "webp lossless", "webp lossy"])
@pytest.mark.parametrize("missing", [1, 0.5])
def test_is_truncated_true_for_image_without_end(name, missing):
    content = WHOLE[name]
    end = len(content) - 12 if name == "png" else len(content) - 1
    assert is_truncated(content[: int(end * missing)])


def test_dimensions_jpeg_zero_length_segments_is_none():
    assert dimensions(b"\xff\xd8" + b"\xff\xe0\0\0" * 1000) is None


@pytest.mark.parametrize(
    ("side", "declared", "placeholder"),
    [(140, 1080, True), (140, 140, False), (140, 200, False), (140, 0, False), (400, 1080, False)],
    ids=["the notice", "a small picture", "nearly as declared", "nothing declared", "shrunk by the CDN"],
)
def test_is_placeholder_only_if_much_smaller_than_declared(side, declared, placeholder):
    assert is_placeholder(gif(side, side), declared) is placeholder


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'


@pytest.mark.parametrize(
    "content",
    [
        SVG % '<path d="M0 0"/>',
        "\ufeff<?xml version='1.0' encoding='utf-8'?>\n<!-- made by hand -->" + SVG % "<style>a{}</style>",
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">' + SVG % "",
        SVG % '<image xlink:href="data:image/png;base64,AA=="/>',
        SVG % '<animate attributeName="opacity" from="0" to="1"/>',
    ],
    ids=["plain", "with a declaration", "with a document type", "with a picture", "animated"],
)
def test_extension_safe_svg_is_svg(content):
    assert extension(content.encode()) == "svg"


@pytest.mark.parametrize(
    "content",
    [
        SVG % "<script>1</script>",
        SVG % "<x:script xmlns:x='http://www.w3.org/2000/svg'/>",
        SVG % '<path onload="1"/>',
        SVG % '<a xlink:href="java\nscript:1"/>',
        SVG % '<a href="data:text/html,1"/>',
        SVG % '<a><set attributeName="href" to="x"/></a>',
        SVG % '<animate attributeName="x" values="0;javascript:1"/>',
        SVG % "<foreignObject/>",
        "<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + SVG % "&a;",
        "<!DOCTYPE svg [<!ATTLIST svg onload CDATA '1'>]>" + SVG % "",
        "<?xml version='1.0'?><?xml-stylesheet href='x'?>" + SVG % "",
        "<svg><path></svg>",
    ],
    ids=[
        "script", "script by prefix", "handler", "script address", "data address", "set href", "animated address",
        "foreign object", "entity", "attribute by document type", "style sheet", "not well-formed",
    ],
)  # fmt: skip
def test_extension_unsafe_svg_is_empty(content):
    assert extension(content.encode()) == ""


def test_extension_svg_in_utf7_is_empty():
    assert extension(("<?xml version='1.0' encoding='utf-7'?>" + SVG % "").encode()) == ""


def test_mime_type_each_format_is_as_registered() -> None:
    registered = {  # https://www.iana.org/assignments/media-types; WAV by the name that browsers use
        "aac": "audio/aac", "amr": "audio/amr", "avif": "image/avif", "bmp": "image/bmp", "flac": "audio/flac",
        "gif": "image/gif", "heic": "image/heic", "ico": "image/vnd.microsoft.icon", "jpg": "image/jpeg",
        "m4a": "audio/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "mp3": "audio/mpeg", "mp4": "video/mp4",
        "ogg": "audio/ogg", "png": "image/png", "svg": "image/svg+xml", "tif": "image/tiff", "wav": "audio/wav",
        "webm": "video/webm", "webp": "image/webp",
    }  # fmt: skip
    assert {name: mime_type(name) for name in EXTENSIONS} == registered


@pytest.mark.parametrize("name", ["", "html", "apng", ".jpg", "JPG"])
def test_mime_type_of_any_other_extension_is_empty(name: str) -> None:
    assert mime_type(name) == ""
