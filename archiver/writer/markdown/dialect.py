"""What the programs that build a site read in a post besides Markdown and HTML: tags of templates, attribute lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Characters that give a `{` before them a meaning, by who reads it.
LIQUID = frozenset("{%")
NUNJUCKS = frozenset("{%#")
GO_TEMPLATES = frozenset("{")
KRAMDOWN_ATTRIBUTES = frozenset(":")


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBlock:
    """The lines between which a template engine leaves code as it is."""

    before: str
    after: str
    needed_by: re.Pattern[str]  # code in which this is found goes between the two lines
    ended_by: re.Pattern[str]  # code in which this is found would end the block: it is written as HTML


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """What literal text must be protected from, beyond the Markdown that all engines read.

    Without braces and raw block nothing but Markdown and HTML is protected.
    """

    brace_marks: frozenset[str] = frozenset()  # a `{` before one of these is written as an entity
    raw_block: RawBlock | None = None  # None: the engine reads no templates in code


LIQUID_RAW = RawBlock(
    before="<!-- {% raw %} -->",
    after="<!-- {% endraw %} -->",
    needed_by=re.compile(r"\{[{%]"),
    ended_by=re.compile(r"\{%-?\s*endraw"),
)

# Safe wherever a post may be moved to; only code is enclosed for Liquid alone, which reads templates even there.
EVERY_ENGINE = Dialect(
    brace_marks=LIQUID | NUNJUCKS | GO_TEMPLATES | KRAMDOWN_ATTRIBUTES,
    raw_block=LIQUID_RAW,
)
