"""YAML that other people wrote: plain strings or typed values, within bounds, and one error for all that is broken."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
import yaml

from archiver import yaml_reader
from archiver.yaml_reader import BrokenYaml, read_strings, read_values

pytestmark = pytest.mark.usefixtures("yaml_parser")

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)

STRINGS: dict[str, tuple[str, object]] = {
    "nothing": ("", None),
    "a comment": ("# x\n", None),
    "numbers": ("a: 012\nb: 1_000\nc: 12:30\nd: 1e3\ne: 0x1F", {"a": "012", "b": "1_000", "c": "12:30", "d": "1e3", "e": "0x1F"}),
    "words": ("a: yes\nb: Off\nc: TRUE", {"a": "yes", "b": "Off", "c": "TRUE"}),
    "nothing said": ("a:\nb: ~\nc: null\nd: 'null'\ne: \"~\"", {"a": "", "b": "", "c": "", "d": "null", "e": "~"}),
    "dates": ("a: 2020-13-40\nb: 2020-06-17 10:00:00 +0800", {"a": "2020-13-40", "b": "2020-06-17 10:00:00 +0800"}),
    "an int that is none": ('a: !!int ""', {"a": ""}),
    "a bool that is none": ("a: !!bool maybe", {"a": "maybe"}),
    "a float that is none": ("a: !!float x", {"a": "x"}),
    "a timestamp that is none": ("a: !!timestamp x", {"a": "x"}),
    "bytes that are none": ("a: !!binary =", {"a": "="}),
    "an object of Python's": ("a: !!python/object/apply:os.system [x]", {"a": ["x"]}),
    "a name of Python's": ("a: !!python/name:os.system ''", {"a": ""}),
    "a tag of one's own": ("a: !mine 1", {"a": "1"}),
    "a set": ("a: !!set {x, y}", {"a": {"x": "", "y": ""}}),
    "pairs": ("a: !!omap [x: 1]", {"a": [{"x": "1"}]}),
    "a null with a tag": ("a: !!null x", {"a": "x"}),
    "9,000 digits": (f"a: {'9' * 9000}", {"a": "9" * 9000}),
    "sixties": (f"a: 1{':1' * 9000}", {"a": "1" + ":1" * 9000}),
    "aliases": ("a: &x [1]\nb: *x\nc: {<<: *x, d: 2}", {"a": ["1"], "b": "", "c": {"<<": "", "d": "2"}}),
    "an alias of nothing": ("a: *x", {"a": ""}),
    "an alias of itself": ("&a [*a]", [""]),
    "a merge key": ("a: {<<: {b: 1}}", {"a": {"<<": {"b": "1"}}}),
    "a lone equals sign": ("a: =", {"a": "="}),
    "the same key again": ("a: 1\na: 2", {"a": "2"}),
    "a long key": (f"? {'k' * 5000}\n: v", {"k" * 5000: "v"}),
    "NEL and LS end lines": ("a: x\x85b: y\u2028c: z", {"a": "x", "b": "y", "c": "z"}),
    "two documents": ("a: 1\n--- \nb: 2", {"a": "1"}),
    "a byte order mark": ("\ufeffa: 1", {"a": "1"}),
    "emoji": ('a: "😀\\u4e00"', {"a": "😀一"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), STRINGS.values(), ids=STRINGS)
def test_read_strings_keeps_scalars_as_text(text: str, expected: object) -> None:
    assert read_strings(text) == expected


VALUES: dict[str, tuple[str, object]] = {
    "nothing": ("", None),
    "words": ("a: yes\nb: no\nc: on\nd: OFF\ne: true\nf: 'yes'\ng: !!str yes", {"a": True, "b": False, "c": True, "d": False, "e": True, "f": "yes", "g": "yes"}),
    "nulls": ("a:\nb: ~\nc: null\nd: 'null'", {"a": None, "b": None, "c": None, "d": "null"}),
    "numbers": ("a: 5\nb: 1.5\nc: 012\nd: 12:30\ne: 0x1F\nf: 1e3\ng: '5'", {"a": 5, "b": 1.5, "c": 10, "d": 750, "e": 31, "f": "1e3", "g": "5"}),
    "dates": ("a: 2020-06-17\nb: 2020-06-17 10:00:00 Z", {"a": date(2020, 6, 17), "b": datetime(2020, 6, 17, 10, tzinfo=UTC)}),
    "collections": ("a: [1, {b: c}]\nd: !!map {e: !!seq [f]}", {"a": [1, {"b": "c"}], "d": {"e": ["f"]}}),
    "an alias": ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
    "an alias of a value": ("a: &x 5\nb: *x", {"a": 5, "b": 5}),
    "merge keys": (
        "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, x: 3}\nd: {<<: [*a, *b], w: 4}",
        {"a": {"x": 1, "y": 1}, "b": {"y": 2, "z": 2}, "c": {"x": 3, "y": 1}, "d": {"x": 1, "y": 1, "z": 2, "w": 4}},
    ),
    "marks that are no merge key": ("a: <<\nb: ['<<']\n'<<': c\nd: [<<]", {"a": "<<", "b": ["<<"], "<<": "c", "d": ["<<"]}),
    "the same key again": ("a: 1\na: 2", {"a": 2}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_read_values_resolves_yaml_types(text: str, expected: object) -> None:
    assert read_values(text) == expected


BROKEN: dict[str, tuple[str, int]] = {
    "a bracket": ("a: 1\nb: [", 0),
    "a tab": ("a:\n\tb: 1", 2),
    "half a letter": ('a: 1\nb: "\\ud800"', 2),
    "a letter that there is not": ('a: 1\nb: "\\UFFFFFFFF"', 2),
    "another": ('a: "\\U00110000"', 1),
    "a NUL by an escape": ('a: 1\nb: "x\\0"', 2),
    "a NUL": ("a: 1\nb: \0", 2),
    "a control character": ("a: 1\n\nb: \x1b[2J", 3),
    "a mark inside": ("a: 1\nb: \ufeff", 2),
    "half a letter as it stands": ("a: \ud800", 1),
    "a list for a key": ("a: 1\n? [b]\n: c", 2),
    "deep in brackets": ("a: " + "[" * 51 + "]" * 51, 1),
    "deeper": ("[" * 30_000, 1),
    "deep in mappings": ("{a: " * 30_000, 1),
    "deep in dashes": ("- " * 30_000, 1),
    "deep in keys": ("? " * 30_000, 1),
    "a version that there is not": ("%YAML 9.9\n---\na: 1", 1),
    "a long key without a mark": ("k" * 2000 + ": v", 1),
    "too long": ("a" * (yaml_reader.LARGEST + 1), 0),
}


@pytest.mark.parametrize("read", [read_strings, read_values])
@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN)
def test_yaml_reader_invalid_yaml_error_has_line(read, text: str, line: int) -> None:
    with pytest.raises(BrokenYaml) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert not line or caught.value.line == line


@pytest.mark.parametrize("read", [read_strings, read_values])
def test_yaml_reader_too_many_values_is_broken_yaml(read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "MOST_EVENTS", 1000)
    assert read("[" + "a," * 990 + "]")
    with pytest.raises(BrokenYaml) as caught:
        read("[" + "a," * 1000 + "]")
    assert caught.value.line == 1


NO_VALUES: dict[str, str] = {
    "an int that is none": 'b: !!int ""',
    "a bool that is none": "b: !!bool maybe",
    "a float that is none": "b: !!float ''",
    "a timestamp that is none": "b: !!timestamp x",
    "a month that there is not": "b: 2020-13-40",
    "a zone that there is not": "b: 2020-01-01 00:00:00 +99:99",
    "a year that there is not": "b: 0000-01-01",
    "9,000 digits": f"b: {'9' * 9000}",
    "a long number in base two": f"b: 0b{'1' * 9000}",
    "sixties": f"b: 1{':1' * 300_000}",
    "sixties with a point": f"b: 1{':1' * 300_000}.5",
    "sixties beyond a float": f"b: 1{':1' * 190}:1.5",
    "bytes": "b: !!binary eA==",
    "an object of Python's": "b: !!python/object/apply:os.system [x]",
    "a tuple of Python's": "b: !!python/tuple [x]",
    "a set": "b: !!set {x}",
    "an ordered mapping": "b: !!omap [x: 1]",
    "a tag of one's own": "b: !mine 1",
    "an alias of nothing": "b: *x",
    "an alias of itself": "b: &b [*b]",
    "a merge of itself": "b: &b {<<: *b}",
    "a merge of a word": "b: {<<: x}",
    "a merge of words": "b: {<<: [{c: 1}, x]}",
}


@pytest.mark.parametrize("text", NO_VALUES.values(), ids=NO_VALUES)
def test_read_values_invalid_value_error_has_line(text: str) -> None:
    with pytest.raises(BrokenYaml) as caught:
        read_values(f"a: 1\n{text}")
    assert caught.value.line == 2
    assert len(str(caught.value)) < 500


HUGE = {
    "many aliases": BOMB,
    "a long text often": f"a: &a {'x' * 500_000}\nb: [{'*a, ' * 10_000}]",
    "merges of merges": "a0: &a0 {x: 1}\n"
    + "".join(f"a{n}: &a{n} {{k{n}: [*a{n - 1}, *a{n - 1}, *a{n - 1}], <<: *a{n - 1}}}\n" for n in range(1, 99)),
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_read_values_excessive_alias_expansion_is_broken_yaml(text: str) -> None:
    assert isinstance(read_strings(text), dict)
    with pytest.raises(BrokenYaml, match="unfold"):
        read_values(text)


def _classes(of: type[Exception]) -> list[type[Exception]]:
    return [of, *(deeper for one in of.__subclasses__() for deeper in _classes(one))]


def _made(kind: type[Exception]) -> Exception:
    if issubclass(kind, yaml.reader.ReaderError):
        return kind("x", 1, 2, "utf-8", "why")
    if issubclass(kind, UnicodeEncodeError):
        return kind("utf-8", "x", 0, 1, "why")
    return kind()


@pytest.mark.parametrize(
    "kind",
    [*_classes(yaml.YAMLError), ValueError, UnicodeEncodeError, OverflowError, RecursionError, TypeError, KeyError,
     IndexError, AttributeError, AssertionError, ArithmeticError, LookupError],
)  # fmt: skip
def test_yaml_reader_parser_error_becomes_broken_yaml(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise _made(kind)

    monkeypatch.setattr(yaml, "parse", fail)
    for read in (read_strings, read_values):
        with pytest.raises(BrokenYaml):
            read("a: 1")


COSTLY = {
    "brackets": lambda n: "[" * n,
    "empty values": lambda n: "[" + "a," * (n // 8) + "]",
    "anchors": lambda n: "".join(f"- &a{m} x\n" for m in range(n // 16)),
    "quotes": lambda n: '"' * n,
    "marks": lambda n: ": " * (n // 2),
    "tags": lambda n: "!" * n,
    "blank lines": lambda n: "a: |\n" + " \n" * (n // 2),
    "lines of a text": lambda n: "a\n" * (n // 2),
    "comments": lambda n: "#\n" * (n // 2),
    "digits": lambda n: "9" * n,
    "sixties": lambda n: "1" + ":1" * (n // 2),
    "underscores": lambda n: "1" + "_" * n + "x",
}


@pytest.mark.parametrize("read", [read_strings, read_values])
@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
def test_yaml_reader_hostile_text_takes_bounded_time(read, text) -> None:
    began = time.process_time()
    with suppress(BrokenYaml):
        read(text(64 * 1024))
    assert time.process_time() - began < 2
