"""Number the items of lists as a browser does, and tell lists with numbers from lists with bullets.

The number of an item depends on `start`, `reversed` and `value`, and its form (`a`, `iv`, `三`) on `type` and
`list-style-type` (docs/reference/wechat-format.md#numbers-of-list-items). `number_lists` works all of this out in the
tree. Items may be dropped afterwards, because they are empty. So each item keeps its own number, and `settle_numbers`
looks in the finished blocks which of the numbers have to be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from archiver.document.allowlist import LIST_STYLES
from archiver.document.model import Block
from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.tree import Element

_NUMBERING = "{archiver}numbering"  # attribute of a list: the `list-style-type` of its numbers
_NONE = "none"
_BULLETS = frozenset(("disc", "circle", "square", "disclosure-open", "disclosure-closed", _NONE))
_SYNONYMS = {"lower-latin": "lower-alpha", "upper-latin": "upper-alpha"}
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_LETTERS = {style: letter for letter, style in _TYPES.items()}
_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)|symbols\([^)]*\)|[a-z-]+")
_INTEGER = re.compile(r"[ \t\n\f\r]*([+-]?[0-9]{1,9})(?![0-9])")
_MAX_CLIMB = 8  # between an item and its list; there are seldom elements between them
_ITEM_DISPLAYS = ("", "list-item", "revert", "revert-layer")


def number_lists(body: Element) -> None:
    """Give each item of a numbered list its number, and name each list by what it shows: `ol` numbers, `ul` bullets.

    An item without a marker (`list-style-type: none`) in a list with markers becomes a part of the item before it.
    """
    items: dict[Element, list[Element]] = {}
    for element in list(body.iter("ol", "ul", "li")):
        if element.tag != "li":
            items[element] = []
        elif (owner := _owner(element)) is not None:
            items.setdefault(owner, []).append(element)
    for owner, own in items.items():
        if own:
            _number(owner, own)


def _owner(item: Element) -> Element | None:
    parent = item.getparent()
    for _ in range(_MAX_CLIMB):
        if parent is None or parent.tag in ("ol", "ul"):
            break
        parent = parent.getparent()
    return parent if parent is not None and parent.tag in ("ol", "ul") else None


def _number(owner: Element, items: list[Element]) -> None:
    of_list = _style(owner, "decimal" if owner.tag == "ol" else "disc")
    styles = [_style(item, of_list) for item in items]
    shown = next((style for style in styles if style not in (_NONE, "")), _NONE)
    is_numbered = shown == "decimal" or shown in LIST_STYLES
    counted = [item for item, style in zip(items, styles, strict=True) if style]
    if is_numbered:
        _set_numbers(owner, counted, shown)
    owner.tag = "ol" if is_numbered else "ul"
    if shown != _NONE:
        before: Element | None = None
        for item, style in zip(items, styles, strict=True):
            if style in (_NONE, "") and before is not None:
                item.tag = "div"
                before.append(item)
            else:
                before = item


def _style(element: Element, inherited: str) -> str:
    """Return the `list-style-type` of a list or an item; '' for an item that a browser shows as no item of a list.

    `inherited` is that of the list, or for a list, the one that its tag gives it.
    """
    declared = declarations(element.get("style", ""))
    if element.tag == "li" and declared.get("display", "") not in _ITEM_DISPLAYS:
        return ""
    written = _declared_style(declared)
    if not written:
        return _style_of_type(element.tag, element.get("type", "").strip()) or inherited
    if written in _BULLETS:
        return written
    if written in ("inherit", "unset"):
        return inherited if element.tag == "li" else "disc"
    if written.startswith("revert"):
        return inherited
    if written == "initial" or not written[0].isalpha() or "(" in written:  # a text or a picture as the bullet
        return "disc"
    written = _SYNONYMS.get(written, written)
    return written if written in LIST_STYLES else "decimal"


def _style_of_type(tag: str, written: str) -> str:
    """Return the `list-style-type` for the attribute `type` of a list or an item, '' if it has none."""
    if written in _TYPES and tag != "ul":
        return _TYPES[written]
    return written.lower() if written.lower() in _BULLETS and tag != "ol" else ""


def _declared_style(declared: dict[str, str]) -> str:
    """Return the declared `list-style-type`, '' if there is none; a `list-style` without a type resets it to `disc`."""
    if style := declared.get("list-style-type", ""):
        return style
    words = _WORD.findall(declared.get("list-style", ""))
    return next((word for word in words if word not in ("inside", "outside")), "disc") if words else ""


def _set_numbers(owner: Element, items: list[Element], style: str) -> None:
    """Give each item of a list its number, as the attribute `value`."""
    step = -1 if owner.get("reversed") is not None else 1
    start = _integer(owner.get("start", ""))
    number = start if start is not None else len(items) if step < 0 else 1
    owner.set(_NUMBERING, style)
    for item in items:
        given = _integer(item.get("value", ""))
        number = number if given is None else given
        item.set("value", str(number))
        number += step


def _integer(written: str) -> int | None:
    found = _INTEGER.match(written)
    return int(found[1]) if found else None


def list_attributes(element: Element) -> dict[str, str]:
    """Return the attributes of the block for a list or an item: the form of the numbers, or the item's own number.

    The block of each item gets its number; `settle_numbers` removes those that need not be written.
    """
    if element.tag == "li":
        return {"value": value} if _integer(value := element.get("value", "")) is not None else {}
    style = element.get(_NUMBERING, "decimal") if element.tag == "ol" else "decimal"
    if style == "decimal":
        return {}
    return {"type": _LETTERS[style]} if style in _LETTERS else {"style": f"list-style-type:{style}"}


def settle_numbers(blocks: Iterable[Block]) -> None:
    """Write the numbers of items the short way: where a list begins, whether it counts down, and what deviates.

    A list that counts up from 1 needs nothing. The blocks are changed in place.
    """
    for block in blocks:
        if block.tag in ("ol", "ul"):
            numbers = [item.attributes.pop("value", "") for item in block.children]
            if block.tag == "ol" and numbers and all(numbers):
                _settle(block, [int(number) for number in numbers])


def _settle(block: Block, numbers: list[int]) -> None:
    first, count = numbers[0], len(numbers)
    steps = [after - number for number, after in pairwise(numbers)]
    counts_down = steps.count(-1) > steps.count(1)
    if counts_down:
        block.attributes["reversed"] = "reversed"
    if first != (count if counts_down else 1):
        block.attributes["start"] = str(first)
    expected = first
    for item, number in zip(block.children, numbers, strict=True):
        if number != expected:
            item.attributes["value"] = str(number)
        expected = number + (-1 if counts_down else 1)
