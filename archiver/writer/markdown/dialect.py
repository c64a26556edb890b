"""Define dialects: the syntax that site generators read in a post besides Markdown and HTML.

Such syntax is template tags and attribute lists. Literal text has to be protected from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# The characters that make a preceding `{` special, for each template engine.
LIQUID = frozenset("{%")
NUNJUCKS = frozenset("{%#")
GO_TEMPLATES = frozenset("{")
KRAMDOWN_ATTRIBUTES = frozenset(":")


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBlock:
    """The pair of lines between which a template engine leaves code unchanged."""

    before: str
    after: str
    needed_by: re.Pattern[str]  # code that matches is written between the two lines
    ended_by: re.Pattern[str]  # code that matches would end the block, so it is written as HTML


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """The syntax, besides Markdown and HTML, that literal text must be protected from.

    The default values stand for no such syntax.
    """

    brace_marks: frozenset[str] = frozenset()  # a `{` before one of these is written as an entity
    raw_block: RawBlock | None = None  # None if the engine does not read templates in code


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
