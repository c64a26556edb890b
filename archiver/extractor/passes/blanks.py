"""Keep the blanks of exercises and forms, in which a reader writes: `番茄属于<u>&nbsp;&nbsp;&nbsp;&nbsp;</u>科`.

A blank is white space with a line below it. `read_blanks` finds those whose line is a border; the others are underlined
text. The white space of a line is collapsed later on. So `keep_blanks` replaces that of blanks by characters that are
no white space, and `show_blanks` turns these into white space again. See
docs/reference/wechat-format.md#blanks-to-fill-in.
"""

from __future__ import annotations

import re
from itertools import groupby, islice

from archiver.document.model import Run
from archiver.extractor.passes.css import BLOCK_TAGS, PLAIN, declarations, starts_line
from archiver.extractor.passes.lengths import COLUMN_WIDTH, to_pixels
from archiver.extractor.passes.tree import Element, clear, having, holds

_SPACE_WIDTH = 4.0  # px, of a space in text of the usual size
_WIDTHS = {"\u2002": 2, "\u2003": 4, "\u3000": 4}  # in spaces; all others are as wide as one
_MOST = 80  # spaces, about half the width of an article: a longer blank would begin a line of its own
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SEQUENCE = re.compile(f"[ {_SPACES}]*[{_SPACES}][ {_SPACES}]*")
# Noncharacters: no page has them. Each stands for one kind of white space in a blank.
_KEPT = {" ": "\ufdd0", "\u00a0": "\ufdd0", "\u2002": "\ufdd1", "\u2003": "\ufdd2", "\u3000": "\ufdd3"}
_SHOWN = str.maketrans({"\ufdd0": "\u00a0", "\ufdd1": "\u2002", "\ufdd2": "\u2003", "\ufdd3": "\u3000"})

_LINE = frozenset(("ins",))

_find_bordered = having("descendant::*/@style[contains(., 'border')]")
_INLINE = frozenset("span u ins b strong em i font label a".split())
_LINE_STYLES = frozenset("solid dashed dotted double groove ridge inset outset".split())
_NO_LINE = re.compile(r"(?:^|\s)0(?:px|em|rem|pt)?(?:\s|$)|transparent|rgba\([^)]*,\s*0?\.?0+\)")
_SIDES = ("top", "right", "bottom", "left")  # in the order of CSS
_SEEN = ("img", "image", "svg", "br", "input", "video", "audio", "iframe")
_MAX_CLIMB = 10
_MAX_PIECES = 200  # of text that is searched for words beside a blank


def make_blank(element: Element, width: float) -> None:
    """Replace an element by a blank of about `width` pixels. The text behind its end tag (the tail) is kept."""
    clear(element)
    element.tag = "u"
    element.text = "\u00a0" * max(2, min(_MOST, round(width / _SPACE_WIDTH)))


def read_blanks(body: Element) -> None:
    """Turn each box in a line of text that shows nothing but its lower border into underlined white space.

    Boxes of this kind without text beside them are ornaments.
    """
    for box in _find_bordered(body):
        if box.tag in _INLINE and (width := _width(box)) >= 2 * _SPACE_WIDTH and _stands_in_text(box):
            make_blank(box, width)


def _width(box: Element) -> float:
    """Return the width of an element that shows nothing but its lower border, in pixels; 0 if it is no such element."""
    style = box.get("style", "")
    declared = declarations(style)
    if not _is_underline(declared) or starts_line(str(box.tag), style, PLAIN) or holds(box, *_SEEN):
        return 0
    text = "".join(islice((str(piece) for piece in box.itertext()), _MAX_PIECES))
    if text.strip():
        return 0
    spaces = sum(_WIDTHS.get(space, 1) for found in _SEQUENCE.findall(text) for space in found)
    is_box = declared.get("display", "").startswith("inline-")
    if is_box and not spaces and declared.get("vertical-align") == "middle":
        return 0  # a dash beside a heading
    lengths = [declared.get(name, "") for name in ("padding-left", "padding-right")]
    lengths += [max((declared.get("width", ""), declared.get("min-width", "")), key=_pixels)] if is_box else []
    return spaces * _SPACE_WIDTH + sum(map(_pixels, lengths)) + 2 * _pixels(_horizontal(declared.get("padding", "")))


def _pixels(length: str) -> float:
    return max(0.0, to_pixels(length, whole=COLUMN_WIDTH))


def _horizontal(padding: str) -> str:
    """Return the left and right padding in a value of the CSS property `padding`: `8px` for `0 8px`."""
    lengths = padding.split()
    return lengths[1] if len(lengths) > 1 else padding


def _is_underline(declared: dict[str, str]) -> bool:
    """Return True if of all borders only the lower one is drawn."""
    return [side for at, side in enumerate(_SIDES) if _is_drawn(_border(declared, side, at))] == ["bottom"]


def _border(declared: dict[str, str], side: str, at: int) -> str:
    """Return the declared width, style and colour of the border at one side; `at` is the index of `side` in _SIDES."""
    parts = [declared.get(f"border-{side}") or declared.get("border", "")]
    for name in ("width", "style", "color"):
        own, all_sides = declared.get(f"border-{side}-{name}", ""), declared.get(f"border-{name}", "")
        values = [all_sides] if "(" in all_sides else all_sides.split()
        # Of two values, the second is for right and left; of three, it is for both as well.
        parts.append(own or (values[at] if at < len(values) else values[at % 2] if len(values) > 1 else all_sides))
    return " ".join(parts)


def _is_drawn(border: str) -> bool:
    return not _LINE_STYLES.isdisjoint(border.split()) and not _NO_LINE.search(border)


def _stands_in_text(box: Element) -> bool:
    """Return True if there are words in the line of an element."""
    line = box.getparent()
    for _ in range(_MAX_CLIMB):
        if line is None or "flex" in line.get("style", ""):  # where each child has a line of its own
            return False
        if line.tag in BLOCK_TAGS:
            break
        line = line.getparent()
    return line is not None and any(str(piece).strip() for piece in islice(line.itertext(), _MAX_PIECES))


def keep_blanks(runs: list[Run]) -> list[Run]:
    """Return the runs of a line with characters that are no white space in place of the white space of blanks.

    A blank is underlined white space that is wider than a space between words, also beside underlined words. White
    space before the first word of a line is no blank, but the indent of a paragraph.
    """
    kept: list[Run] = []
    begins = True  # a line; it does so behind a line break, too
    for is_underlined, group in groupby(runs, key=_may_be_blank):
        part = list(group)
        part = _keep(part, begins=begins) if is_underlined else part
        for run in part:
            begins = run.text == "\n" or (begins and not run.image and not run.text.strip())
        kept += part
    return kept


def _may_be_blank(run: Run) -> bool:
    return "ins" in run.marks and "code" not in run.marks and not run.image and run.text != "\n"


def _keep(runs: list[Run], *, begins: bool) -> list[Run]:
    """Return consecutive underlined runs with the white space of their blanks replaced.

    `begins` is True if the line has nothing before them.
    """
    text = "".join(run.text for run in runs)
    characters = list(text)
    for found in _SEQUENCE.finditer(text):
        start, end = found.span()
        is_indent = begins and start == 0 and end < len(text)
        spaces = re.sub(" {2,}", " ", found[0])
        if is_indent or sum(_WIDTHS.get(space, 1) for space in spaces) < 2:
            continue
        for at in range(start, end):
            is_collapsed = text[at] == " " and at > start and text[at - 1] == " "
            characters[at] = "" if is_collapsed else _KEPT.get(text[at], _KEPT[" "])
    kept, at = [], 0
    for run in runs:
        written = "".join(characters[at : at + len(run.text)])
        # Of a blank alone, no mark but the line is seen.
        kept.append(run._replace(text=written, marks=run.marks if written.translate(_SHOWN).strip() else _LINE))
        at += len(run.text)
    return kept


def show_blanks(runs: list[Run]) -> list[Run]:
    """Return the runs of a line with white space again where `keep_blanks` has replaced it."""
    return [run._replace(text=run.text.translate(_SHOWN)) for run in runs]
