"""Define the parts of a canonical body: blocks (such as a paragraph), and runs (the parts of a line)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

# White space that engines neither collapse nor strip inside a mark. A body has it in drawings made of characters, and
# in underlined text, where it is a blank to fill in.
WIDE_SPACES = "\u00a0\u2002\u2003\u3000"
MARKS = ("strong", "em", "del", "ins", "sup", "sub", "code")  # in nesting order, the outermost first
NO_MARKS: frozenset[str] = frozenset()


def has_wide_space(text: str) -> bool:
    """Return True if `text` contains white space that engines do not collapse."""
    return any(space in text for space in WIDE_SPACES)


class Run(NamedTuple):
    r"""A part of a line with uniform formatting: text, a line break, or an image.

    - For text, `text` is the text and `image` is ''. For a line break, `text` is `"\n"`.
    - For an image, `image` is the address and `text` the alternative text.
    - For an image that is already written in Markdown, `image` is this Markdown, such as `![](a.png)`, and `text` is
      ''.

    `width` and `height` are the size in px at which the page shows a small image; they are 0 for all other images.

    `reading` is the text that stands above `text`, such as the pinyin of a character; it is '' without one.

    `marks` are the names of the formatting tags around the run, such as `strong`. `href` is the target of the link
    around the run; it is '' without a link.
    """

    text: str = ""  # for an image, its alternative text
    marks: frozenset[str] = NO_MARKS  # a subset of MARKS
    href: str = ""  # the target of the link around it, '' without one
    image: str = ""  # the address of an image, or a writer's notation for the image; '' for text
    reading: str = ""  # the text above `text` (`<rt>`), '' without one
    width: int = 0  # px; of a small image that is larger in its file, 0 if it is not known
    height: int = 0  # px; likewise

    @property
    def is_blank(self) -> bool:
        """True for a blank to fill in: underlined white space that engines do not collapse."""
        return "ins" in self.marks and has_wide_space(self.text) and not self.text.strip()


@dataclass(slots=True)
class Block:
    """A block of a body that is being built, such as a list or a paragraph; its fields may be changed.

    `tag` is the name of the block's HTML tag. A container, such as a list, has its blocks in `children`. A block of
    text, such as a paragraph, has its content as canonical HTML in `html`.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Block] = field(default_factory=list)
    html: str = ""

    @property
    def empty(self) -> bool:
        """True if the block shows nothing and may be dropped. A horizontal rule or table cell is never empty."""
        return not self.html and not self.children and self.tag not in ("hr", "td", "th")
