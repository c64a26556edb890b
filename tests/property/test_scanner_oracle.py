"""The scanner of tags against lexbor, a parser that follows the HTML standard as browsers do.

The scanner makes no tree, so it may differ where tags do not balance (tests/unit/extractor/test_bodies.py says what it does there);
on everything else it has to find the elements that lexbor finds, and cut out what lexbor has in them.
"""

from __future__ import annotations

from html import escape, unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.extractor.scanner import TagIndex, parse_tag_attributes, scan_tags
from tests.support.pages import reading_of
from tests.support.paths import CORPUS, FIXTURES

FIXTURE_PAGES = sorted(FIXTURES.glob("*/page.html"))
CORPUS_PAGES = sorted((CORPUS / "pages").glob("*.html"))


def expected_ids(tree: LexborHTMLParser) -> dict[str, tuple[str, dict[str, str]]]:
    """Name and attributes of the first element with each id."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for node in tree.css("[id]"):
        values = {name: value or "" for name, value in node.attributes.items()}
        found.setdefault(values["id"], (node.tag, values))
    found.pop("", None)
    return found


def own_id(index: TagIndex, name: str) -> tuple[str, dict[str, str]] | None:
    tag = index.find(name)
    if tag is None:
        return None
    return tag.name, {name: unescape(value) for name, value in parse_tag_attributes(tag.attributes).items()}


def assert_same_content(tree: LexborHTMLParser, index: TagIndex, name: str) -> None:
    """What the scanner cuts out is, parsed by lexbor again, what lexbor has in that element."""
    node, inside = tree.css_first(f'[id="{name}"]'), index.inner_html(name)
    assert (node is None) == (inside is None)
    if node is not None:
        again = LexborHTMLParser(f'<!DOCTYPE html><body><div id="again">{inside}</div>').css_first("#again")
        assert again is not None
        assert again.inner_html == node.inner_html


def compare(path: Path) -> None:
    text = reading_of(path.read_text("utf-8", "replace")).text
    tree, index = LexborHTMLParser(text), TagIndex(text)
    for name, expected in expected_ids(tree).items():
        assert own_id(index, name) == expected
    assert_same_content(tree, index, "js_content")


@pytest.mark.parametrize("path", FIXTURE_PAGES, ids=lambda path: path.parent.name)
def test_tag_index_of_fixture_matches_lexbor(path: Path) -> None:
    compare(path)


@pytest.mark.corpus
@pytest.mark.parametrize("path", CORPUS_PAGES or [Path("missing")], ids=lambda path: path.stem)
def test_tag_index_of_real_page_matches_lexbor(path: Path) -> None:
    compare(path)


# No bare `</`: the standard makes a comment of it that ends at the next `>`, the scanner text; no page had one.
TEXTS = st.sampled_from(["文", " a b", "1 < 2", "&amp;", "&lt;div&gt;", "<", "< div>", "'", '"', " a=b>c"])
COMMENTS = st.sampled_from(["<!-- x -->", "<!--</div><div id='one'>-->", "<!--><-->"])
RAW = st.sampled_from([
    "<script>var a = '</div><div id=one>';</script>", "<style>.a > b{content:'</div>'}</style>",
    "<textarea><div id='one'></textarea>", "<SCRIPT>if (a < b) {}</SCRIPT >",
])  # fmt: skip
VOID = st.sampled_from(["<br>", "<br/>", "<img src=a>", "<img alt='>' src=\"x\">", "<hr />", "<input value='<div>'>"])
QUOTES = st.sampled_from(['"', "'"])
ATTRIBUTES = st.one_of(
    st.sampled_from([
        " hidden", " DATA-A = '1'", " data-b=x", ' data-c="a > b"', " data-d='<i>'", '\nclass="a b"', " data-e=''",
    ]),
    st.builds(
        lambda name, quote, space: f" id{space}={space}{quote}{name}{quote}",
        st.sampled_from(["one", "two", "three", "One", "文"]), QUOTES, st.sampled_from(["", " "]),
    ),
)  # fmt: skip


def element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, parts: f"<{name}{''.join(attributes)}>{''.join(parts)}</{name}>",
        st.sampled_from(["div", "section", "span", "DIV", "em", "h-char"]),
        st.lists(ATTRIBUTES, max_size=4, unique=True),
        st.lists(inside, max_size=4),
    )


PAGES = st.lists(st.recursive(st.one_of(TEXTS, COMMENTS, RAW, VOID), element, max_leaves=20), max_size=4).map(
    lambda parts: f"<!DOCTYPE html><html><head><title>a</title></head><body>{''.join(parts)}</body></html>"
)


@settings(max_examples=5 * settings().max_examples)
@given(PAGES)
def test_tag_index_of_generated_page_matches_lexbor(text: str) -> None:
    tree, index = LexborHTMLParser(text), TagIndex(text)
    expected = expected_ids(tree)
    for name in ("one", "two", "three", "One", "文"):
        assert own_id(index, name) == expected.get(name)
        assert_same_content(tree, index, name)


@settings(max_examples=3 * settings().max_examples)
@given(PAGES)
def test_scan_tags_of_generated_page_match_lexbor(text: str) -> None:
    found = [tag.name for tag in scan_tags(text) if not tag.closing and tag.name != "!doctype"]
    assert found == [node.tag for node in LexborHTMLParser(text).css("*")]


@given(st.text(alphabet="<>='\"/ a&;\n", max_size=40))
def test_scan_tags_escaped_text_has_no_tags(text: str) -> None:
    assert list(scan_tags(escape(text))) == []
