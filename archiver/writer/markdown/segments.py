"""Change the finished Markdown of a post outside of its code: its HTML, its pictures and its links.

The Markdown must be as `body_markdown` writes it. There, `<` outside of code always begins a tag, a comment or an
address, since `<` in text is written as an entity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"[ >]*(`{3,})")
_CODE_OR_TAG = re.compile(r"\\.|`[^`\n]+`|(</?[a-z][a-z0-9]*(?: [^<>]*)?>)")
_HTML_BLOCK = re.compile(r"((?:[ >]|- |[0-9]+\. )*)(<(div|table|ol|ul|pre|figure|center|p)[ >].*</\3>)")


def change_lines(markdown: str, change: Callable[[str], str]) -> str:
    """Return `markdown` with each line replaced by the result of `change`, except the lines of code blocks."""
    return "\n".join(_changed_lines(markdown, change))


def _changed_lines(markdown: str, change: Callable[[str], str]) -> Iterator[str]:
    fence = ""
    for line in markdown.split("\n"):
        found = _FENCE.match(line)
        if fence:
            yield line
            fence = "" if line.strip(" >") == fence else fence
        elif found:
            yield line
            fence = found[1]
        else:
            yield change(line)


def change_html(line: str, change: Callable[[str], str]) -> str:
    """Return `line` with its HTML replaced by the results of `change`, except in inline code.

    A block of HTML, such as a table or a card, is one line and one piece. In any other line, each tag is a piece.
    """
    if "<" not in line:
        return line
    if block := _HTML_BLOCK.fullmatch(line):
        return block[1] + change(block[2])
    return _CODE_OR_TAG.sub(lambda found: change(found[1]) if found[1] else found[0], line)
