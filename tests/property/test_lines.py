"""Readings, blanks, check boxes and list numbers are the same in every engine, in whatever order a page has them.

The expected stream comes from the pieces themselves, the seen one from the engine's HTML (tests/support/shown.py).
"""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.bodies import markdown
from tests.support.engines import ENGINES
from tests.support.engines.shown_post import article_of, shown
from tests.support.shown import CHINESE, Token, counter, numbered, tokens

pytestmark = pytest.mark.jekyll

SOME = settings(
    max_examples=3 * settings().max_examples // 5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)

WORDS = st.sampled_from(
    ["甲", "乙丙", "abc", "9", "，", "“丁”", "*", "_a_", "`", "[1]", "{{x}}", "&lt;b&gt;", "1.", "#", "|", "\\"]
)
BASES = st.sampled_from(["梨", "梨子", "pear", "*", "_a", "{{x}}", "1."])
READINGS = st.sampled_from(["lí", "lí zi", "a*b", "`c`", "{%d%}", "|"])
AROUND = st.sampled_from(
    [
        "{}",
        "{}",
        "<b>{}</b>",
        "<em>{}</em>",
        '<a href="https://a.example/u">{}</a>',
        "<s>{}</s>",
        "<span leaf=''>{}</span>",
    ]
)


def _word(word: str, around: str) -> tuple[str, list[Token]]:
    return around.format(word), [*BeautifulSoup(word, "html.parser").get_text()]


def _ruby(base: str, reading: str, around: str, form: str) -> tuple[str, list[Token]]:
    return around.format(form.format(base, reading)), [(base, reading)]


def _blank(count: int, form: str) -> tuple[str, list[Token]]:
    return form.format("&nbsp;" * count), [count]


def _box(is_checked: bool) -> tuple[str, list[Token]]:
    return f"<input type=checkbox{' checked' * is_checked}>", ["☑" if is_checked else "☐"]


PIECES = st.one_of(
    st.builds(_word, WORDS, AROUND),
    st.builds(
        _ruby, BASES, READINGS, AROUND,
        st.sampled_from([
            "<ruby>{}<rt>{}</rt></ruby>", "<ruby>{}<rp>(</rp><rt>{}</rt><rp>)</rp></ruby>", "<ruby><rb>{}<rt>{}</ruby>",
            "<ruby><rb>{}</rb><rtc>{}</rtc></ruby>",
        ]),
    ),
    st.builds(
        _blank, st.integers(2, 30),
        st.sampled_from(["<u>{}</u>", "<b><u>{}</u></b>", '<span style="text-decoration:underline">{}</span>']),
    ),
    st.builds(_box, st.booleans()),
)  # fmt: skip
PLACES = {
    "paragraph": "<p>始{}</p>",
    "item": "<ul><li>前</li><li><p>始{}</p></li></ul>",
    "numbered item": "<ol><li>始{}</li></ol>",
    "lettered item": "<ol type='a'><li>始{}</li></ol>",
    "quote": "<blockquote><p>始{}</p></blockquote>",
    "heading": "<h2>始{}</h2>",
    "cell": "<table><tr><td>始{}</td><td>末</td></tr></table>",
    "cell that spans": '<table><tr><td colspan="2">始{}</td></tr><tr><td>末</td><td>末</td></tr></table>',
}


def _joined(stream: list[Token]) -> list[Token]:
    """Two blanks side by side are one."""
    joined: list[Token] = []
    for token in stream:
        if isinstance(token, int) and joined and isinstance(joined[-1], int):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


@pytest.mark.parametrize("place", PLACES)
@SOME
@given(pieces=st.lists(PIECES, min_size=1, max_size=6))
def test_line_random_pieces_are_seen_in_every_engine(place, pieces) -> None:
    html = PLACES[place].format("".join(written for written, _ in pieces))
    expected = _joined([token for _, stream in pieces for token in stream])
    written = markdown(html) + "\n"
    for engine, render in ENGINES.items():
        found = tokens(render(written))
        start = found.index("始")
        assert _joined(found[start + 1 :])[: len(expected)] == expected, engine


STYLES = ["decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman", "decimal-leading-zero", *CHINESE]
LETTERS = {"lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I"}
VALUES = st.one_of(st.none(), st.none(), st.none(), st.integers(1, 6))


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, list[tuple[str, str]]]:
    """A list as a page has it, and the numbers of its items by the HTML Standard."""
    style, values = draw(st.sampled_from(STYLES)), draw(st.lists(VALUES, min_size=1, max_size=4))
    start, is_reversed, by_type = (
        draw(st.one_of(st.none(), st.integers(4, 7))),
        draw(st.booleans()),
        draw(st.booleans()),
    )
    attributes = f' start="{start}"' if start is not None else ""
    attributes += " reversed" if is_reversed else ""
    if by_type and style in LETTERS:
        attributes += f' type="{LETTERS[style]}"'
    elif style != "decimal":
        attributes += f' style="list-style-type: {style};"'
    step = -1 if is_reversed else 1
    number = start if start is not None else len(values) if is_reversed else 1
    items, numbers = "", []
    for place, value in enumerate(values):
        number = value if value is not None else number
        items += f"<li{'' if value is None else f' value={value}'}>项{place}</li>"
        numbers.append((counter(number, style), f"项{place}"))
        number += step
    return f"<ol{attributes}>{items}</ol>", numbers


@pytest.mark.parametrize(
    "place",
    [
        "<p>前</p>{}",
        "<ul><li>前{}</li></ul>",
        "<blockquote>{}</blockquote>",
        "<table><tr><td>{}</td><td>末</td></tr></table>",
    ],
)
@SOME
@given(made=lists())
def test_list_random_numbers_are_seen_in_every_engine(place, made) -> None:
    html, expected = made
    written = markdown(place.format(html)) + "\n"
    for engine, render in ENGINES.items():
        assert numbered(render(written)) == expected, engine


@st.composite
def nested_lists(draw: st.DrawFn, depth: int = 0) -> str:
    """A list whose items have a text, two paragraphs, a text and a list, or a code block."""
    items = ""
    for place in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["text", "text", "paragraphs", "code", *(["list"] * 2 if depth < 2 else [])]))
        more = {"paragraphs": "<p>段</p>", "code": "<pre><code>x\n\ny</code></pre>"}.get(kind, "")
        more = draw(nested_lists(depth + 1)) if kind == "list" else more
        items += f"<li><p>{depth}{place}</p>{more}</li>"
    name = draw(st.sampled_from(["ul", "ol"]))
    return f"<{name}>{items}</{name}>"


@SOME
@given(html=nested_lists())
def test_nested_list_has_the_same_paragraphs_in_every_engine(html: str) -> None:
    """An item of a loose list is a paragraph: engines show it with space around."""
    written = markdown(f"<p>前</p>{html}<p>后</p>") + "\n"
    seen = {engine: shown(article_of(f"<article>{render(written)}</article>")) for engine, render in ENGINES.items()}
    assert seen["kramdown"] == seen["commonmark"] == seen["gfm"], written
