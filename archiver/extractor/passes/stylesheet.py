"""Read from the page's style sheet the rules that give or take away emphasis.

This is no CSS engine. A rule counts only if its selector is a tag, classes or both, and all ancestors that it names are
boxes around the whole body. WeChat's template has no other rules about emphasis, nor has any body that was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.extractor.passes.tree import Element

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)  # an open one ends with the sheet
_EMPHASIS = re.compile(r"(?:font-weight|font-style|text-decoration(?:-line)?)\s*:[^;{}]{1,60}", re.I)
_PROPERTIES = (b"font-weight", b"font-style", b"text-decoration")
_SELECTOR = re.compile(r"([a-z][a-z0-9-]{0,20})?((?:\.[\w-]{1,60}){0,3})", re.I)
# What every body stands in: a rule inside of these holds for all of it.
_ANCESTORS = frozenset(
    ("html", "body", "#js_article", "#js_content", "#img-content", ".rich_media", ".rich_media_content")
)


@dataclass(frozen=True, slots=True)
class _Rule:
    tag: str
    classes: frozenset[str]
    specificity: tuple[int, int]  # more specific rules win, then later ones
    style: str


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The rules about emphasis, by one of the classes in their selector (".name"), else by its tag."""

    rules: dict[str, list[_Rule]] = field(default_factory=dict)

    def style_of(self, element: Element) -> str:
        """Return what the sheet declares for an element, written as a `style` attribute, the strongest rule last."""
        if not self.rules:
            return ""
        classes = frozenset(element.get("class", "").split())
        tag = str(element.tag)
        rules = [rule for name in (tag, *(f".{name}" for name in classes)) for rule in self.rules.get(name, ())]
        matching = (rule for rule in rules if rule.classes <= classes and rule.tag in ("", tag))
        return ";".join(rule.style for rule in sorted(matching, key=lambda rule: rule.specificity))


def read_stylesheet(css: str) -> Stylesheet:
    """Return the rules about emphasis in `css`, the content of a page's style elements one after the other."""
    rules: dict[str, list[_Rule]] = {}
    for order, rule in _emphasis_rules(_COMMENT.sub("", css)):
        outer, _, declarations = rule.rpartition("{")
        selectors = outer.rpartition("{")[2]  # behind what a media query opens
        style = ";".join(_EMPHASIS.findall(declarations))
        for tag, classes, depth in _targets(selectors) if style else ():
            name = f".{min(classes)}" if classes else tag
            rules.setdefault(name, []).append(_Rule(tag, classes, (len(classes) + depth, order), style))
    return Stylesheet(rules)


def _emphasis_rules(css: str) -> Iterator[tuple[int, str]]:
    """Yield offset and text of the rules that name a property of emphasis: nine of hundreds."""
    lower = css.encode("ascii", "replace").lower()  # a byte a character; lower() of a str costs four times as much
    for start in sorted({start for name in _PROPERTIES for start in _rules_with(lower, name)}):
        end = css.find("}", start)
        yield start, css[start:] if end < 0 else css[start:end]


def _rules_with(css: bytes, name: bytes) -> Iterator[int]:
    """Yield the offsets of the rules that contain a word."""
    offset = css.find(name)
    while offset >= 0:
        yield css.rfind(b"}", 0, offset) + 1
        end = css.find(b"}", offset)
        offset = css.find(name, end) if end >= 0 else -1


def _targets(selectors: str) -> Iterator[tuple[str, frozenset[str], int]]:
    """Yield tag, classes and number of ancestors of each selector that is understood."""
    for selector in selectors.split(","):
        *outer, last = selector.replace(">", " ").split() or [""]
        found = _SELECTOR.fullmatch(last)
        if found and last and all(box in _ANCESTORS for box in outer):
            yield (found[1] or "").lower(), frozenset(filter(None, found[2].split("."))), len(outer)
