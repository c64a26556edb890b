"""Define dialects: the syntax that a site generator reads in a post besides Markdown and HTML.

Examples are template tags, such as `{{ … }}`, and attribute lists of kramdown, such as `{: .wide}`. Jekyll, for
example, executes `{{ … }}` anywhere in a post, so the writer has to escape this in the text of an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

# The characters that make a preceding `{` special, for each template engine.
LIQUID = frozenset("{%")
NUNJUCKS = frozenset("{%#")
GO_TEMPLATES = frozenset("{")
KRAMDOWN_ATTRIBUTES = frozenset(":")


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBlock:
    """A pair of lines between which a template engine leaves code unchanged.

    Args:
        before: The line to write before the code, such as `<!-- {% raw %} -->`.
        after: The line to write after the code.
        needed_by: Matches code that has to be written between the two lines.
        ended_by: Matches code that would end the raw block too early. Such code is written as HTML instead.
    """

    before: str
    after: str
    needed_by: re.Pattern[str]
    ended_by: re.Pattern[str]


class Captions(Enum):
    """The ways to write a picture with its caption."""

    FIGURE = "figure"  # HTML: <figure> with <figcaption>
    EMPHASIS = "emphasis"  # Markdown: the picture, below it a paragraph in italics


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """The syntax that a site generator reads in a post besides Markdown and HTML; by default, none.

    Literal text must not trigger this syntax.

    Args:
        brace_marks: The characters that make a `{` before them special, such as `%` for `{%`. The `{` is then written
            as an entity.
        raw_block: The way to protect code; None if the generator does not read templates in code.
        captions: The way to write a picture with its caption.
    """

    brace_marks: frozenset[str] = frozenset()
    raw_block: RawBlock | None = None
    captions: Captions = Captions.FIGURE


LIQUID_RAW = RawBlock(
    before="<!-- {% raw %} -->",
    after="<!-- {% endraw %} -->",
    needed_by=re.compile(r"\{[{%]"),
    ended_by=re.compile(r"\{%-?\s*endraw"),
)

# Safe for every engine. The raw block is Liquid's: of these engines only Liquid reads templates in code.
EVERY_ENGINE = Dialect(
    brace_marks=LIQUID | NUNJUCKS | GO_TEMPLATES | KRAMDOWN_ATTRIBUTES,
    raw_block=LIQUID_RAW,
)
