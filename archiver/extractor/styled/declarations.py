"""Copy the declarations of a style, without all that properties.py does not list.

A value is copied as it is written. A browser judges it in the copy exactly as in the page, so what is kept looks the
same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from archiver.extractor.passes.css import written_declarations
from archiver.extractor.styled.layouts import MAX_COST, cost_of
from archiver.extractor.styled.properties import FUNCTIONS, IN_PSEUDO_ELEMENTS, KEPT, LEFT_OUT_VALUES, WITH_PICTURE

_ADDRESS = re.compile(r"url\(\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\"'()\s]*+))\s*+\)", re.I)
_MARK = re.compile(r"url\(#([0-9]{1,4})\)")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_LINE_BREAK = re.compile(r"\r\n?|\f")
_STRING = re.compile(r"\"[^\"\\<\x00-\x1f\x7f]*\"|'[^'\\<\x00-\x1f\x7f]*'")
_PLAIN = re.compile(r"[\w\s.,#%()+\-*/!]*")  # no `:`, `;`, `@`, `\`, `<`, `{`, quote: no address, rule, escape or tag
_NAME_BEFORE = re.compile(r"[\w-]*\Z")
_LONGEST_NAME = 30  # characters; no name in FUNCTIONS is longer
# Lengths of more than 99,999 px, which no article has: they would make a page that nobody can scroll to its end.
_HUGE = re.compile(r"(?<![#\w.])\d{6}|(?<![#\w])\d++[eE]\+?\d")
_VARIABLE = re.compile(r"var\(\s*--[\w-]{1,100}\s*(?:,((?:[^()]|\([^()]*\)){0,200}))?\)")
_COSTLY = re.compile(r"grid|column|inherit", re.I)  # in each style with a layout that costs something
_MAX_VARIABLES = 20
_MAX_PICTURES = 20  # in one style

PictureWriter = Callable[[str], str]  # address as in the page → CSS that shows the picture


def clean_style(style: str, room: int = MAX_COST) -> str:
    """Return the declarations of a `style` attribute that a styled article may have; '' if there are none.

    All `url()` are replaced by `none`. Use `style_with_pictures` for a style that may show a picture. Layouts that cost
    more than `room` are left out (layouts.py).
    """
    return style_with_pictures(style, lambda _: "none", room) if "url(" in style.lower() else _cleaned(style, room)


def layout_cost(style: str) -> int:
    """Return what the layout costs that a `style` attribute asks for (layouts.py)."""
    return _layout_cost(_ADDRESS.sub("none", style)) if _COSTLY.search(style) else 0


def style_with_pictures(style: str, picture: PictureWriter, room: int = MAX_COST) -> str:
    """Return the declarations of a `style` attribute like `clean_style`, but with the pictures in its backgrounds.

    `picture` is called with each address in a background. It returns the CSS to write in the place of `url(…)`.
    """
    addresses: list[str] = []

    def number(found: re.Match[str]) -> str:
        addresses.append(found[1] or found[2] or found[3] or "")
        return f"url(#{len(addresses) - 1})" if len(addresses) <= _MAX_PICTURES else "none"

    def picture_of(found: re.Match[str]) -> str:
        place = int(found[1])
        return picture(addresses[place]) if place < len(addresses) else "none"

    return _MARK.sub(picture_of, _cleaned(_ADDRESS.sub(number, style), room))  # numbers: an address may be very long


@lru_cache(maxsize=4096)
def _cleaned(style: str, room: int) -> str:
    return ";".join(f"{name}:{value}" for name, value in clean_declarations(style, room=room))


@lru_cache(maxsize=4096)
def _layout_cost(style: str) -> int:
    return max((cost_of(name, value) for name, value in clean_declarations(style)), default=0)


def clean_declarations(
    style: str, *, is_pseudo_element: bool = False, room: int = MAX_COST
) -> Iterator[tuple[str, str]]:
    """Yield the declarations of a style that a styled article may have, in their order, with `!important`.

    Marks of the form `url(#0)` are kept in backgrounds alone. With `is_pseudo_element`, the style is that of a
    `::before` or `::after`, which may have `content`. Layouts that cost more than `room` are left out.
    """
    style = _LINE_BREAK.sub("\n", style)  # as browsers read CSS: a break of any form ends a string
    for name, written in written_declarations(_COMMENT.sub(" ", style) if "/*" in style else style):
        if name in KEPT or (is_pseudo_element and name in IN_PSEUDO_ELEMENTS):
            value = _resolved(written) if "var(" in written else written
            plain = value.lower().removesuffix("!important").strip()
            if plain in LEFT_OUT_VALUES.get(name, ()) or cost_of(name, value) > room:
                continue
            if is_harmless(value, with_picture=name in WITH_PICTURE):
                yield name, value


@lru_cache(maxsize=8192)
def is_harmless(value: str, *, with_picture: bool = False) -> bool:
    """Return True if a value of a property loads nothing and cannot end its declaration.

    It contains no address, no escape and only known functions, and its quotes and parentheses are closed. With
    `with_picture`, it may contain marks of the form `url(#0)` outside of strings.
    """
    bare = _STRING.sub("x", value)
    if with_picture:
        if len(_MARK.findall(bare)) != len(_MARK.findall(value)):  # the quotes of a picture would end its string
            return False
        bare = _MARK.sub("none", bare)
    if _PLAIN.fullmatch(bare) is None or "/*" in bare or _HUGE.search(bare):
        return False
    if "(" not in bare and ")" not in bare:
        return True
    depth = 0
    for part in re.findall(r"[()]", bare):
        depth += 1 if part == "(" else -1
        if depth < 0:
            return False
    names = (_NAME_BEFORE.search(part[-_LONGEST_NAME:]) for part in bare.split("(")[:-1])
    return depth == 0 and all(found is None or not found[0] or found[0].lower() in FUNCTIONS for found in names)


def _resolved(value: str) -> str:
    """Return a value in which each `var()` is replaced by its alternative value, since no variable is kept.

    A value with a variable that has none becomes `unset`, as in a browser that does not know the variable.
    """
    for _ in range(_MAX_VARIABLES):
        found = _VARIABLE.search(value)
        if found is None:
            return value
        if found[1] is None:
            return "unset"
        value = value[: found.start()] + found[1].strip() + value[found.end() :]
    return "unset"
