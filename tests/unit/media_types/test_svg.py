"""Drawings that could run, however that is hidden, and drawings that are made to be slow."""

from __future__ import annotations

import tracemalloc
from time import process_time

import pytest

from archiver.media_types import extension, svg

NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SVG = f"<svg {NAMESPACES}>%s</svg>"
ATTACK = "<!ATTLIST svg onload CDATA 'alert(1)'>"
SVG_11 = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"%s>'
PAD = " " * 5000

HIDDEN_DOCUMENT_TYPES = {
    "spaces before the subset": f"<!DOCTYPE svg{PAD}[{ATTACK}]>",
    "line feeds before the subset": f"<!DOCTYPE svg{chr(10) * 5000}[{ATTACK}]>",
    "a long public name": f'<!DOCTYPE svg PUBLIC "{"x" * 2000}" "y" [{ATTACK}]>',
    "behind the usual name": SVG_11 % f"{PAD}[{ATTACK}]",
    "behind a > in the system name": f'<!DOCTYPE svg SYSTEM ">" [{ATTACK}]>',
    "behind a > in the public name": f"<!DOCTYPE svg PUBLIC '>' 'x' [{ATTACK}]>",
    "behind a comment": f"<!-- {'x' * 3000} --><!DOCTYPE svg [{ATTACK}]>",
    "behind a comment with a document type": f"<!-- <!DOCTYPE svg> --><!DOCTYPE svg [{ATTACK}]>",
    "behind a comment that ends it": f"<!-- [ ]> --><!DOCTYPE svg{PAD}[{ATTACK}]>",
    "by a parameter entity": f'<!DOCTYPE svg{PAD}[<!ENTITY % a "{ATTACK}">%a;]>',
    "with an empty subset": "<!DOCTYPE svg []>",
    "from a data address": f'<!DOCTYPE svg SYSTEM "data:application/xml-dtd,{ATTACK.replace(">", "%3E")}">',
    "from a file beside it": '<!DOCTYPE svg SYSTEM "evil.dtd">',
    "from another host": '<!DOCTYPE svg SYSTEM "https://evil.example/svg11.dtd">',
    "of HTML": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
    "a style sheet": "<?xml-stylesheet href='a.xsl' type='text/xsl'?>",
    "a style sheet behind spaces": f"{PAD}<?xml-stylesheet href='a.xsl'?>",
    "a style sheet behind a comment": "<!-- --><?xml-stylesheet href='a.xsl'?>",
    "any instruction": "<?php 1 ?>",
}


@pytest.mark.parametrize("before", HIDDEN_DOCUMENT_TYPES.values(), ids=HIDDEN_DOCUMENT_TYPES)
@pytest.mark.parametrize("declaration", ["", "<?xml version='1.0' encoding='UTF-8'?>"], ids=["bare", "declared"])
def test_svg_unsafe_doctype_or_instruction_is_refused(declaration: str, before: str) -> None:
    hidden = f"{declaration}<!-- -->{before}" if not declaration else declaration + before
    assert extension((hidden + SVG % "").encode()) == ""


@pytest.mark.parametrize(
    "content",
    [
        (SVG % "").encode("utf-16"),
        (SVG % "").encode("utf-16-be"),
        ("<?xml version='1.0' encoding='utf-16'?>" + SVG % "").encode("utf-16"),
        ("<?xml version='1.0' encoding='utf-16'?>" + SVG % "").encode("utf-8-sig"),
        (SVG % "").encode("utf-32"),
        ("<?xml version='1.0' encoding='utf-7'?>" + SVG % "+ADw-script+AD4-1+ADw-/script+AD4-").encode(),
        ("<?xml version='1.0' encoding='iso-2022-jp'?>" + SVG % "").encode(),
        ("<?xml version='1.0' encoding='x-user-defined'?>" + SVG % "").encode(),
        ("<?xml version='1.0' encoding='cp037'?>" + SVG % "").encode(),
        b"<?xml version='1.0' encoding='gbk'?>" + (SVG % "<text>\u4e2d</text>").encode("gbk"),
        ("<?xml version='1.1'?>" + SVG % "").encode(),
        ("<?xml version='1.0' encoding='UTF-8'?>" + SVG % "<text>\u4e2d</text>").encode("latin-1", "xmlcharrefreplace") + b"\xff",
        b"\xef\xbb\xbf\xef\xbb\xbf" + (SVG % "").encode(),
        b"\0" + (SVG % "").encode(),
        (SVG % "<text>\0</text>").encode(),
        (SVG % "<text>\x1b$B</text>").encode(),
    ],
    ids=[
        "UTF-16", "UTF-16 without a mark", "UTF-16 declared", "UTF-16 declared only", "UTF-32", "UTF-7", "ISO-2022-JP",
        "user defined", "EBCDIC", "GBK", "XML 1.1", "a stray byte", "two marks", "NUL first", "NUL inside", "ESC inside",
    ],
)  # fmt: skip
def test_svg_other_encoding_or_xml_version_is_refused(content: bytes) -> None:
    assert extension(content) == ""


@pytest.mark.parametrize(
    "inside",
    [
        '<a href="&#106;avascript:1"/>', '<a href="java&#9;script:1"/>', '<a href="&#x1;javascript:1"/>',
        '<a xml:base="javascript:1//" href="#"/>', '<a xlink:href="DATA:image/svg+xml,x"/>',
        '<use href=" data:image/svg+xml;base64,AA=="/>', '<x:a xmlns:x="http://www.w3.org/1999/xlink" x:href="vbscript:1"/>',
        '<g xmlns:h="http://www.w3.org/1999/xhtml"><h:body/></g>', '<h:p xmlns:h="http://www.w3.org/1999/&#120;html"/>',
        '<set attributeName=" xlink:href" to="x"/>', '<set attributeName="ONload" to="x"/>', '<g ONLOAD="1"/>',
        '<g xmlns:o="x" o:onload="1"/>', "<SCRIPT/>", "<a>&undefined;</a>", "<?x?>", "<a href='x' href='y'/>",
        "<!DOCTYPE svg>", "<g/></svg><svg>", "&#0;",
    ],
)  # fmt: skip
def test_svg_unsafe_element_or_attribute_is_refused(inside: str) -> None:
    assert extension((SVG % inside).encode()) == ""


@pytest.mark.parametrize("entity", ["&colon;", "&Tab;", "&nbsp;", "&a;"])
def test_svg_undefined_entity_is_refused(entity: str) -> None:
    for inside in (f'<a href="data{entity}text/html,1"/>', f"<text>{entity}</text>"):
        assert extension((SVG_11 % "" + SVG % inside).encode()) == ""


@pytest.mark.parametrize(
    "content",
    [
        SVG_11 % "" + SVG % "<text>&amp;&lt;&#169;</text>",
        f"<?xml version='1.0' standalone='no'?>\n{SVG_11 % PAD}\n" + SVG % "",
        "<!-- a > b & [c] -->\n" + SVG % "<style><![CDATA[a > b & c { fill: red }]]></style>",
        SVG % ('<path d="M0 0h1"/>' * 20_000),
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:s="http://www.w3.org/2000/svg">{"<s:g>" * 200}{"</s:g>" * 200}</svg>',
    ],
    ids=["entities", "standalone and padded", "comment and CDATA", "a large one", "prefixed and deep"],
)
def test_svg_safe_content_is_accepted(content: str) -> None:
    assert extension(content.encode()) == "svg"


SLOW = {
    "many bytes": lambda: SVG % ("<g/>" * 12_000_000),
    "many elements": lambda: SVG % ("<g/>" * 1_200_000),
    "many attributes": lambda: SVG % ("<g " + " ".join(f"a{n}=" for n in range(400_000)) + "/>"),
    "many attributes of many elements": lambda: SVG % ('<g a="" b="" c="" d=""/>' * 200_000),
    "many namespaces": lambda: SVG % ('<g xmlns:a="a" xmlns:b="b" xmlns:c="c"/>' * 120_000),
    "deep": lambda: "<svg>" + "<g>" * 90_000 + "</g>" * 90_000 + "</svg>",
    "a long comment": lambda: f"<!--{'x' * 6_000_000}-->" + SVG % "",
}


@pytest.mark.parametrize("make", SLOW.values(), ids=SLOW)
def test_svg_over_limits_is_refused_quickly(make) -> None:
    content = make().encode()
    tracemalloc.start()
    begin = process_time()
    try:
        assert extension(content) == ""
        assert process_time() - begin < 3
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_svg_at_limits_is_read_quickly() -> None:
    element = '<path d="" a="" b=""/>'
    content = (SVG % (element * (svg.MAX_ATTRIBUTES // 3 - 10))).encode()
    assert len(content) <= svg.MAX_BYTES
    begin = process_time()
    assert extension(content) == "svg"
    assert process_time() - begin < 5
