"""Define dialects: the syntax that a site generator reads in a post besides Markdown and HTML.

Examples are template tags, such as `{{ … }}`, and attribute lists of kramdown, such as `{: .wide}`. Jekyll, for
example, executes `{{ … }}` anywhere in a post, so the writer has to escape this in the text of an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from string import ascii_letters

# The characters that make a preceding `{` special, for each template engine.
LIQUID = frozenset("{%")
NUNJUCKS = frozenset("{%#")
GO_TEMPLATES = frozenset("{")
KRAMDOWN_ATTRIBUTES = frozenset(":")
GOLDMARK_ATTRIBUTES = frozenset("#.:_" + ascii_letters)  # behind the text of a heading


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
        code_marks: The same for inline code, which is then written as HTML; None if they are those of `brace_marks`.
        raw_block: The way to protect code; None if the generator does not read templates in code.
        captions: The way to write a picture with its caption.
        html_code: Matches code that the generator misreads even in a code block, and that is written as HTML.
        escaped: Characters that are special wherever they stand, in addition to those that always are.
        tags_are_letters: Whether the Markdown engine sees letters in place of HTML tags, as that of Hugo does.
            Asterisks beside a tag are then not read as beside punctuation.
    """

    brace_marks: frozenset[str] = frozenset()
    code_marks: frozenset[str] | None = None
    raw_block: RawBlock | None = None
    captions: Captions = Captions.FIGURE
    html_code: re.Pattern[str] | None = None
    escaped: frozenset[str] = frozenset()
    tags_are_letters: bool = False

    def opens_in_code(self, mark: str) -> bool:
        """Return whether `{` is special in inline code before the character `mark`."""
        return mark in (self.brace_marks if self.code_marks is None else self.code_marks)


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

HUGO = Dialect(
    brace_marks=GO_TEMPLATES | GOLDMARK_ATTRIBUTES,
    code_marks=GO_TEMPLATES,
    html_code=re.compile(r"\{\{[<%]"),  # Hugo reads shortcodes in code, too
    tags_are_letters=True,
)

HEXO = Dialect(brace_marks=NUNJUCKS)  # it takes code blocks out before it reads templates

# `#tag` is a tag wherever it stands, and `$x$` is mathematics.
OBSIDIAN = Dialect(escaped=frozenset("#$"), captions=Captions.EMPHASIS)
