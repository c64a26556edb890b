"""Compute an element's style from its tag, its `style` attribute and the style around it.

Only properties that change what a text says, and that Markdown can express: weight, slant, lines under and through
text, raised and lowered text, what starts a line, what is not shown. Colours and sizes are the theme's business.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section "
    "summary table tbody td tfoot th thead tr ul caption".split()
)
_BLOCK_DISPLAYS = frozenset(
    "block flex grid list-item table table-row table-cell flow-root table-caption table-row-group".split()
)
_DECLARATION = re.compile(r"\s*([a-zA-Z-]+)\s*:\s*([^;\"'(]*(?:(?:\"[^\"]*\"|'[^']*'|\([^)]*\)|[\"'(])[^;\"'(]*)*)")
_LONGEST = 8192  # characters of a style attribute that are read; the longest seen has 1,900


class ComputedStyle(NamedTuple):
    """The computed style of an element; the defaults are those of a paragraph's text."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    raised: str = ""  # sup | sub
    code: bool = False
    href: str = ""
    space: str = "normal"  # white-space
    hidden: bool = False  # visibility
    blockifies: bool = False  # its children start lines of their own: flex, grid


PLAIN = ComputedStyle()


@lru_cache(maxsize=4096)
def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a `style` attribute as property → value.

    Both in lower case, the value without `!important`; of a property that is declared twice the last value counts.
    """
    found = {}
    for name, value in _DECLARATION.findall(style[:_LONGEST]):
        found[name.lower()] = value.strip().removesuffix("!important").strip().lower()
    return found


def not_shown(tag: str, style: str) -> bool:
    """Return True if an element and all in it is absent from the page, by `display: none` or by its tag."""
    return tag in NEVER_SHOWN or ("none" in style and declarations(style).get("display") == "none")


NEVER_SHOWN = frozenset("script style noscript template head title meta link desc mp-style-type".split())


def starts_line(tag: str, style: str, parent: ComputedStyle) -> bool:
    """Return True if an element stands on lines of its own: by its tag, its style, or as the child of a flex box."""
    if tag in BLOCK_TAGS or parent.blockifies:
        return True
    if not style:
        return False
    declared = declarations(style)
    if declared.get("display") in _BLOCK_DISPLAYS:
        return True
    return declared.get("float") in ("left", "right") or declared.get("position") in ("absolute", "fixed")


# What a tag means without any style, by the browser's own style sheet.
_BOLD = frozenset(("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"))
_ITALIC = frozenset(("em", "i", "cite", "dfn", "var", "address"))
_UNDERLINED = frozenset(("u", "ins"))
_STRUCK = frozenset(("s", "strike", "del"))
_CODE = frozenset(("code", "kbd", "samp", "tt"))


@lru_cache(maxsize=512)
def _by_tag(parent: ComputedStyle, tag: str) -> ComputedStyle:
    return parent._replace(
        bold=parent.bold or tag in _BOLD,
        italic=parent.italic or tag in _ITALIC,
        underline=parent.underline or (tag in _UNDERLINED and not parent.href),
        strike=parent.strike or tag in _STRUCK,
        code=parent.code or tag in _CODE,
        raised=tag if tag in ("sup", "sub") else parent.raised,
        space="pre" if tag == "pre" else parent.space,
        blockifies=False,
    )


@lru_cache(maxsize=16384)
def inherit(parent: ComputedStyle, tag: str, style: str, sheet: str = "") -> ComputedStyle:
    """Return the computed style of an element.

    Args:
        parent: The computed style of the element around it.
        tag: Its tag.
        style: Its `style` attribute.
        sheet: What the page's style sheet declares for it; weaker than `style`.
    """
    computed = _by_tag(parent, tag)
    for written in filter(None, (sheet, style)):
        computed = _apply(computed, parent, declarations(written))
    return computed


def _apply(computed: ComputedStyle, parent: ComputedStyle, declared: dict[str, str]) -> ComputedStyle:
    changes: dict[str, Any] = {}
    if weight := declared.get("font-weight") or _weight_in(declared.get("font", "")):
        changes["bold"] = _is_bold(weight, computed, parent)
    if slant := declared.get("font-style"):
        changes["italic"] = slant.startswith(("italic", "oblique")) or (slant == "inherit" and parent.italic)
    line = declared.get("text-decoration", "") + " " + declared.get("text-decoration-line", "")
    if line != " ":
        changes.update(_lines(line, computed, parent))
    if declared.get("vertical-align") in ("super", "sub") and not computed.raised:
        changes["raised"] = {"super": "sup", "sub": "sub"}[declared["vertical-align"]]
    if space := declared.get("white-space"):
        changes["space"] = space
    if visibility := declared.get("visibility"):
        changes["hidden"] = visibility in ("hidden", "collapse")
    if declared.get("display") in ("flex", "inline-flex", "grid", "inline-grid"):
        changes["blockifies"] = True
    return computed._replace(**changes) if changes else computed


def _is_bold(weight: str, computed: ComputedStyle, parent: ComputedStyle) -> bool:
    """Return True if a `font-weight` is shown as bold: browsers do so from 600 on."""
    if weight.isascii() and weight.isdigit() and len(weight) < 5:
        return int(weight) >= 600
    if weight in ("normal", "initial", "lighter"):
        return False
    if weight in ("inherit", "unset"):
        return parent.bold
    return weight in ("bold", "bolder") or computed.bold


def _weight_in(font: str) -> str:
    """Return the weight in a value of the shorthand `font`; one without a weight resets it to `normal`."""
    if not font or font in ("inherit", "initial", "unset"):
        return ""
    words = font.split("/")[0].split()
    return next((word for word in words if word in ("bold", "bolder", "600", "700", "800", "900")), "normal")


def _lines(line: str, computed: ComputedStyle, parent: ComputedStyle) -> dict[str, bool]:
    """Return the lines that a `text-decoration` makes; `none` removes the tag's own, never those of the parent."""
    if "none" in line:
        return {"underline": parent.underline, "strike": parent.strike}
    underline = "underline" in line and not computed.href  # every theme has its own line under links
    return {"underline": computed.underline or underline, "strike": computed.strike or "line-through" in line}
