"""The values that a canonical body consists of: blocks, and runs of formatted text. They know nothing of CSS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

MARKS = ("strong", "em", "del", "ins", "sup", "sub", "code")  # in the order they nest, the outermost first
NO_MARKS: frozenset[str] = frozenset()


class Run(NamedTuple):
    r"""A piece of a line with one formatting: text, a line break (`"\n"`), or an image."""

    text: str = ""  # of an image, its alternative text
    marks: frozenset[str] = NO_MARKS  # of MARKS
    href: str = ""  # what it links to, '' for no link
    image: str = ""  # of an image, its address; a writer puts its own notation here


@dataclass(slots=True)
class Block:
    """A block under construction, so it is mutable. Blocks inside it are in `children`; a block of text has `html`."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Block] = field(default_factory=list)
    html: str = ""

    @property
    def empty(self) -> bool:
        """True if a reader would see nothing of the block; an empty table cell still takes its place."""
        return not self.html and not self.children and self.tag not in ("hr", "td", "th")
