"""Convert code blocks, which each editor writes in its own form, to one common form.

In this form, a code block is an element with the tag CODE, whose text is the code with its line feeds and indentation.
CODE is a tag of archiver's own, not HTML's `<code>`. The forms of the editors are described in
docs/reference/wechat-format.md#one-line-per-code-element and the sections after it.
"""

from __future__ import annotations

import re

from lxml import etree

from archiver.extractor.passes.css import BLOCK_TAGS, declarations
from archiver.extractor.passes.tree import CODE, DRAWING, Element, drop, holds, normalized_text, replace, selecting

_LINE_INDEX = ("code-snippet__line-index", "line-index", "gutter", "lineno")  # classes of columns with line numbers
_EDITOR = "code-snippet__fix"
_with_line_class = selecting("descendant::*/@class[contains(., 'line') or contains(., 'gutter')]/..")
_candidates = selecting(f"descendant::*/@class[contains(., '{_EDITOR}')]/.. | descendant::pre")
_CSS_COUNTER = re.compile(r"(?m)^[^\S\n]*counter\(line\)?[^\S\n]*$\n?")  # code of a style sheet that is shown as text
_NOT_CODE = "img iframe mp-common-profile mp-common-miniprogram mp-miniprogram h1 h2 h3".split()
_PROSE = "p section div ul ol blockquote table".split()
_SPACES = str.maketrans(
    {"\u00a0": " ", "\u200b": None, "\ufeff": None, "\r": None} | {chr(code): None for code in range(0x7F, 0xA0)}
)


def read_code(body: Element) -> None:
    """Replace every code block in a body by an element with the tag CODE, whose text is the code.

    CODE is a tag of archiver's own, not HTML's `<code>`; `collapse` later writes the element as `<pre>`. A `<pre>` that
    contains no code is renamed to `<div>`.
    """
    inside: set[Element] = set()
    for block in list(filter(_is_block, _candidates(body))):
        if block in inside:
            continue
        if block.tag == "pre" and not _is_code(block):
            block.tag = "div"
            continue
        inside.update(filter(_is_block, _candidates(block)))
        _drop_line_numbers(block)
        code = block.makeelement(CODE, {"language": _language(block)})
        code.text = _code_text(block)
        _put(block, code)


def _put(block: Element, code: Element) -> None:
    """Replace a code block in the tree by the new element `code`, followed by the images of the block.

    If `code` has no text, only the images remain.
    """
    images = list(block.iter("img", DRAWING))
    replace(block, code)
    for image in reversed(images):
        image.tail = None
        code.addnext(image)
    if not (code.text or "").strip():
        drop(code)


def _is_block(element: Element) -> bool:
    return element.tag == "pre" or (_EDITOR in (classes := element.get("class", "")) and _EDITOR in classes.split())


def _is_code(pre: Element) -> bool:
    """Return True if a `<pre>` contains code, False if an editor has used it for prose, images or embedded content."""
    lines = list(pre.iter("code"))
    if lines and _hold_all_text(pre, lines):
        return True
    wraps = declarations(pre.get("style", "")).get("white-space", "pre") in ("normal", "pre-line")
    if wraps and holds(pre, *_PROSE):
        return False
    return bool(lines) or not holds(pre, *_NOT_CODE)


def _hold_all_text(block: Element, lines: list[Element]) -> bool:
    """Return True if the elements `lines` of a code block together contain the whole text of the block exactly once.

    If so, the editor has put each line of the code into an element of its own. The result is False if the block has
    text outside of `lines`. It is also False if `lines` are nested, so that a text is in two of them. White space is
    ignored.
    """
    return "".join(map(normalized_text, lines)).replace(" ", "") == normalized_text(block).replace(" ", "")


def _drop_line_numbers(block: Element) -> None:
    for element in _with_line_class(block):
        if any(name in element.get("class", "").split() for name in _LINE_INDEX):
            drop(element)


def _code_text(block: Element) -> str:
    """Return the code in a code block, with a line feed between its lines.

    Some editors put each line into its own `<li>` or `<code>`. If the block has several such elements, and all its
    text is in them, the text of each is one line. Otherwise the lines are those of the text of the whole block.
    """
    lines = [item for item in block.iter("li") if not holds(item, "li")] or list(block.iter("code"))
    nested = any(holds(line, "code") for line in lines if line.tag == "code")
    if len(lines) > 1 and not nested and _hold_all_text(block, lines):
        text = "\n".join(_flat(line).strip("\n") for line in lines)
    else:
        text = _flat(block)
    return _CSS_COUNTER.sub("", text.translate(_SPACES)).strip("\n")


def _flat(element: Element) -> str:
    """Return the text of an element, with a line feed at each `<br>` and around each block element."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag in BLOCK_TAGS and node is not element and parts and not parts[-1].endswith("\n"):
            parts.append("\n")
        if event == "start" and node.tag == "br":
            parts.append("\n")
        text = node.text if event == "start" else node.tail if node is not element else ""
        if text:
            parts.append(text)
    return "".join(parts)


def _language(block: Element) -> str:
    """Return the programming language of a code block: `python` for a class `language-python` or `lang-python`.

    Return '' if no element of the block has such a class. The attribute `data-lang` is ignored, since the editor
    guesses it and is often wrong.
    """
    for element in block.iter():
        for name in element.get("class", "").split() if isinstance(element.tag, str) else ():
            found = re.fullmatch(r"(?:language|lang)-([A-Za-z0-9+#_-]{1,20})", name)
            if found:
                return found[1].lower()
    return ""
