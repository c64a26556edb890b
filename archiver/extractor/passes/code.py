"""Code blocks: the structures of wechat-format §4.3 → one finished element whose text is the code, to the space."""

from __future__ import annotations

import re

from lxml import etree

from archiver.extractor.passes.css import BLOCK_TAGS, declarations
from archiver.extractor.passes.tree import CODE, Element, drop, holds, replace, selecting, text_of

_LINE_INDEX = ("code-snippet__line-index", "line-index", "gutter", "lineno")  # columns of line numbers (T66)
_EDITOR = "code-snippet__fix"
_perhaps_numbers = selecting("descendant::*/@class[contains(., 'line') or contains(., 'gutter')]/..")
_candidates = selecting(f"descendant::*/@class[contains(., '{_EDITOR}')]/.. | descendant::pre")
_COUNTER = re.compile(r"(?m)^[^\S\n]*counter\(line\)?[^\S\n]*$\n?")  # a copied style sheet's rule as text (§4.3)
_NOT_CODE = "img iframe mp-common-profile mp-common-miniprogram mp-miniprogram h1 h2 h3".split()
_PROSE = "p section div ul ol blockquote table".split()
_SPACES = str.maketrans(
    {"\u00a0": " ", "\u200b": None, "\ufeff": None, "\r": None} | {chr(code): None for code in range(0x7F, 0xA0)}
)


def read_code(body: Element) -> None:
    """Replaces every code block by a CODE element; a `<pre>` that holds an article's prose becomes a box."""
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
    """Puts the code where its block stands, and behind it the pictures the block held."""
    pictures = list(block.iter("img"))
    replace(block, code)
    for picture in reversed(pictures):
        picture.tail = None
        code.addnext(picture)
    if not (code.text or "").strip():
        drop(code)


def _is_block(element: Element) -> bool:
    return element.tag == "pre" or (_EDITOR in (classes := element.get("class", "")) and _EDITOR in classes.split())


def _is_code(pre: Element) -> bool:
    """Whether a `<pre>` is code and not an editor's box for prose, pictures or a card (T64)."""
    lines = list(pre.iter("code"))
    if lines and _is_all_in(pre, lines):
        return True
    wraps = declarations(pre.get("style", "")).get("white-space", "pre") in ("normal", "pre-line")
    if wraps and holds(pre, *_PROSE):
        return False
    return bool(lines) or not holds(pre, *_NOT_CODE)


def _is_all_in(block: Element, lines: list[Element]) -> bool:
    """Whether `lines` hold every word of a block."""
    return "".join(map(text_of, lines)).replace(" ", "") == text_of(block).replace(" ", "")


def _drop_line_numbers(block: Element) -> None:
    for element in _perhaps_numbers(block):
        if any(name in element.get("class", "").split() for name in _LINE_INDEX):
            drop(element)


def _code_text(block: Element) -> str:
    """The code: one line per list item or `<code>` where the editor wrote several (T65, T67), else as it stands."""
    lines = [item for item in block.iter("li") if not holds(item, "li")] or list(block.iter("code"))
    nested = any(holds(line, "code") for line in lines if line.tag == "code")
    if len(lines) > 1 and not nested and _is_all_in(block, lines):
        text = "\n".join(_flat(line).strip("\n") for line in lines)
    else:
        text = _flat(block)
    return _COUNTER.sub("", text.translate(_SPACES)).strip("\n")


def _flat(element: Element) -> str:
    """Text with a line end at each `<br>` and around each block inside."""
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
    """The language the page knows; the editor's own `data-lang` is a guess (css for shell: T70) and is not."""
    for element in block.iter():
        for name in element.get("class", "").split() if isinstance(element.tag, str) else ():
            found = re.fullmatch(r"(?:language|lang)-([A-Za-z0-9+#_-]{1,20})", name)
            if found:
                return found[1].lower()
    return ""
