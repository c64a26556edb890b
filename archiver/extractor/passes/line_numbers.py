"""Remove the numbers that an editor or highlighter writes beside the lines of code.

They stand in a column of their own, or at the start of each line
(docs/reference/wechat-format.md#columns-of-line-numbers). They are not a part of the code, and are not counted as text
of the page.
"""

from __future__ import annotations

import re

from archiver.extractor.passes.code_blocks import IN_CODE_CLASS, cells_of_code
from archiver.extractor.passes.code_lines import CodeLine, code_lines, code_text
from archiver.extractor.passes.css import declarations
from archiver.extractor.passes.tree import LINE_NUMBER, Element, clear, normalized_text, selecting

# Classes that editors, highlighters and site generators give to line numbers.
_CLASS = re.compile(
    r"(?i)(?:^|\s)(?:[\w-]*[-_])?"
    r"(?:line[-_]?(?:no|num|number|index)s?(?:-(?:rows|wrapper))?|linenos?|lnt?|lnos?|ln-n(?:umbers?)?|gutter|blob-num"
    r"|crayon-nums?(?:-content)?|pre-numbering)(?:$|\s)"
)
# Classes that highlighters give to numbers in the code.
_NUMBER_IN_CODE = re.compile(r"(?:^|\s)(?:hljs-number|token|number|num|m[fhio]?|lit)(?:$|\s)")
_marked = selecting(
    "descendant::*[contains(@class, 'line') or contains(@class, 'ln') or contains(@class, 'num')"
    " or contains(@class, 'gutter') or contains(@style, 'user-select') or contains(text(), 'ounter(line')]"
)
_MARKS = " \t\r\n\f\u00a0\u200b0123456789.:|\u3001)"  # the characters of a column of numbers
_COUNTER = re.compile(r"c?ounter\(line\)?")  # a number that a style sheet makes, copied as text
_MOST_LEVELS = 4  # number of boxes around a code block beside which its numbers may stand
_LEAST_LINES = 3  # minimum number of lines of which numbers without a known class are recognised


def drop_number_cells(body: Element) -> None:
    """Empty the cells with line numbers in all tables that have code in other cells.

    Highlighters write such tables, for example that of Hexo. They give the cells classes such as `gutter` and `code`.
    """
    cells = (cell for cell in cells_of_code(body) if cell.getprevious() is not None)
    for row in dict.fromkeys(row for cell in cells if (row := cell.getparent()) is not None):
        for cell in row.iterchildren("td"):
            if _is_marked(cell) and _has_only_numbers(cell):
                _empty(cell)


def drop_line_numbers(block: Element) -> None:
    """Empty the elements with line numbers in a code block and beside it."""
    _drop_marked(block)
    _drop_beside(block)
    _drop_counted(block)


def _is_marked(element: Element) -> bool:
    """Return True if an element is marked as a line number: by its class, its text or its `style`.

    The text is that of a counter of a style sheet, such as `counter(line)`. The `style` is `user-select: none`, which
    keeps readers from selecting the text of the element.
    """
    if _CLASS.search(element.get("class", "")) or _COUNTER.search(element.text or ""):
        return True
    declared = declarations(element.get("style", ""))
    cannot_select = "none" in (declared.get("user-select"), declared.get("-webkit-user-select"))
    return cannot_select and normalized_text(element) != ""


def _has_only_numbers(element: Element) -> bool:
    return all(not _COUNTER.sub("", str(text)).strip(_MARKS) for text in element.itertext())


def _empty(element: Element) -> None:
    """Remove the content of an element with line numbers.

    The element itself stays, since removing many elements one by one would take quadratic time. If it contained a
    single number, it gets the tag LINE_NUMBER, which shows that a line of code is there even if it is empty. Otherwise
    it becomes a `<span>`.
    """
    is_single = len(normalized_text(element).split()) == 1
    clear(element)
    element.tag = LINE_NUMBER if is_single else "span"


def _drop_marked(block: Element) -> None:
    """Empty the elements of a block that are marked as line numbers, unless one of them is all that the block shows."""
    marked = [element for element in _marked(block) if _has_only_numbers(element) and _is_marked(element)]
    whole = normalized_text(block) if marked else ""
    for element in marked:
        if not whole or normalized_text(element) != whole:
            _empty(element)


def _drop_beside(block: Element) -> None:
    """Empty the column of line numbers beside a block, or beside a box around it."""
    box = block
    for _ in range(_MOST_LEVELS):
        before, after, parent = box.getprevious(), box.getnext(), box.getparent()
        if after is not None and _has_only_numbers(after) and _is_marked(after):
            _empty(after)
        if before is not None and _is_column(before, block, in_row=_is_in_row(box)):
            _empty(before)
        if before is not None or parent is None or (parent.text or "").strip():
            return
        box = parent


def _is_in_row(element: Element) -> bool:
    """Return True if an element stands beside the one before it, and not below it."""
    parent = element.getparent()
    return element.tag == "td" or (parent is not None and "flex" in parent.get("style", ""))


def _is_column(element: Element, block: Element, *, in_row: bool) -> bool:
    """Return True if an element is the column of line numbers of a block.

    It must contain only numbers, and one of these must be true:

    - The element, or one inside it, is marked as a line number.
    - The numbers count up from 1, one for each line of the block, and the parent of the element is a box for code.
    - The numbers count up likewise, there are several, and the element stands beside the block (`in_row` is True). A
      single number 1 could be the number of a step.
    """
    if not _has_only_numbers(element):
        return False
    if _is_marked(element) or any(map(_is_marked, _marked(element))):
        return True
    numbers = code_text(element).split()
    parent = element.getparent()
    is_in_box = parent is not None and IN_CODE_CLASS.search(parent.get("class", "")) is not None
    if not _count_up(numbers) or not (is_in_box or (in_row and len(numbers) > 1)):
        return False
    return len(code_text(block).split("\n")) == len(numbers)


def _count_up(numbers: list[str]) -> bool:
    return bool(numbers) and numbers == [str(number) for number in range(1, len(numbers) + 1)]


def _drop_counted(block: Element) -> None:
    """Empty line numbers that are not marked: a column that counts the lines, or a number before each line."""
    first = next((text for text in block.itertext() if text.strip()), "")
    if not str(first).strip().startswith("1"):
        return
    lines = code_lines(block)
    while lines and not lines[-1].text.strip():
        lines.pop()
    column = _column_in(block, lines)
    if column is not None:
        _empty(column)
    elif (numbers := _numbers_before(lines)) and not _has_others_alike(block, numbers):
        _drop_with_gap(numbers)


def _column_in(block: Element, lines: list[CodeLine]) -> Element | None:
    """Return the element at the start of a block that is its column of line numbers; None if there is none.

    The numbers must count up from 1, at least to 2, and be as many as the lines behind the column, or one more if the
    last line is blank. `lines` are the lines of the block, including those of the column and without blank lines at the
    end.
    """
    column = lines[0].first
    if column is None or column is block or not _has_only_numbers(column):
        return None
    for _ in range(_MOST_LEVELS):
        outer = column.getparent()
        if outer is None or outer is block or not _has_only_numbers(outer):
            break
        column = outer
    numbers = code_text(column).split()
    is_half = len(lines) in (2 * len(numbers), 2 * len(numbers) - 1)  # the last line of the code may be blank
    return column if is_half and len(numbers) >= 2 and _count_up(numbers) else None


def _numbers_before(lines: list[CodeLine]) -> list[Element]:
    """Return the elements at the start of all lines, if they are the numbers of these lines; else [].

    Their tag, class and `style` must be the same, and they must count up from 1. There must be at least 3 lines, or 2
    in a table. The result is [] if a highlighter has marked the numbers as part of the code, if a `.` or the like
    follows a number (a list or data), or if all lines are empty but for their number.
    """
    firsts = [line.first for line in lines if line.first is not None]
    least = 2 if firsts and firsts[0].tag == "td" else _LEAST_LINES
    if not least <= len(lines) == len(firsts) or len(set(map(_kind, firsts))) != 1:
        return []
    numbers = [normalized_text(element) for element in firsts]
    rests = [line.text.strip().removeprefix(number)[:1] for line, number in zip(lines, numbers, strict=True)]
    is_list = not set(rests).isdisjoint(".,:;)\u3001")  # `1. …` is an item, `1: …` data
    is_data = _NUMBER_IN_CODE.search(firsts[0].get("class", "")) is not None
    return firsts if _count_up(numbers) and any(rests) and not is_list and not is_data else []


def _has_others_alike(block: Element, numbers: list[Element]) -> bool:
    """Return True if a block has more elements like its supposed line numbers; they are data then, such as a matrix."""
    kind = _kind(numbers[0])
    alike = [element for element in block.iterdescendants(kind[0]) if _kind(element) == kind]
    return kind[0] != "td" and len(alike) > len(numbers)


def _kind(element: Element) -> tuple[str, str, str]:
    return str(element.tag), element.get("class", ""), element.get("style", "")


def _drop_with_gap(numbers: list[Element]) -> None:
    """Remove line numbers from a block of code by emptying their elements, and the space between number and code.

    If the smallest number of spaces behind a line number is 1, this space only separates the two, and one space is
    removed behind each line number. Otherwise all spaces stay. Lines without code do not count for this.
    """
    gaps = [_gap(number) for number in numbers if not _ends_line(number)]
    set_apart = min(gaps, default=0) == 1
    for number in numbers:
        tail = number.tail or ""
        _empty(number)
        if set_apart and tail[:1] in (" ", "\u00a0"):
            number.tail = tail[1:]


def _ends_line(number: Element) -> bool:
    following = number.getnext()
    return (number.tail or "").startswith("\n") or (not number.tail and following is not None and following.tag == "br")


def _gap(number: Element) -> int:
    tail = number.tail or ""
    return len(tail) - len(tail.lstrip(" \u00a0"))
