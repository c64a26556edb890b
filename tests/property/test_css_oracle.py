"""The readers of `style` attributes and style sheets against tinycss2, a parser of the CSS Syntax Module.

Ours read a part of CSS many times faster; on that part they must say what tinycss2 says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.stylesheet import Stylesheet, read_stylesheet
from tests.support.pages import reading_of
from tests.support.paths import CORPUS, FIXTURES

FIXTURE_PAGES = sorted(FIXTURES.glob("*/page.html"))
CORPUS_PAGES = sorted((CORPUS / "pages").glob("*.html"))

EMPHASIS = ("font-weight", "font-style", "text-decoration", "text-decoration-line")
PROPERTIES = (*EMPHASIS, "font", "vertical-align", "white-space", "visibility", "display", "float", "position", "width",
              "height", "min-height", "padding", "padding-top", "padding-bottom")  # fmt: skip
ANCESTORS = {"html", "body", "#js_article", "#js_content", "#img-content", ".rich_media", ".rich_media_content"}


def expected_declarations(style: str) -> dict[str, str]:
    """The declarations of these properties as tinycss2 reads them; of a repeated one the last."""
    return _values(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True), PROPERTIES)


def _values(nodes: list, names: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for node in nodes:
        if node.type == "declaration" and node.lower_name in names:
            value = [token for token in node.value if token.type != "comment"]
            found[node.lower_name] = tinycss2.serialize(value).strip().lower()
    return found


def own_declarations(style: str) -> dict[str, str]:
    """Ours, the values in tinycss2's spelling: it writes all strings in double quotes."""
    own = {name: value for name, value in declarations(style).items() if name in PROPERTIES}
    return {name: tinycss2.serialize(tinycss2.parse_component_value_list(value)) for name, value in own.items()}


Rule = tuple[str, set[str], tuple[int, int], dict[str, str]]  # tag, classes, specificity and order, declarations


def emphasis_rules(css: str) -> list[Rule]:
    """The rules of a sheet for elements right in the body, with what they declare about emphasis."""
    found: list[Rule] = []
    for order, rule in enumerate(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))):
        nodes = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
        values = _values(nodes, EMPHASIS)
        for selector in tinycss2.serialize(rule.prelude).split(",") if values else ():
            *outer, last = selector.replace(">", " ").split() or [""]
            asked = _compound(last)
            if asked is not None and set(outer) <= ANCESTORS:
                found.append((*asked, (len(asked[1]) + len(outer), order), values))
    return found


def expected_emphasis(rules: list[Rule], tag: str, classes: set[str]) -> dict[str, str]:
    matching = [rule for rule in rules if rule[0] in ("", tag) and rule[1] <= classes]
    return {name: value for rule in sorted(matching, key=lambda rule: rule[2]) for name, value in rule[3].items()}


def _rules(nodes: list) -> Iterator[tinycss2.ast.QualifiedRule]:
    for node in nodes:
        if node.type == "qualified-rule":
            yield node
        elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports") and node.content:
            yield from _rules(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True))


def _compound(selector: str) -> tuple[str, set[str]] | None:
    """Tag ('' for any) and classes of a selector without combinators; None for one with anything else in it."""
    tokens = [(token.type, getattr(token, "value", "")) for token in tinycss2.parse_component_value_list(selector)]
    tag = tokens.pop(0)[1].lower() if tokens and tokens[0][0] == "ident" else ""
    pairs = list(zip(tokens[::2], tokens[1::2], strict=False))
    if len(tokens) % 2 or any(dot != ("literal", ".") or name[0] != "ident" for dot, name in pairs):
        return None
    return (tag, {name[1] for _, name in pairs}) if tag or pairs else None


def own_emphasis(sheet: Stylesheet, tag: str, classes: set[str]) -> dict[str, str]:
    element = html.Element(tag, {"class": " ".join(sorted(classes))})
    return {name: value for name, value in declarations(sheet.style_of(element)).items() if name in EMPHASIS}


WORDS = st.sampled_from("bold normal 700 600 italic underline none inline-block pre-wrap 0 12px 50% inherit".split())
QUOTED = st.sampled_from(['"a;b"', "'c:d'", '"宋体"', "'it\"s'", '"(;"'])
ADDRESSES = st.sampled_from(["url(a.png)", "url(data:image/png;base64,AA==)", 'url("b;c.png")', "rgb(1, 2, 3)"])
VALUES = st.lists(st.one_of(WORDS, QUOTED, ADDRESSES), min_size=1, max_size=4).map(" ".join)
NAMES = st.sampled_from([*PROPERTIES, "color", "-webkit-box-sizing", "font-family", "background"]).flatmap(
    lambda name: st.sampled_from([name, name.upper(), name.title()])
)
SPACE = st.sampled_from(["", " ", "\n  ", "\t"])
DECLARATIONS = st.builds(
    lambda before, name, between, value, important: f"{before}{name}{between}:{between}{value}{important}",
    SPACE, NAMES, SPACE, VALUES, st.sampled_from(["", "", " !important", "!important"]),
)  # fmt: skip
STYLES = st.lists(DECLARATIONS, max_size=6).map("; ".join)


@settings(max_examples=5 * settings().max_examples)
@given(STYLES)
def test_declarations_of_generated_style_match_tinycss2(style: str) -> None:
    assert own_declarations(style) == expected_declarations(style)


@pytest.mark.parametrize("path", FIXTURE_PAGES, ids=lambda path: path.parent.name)
def test_declarations_of_fixture_styles_match_tinycss2(path: Path) -> None:
    _compare_attributes(path)


@pytest.mark.corpus
@pytest.mark.parametrize("path", CORPUS_PAGES or [Path("missing")], ids=lambda path: path.stem)
def test_declarations_of_real_page_styles_match_tinycss2(path: Path) -> None:
    _compare_attributes(path)


def _compare_attributes(path: Path) -> None:
    for style in set(reading_of(path.read_text("utf-8", "replace")).dom.xpath("//@style")):
        assert own_declarations(style) == expected_declarations(style)


SELECTORS = st.sampled_from([
    "p", "span", ".a", ".b", "p.a", "span.b", ".a.b", "p.a.b", "P", "#js_content .a", ".rich_media_content p",
    "body > .b", "div .a", ".a p", ".a > span", "p:hover", "*", "#x", "p#x", "a[href]", ".a::before", "#js_article p.a",
])  # fmt: skip
EMPHASIS_DECLARATIONS = st.sampled_from([
    "font-weight:bold", "font-weight: 400", "FONT-WEIGHT:700", "font-style : italic", "text-decoration: underline",
    "text-decoration-line:line-through", "text-decoration:none", "color:red", "font-size: 12px", "margin:0 auto",
])  # fmt: skip
RULES = st.builds(
    lambda selectors, body, space: f"{', '.join(selectors)}{space}{{{space}{';'.join(body)}{space}}}",
    st.lists(SELECTORS, min_size=1, max_size=3), st.lists(EMPHASIS_DECLARATIONS, max_size=4), SPACE,
)  # fmt: skip
COMMENTS = st.sampled_from(["", "/* .a{font-weight:bold} */", "/**/", "\n"])
SHEETS = st.lists(
    st.one_of(
        st.builds(lambda comment, rule: comment + rule, COMMENTS, RULES),
        st.lists(RULES, max_size=2).map(lambda rules: f"@media screen and (max-width: 600px) {{{' '.join(rules)}}}"),
    ),
    max_size=6,
).map("\n".join)


@settings(max_examples=5 * settings().max_examples)
@given(SHEETS, st.sampled_from(["p", "span"]), st.sets(st.sampled_from("abc")))
def test_stylesheet_of_generated_rules_matches_tinycss2(css: str, tag: str, classes: set[str]) -> None:
    assert own_emphasis(read_stylesheet(css), tag, classes) == expected_emphasis(emphasis_rules(css), tag, classes)


@pytest.mark.corpus
@pytest.mark.parametrize("path", CORPUS_PAGES or [Path("missing")], ids=lambda path: path.stem)
def test_stylesheet_of_real_page_matches_tinycss2(path: Path) -> None:
    page = reading_of(path.read_text("utf-8", "replace"))
    sheet, rules = read_stylesheet(page.css), emphasis_rules(page.css)
    content = page.tag_index.inner_html("js_content") or ""
    tree = html.fromstring(f"<div>{content}</div>")
    elements = {(str(element.tag), element.get("class", "")) for element in tree.iter()}
    elements |= {(tag, "") for tag in ("strong", "em", "h1", "h2", "blockquote", "a")}
    for tag, names in elements:
        if tag.isalnum():
            expected = expected_emphasis(rules, tag, set(names.split()))
            assert own_emphasis(sheet, tag, set(names.split())) == expected, (tag, names)
