r"""Replace formulas by their TeX source in `\(…\)` or `\[…\]`, which MathJax renders and people can read.

The programs that draw formulas keep the TeX in attributes or in elements that browsers do not show. A formula without
TeX is left to the other passes. See docs/reference/wechat-format.md#formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from archiver.extractor.passes.css import BLOCK_TAGS
from archiver.extractor.passes.tree import Element, drop, normalized_text, selecting

# Attributes with TeX. MathJax 4 writes `data-latex` to each part of a formula; only that of the whole is read.
_ATTRIBUTES = ("data-formula", "data-tex", "data-latex", "data-katex", "data-equation", "alttext")
_candidates = selecting(
    "descendant::*[@data-formula or @data-tex or @data-latex or @data-katex or @data-equation or self::math"
    " or self::annotation or self::annotation-xml or self::mjx-container or self::mjx-assistive-mml"
    " or (self::script and starts-with(@type, 'math/tex'))"
    " or (contains(@class, 'katex') and (self::span or self::div))]"
)
# One of these is in the HTML of every body with a formula that has TeX. To search it is faster than to search the tree.
_HINTS = (*_ATTRIBUTES[:-1], "<math", "<annotation", "mjx-", "math/tex", "katex")
_CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_DELIMITERS = (("$$", "$$", True), (r"\[", r"\]", True), (r"\(", r"\)", False), ("$", "$", False))
_MAX_CLIMB = 10
_MATH_TAGS = frozenset("math semantics mrow mstyle svg g annotation".split())
_FORMULA_TAGS = frozenset(("math", "mjx-container", "img"))
_MATH_CLASS = re.compile(r"katex(?:-mathml|-display|-inline|-block)?|mathjax\w*|mjx\w*(?:-\w+)*", re.IGNORECASE)
_DISPLAY_CLASS = re.compile(r"(?:^|[-_])(?:display|block)(?:[-_]|$)|mathjax_display|mjxc-display", re.IGNORECASE)


class _Formula(NamedTuple):
    """The TeX source of a formula, and whether the formula stands on a line of its own."""

    source: str
    is_display: bool = False


def may_have_formulas(html: str) -> bool:
    """Return False if `read_formulas` has nothing to do for the raw HTML of a body."""
    html = html.lower()
    return any(hint in html for hint in _HINTS)


def read_formulas(body: Element) -> None:
    """Replace each formula whose TeX source is in the page by this source.

    A formula without TeX stays, but parts of it that a browser does not show are dropped: a second copy for screen
    readers, for example.
    """
    done: set[Element] = set()
    found: list[tuple[Element, Element, _Formula]] = []
    candidates = _candidates(body)
    for element in candidates:
        if element in done:
            continue
        formula = _formula_in(element)
        if formula.source and not _has_other_words(whole := _whole_formula(element), formula.source):
            done.update(whole.iter(etree.Element))
            if element.tag != "script" and (copy := _drawn_copy(whole)) is not None:
                done.update(copy.iter(etree.Element))
                drop(copy)
            is_display = formula.is_display or any(map(_is_display, _chain(element, whole)))
            found.append((element, whole, formula._replace(is_display=is_display)))
    for element, whole, formula in found:  # after all are found: a replaced formula has no tag or class that tells it
        if element.tag == "script":
            _drop_drawn_before(element)
        _replace_by_text(whole, formula)
    for element in candidates:
        if element not in done:
            _tidy(element)


def _formula_in(element: Element) -> _Formula:
    tag = element.tag
    if tag == "script":
        return _Formula(_single_line(element.text or ""), "display" in element.get("type", ""))
    if tag == "annotation":
        return _unwrapped(element.text or "") if "tex" in element.get("encoding", "").lower() else _Formula("")
    is_part = element.get("data-mml-node", "math") != "math" or (element.tag in _MATH_PARTS)
    value = next((value for name in _ATTRIBUTES if (value := element.get(name, "").strip())), "")
    return _Formula("") if is_part else _unwrapped(value)


_MATH_PARTS = frozenset(
    "mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup msubsup "
    "munder mover munderover mmultiscripts mtable mtr mtd mlabeledtr maction semantics".split()
)


def _unwrapped(written: str) -> _Formula:
    r"""Return a formula without the delimiters `$`, `$$`, `\(…\)` or `\[…\]` that may be around it."""
    source = _single_line(written)
    for opening, closing, is_display in _DELIMITERS:
        inside = source[len(opening) : -len(closing)]
        if source == f"{opening}{inside}{closing}" and inside.strip() and closing not in inside:
            return _Formula(inside.strip(), is_display)
    return _Formula(source)


def _single_line(source: str) -> str:
    return " ".join(source.split())


def _whole_formula(element: Element) -> Element:
    """Return the outermost element that shows nothing but the formula whose TeX is in `element`."""
    for _ in range(_MAX_CLIMB):
        parent = element.getparent()
        if parent is None or not _is_math(parent) or _shows_more(parent, element):
            return element
        element = parent
    return element


def _has_other_words(element: Element, source: str) -> bool:
    """Return True if an element shows Chinese characters that are not in the TeX `source`.

    Then it also contains ordinary text, or the TeX belongs to something else.
    """
    words = _CJK.findall(normalized_text(element))
    return bool(words) and not set(words) <= set(source)


def _is_math(element: Element) -> bool:
    tag = str(element.tag)
    if tag in _MATH_TAGS or tag.startswith("mjx-"):
        return True
    return any(_MATH_CLASS.fullmatch(name) for name in element.get("class", "").split())


def _shows_more(parent: Element, element: Element) -> bool:
    """Return True if `parent`, a part of a formula, contains text or another formula besides its child `element`."""
    if (parent.text or "").strip() or any((child.tail or "").strip() for child in parent):
        return True
    others = (child for child in parent.iterchildren(etree.Element) if child is not element)
    return any(child.tag in _FORMULA_TAGS or "katex" in child.get("class", "").split() for child in others)


def _chain(element: Element, whole: Element) -> Iterator[Element]:
    """Yield `element` and the elements around it up to `whole`, and the parent of `whole` if it is one for formulas.

    This parent shows more than the formula, but its class may say that the formulas in it are displayed.
    """
    yield element
    for ancestor in element.iterancestors() if element is not whole else ():
        yield ancestor
        if ancestor is whole:
            break
    parent = whole.getparent()
    if parent is not None and _is_math(parent):
        yield parent


def _is_display(element: Element) -> bool:
    if element.get("display") in ("block", "true") or element.get("data-display") in ("block", "true"):
        return True
    if element.get("data-formula-type", "").startswith("block"):
        return True
    return any(_DISPLAY_CLASS.search(name) for name in element.get("class", "").split())


def _replace_by_text(element: Element, formula: _Formula) -> None:
    """Replace the content of an element by the TeX of a formula between its delimiters.

    Unless the element is a block already, it becomes a `<section>` if the formula stands on a line of its own, else a
    `<span>`.
    """
    for child in list(element):
        element.remove(child)
    element.text = _text_of(formula)
    if element.tag not in BLOCK_TAGS:
        if _is_math(element) or element.tag in ("script", "img"):
            tail = element.tail
            element.attrib.clear()
            element.tail = tail
        element.tag = "section" if formula.is_display else "span"


def _text_of(formula: _Formula) -> str:
    source, is_display = formula
    if _CJK.search(source) and "\\" not in source:
        return f"${source}$"  # text between two dollar amounts that the editor mistook for a formula
    return f"\\[{source}\\]" if is_display else f"\\({source}\\)"


def _drop_drawn_before(script: Element) -> None:
    """Drop the elements before a `<script>` with TeX that MathJax 2 has made from it."""
    while (before := script.getprevious()) is not None and not (before.tail or "").strip():
        if not any(name.startswith(("MathJax", "MJX")) for name in before.get("class", "").split()):
            return
        drop(before)


def _drawn_copy(formula: Element) -> Element | None:
    """Return the drawing that KaTeX puts behind the MathML of a formula, if an editor has taken their wrapper away."""
    if not (formula.tag == "math" or "katex-mathml" in formula.get("class", "").split()):
        return None
    parent = formula.getparent()
    if parent is not None and parent.tag == "span" and len(parent) == 1 and not (parent.text or "").strip():
        formula = parent if not (formula.tail or "").strip() else formula
    copy = formula.getnext()
    if copy is None or (formula.tail or "").strip():
        return None
    return copy if copy.get("aria-hidden") == "true" or "katex-html" in copy.get("class", "").split() else None


def _tidy(element: Element) -> None:
    """Drop what a browser does not show of a formula without TeX, and give a displayed formula a line of its own."""
    classes, parent = element.get("class", "").split(), element.getparent()
    is_second = parent is not None and (
        (element.tag == "mjx-assistive-mml" and next(parent.iter("svg"), None) is not None)
        or ("katex-mathml" in classes and "katex-html" in _classes_of(parent))
    )
    if is_second or element.tag in ("annotation", "annotation-xml"):
        drop(element)
    elif (element.tag in ("mjx-container", "math") or "katex-display" in classes) and _is_display(element):
        element.tag = "section"


def _classes_of(parent: Element) -> set[str]:
    return {name for child in parent.iterchildren(etree.Element) for name in child.get("class", "").split()}
