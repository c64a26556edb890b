"""Compute the style of an element from its tag, its `style`, the page's style sheet and the style of its parent.

Only what Markdown can express is computed: whether text is bold, italic, underlined, struck, raised, lowered or hidden,
and whether an element starts a new line. Colours and sizes are left to the theme.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
# Fonts for code, by the first name in a list of fonts. Unknown names are judged by the rest of the list.
_MONOSPACED = re.compile(r"\bmono(?!t)|mono\b|courier|consol|menlo|monaco|\bcode\b|\bhack\b|iosevka|fixedsys")
_PROPORTIONAL = re.compile(r"serif|system-ui|-apple-system|pingfang|yahei|helvetica|arial")
_FONT_FAMILIES = re.compile(r"(?:^|\s)(?:[\d.]+[a-z%]+|(?:x{0,2}-)?(?:small|large)|medium)(?:\s*/\s*\S+)?\s+(.+)")
_DECLARATION = re.compile(r"\s*([a-zA-Z-]+)\s*:\s*([^;\"'(]*(?:(?:\"[^\"]*\"|'[^']*'|\([^)]*\)|[\"'(])[^;\"'(]*)*)")
_LONGEST = 8192  # maximum length of a style attribute, in characters; the rest is ignored. The longest seen has 1,900


class ComputedStyle(NamedTuple):
    """The computed style of an element; the defaults are the style of text in a paragraph.

    `raised` is 'sup', 'sub' or ''. `href` is the target of the link around the text, or ''. `space` is the value of the
    CSS property `white-space`. `blockifies` is True for flex and grid boxes, in which each child has a line of its own.
    """

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    raised: str = ""  # sup | sub
    code: bool = False
    href: str = ""  # target of the link around the text
    space: str = "normal"  # value of `white-space`
    hidden: bool = False  # by `visibility`
    blockifies: bool = False  # True for flex and grid boxes: each child starts and ends a line


PLAIN = ComputedStyle()


@lru_cache(maxsize=4096)
def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a `style` attribute, as a mapping from property to value.

    Properties and values are in lower case, and `!important` is removed. If a property is declared twice, the last
    declaration is used.
    """
    return {name: value.lower() for name, value in split_declarations(style)}


def split_declarations(style: str) -> Iterator[tuple[str, str]]:
    """Yield (property, value) for each declaration of a `style` attribute; `!important` is removed.

    Properties are in lower case. Values are as written, since names in them, such as those of fonts, may have capitals.
    """
    for name, value in written_declarations(style):
        yield name, value.removesuffix("!important").strip()


def written_declarations(style: str) -> Iterator[tuple[str, str]]:
    """Yield (property, value) for each declaration of a `style` attribute, with `!important` where it is written."""
    for name, value in _DECLARATION.findall(style[:_LONGEST]):
        yield name.lower(), value.strip()


def not_shown(tag: str, style: str) -> bool:
    """Return True if a browser shows neither an element nor its content.

    The reason is a tag such as `script` (NEVER_SHOWN), or `display: none` in `style`, the element's `style` attribute.
    """
    return tag in NEVER_SHOWN or ("none" in style and declarations(style).get("display") == "none")


NEVER_SHOWN = frozenset("script style noscript template head title meta link desc mp-style-type".split())


def starts_line(tag: str, style: str, parent: ComputedStyle) -> bool:
    """Return True if an element starts and ends a line, as a block does.

    The reason can be its tag, its `style`, or a parent that is a flex or grid box.

    Args:
        tag: The tag of the element.
        style: The `style` attribute of the element, '' if there is none.
        parent: The computed style of the parent.
    """
    if tag in BLOCK_TAGS or parent.blockifies:
        return True
    if not style:
        return False
    declared = declarations(style)
    if declared.get("display") in _BLOCK_DISPLAYS:
        return True
    return declared.get("float") in ("left", "right") or declared.get("position") in ("absolute", "fixed")


def keeps_space(style: str) -> bool | None:
    """Return True if a `style` attribute keeps white space, False if it collapses it, None if it does not declare this.

    `pre-line` counts as True, since it keeps line feeds. `inherit` and `unset` count as not declared.
    """
    space = _white_space(declarations(style))
    return None if space in ("", "inherit", "unset") else space.startswith(("pre", "break-spaces"))


def is_monospaced(style: str) -> bool | None:
    """Return True if a `style` attribute sets a font for code, False if it sets another font; None if it sets none."""
    declared = declarations(style)
    families = declared.get("font-family", "")
    if not families and (found := _FONT_FAMILIES.search(declared.get("font", ""))):
        families = found[1]
    if families in ("", "inherit", "unset"):
        return None
    first, *others = (name.strip(" \"'") for name in families.split(","))
    if _MONOSPACED.search(first):
        return True
    return others[-1:] == ["monospace"] and not _PROPORTIONAL.search(families)


def _white_space(declared: dict[str, str]) -> str:
    """Return the value of `white-space` in a mapping of declarations, '' if there is none.

    `white-space-collapse` is newer: browsers write it into the style of copied text. It is returned as the value of
    `white-space` with the same effect.
    """
    collapse = declared.get("white-space-collapse", "")
    names = {
        "preserve": "pre-wrap",
        "preserve-breaks": "pre-line",
        "collapse": "normal",
        "break-spaces": "break-spaces",
    }
    return declared.get("white-space") or names.get(collapse, "")


# Tags by the style that browsers give them by default.
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
        parent: The computed style of the element's parent.
        tag: The tag of the element.
        style: The `style` attribute of the element, '' if there is none.
        sheet: The declarations that the page's style sheet has for the element, written as in a `style` attribute.
            Declarations in `style` override them.
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
    if space := _white_space(declared):
        changes["space"] = space
    if visibility := declared.get("visibility"):
        changes["hidden"] = visibility in ("hidden", "collapse")
    if declared.get("display") in ("flex", "inline-flex", "grid", "inline-grid"):
        changes["blockifies"] = True
    return computed._replace(**changes) if changes else computed


def _is_bold(weight: str, computed: ComputedStyle, parent: ComputedStyle) -> bool:
    """Return True if browsers show text with the `font-weight` value `weight` as bold. Numbers are bold from 600 on.

    Args:
        weight: The declared value, such as `bold` or `600`.
        computed: The style of the element without this declaration. Its `bold` is returned for unknown values.
        parent: The style of the element's parent. Its `bold` is returned for `inherit` and `unset`.
    """
    if weight.isascii() and weight.isdigit() and len(weight) < 5:
        return int(weight) >= 600
    if weight in ("normal", "initial", "lighter"):
        return False
    if weight in ("inherit", "unset"):
        return parent.bold
    return weight in ("bold", "bolder") or computed.bold


def _weight_in(font: str) -> str:
    """Return the font weight in a value of the CSS property `font`: `bold` for `bold 12px serif`.

    Return `normal` if the value contains no bold weight, and '' if it is empty, `inherit`, `initial` or `unset`.
    """
    if not font or font in ("inherit", "initial", "unset"):
        return ""
    words = font.split("/")[0].split()
    return next((word for word in words if word in ("bold", "bolder", "600", "700", "800", "900")), "normal")


def _lines(line: str, computed: ComputedStyle, parent: ComputedStyle) -> dict[str, bool]:
    """Return whether an element's text is underlined and struck through, by the `text-decoration` of the element.

    The result has a value for each of the fields `underline` and `strike` of ComputedStyle: `{"underline": True, …}`.

    Args:
        line: The value of `text-decoration`, such as `underline` or `line-through`. `none` removes the lines that the
            element has by its tag (as `<u>`), but not those of its parent.
        computed: The style of the element without this declaration.
        parent: The style of the element's parent.
    """
    if "none" in line:
        return {"underline": parent.underline, "strike": parent.strike}
    underline = "underline" in line and not computed.href  # themes decide how links are underlined
    return {"underline": computed.underline or underline, "strike": computed.strike or "line-through" in line}
