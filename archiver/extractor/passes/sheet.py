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
class Sheet:
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


def read_sheet(css: str) -> Sheet:
    """The rules about emphasis in `css`, a page's style elements one after the other."""
    rules: dict[str, list[_Rule]] = {}
    for order, rule in enumerate(_COMMENT.sub("", css).split("}")):
        if "font-" not in (said := rule.lower()) and "text-decoration" not in said:
            continue  # hundreds of rules, nine of which speak of emphasis
        outer, _, declarations = rule.rpartition("{")
        selectors = outer.rpartition("{")[2]  # behind what a media query opens
        style = ";".join(_EMPHASIS.findall(declarations))
        for tag, classes, depth in _targets(selectors) if style else ():
            name = f".{min(classes)}" if classes else tag
            rules.setdefault(name, []).append(_Rule(tag, classes, (len(classes) + depth, order), style))
    return Sheet(rules)


def _targets(selectors: str) -> Iterator[tuple[str, frozenset[str], int]]:
    """Tag, classes and how many outer boxes of each selector that is understood."""
    for selector in selectors.split(","):
        *outer, last = selector.replace(">", " ").split() or [""]
        found = _SELECTOR.fullmatch(last)
        if found and last and all(box in _OUTER for box in outer):
            yield (found[1] or "").lower(), frozenset(filter(None, found[2].split("."))), len(outer)
