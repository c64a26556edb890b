"""Text that the formats it is written in allow."""

from __future__ import annotations

import pytest
from lxml import etree

from archiver.text import xml_text

# Char in XML 1.0, section 2.2: #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
ALLOWED = "\t\n\r \x7f\x85\ud7ff\ue000\ufffd\U00010000\U0010ffff"
FORBIDDEN = "\x00\x08\x0b\x0c\x0e\x1f\ud800\udfff\ufffe\uffff"


def test_xml_text_has_all_characters_that_xml_allows() -> None:
    assert xml_text(ALLOWED) == ALLOWED


@pytest.mark.parametrize("character", FORBIDDEN, ids=ascii)
def test_xml_text_has_no_character_that_xml_forbids(character: str) -> None:
    assert xml_text(f"a{character}b") == "ab"


def test_xml_text_is_read_back_by_a_parser() -> None:
    element = etree.Element("a")
    element.text = xml_text(ALLOWED + FORBIDDEN)
    assert etree.fromstring(etree.tostring(element)).text == ALLOWED
