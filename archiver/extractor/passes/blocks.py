"""The canonical body: a tree of blocks that hold lines of formatted text, and its HTML.

This is the whole language of Article.body (docs/design.md, "The body"):
  blocks   p  h2…h6  ul ol[start] > li  blockquote  pre > code[class]  table > tr > th|td[colspan rowspan]  hr
           div.wechat-card
  in line  a[href]  strong  em  del  ins  sup  sub  code  img[src alt]  br
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import NamedTuple

from archiver.extractor.passes.css import PLAIN, ComputedStyle

INLINE = ("strong", "em", "del", "ins", "sup", "sub", "code")  # the order they nest in, outermost first


class Run(NamedTuple):
    """Text of one formatting, a line break ("\\n"), or a picture (`src` set, `text` its alternative)."""

    text: str
    style: ComputedStyle = PLAIN
    src: str = ""


@dataclass(slots=True)
class Block:
    """A block under construction: `children` for those that hold blocks, `html` for those that hold text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Block] = field(default_factory=list)
    html: str = ""

    @property
    def empty(self) -> bool:
        """Whether a reader would see nothing of it."""
        return not self.html and not self.children and self.tag not in ("hr", "td", "th")


def render(root: Block) -> str:
    """The HTML of what a block holds, one child block a line."""
    return "\n".join(_render(child) for child in root.children)


def _render(block: Block) -> str:
    if block.html and not block.attributes:  # a line, as most are
        return f"<{block.tag}>{block.html}</{block.tag}>"
    attributes = "".join(f' {k}="{escape(v)}"' for k, v in block.attributes.items())
    inside = block.html + "".join(_render(child) for child in block.children)
    return f"<{block.tag}{attributes}>" + ("" if block.tag == "hr" else f"{inside}</{block.tag}>")


def inline_html(runs: list[Run], *, plain: frozenset[str] = frozenset()) -> str:
    """The HTML of one line's runs, white space collapsed as a browser does; without the marks named in `plain`."""
    if len(runs) == 1 and (shown_alone := _alone(runs[0], plain)) is not None:
        return shown_alone
    shown = trim(collapse_spaces(runs))
    style = shown[0].style if shown else PLAIN
    if not style.href and all(run.style == style for run in shown):
        return _wrapped("".join(map(_leaf, shown)), _marks(style, plain))
    return "".join(_links([(_marks(run.style, plain), run) for run in shown]))


def _alone(run: Run, plain: frozenset[str]) -> str | None:
    """The HTML of a line of one run, as nearly all are; None when it takes more than a look."""
    if run.style.href or run.style.code or "\u00a0" in run.text or "  " in run.text:
        return None
    if run.src:
        return _leaf(run)
    return _wrapped(escape(run.text.strip(_EDGE), quote=False), _marks(run.style, plain))


@lru_cache(maxsize=1024)
def _marks(style: ComputedStyle, plain: frozenset[str]) -> tuple[str, ...]:
    has = {"strong": style.bold, "em": style.italic, "del": style.strike, "ins": style.underline,
           "sup": style.raised == "sup", "sub": style.raised == "sub", "code": style.code}  # fmt: skip
    return tuple(name for name in INLINE if has[name] and name not in plain)


def _links(marked: list[tuple[tuple[str, ...], Run]]) -> Iterator[str]:
    for href, group in groupby(marked, key=lambda pair: pair[1].style.href):
        inside = _nested(list(group), 0)
        visible = inside.replace("<br>", "").strip()
        yield f'<a href="{escape(href)}">{inside}</a>' if href and visible else inside


def _nested(marked: list[tuple[tuple[str, ...], Run]], level: int) -> str:
    """The HTML of runs inside the marks above `level`."""
    if len(marked) == 1:
        marks, run = marked[0]
        return _wrapped(_leaf(run), tuple(name for name in marks if name in INLINE[level:]))
    used = {name for marks, _ in marked for name in marks}
    name = next((name for name in INLINE[level:] if name in used), "")
    if not name:
        return "".join([_leaf(run) for _, run in marked])
    parts = []
    for has, group in groupby(marked, key=lambda pair: name in pair[0]):
        inside = _nested(list(group), INLINE.index(name) + 1)
        parts.append(f"<{name}>{inside}</{name}>" if has and inside.strip() else inside)
    return "".join(parts)


def _wrapped(inside: str, marks: tuple[str, ...]) -> str:
    """Text of one look."""
    if not marks or not inside.strip():
        return inside
    return "".join(f"<{name}>" for name in marks) + inside + "".join(f"</{name}>" for name in reversed(marks))


def _leaf(run: Run) -> str:
    if run.src:
        return f'<img src="{escape(run.src)}" alt="{escape(run.text)}">'
    return "<br>" if run.text == "\n" else escape(run.text, quote=False)


def collapse_spaces(runs: list[Run]) -> list[Run]:
    """Runs with white space as a browser shows it: no space beside a line break, never two in a row."""
    shown: list[Run] = []
    for run in runs:
        text = run.text
        if not run.src and text != "\n":
            if "\u00a0" in text or "  " in text:
                text = text.replace("\u00a0", " ") if run.style.code else _single_spaces(text)
            if text.startswith(" ") and _ends_in_space(shown) and not run.style.code:
                text = text[1:]
        if text or run.src:
            shown.append(run if text == run.text else run._replace(text=text))
    return shown


def _single_spaces(text: str) -> str:
    words = text.replace("\u00a0", " ").split(" ")
    inner = " ".join(word for word in words if word)
    return (" " if text and not words[0] else "") + inner + (" " if inner and not words[-1] else "")


def _ends_in_space(runs: list[Run]) -> bool:
    return not runs or (not runs[-1].src and runs[-1].text.endswith((" ", "\n")))


_EDGE = " \u00a0\u3000\u2002\u2003\n"


def trim(runs: list[Run]) -> list[Run]:
    """Runs without the white space at the line's ends (indents of full-width spaces too: the theme indents)."""
    runs = _lstrip(runs)
    while runs and not runs[-1].src:
        text = runs[-1].text.rstrip(_EDGE)
        if text:
            return runs if text == runs[-1].text else [*runs[:-1], runs[-1]._replace(text=text)]
        runs = runs[:-1]
    return runs


def _lstrip(runs: list[Run]) -> list[Run]:
    for at, run in enumerate(runs):
        if run.src:
            return runs[at:]
        if text := run.text.lstrip(_EDGE):
            return runs[at:] if text == run.text else [run._replace(text=text), *runs[at + 1 :]]
    return []
