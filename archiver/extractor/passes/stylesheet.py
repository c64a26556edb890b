"""The page's own style sheet, as far as it gives or takes away emphasis (issue 3).

Not a CSS engine: rules whose last selector is a tag, a class or both, below nothing but the article's own boxes.
WeChat's template says nothing else about emphasis; sheets of other kinds stand in no body that was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.extractor.passes.tree import Element

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)  # the end of a sheet ends what was left open
_EMPHASIS = re.compile(r"(?:font-weight|font-style|text-decoration(?:-line)?)\s*:[^;{}]{1,60}", re.I)
_NAMES = (b"font-weight", b"font-style", b"text-decoration")
_SELECTOR = re.compile(r"([a-z][a-z0-9-]{0,20})?((?:\.[\w-]{1,60}){0,3})", re.I)
# What every body stands in: a rule below these holds for all of it.
_OUTER = frozenset(("html", "body", "#js_article", "#js_content", "#img-content", ".rich_media", ".rich_media_content"))


@dataclass(frozen=True, slots=True)
class _Rule:
    tag: str
    classes: frozenset[str]
    weight: tuple[int, int]  # classes count more than tags, later rules more than earlier ones
    style: str


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """Rules by a class they ask for (".name"), else by their tag."""

    rules: dict[str, list[_Rule]] = field(default_factory=dict)

    def style_of(self, element: Element) -> str:
        """What the sheet declares for an element, the strongest last."""
        if not self.rules:
            return ""
        classes = frozenset(element.get("class", "").split())
        tag = str(element.tag)
        rules = [rule for name in (tag, *(f".{name}" for name in classes)) for rule in self.rules.get(name, ())]
        fitting = (rule for rule in rules if rule.classes <= classes and rule.tag in ("", tag))
        holding = sorted(fitting, key=lambda rule: rule.weight)
        return ";".join(rule.style for rule in holding)


def read_stylesheet(css: str) -> Stylesheet:
    """The rules about emphasis in `css`, a page's style elements one after the other."""
    rules: dict[str, list[_Rule]] = {}
    for order, rule in _speaking(_COMMENT.sub("", css)):
        outer, _, declarations = rule.rpartition("{")
        selectors = outer.rpartition("{")[2]  # behind what a media query opens
        style = ";".join(_EMPHASIS.findall(declarations))
        for tag, classes, depth in _targets(selectors) if style else ():
            name = f".{min(classes)}" if classes else tag
            rules.setdefault(name, []).append(_Rule(tag, classes, (len(classes) + depth, order), style))
    return Stylesheet(rules)


def _speaking(css: str) -> Iterator[tuple[int, str]]:
    """Where the rules stand that name a property of emphasis, nine of hundreds, and the rules."""
    small = css.encode("ascii", "replace").lower()  # a byte for each character, and lower() costs a quarter
    for start in sorted({start for name in _NAMES for start in _rules_with(small, name)}):
        end = css.find("}", start)
        yield start, css[start:] if end < 0 else css[start:end]


def _rules_with(css: bytes, name: bytes) -> Iterator[int]:
    """Where the rules begin that hold a word."""
    place = css.find(name)
    while place >= 0:
        yield css.rfind(b"}", 0, place) + 1
        end = css.find(b"}", place)
        place = css.find(name, end) if end >= 0 else -1


def _targets(selectors: str) -> Iterator[tuple[str, frozenset[str], int]]:
    """Tag, classes and how many outer boxes of each selector that is understood."""
    for selector in selectors.split(","):
        *outer, last = selector.replace(">", " ").split() or [""]
        found = _SELECTOR.fullmatch(last)
        if found and last and all(box in _OUTER for box in outer):
            yield (found[1] or "").lower(), frozenset(filter(None, found[2].split("."))), len(outer)
