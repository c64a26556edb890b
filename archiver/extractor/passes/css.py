"""What a style says of an element: the computed meaning that a reader sees, as far as Markdown has words for it.

Only what changes what is said: weight, slant, lines under and through, raised and lowered text, what starts a
line, what is not shown. Colours, sizes and spaces are the theme's business.
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
    """The computed style of an element; an ordinary paragraph's text has the defaults."""

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
    """The declarations of a `style` attribute, lower-case, the last of a name counts, `!important` dropped."""
    found = {}
    for name, value in _DECLARATION.findall(style[:_LONGEST]):
        found[name.lower()] = value.strip().removesuffix("!important").strip().lower()
    return found


def not_shown(tag: str, style: str) -> bool:
    """Whether an element and all in it is absent from the page: `display: none`, or one of the tags that always are."""
    return tag in NEVER_SHOWN or ("none" in style and declarations(style).get("display") == "none")


NEVER_SHOWN = frozenset("script style noscript template head title meta link desc mp-style-type".split())


def starts_line(tag: str, style: str, parent: ComputedStyle) -> bool:
    """Whether an element stands on lines of its own: by tag, by `display`, or because its place makes it a block."""
    if tag in BLOCK_TAGS or parent.blockifies:
        return True
    if not style:
        return False
    found = declarations(style)
    if found.get("display") in _BLOCK_DISPLAYS:
        return True
    return found.get("float") in ("left", "right") or found.get("position") in ("absolute", "fixed")


# What a tag means before any style speaks (the browser's own sheet).
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
    """The style of a `tag` with attribute `style` inside `parent`; `sheet` is what the page's sheet says of it."""
    own = _by_tag(parent, tag)
    for declared in filter(None, (sheet, style)):
        own = _apply(own, parent, declarations(declared))
    return own


def _apply(own: ComputedStyle, parent: ComputedStyle, found: dict[str, str]) -> ComputedStyle:
    changes: dict[str, Any] = {}
    if weight := found.get("font-weight") or _weight_in(found.get("font", "")):
        changes["bold"] = _is_bold(weight, own, parent)
    if slant := found.get("font-style"):
        changes["italic"] = slant.startswith(("italic", "oblique")) or (slant == "inherit" and parent.italic)
    line = found.get("text-decoration", "") + " " + found.get("text-decoration-line", "")
    if line != " ":
        changes.update(_lines(line, own, parent))
    if found.get("vertical-align") in ("super", "sub") and not own.raised:
        changes["raised"] = {"super": "sup", "sub": "sub"}[found["vertical-align"]]
    if space := found.get("white-space"):
        changes["space"] = space
    if shown := found.get("visibility"):
        changes["hidden"] = shown in ("hidden", "collapse")
    if found.get("display") in ("flex", "inline-flex", "grid", "inline-grid"):
        changes["blockifies"] = True
    return own._replace(**changes) if changes else own


def _is_bold(weight: str, own: ComputedStyle, parent: ComputedStyle) -> bool:
    """Browsers show 600 and more as bold."""
    if weight.isascii() and weight.isdigit() and len(weight) < 5:
        return int(weight) >= 600
    if weight in ("normal", "initial", "lighter"):
        return False
    if weight in ("inherit", "unset"):
        return parent.bold
    return weight in ("bold", "bolder") or own.bold


def _weight_in(font: str) -> str:
    """The weight named in the shorthand `font`, which resets it where it names none."""
    if not font or font in ("inherit", "initial", "unset"):
        return ""
    words = font.split("/")[0].split()
    return next((w for w in words if w in ("bold", "bolder") or w in ("600", "700", "800", "900")), "normal")


def _lines(line: str, own: ComputedStyle, parent: ComputedStyle) -> dict[str, bool]:
    """Lines are painted through all descendants: `none` takes away only the tag's own, never the parent's."""
    if "none" in line:
        return {"underline": parent.underline, "strike": parent.strike}
    underline = "underline" in line and not own.href  # every theme has its own line under links
    return {"underline": own.underline or underline, "strike": own.strike or "line-through" in line}
