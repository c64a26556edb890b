"""Find the code blocks of a body, and tell them from boxes of prose.

Most are `<pre>` elements. Some editors write none: they have a box with a font for code in which white space is kept, a
`<code>` that is shown as a box, or a table whose cells are the lines
(docs/reference/wechat-format.md#code-without-a-pre).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from archiver import urls
from archiver.extractor.passes.code_lines import code_text, hold_all_text
from archiver.extractor.passes.css import PLAIN, declarations, is_monospaced, keeps_space, starts_line
from archiver.extractor.passes.tree import Element, having, holds, normalized_text, rows_of, selecting

_EDITOR = "code-snippet__fix"  # the class that WeChat's editor gives to a code block
cells_of_code = having("descendant::td/@class[contains(., 'code')]")
_editors_blocks = having(f"descendant::*/@class[contains(., '{_EDITOR}')]")
_styled_boxes = having(  # most styles with `white-space` say `normal`
    "descendant::*/@style[contains(., 'white-space') and (contains(., 'pre') or contains(., 'break-spaces'))"
    " or parent::code and contains(., 'display')]"
)
_outermost_codes = selecting("descendant::code[not(ancestor::code)]")
_FIXED_WIDTH = ("code", "kbd", "samp", "tt")  # tags that browsers show in a font for code
_BOXES = ("block", "flex", "grid", "table", "-webkit-box", "-webkit-flex")  # values of `display`
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_EMBEDDED = ("iframe", "mp-common-profile", "mp-common-miniprogram", "mp-miniprogram")
# Elements that no box of code has, unless it is a <pre>.
_NOT_IN_A_BOX = (*_HEADINGS, *_EMBEDDED, "img", "table", "ul", "ol", "blockquote", "pre", "hr")
IN_CODE_CLASS = re.compile(r"(?:^|[\s_-])code(?:$|[\s_-])")  # a class of a box or cell for code
_SENTENCE = re.compile("[。！？；，]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff]")
_LONG_LINE = 100  # characters; the lines of code are shorter, since it is not written to be wrapped
_MOST_BOXES = 4  # number of boxes of prose around a code block that are looked through; each takes the time of a walk


def find_code_blocks(body: Element) -> list[Element]:
    """Return the elements of a body that are code blocks, in any order; none of them contains another."""
    return _BlockFinder().find(body)


def _candidates(element: Element) -> list[Element]:
    """Return the descendants of an element that may be code blocks, each once.

    These are elements with the class of WeChat's editor, then `<pre>` elements, then elements whose `style` may show
    them as a box of code. Each of the three groups is in document order.
    """
    found = (*_editors_blocks(element), *element.iterdescendants("pre"), *_styled_boxes(element))
    return list(dict.fromkeys(found))


class _BlockFinder:
    """A search for the code blocks of one body. It remembers the fonts of elements, to look at each ancestor once."""

    def __init__(self) -> None:
        self.fonts: dict[Element, bool] = {}  # element → whether it is in a font for code

    def find(self, body: Element) -> list[Element]:
        """Return the code blocks of the body, see find_code_blocks."""
        tables = dict.fromkeys(next(cell.iterancestors("table"), cell) for cell in cells_of_code(body))
        blocks = list(filter(_is_table_of_lines, tables))
        inside = {inner for block in blocks for inner in _candidates(block)}
        rejected: Counter[Element] = Counter()  # element → number of boxes around it that are prose
        for element in _candidates(body):
            if element in inside or rejected[element] > _MOST_BOXES or not self._may_be_code(element):
                continue
            is_code = self._is_code(element)
            if is_code:
                blocks.append(element)
            inner = _candidates(element) if len(element) else ()
            (inside if is_code else rejected).update(inner)
        return blocks

    def _may_be_code(self, element: Element) -> bool:
        """Return True if an element can be a code block, judged only by its tag, class and `style`.

        It can be one if it is a `<pre>`, has the class of WeChat's editor, is a `<code>` that is shown as a box, or is
        a box in which white space is shown as it is.
        """
        if element.tag == "pre" or _has_editors_class(element):
            return True
        style = element.get("style", "")
        if element.tag == "code" and declarations(style).get("display") in _BOXES:
            return True
        return _shows_space(element, outer=False) and starts_line(str(element.tag), style, PLAIN)

    def _is_code(self, element: Element) -> bool:
        if _has_editors_class(element):
            return True
        return _is_pre_of_code(element) if element.tag == "pre" else self._is_box_of_code(element)

    def _is_box_of_code(self, box: Element) -> bool:
        """Return True if a box that is not a `<pre>` contains code.

        All of these must be true:

        - Its text is in a font for code. If only elements in the box set this font, there are several lines.
        - It has no link and none of the elements in _NOT_IN_A_BOX, such as a heading or an image.
        - It does not break long lines (`white-space: pre`), or is a `<code>`, or at most half of its lines look like
          prose.
        """
        in_font = self._has_code_font(box)
        if not in_font and not _holds_text_in_code_font(box):
            return False
        if holds(box, *_NOT_IN_A_BOX) or _has_link(box):
            return False
        text = code_text(box)
        breaks_lines = box.tag != "code" and declarations(box.get("style", "")).get("white-space") != "pre"
        if not text or (breaks_lines and _is_prose(text)):
            return False
        return in_font or "\n" in text

    def _has_code_font(self, element: Element) -> bool:
        """Return True if the text of an element is shown in a font for code.

        This is decided by the nearest element that sets a font with its `style` or its tag: the element itself, or one
        around it. If there is none, the result is False.
        """
        unknown: list[Element] = []
        result = False
        for outer in (element, *element.iterancestors()):
            known = self.fonts.get(outer)
            font = _own_font(outer) if known is None else known
            unknown.append(outer)
            if font is not None:
                result = font
                break
        self.fonts.update(dict.fromkeys(unknown, result))
        return result


def _has_editors_class(element: Element) -> bool:
    return _EDITOR in element.get("class", "").split()


def _own_font(element: Element) -> bool | None:
    """Return whether an element's style or tag sets a font for code; None if neither sets a font."""
    font = is_monospaced(element.get("style", ""))
    return True if font is None and element.tag in _FIXED_WIDTH else font


def _holds_text_in_code_font(box: Element) -> bool:
    """Return True if all text of a box is inside elements that set a font for code. The box itself does not count."""
    if not len(box):
        return False
    parts: list[Element] = []
    walk = etree.iterwalk(box, events=("start",))
    for _, element in walk:
        if element is not box and _own_font(element):
            parts.append(element)
            walk.skip_subtree()
    return bool(parts) and hold_all_text(box, parts)


def _is_pre_of_code(pre: Element) -> bool:
    """Return True if a `<pre>` contains code, False if an editor has used it for prose, images or embedded content."""
    codes = _outermost_codes(pre)
    if codes and hold_all_text(pre, codes):
        return True
    if holds(pre, *_HEADINGS, *_EMBEDDED) or _has_link(pre) or _contains_other_blocks(pre) or _collapses_space(pre):
        return False
    style = pre.get("style", "")
    looks_like_prose = is_monospaced(style) is False and declarations(style).get("white-space", "pre") != "pre"
    return bool(codes) or not (looks_like_prose or holds(pre, "img"))


def _contains_other_blocks(pre: Element) -> bool:
    """Return True if a `<pre>` contains several other `<pre>`, or one and also text outside of it.

    Such a `<pre>` is no block of code but a box around a part of the article.
    """
    others = [other for other in pre.iterdescendants("pre") if not holds(other, "pre")]
    return bool(others) and (len(others) > 1 or not hold_all_text(pre, others))


def _has_link(box: Element) -> bool:
    """Return True if a box has a link outside of `<code>` whose text is not its own address.

    Code does not contain such links, and a code block would lose them.
    """
    for link in box.iterdescendants("a"):
        address, text = urls.link(link.get("href", "")), normalized_text(link)
        if address and text and urls.link(text) != address and next(link.iterancestors("code"), None) is None:
            return True
    return False


def _collapses_space(pre: Element) -> bool:
    """Return True if most of the text in a `<pre>` is shown without its line feeds and spaces, as prose is.

    The reason is `white-space: normal` or the like, of the `<pre>` or of its paragraphs. Text in `<code>` does not
    count.
    """
    kept = collapsed = 0
    for text, is_kept in _texts_outside_code(pre):
        length = len(text.strip())
        kept, collapsed = (kept + length, collapsed) if is_kept else (kept, collapsed + length)
    return collapsed > kept


def _texts_outside_code(pre: Element) -> Iterator[tuple[str, bool]]:
    """Yield each text in a `<pre>` outside of `<code>`, and whether its spaces are shown as they are, not collapsed."""
    shown = [False]  # for each open element, whether the spaces in it are shown
    skipped: Element | None = None
    walk = etree.iterwalk(pre, events=("start", "end"))
    for event, element in walk:
        if event == "start" and element.tag == "code":
            walk.skip_subtree()
            skipped = element
        elif event == "start":
            shown.append(_shows_space(element, outer=shown[-1]))
            yield element.text or "", shown[-1]
        else:
            if element is not skipped:
                shown.pop()
            if element is not pre:
                yield element.tail or "", shown[-1]


def _shows_space(element: Element, *, outer: bool) -> bool:
    """Return whether spaces in an element are shown as they are; `outer` is the result for the element around it.

    For `white-space: pre-line` the result is False: it keeps line feeds but not spaces, and is used for prose.
    """
    style = element.get("style", "")
    declared = keeps_space(style) if style else None
    if declared is None:
        return outer or element.tag == "pre"
    return declared and declarations(style).get("white-space") != "pre-line"


def _is_prose(text: str) -> bool:
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    return 2 * sum(map(_is_line_of_prose, lines)) > len(lines)


def _is_line_of_prose(line: str) -> bool:
    is_chinese = 2 * len(_IDEOGRAPH.findall(line)) > len(line)
    return is_chinese or len(line) > _LONG_LINE or _SENTENCE.search(line) is not None


def _is_table_of_lines(table: Element) -> bool:
    """Return True if the cells of a table are the lines of a code block, as highlighters for web pages write them.

    The class of such a cell contains the word `code`. It is the only cell of its row, since columns with line numbers
    have been removed before.
    """
    rows = [list(row.iterchildren("td", "th")) for row in rows_of(table)]
    if not rows or any(len(cells) != 1 or not IN_CODE_CLASS.search(cells[0].get("class", "")) for cells in rows):
        return False
    return not holds(table, "pre", "table", "img") and not _has_link(table)
