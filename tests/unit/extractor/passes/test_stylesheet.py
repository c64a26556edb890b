"""The page's own style sheet: which rules about emphasis hold for an element (CSS 2.1, 5 and 6.4.3; comments: 4.1.9)."""

from __future__ import annotations

import pytest
from lxml import html

from archiver.extractor.passes.stylesheet import read_stylesheet
from tests.support.linear import SLOWEST, cpu_seconds, repeated

BOLD = "font-weight:bold"
RULES = {
    "a class": (f".a{{{BOLD}}}", BOLD),
    "a tag": (f"p{{{BOLD}}}", BOLD),
    "a tag with a class": (f"p.a{{{BOLD}}}", BOLD),
    "two classes": (f".a.b{{{BOLD}}}", BOLD),
    "another tag": (f"span.a{{{BOLD}}}", ""),
    "a class that it has not": (f".a.c{{{BOLD}}}", ""),
    "one of several selectors": (f".c, .a , .d{{{BOLD}}}", BOLD),
    "below what every body stands in": (f"#js_content > .a, body .c{{{BOLD}}}", BOLD),
    "below something else": (f".x .a{{{BOLD}}}", ""),
    "not about emphasis": (".a{color:red}", ""),
    "in a media query": (f"@media screen{{.a{{{BOLD}}}}}", BOLD),
    "behind an empty comment": (f"/**/.a{{{BOLD}}}", BOLD),
    "behind a comment of stars": (f"/***/.a{{{BOLD}}}", BOLD),
    "behind a comment": (f"/* .c {{}} */ .a{{{BOLD}}}", BOLD),
    "with a comment inside": (f".a{{/* x */{BOLD}}}", BOLD),
    "in a comment": (f"/* .a{{{BOLD}}} */", ""),
    "between two comments": (f"/* a */.a{{{BOLD}}}/* b */", BOLD),
    "in a comment that never ends": (f"/* .a{{{BOLD}}}", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("css", "style"), RULES.values(), ids=RULES)
def test_stylesheet_applies_only_matching_emphasis_rules(css: str, style: str) -> None:
    assert read_stylesheet(css).style_of(html.fromstring('<p class="a b">x</p>')) == style


@pytest.mark.parametrize(
    "css",
    [
        ".a{font-weight:normal} .a{font-weight:bold}",
        ".a.b{font-weight:bold} .a{font-weight:normal}",
        ".a{font-weight:bold} p{font-weight:normal}",
        "#js_content .a{font-weight:bold} .a{font-weight:normal}",
    ],
    ids=["the later", "of more classes", "a class before a tag", "below the article"],
)
def test_stylesheet_rules_are_in_cascade_order(css: str) -> None:
    assert read_stylesheet(css).style_of(html.fromstring('<p class="a b">x</p>')).endswith("font-weight:bold")


@pytest.mark.parametrize("unit", ["/*", "/**", "{", "}", ".a,", "font-weight:", ".a{font-weight:"])
def test_stylesheet_hostile_css_takes_linear_time(unit: str) -> None:
    assert cpu_seconds(read_stylesheet, repeated(unit)) < SLOWEST
