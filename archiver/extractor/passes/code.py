"""Convert code blocks, which each editor writes in its own form, to one common form.

In this form, a code block is an element with the tag CODE, whose text is the code with its line feeds and indentation.
CODE is a tag of archiver's own, not HTML's `<code>`. The forms of the editors are described in
docs/reference/wechat-format.md#one-line-per-code-element and the sections after it.
"""

from __future__ import annotations

import re

from archiver.extractor.passes.code_blocks import find_code_blocks
from archiver.extractor.passes.code_lines import code_text
from archiver.extractor.passes.css import is_monospaced
from archiver.extractor.passes.line_numbers import drop_line_numbers, drop_number_cells
from archiver.extractor.passes.tree import CODE, DRAWING, Element, clear, drop, elements, holds

_NAME = r"([A-Za-z0-9+#_-]{1,20})"
_LANGUAGE = re.compile(rf"(?:^|\s)(?:language|lang)-{_NAME}(?=\s|$)")
# Classes that name the language of the code in them: `highlight python` (Hexo), `highlight-source-shell` (GitHub),
# `brush: java` (SyntaxHighlighter and the editors made from UEditor), `sourceCode haskell` (Pandoc).
_HIGHLIGHTER = re.compile(
    rf"(?:^|\s)(?:highlight-(?:source-)?|brush:\s*|(?:highlight|sourceCode|syntaxhighlighter)\s+){_NAME}(?=[\s;]|$)"
)
_NO_LANGUAGE = ("plain", "plaintext", "text", "none", "default", "code", "table", "chroma", "hljs")
_WRAPPERS = ("figure", "div", "section", "table", "tbody", "tr", "td")
_MOST_WRAPPERS = 6  # number of boxes around a code block in which a highlighter may have named the language


def mark_code(body: Element) -> None:
    """Rename every code block in a body to CODE, and remove the line numbers in and beside it.

    Line numbers are not a part of the code. They are removed before the text that a reader sees is collected, so they
    do not count as lost. The content of the blocks is left for the pass `read_code`.
    """
    drop_number_cells(body)
    for block in find_code_blocks(body):
        if (parent := block.getparent()) is not None and parent.tag == CODE:
            continue  # it has become a line of the block before it
        _append_further_lines(block)
        drop_line_numbers(block)
        block.tag = CODE


def _append_further_lines(block: Element) -> None:
    """Append the boxes directly behind a block of one line to the block if they are further lines of the same code.

    An editor without code blocks gives each line a box of its own. These boxes have the same tag, class and `style`,
    and the `style` sets a font for code. The first box that differs, contains an image or has several lines ends the
    code.
    """
    kind = _kind(block)
    if block.tag in ("pre", "table") or not is_monospaced(kind[2]) or "\n" in code_text(block):
        return
    while (box := block.getnext()) is not None and not (block.tail or "").strip():
        if _kind(box) != kind or holds(box, "img") or "\n" in code_text(box):
            break
        block.tail, box.tail = box.tail, None
        block.append(box)


def _kind(element: Element) -> tuple[str, str, str]:
    return str(element.tag), element.get("class", ""), element.get("style", "")


def read_code(body: Element) -> None:
    """Replace the content of every code block in a body by its code, as text with line feeds and indentation.

    The pass `mark_code` has renamed the blocks to CODE, a tag of archiver's own, not HTML's `<code>`; `collapse` later
    writes them as `<pre>`. The images of a block are put behind it. A block without text is removed.
    """
    for block in elements(body, CODE):
        language, text, images = _language(block), code_text(block), list(block.iter("img", DRAWING))
        clear(block)
        for image in reversed(images):
            image.tail, block.tail = block.tail, None
            block.addnext(image)
        block.set("language", language)
        block.text = text
        if not text:
            drop(block)


def _language(block: Element) -> str:
    """Return the programming language of a code block, in lower case: `python` for a class such as `language-python`.

    This class is read from the elements of the block, then from the boxes of a highlighter around it, where it may also
    have a form such as `highlight python`. Return '' if there is none. The attribute `data-lang` is ignored, since the
    editor guesses it and is often wrong.
    """
    for element in block.iter():
        if isinstance(element.tag, str) and (found := _LANGUAGE.search(element.get("class", ""))):
            return found[1].lower()
    box: Element | None = block
    for _ in range(_MOST_WRAPPERS):
        if box is None or (box is not block and box.tag not in _WRAPPERS):
            break
        names = box.get("class", "")
        found = _HIGHLIGHTER.search(names) or (_LANGUAGE.search(names) if "highlight" in names else None)
        if found and found[1].lower() not in _NO_LANGUAGE:
            return found[1].lower()
        box = box.getparent()
    return ""
