"""What a reader sees in the HTML of an engine: text with readings and blanks, and the numbers of list items.

The numbers are those of the HTML Standard ("ordinal value") and CSS Counter Styles Level 3, worked out here anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

WIDE = "\u00a0\u2002\u2003\u3000"
Token = str | tuple[str, str] | int  # a character, a base with its reading, a blank of so many spaces
TYPES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman", "1": "decimal"}
SYMBOLS = {
    "lower-alpha": "abcdefghijklmnopqrstuvwxyz",
    "upper-alpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower-greek": "αβγδεζηθικλμνξοπρστυφχψω",
}
# The first ten of what counts in Chinese.
CHINESE = {
    "cjk-ideographic": "一二三四五六七八九十",
    "trad-chinese-informal": "一二三四五六七八九十",
    "simp-chinese-informal": "一二三四五六七八九十",
    "simp-chinese-formal": "壹贰叁肆伍陆柒捌玖拾",
    "cjk-heavenly-stem": "甲乙丙丁戊己庚辛壬癸",
    "cjk-earthly-branch": "子丑寅卯辰巳午未申酉",
}
ROMAN = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v",
         4: "iv", 1: "i"}  # fmt: skip


def tokens(html: str | Tag) -> list[Token]:
    """What is seen, in order, without the white space that is no blank."""
    return list(_tokens(BeautifulSoup(html, "html.parser") if isinstance(html, str) else html, underlined=False))


def _tokens(node: Tag, *, underlined: bool) -> Iterator[Token]:
    for child in node.children:
        if isinstance(child, NavigableString):
            yield from _text(str(child), underlined=underlined)
        elif child.name == "ruby":
            base, opening, reading, closing = child.children
            assert (str(opening), str(closing)) == ("<rp>(</rp>", "<rp>)</rp>")
            assert reading.name == "rt"
            yield base.get_text(), reading.get_text()
        elif isinstance(child, Tag):
            yield from _tokens(child, underlined=underlined or child.name in ("ins", "u"))


def _text(text: str, *, underlined: bool) -> Iterator[Token]:
    blank = 0
    for char in f"{text}\n":
        if underlined and char in WIDE:
            blank += 1
            continue
        if blank:
            yield blank
            blank = 0
        if not char.isspace():
            yield char


def numbered(html: str) -> list[tuple[str, str]]:
    """The items of all numbered lists: the number that each shows, and its own text."""
    soup = BeautifulSoup(html, "html.parser")
    return [(number, _own_text(item)) for found in soup.find_all("ol") for item, number in _numbers(found)]


def _numbers(found: Tag) -> Iterator[tuple[Tag, str]]:
    items = [child for child in found.children if isinstance(child, Tag) and child.name == "li"]
    step = -1 if found.has_attr("reversed") else 1
    number = int(str(found.get("start", len(items) if step < 0 else 1)))
    style = str(found.get("style", "")).removeprefix("list-style-type:")
    for item in items:
        number = int(str(item.get("value", number)))
        yield item, counter(number, style or TYPES[str(found.get("type", "1"))])
        number += step


def _own_text(item: Tag) -> str:
    inner = BeautifulSoup(str(item), "html.parser")
    for nested in inner.find_all(["ol", "ul"]):
        nested.decompose()
    return inner.get_text().strip()


def counter(number: int, style: str) -> str:
    """A number in a counter style of CSS."""
    if style in CHINESE and 1 <= number <= 10:
        return CHINESE[style][number - 1]
    if style in SYMBOLS and number > 0:
        symbols, written = SYMBOLS[style], ""
        while number:
            number, digit = divmod(number - 1, len(symbols))
            written = symbols[digit] + written
        return written
    if style.endswith("-roman") and 0 < number < 4000:
        written = ""
        for value, letters in ROMAN.items():
            written, number = written + letters * (number // value), number % value
        return written.upper() if style.startswith("upper") else written
    if style == "decimal-leading-zero":
        return f"{number:02}"
    assert style == "decimal" or number < 1, style
    return str(number)
