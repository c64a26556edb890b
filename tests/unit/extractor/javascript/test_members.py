"""The members of an object literal, found without reading it all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.extractor.javascript.literal import MAX_DEPTH, LiteralError, read_literal
from archiver.extractor.javascript.members import Members, members_of
from tests.support.linear import SLOWEST, cpu_seconds

ITEMS = {
    "a string with a brace and a comma": (r"'},\'}'", "},'}"),
    "a call": ("JsDecode('a,b')", "a,b"),
    "a number": ("'12' * 1", 12),
    "an object": ("{c: [1, {d: '}'}]}", {"c": [1, {"d": "}"}]}),
    "a comment with a quote": ("/* it's, } */ 'x'", "x"),
    "a regular expression with a quote": ("'a'.replace(/[\"',}]/g, '')", "a"),
    "a conditional": ("'' ? [1, 2] : 'x'", "x"),
    "a name": ("window.nothing", None),
}


@pytest.mark.parametrize(("item", "value"), ITEMS.values(), ids=ITEMS)
def test_members_of_item_ends_at_its_own_comma(item: str, value: object) -> None:
    found = members_of(f"x = {{a: {item}, 'b': 1, c: {item}}};", 4)
    assert isinstance(found, Members)  # nothing was read yet
    assert list(found) == ["a", "b", "c"]
    assert found["a"] == found["c"] == value
    assert found["b"] == 1


def test_members_of_duplicate_key_takes_first_filled_value() -> None:
    assert dict(members_of("{a: '', b: 1, a: 'x', a: 'y', c: '', c: 0}", 0)) == {"a": "x", "b": 1, "c": 0}


def test_members_of_nesting_beyond_max_depth_is_none() -> None:
    deep = "{a:" * MAX_DEPTH + "1" + "}" * MAX_DEPTH
    assert dict(members_of(deep, 0)) == read_literal(deep)[0]
    assert members_of(f"{{a:{deep}}}", 0)["a"] is None


def test_members_of_mismatched_brackets_reads_partial_object() -> None:
    found = members_of("x = {a: 'x', b: [1, 2}, c: 3]}", 4)
    assert not isinstance(found, Members)
    assert found["a"] == "x"


def test_members_of_array_is_empty() -> None:
    assert members_of("['a']", 0) == {}


WHOLE = ["{}", "{,a: 1,}", "{a: 1, b}", "{a: (1), b: [2], c: {d: 3},}"]


@pytest.mark.parametrize("text", WHOLE)
def test_members_of_whole_object_is_read_lazily(text: str) -> None:
    found = members_of(text, 0)
    assert isinstance(found, Members)
    assert dict(found) == read_literal(text)[0]


BROKEN = {
    "no object": ("['a']", "no object at 0"),
    "no end": ("{a: 'x'", "the item at 7 has no end"),
    "another's end": ("{a: [1}", "the item at 7 has no end"),
    "an end too many": ("{a: 1]", "the item at 6 has no end"),
    "no key": ("{[a]: 1}", "no key at 1"),
    "too much": ("{" + "," * 200_001, "more members than a page has"),
}


@pytest.mark.parametrize(("text", "why"), BROKEN.values(), ids=BROKEN)
def test_members_malformed_object_raises_with_reason(text: str, why: str) -> None:
    with pytest.raises(LiteralError, match=f"^{why}$"):
        Members(text, 0)


@pytest.mark.parametrize("text", ["", "{a: 1", "{a: 'x", "{: 1}"])
def test_members_of_incomplete_object_is_literal_error(text: str) -> None:
    with pytest.raises(LiteralError):
        members_of(text, 0)


ENDLESS = {"brackets": "{a:" + "[" * 100_000, "members": "{" + "a:1," * 50_000, "strings": "{a:" + "'x'+" * 50_000}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_members_of_long_unclosed_object_is_literal_error(text: str) -> None:
    def read() -> None:
        with pytest.raises(LiteralError):
            members_of(text, 0)

    assert cpu_seconds(read) < SLOWEST


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("a'\"\\,:{}[]()/* \n", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab{", min_size=1, max_size=3), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.text("abc,'\"}", min_size=1, max_size=4), VALUES, max_size=5))
def test_members_of_json_object_matches_read_literal(value: dict[str, object]) -> None:
    text = json.dumps(value)
    assert dict(members_of(text, 0)) == read_literal(text)[0] == value
