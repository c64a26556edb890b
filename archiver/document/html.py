"""Write blocks and runs as canonical HTML, and read that HTML again.

Canonical HTML is always written by this module, so regular expressions are enough to read it, and the runs of a line
are only made when they are needed. A general parser took three times as long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape, unescape
from itertools import groupby
from typing import NamedTuple

from archiver.document.model import MARKS, NO_MARKS, Block, Run

CONTAINER_TAGS = frozenset(("ul", "ol", "li", "blockquote", "table", "tr", "th", "td"))  # hold blocks; others hold text

_ATTRIBUTES = r"((?: [a-z]+=\"[^\"]*\")*)"
_BLOCK_TAG = re.compile(rf"<(/?)(p|h[1-6r]|pre|div|ul|ol|li|blockquote|table|tr|th|td){_ATTRIBUTES}>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
_TEXT_OR_TAG = re.compile(r"([^<]+)|<(/?)([a-z]+)([^>]*)>")
_OUTER_MARKS = [frozenset(MARKS[:level]) for level in range(len(MARKS) + 1)]  # by level: the marks that enclose it


class BlockToken(NamedTuple):
    """A block that holds text, whole; or the opening or closing tag of a block that holds blocks."""

    name: str
    attributes: str  # as written, see parse_attributes
    inside: str  # the HTML of the text, '' for a container's tag
    closing: bool
    end: int  # offset in the body behind the token


def render_blocks(root: Block) -> str:
    """Return the canonical HTML of the blocks in `root`, one a line; the root's own tag is not written."""
    return "\n".join(_render(child) for child in root.children)


def _render(block: Block) -> str:
    if block.html and not block.attributes:  # a line of text, as most blocks are
        return f"<{block.tag}>{block.html}</{block.tag}>"
    attributes = "".join(f' {k}="{escape(v)}"' for k, v in block.attributes.items())
    inside = block.html + "".join(_render(child) for child in block.children)
    return f"<{block.tag}{attributes}>" + ("" if block.tag == "hr" else f"{inside}</{block.tag}>")


def render_line(runs: list[Run], *, without: frozenset[str] = NO_MARKS) -> str:
    """Return the canonical HTML of one line's runs, tags nested in the order of MARKS.

    Args:
        runs: The runs, with normalized white space.
        without: Marks that are not written, `strong` in a heading for instance.
    """
    if not runs:
        return ""
    marks = runs[0].marks
    if all(not run.href and run.marks == marks for run in runs):
        return _enclose("".join(map(_leaf, runs)), marks, without)
    return "".join(_links([run._replace(marks=run.marks - without) for run in runs] if without else runs))


def _links(runs: list[Run]) -> Iterator[str]:
    for href, group in groupby(runs, key=lambda run: run.href):
        inside = _nested(list(group), 0)
        visible = inside.replace("<br>", "").strip()
        yield f'<a href="{escape(href)}">{inside}</a>' if href and visible else inside


def _nested(runs: list[Run], level: int) -> str:
    """Return the HTML of runs that stand inside the marks above `level`, an index of MARKS."""
    if len(runs) == 1:
        return _enclose(_leaf(runs[0]), runs[0].marks, _OUTER_MARKS[level])
    used = NO_MARKS.union(*(run.marks for run in runs))
    name = next((name for name in MARKS[level:] if name in used), "")
    if not name:
        return "".join(map(_leaf, runs))
    parts = []
    for is_marked, group in groupby(runs, key=lambda run: name in run.marks):
        inside = _nested(list(group), MARKS.index(name) + 1)
        parts.append(f"<{name}>{inside}</{name}>" if is_marked and inside.strip() else inside)
    return "".join(parts)


def _enclose(inside: str, marks: frozenset[str], without: frozenset[str]) -> str:
    """Put `inside` into the tags of `marks` but those in `without`; white space gets none."""
    if not marks or not inside.strip():
        return inside
    opening, closing = _tags(marks, without)
    return opening + inside + closing


@lru_cache(maxsize=1024)
def _tags(marks: frozenset[str], without: frozenset[str]) -> tuple[str, str]:
    names = [name for name in MARKS if name in marks and name not in without]
    return "".join(f"<{name}>" for name in names), "".join(f"</{name}>" for name in reversed(names))


def _leaf(run: Run) -> str:
    if run.image:
        return f'<img src="{escape(run.image)}" alt="{escape(run.text)}">'
    return "<br>" if run.text == "\n" else escape(run.text, quote=False)


def tokenize(body: str) -> Iterator[BlockToken]:
    """Yield the blocks and block tags of a canonical body, in order."""
    at = 0
    while found := _BLOCK_TAG.search(body, at):
        closing, name, attributes = found.groups()
        start = end = at = found.end()
        if name not in CONTAINER_TAGS and name != "hr":
            end = body.index(f"</{name}>", start)
            at = end + len(f"</{name}>")
        yield BlockToken(name, attributes, body[start:end], closing != "", at)


def parse_attributes(written: str) -> dict[str, str]:
    """Return the attributes of a canonical tag by name, entities decoded."""
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(written)} if written else {}


def read_line(source: str, write_image: Callable[[str, str], str] | None = None) -> list[Run]:
    """Return the runs of a line's canonical HTML; the inverse of render_line, apart from where runs are cut.

    Args:
        source: The line's HTML.
        write_image: Makes a writer's own notation from an image's address and alternative text, for Run.image.
    """
    runs: list[Run] = []
    outer = [Run()]
    for text, closing, name, attributes in _TEXT_OR_TAG.findall(source):
        run = outer[-1]
        if text:
            runs.append(Run(unescape(text).replace("\n", " "), run.marks, run.href))
        elif name == "br":
            runs.append(Run(text="\n"))
        elif name == "img":
            image = parse_attributes(attributes)
            address, alternative = image.get("src", ""), image.get("alt", "")
            if write_image:
                runs.append(Run(href=run.href, image=write_image(address, alternative)))
            else:
                runs.append(Run(alternative, href=run.href, image=address))
        elif closing:
            outer.pop()
        elif name == "a":
            outer.append(run._replace(href=parse_attributes(attributes).get("href", "")))
        else:
            outer.append(run._replace(marks=run.marks | {name}))
    return runs


def decode_text(source: str) -> str:
    """Return the plain text of canonical HTML without tags, in which only `&amp;`, `&lt;` and `&gt;` are entities."""
    return source.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
