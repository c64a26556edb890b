"""Replace fields of forms by characters that show their state: check boxes by ☑ and ☐, fields for text by a blank.

Markdown editors write the items of a task list with check boxes
(docs/reference/wechat-format.md#check-boxes).
"""

from __future__ import annotations

from itertools import islice

from archiver.extractor.passes.blanks import make_blank
from archiver.extractor.passes.css import BLOCK_TAGS, declarations
from archiver.extractor.passes.lengths import COLUMN_WIDTH, to_pixels
from archiver.extractor.passes.tree import Element, drop, elements

_SIGNS = {"checkbox": ("☐", "☑"), "radio": ("○", "◉")}  # not checked, checked
_WITHOUT_TEXT = frozenset("hidden file image submit reset button range color".split())
_TEXT_WIDTH = 160.0  # px, of a field that declares none
_MAX_CLIMB = 5
_MAX_SIBLINGS = 4  # beside a check box: its label, a drawn box


def read_fields(body: Element) -> None:
    """Replace each `<input>`: check boxes and radio buttons by a sign, fields for text by their value or a blank."""
    for field in elements(body, "input"):
        kind = field.get("type", "text").strip().lower()
        if kind in _SIGNS:
            is_checked = field.get("checked") is not None
            _replace_by_text(field, _SIGNS[kind][is_checked] + " ")
            _join_item(field)
        elif kind not in _WITHOUT_TEXT:
            value = field.get("value", "").strip()
            width = to_pixels(declarations(field.get("style", "")).get("width", ""), whole=COLUMN_WIDTH)
            if value:
                _replace_by_text(field, value)
            else:
                make_blank(field, width or _TEXT_WIDTH)


def _replace_by_text(field: Element, text: str) -> None:
    field.tag = "span"
    field.text = text


def _join_item(box: Element) -> None:
    """Move a check box that stands alone before the text of its list item to the start of that text.

    Some editors write `<li><label>☐</label><div><p>text</p></div></li>`, and put the two side by side by a style sheet.
    """
    element = box
    for _ in range(_MAX_CLIMB):
        parent = element.getparent()
        if parent is None or not _is_alone(element, parent):
            return
        if parent.tag == "li":
            _move(box, element.getnext())
            return
        element = parent


def _is_alone(element: Element, parent: Element) -> bool:
    """Return True if nothing is seen beside an element; in a list item, nothing before it and no words right behind."""
    others = [] if parent.tag == "li" else [child for child in islice(parent, _MAX_SIBLINGS) if child is not element]
    texts = [parent.text, element.tail, *(text for child in others for text in (child.text, child.tail))]
    is_first = element.getprevious() is None or parent.tag != "li"
    return is_first and len(others) < _MAX_SIBLINGS - 1 and not any((text or "").strip() for text in texts)


def _move(box: Element, target: Element | None) -> None:
    if target is None or target.tag not in BLOCK_TAGS:
        return
    while len(target) and target[0].tag in BLOCK_TAGS and not (target.text or "").strip():
        target = target[0]
    target.text = (box.text or "") + (target.text or "").lstrip()
    drop(box)
