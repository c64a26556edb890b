"""Write and read canonical HTML: blocks, such as a paragraph, and runs, the parts of a line.

Canonical HTML has a small fixed syntax, so it is read with regular expressions. A general HTML parser took three times
as long. `tokenize` finds the blocks in a body; `read_line` finds the runs in the HTML of one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import escape, unescape
from itertools import groupby
from typing import NamedTuple

from archiver.document.model import MARKS, NO_MARKS, Block, Run, has_wide_space

CONTAINER_TAGS = frozenset(("ul", "ol", "li", "blockquote", "table", "tr", "th", "td"))  # others contain text

_ATTRIBUTES = r"((?: [a-z]+=\"[^\"]*\")*)"
_BLOCK_TAG = re.compile(rf"<(/?)(p|h[1-6r]|pre|div|ul|ol|li|blockquote|figure|figcaption|table|tr|th|td){_ATTRIBUTES}>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
_TEXT_OR_TAG = re.compile(r"([^<]+)|<ruby>([^<]*)<rp>\(</rp><rt>([^<]*)</rt><rp>\)</rp></ruby>|<(/?)([a-z]+)([^>]*)>")
_OUTER_MARKS = [frozenset(MARKS[:level]) for level in range(len(MARKS) + 1)]  # at index N: MARKS[:N]


class BlockToken(NamedTuple):
    """A part of a canonical body: a block of text such as `<p>…</p>`, a rule `<hr>`, or a tag of a container.

    A `<figure>` counts as a block of text, since its picture and its caption are written together.

    Containers are the blocks that contain other blocks, such as `<ul>`, see CONTAINER_TAGS. `name` is the name of the
    tag, and `attributes` its attributes, not parsed (see parse_attributes). `inside` is the HTML between the tags of a
    block of text; it is '' for a rule or container. `closing` is True for the end tag of a container. `end` is the
    offset in the body at which the part ends.
    """

    name: str  # of the tag
    attributes: str  # not parsed, see parse_attributes
    inside: str  # the HTML between the tags of a block of text; '' for the tag of a container
    closing: bool  # True for the closing tag of a container
    end: int  # offset in the body at which the token ends


def render_blocks(root: Block) -> str:
    """Return the canonical HTML of the children of `root`, one per line, without a tag for `root` itself."""
    return "\n".join(_render(child) for child in root.children)


def _render(block: Block) -> str:
    if block.html and not block.attributes:  # a line of text, as most blocks are
        return f"<{block.tag}>{block.html}</{block.tag}>"
    attributes = "".join(f' {k}="{escape(v)}"' for k, v in block.attributes.items())
    inside = block.html + "".join(_render(child) for child in block.children)
    return f"<{block.tag}{attributes}>" + ("" if block.tag == "hr" else f"{inside}</{block.tag}>")


def render_line(runs: list[Run], *, without: frozenset[str] = NO_MARKS) -> str:
    """Return the canonical HTML of a line of text; '' for a line without runs.

    Marks are formatting tags. They are nested in the order of MARKS, for example `<strong><em>text</em></strong>`.

    Args:
        runs: The runs of the line, with normalized white space.
        without: Marks to leave out, for example `strong` in a heading.
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
    """Return the HTML of `runs` without the first `level` formatting tags of MARKS, which the caller writes around it.

    MARKS lists all formatting tags, the outermost first: `strong`, `em` and so on. With `level` 1, bold italic text
    becomes `<em>text</em>`, and the caller adds `<strong>`.
    """
    if len(runs) == 1:
        return _enclose(_leaf(runs[0]), runs[0].marks, _OUTER_MARKS[level])
    used = NO_MARKS.union(*(run.marks for run in runs))
    name = next((name for name in MARKS[level:] if name in used), "")
    if not name:
        return "".join(map(_leaf, runs))
    parts = []
    for is_marked, group in groupby(runs, key=lambda run: name in run.marks):
        inside = _nested(list(group), MARKS.index(name) + 1)
        parts.append(f"<{name}>{inside}</{name}>" if is_marked and _is_seen(inside, (name,)) else inside)
    return "".join(parts)


def _enclose(inside: str, marks: frozenset[str], without: frozenset[str]) -> str:
    """Return `inside` in the tags of `marks`, except those in `without`.

    Marks are formatting tags. For `em` and `strong` the result is `<strong><em>…</em></strong>`: they are nested in the
    order of MARKS. If `inside` is empty or only white space, return it without tags, unless it is a blank to fill in.
    """
    if not marks or not _is_seen(inside, marks):
        return inside
    opening, closing = _tags(marks, without)
    return opening + inside + closing


def _is_seen(inside: str, marks: Iterable[str]) -> bool:
    """Return True if marks around `inside` show anything; around white space, only underlining does."""
    return inside.strip() != "" or ("ins" in marks and has_wide_space(inside))


@lru_cache(maxsize=1024)
def _tags(marks: frozenset[str], without: frozenset[str]) -> tuple[str, str]:
    names = [name for name in MARKS if name in marks and name not in without]
    return "".join(f"<{name}>" for name in names), "".join(f"</{name}>" for name in reversed(names))


def _leaf(run: Run) -> str:
    if run.image:
        return f'<img src="{escape(run.image)}" alt="{escape(run.text)}"{size_attributes(run)}>'
    if run.text == "\n":
        return "<br>"
    text, reading = escape(run.text, quote=False), escape(run.reading, quote=False)
    return f"<ruby>{text}<rp>(</rp><rt>{reading}</rt><rp>)</rp></ruby>" if reading else text


def size_attributes(image: Run) -> str:
    """Return the attributes `width` and `height` of an image, each with a space before it; '' if it has no size."""
    sizes = (("width", image.width), ("height", image.height))
    return "".join(f' {name}="{pixels}"' for name, pixels in sizes if pixels)


def tokenize(body: str) -> Iterator[BlockToken]:
    """Yield the blocks of text and the container tags of a canonical body, in document order."""
    at = 0
    while found := _BLOCK_TAG.search(body, at):
        closing, name, attributes = found.groups()
        start = end = at = found.end()
        if name not in CONTAINER_TAGS and name != "hr":
            end = body.index(f"</{name}>", start)
            at = end + len(f"</{name}>")
        yield BlockToken(name, attributes, body[start:end], closing != "", at)


def parse_attributes(written: str) -> dict[str, str]:
    """Return the attributes of a canonical tag as a mapping of names to values, with entities decoded.

    `written` is the text between the tag's name and `>`, such as ` src="a.png"`. It is '' if there are no attributes.
    """
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(written)} if written else {}


def read_line(source: str, read_image: Callable[[Run], Run] | None = None) -> list[Run]:
    """Return the runs of a line of canonical HTML.

    This is the inverse of render_line, except that adjacent runs may be split or merged.

    Args:
        source: The HTML of the line.
        read_image: A function that takes the run of an image and returns the one to use in its place, which may contain
            another notation, such as Markdown.
    """
    runs: list[Run] = []
    outer = [Run()]
    for text, base, reading, closing, name, attributes in _TEXT_OR_TAG.findall(source):
        run = outer[-1]
        if text:
            runs.append(Run(unescape(text).replace("\n", " "), run.marks, run.href))
        elif reading:
            runs.append(Run(unescape(base), run.marks, run.href, reading=unescape(reading)))
        elif name == "br":
            runs.append(Run(text="\n"))
        elif name == "img":
            shown = _image(parse_attributes(attributes))
            shown = read_image(shown) if read_image else shown
            runs.append(shown._replace(marks=NO_MARKS if shown.image else run.marks, href=run.href))
        elif closing:
            outer.pop()
        elif name == "a":
            outer.append(run._replace(href=parse_attributes(attributes).get("href", "")))
        else:
            outer.append(run._replace(marks=run.marks | {name}))
    return runs


def _image(attributes: dict[str, str]) -> Run:
    width, height = (int(attributes.get(name, 0)) for name in ("width", "height"))
    return Run(attributes.get("alt", ""), image=attributes.get("src", ""), width=width, height=height)


def decode_text(source: str) -> str:
    """Return the plain text of canonical HTML that contains no tags.

    Only `&amp;`, `&lt;` and `&gt;` are decoded, since canonical text has no other entities.
    """
    return source.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
