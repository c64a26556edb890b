"""Read the rules about emphasis (bold, italic, underlined, struck text) from the style sheet of a page.

Rules with complex selectors are ignored. A selector must be a tag, one or more classes, or a tag with classes. It may
also name ancestors that are around every body, such as `#js_content`. All rules about emphasis in WeChat's template and
in the bodies seen so far have such selectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.extractor.passes.tree import Element

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)  # an unclosed comment ends at the end of the sheet
_EMPHASIS = re.compile(r"(?:font-weight|font-style|text-decoration(?:-line)?)\s*:[^;{}]{1,60}", re.I)
_PROPERTIES = (b"font-weight", b"font-style", b"text-decoration")
_SELECTOR = re.compile(r"([a-z][a-z0-9-]{0,20})?((?:\.[\w-]{1,60}){0,3})", re.I)
# Elements around every body. A selector with these as ancestors matches anywhere in the body.
_ANCESTORS = frozenset(
    ("html", "body", "#js_article", "#js_content", "#img-content", ".rich_media", ".rich_media_content")
)


@dataclass(frozen=True, slots=True)
class _Rule:
    tag: str
    classes: frozenset[str]
    specificity: tuple[int, int]  # CSS specificity, then the offset: the greater one wins
    style: str


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The rules about emphasis (bold, italic, underlined, struck text) in a style sheet.

    The rules are grouped by a key, so that the rules for an element are found fast. The key of a rule is one class of
    its selector, written as `.name`. If the selector has no class, the key is its tag.
    """

    rules: dict[str, list[_Rule]] = field(default_factory=dict)

    def style_of(self, element: Element) -> str:
        """Return the declarations about emphasis for an element, such as `font-weight:bold;font-style:italic`.

        A declaration that overrides others comes after them. Return '' if no rule matches the element.
        """
        if not self.rules:
            return ""
        classes = frozenset(element.get("class", "").split())
        tag = str(element.tag)
        rules = [rule for name in (tag, *(f".{name}" for name in classes)) for rule in self.rules.get(name, ())]
        matching = (rule for rule in rules if rule.classes <= classes and rule.tag in ("", tag))
        return ";".join(rule.style for rule in sorted(matching, key=lambda rule: rule.specificity))


def read_stylesheet(css: str) -> Stylesheet:
    """Return the rules about emphasis in `css`, the concatenated content of a page's `<style>` elements."""
    rules: dict[str, list[_Rule]] = {}
    for order, rule in _emphasis_rules(_COMMENT.sub("", css)):
        outer, _, declarations = rule.rpartition("{")
        selectors = outer.rpartition("{")[2]  # without an enclosing media query
        style = ";".join(_EMPHASIS.findall(declarations))
        for tag, classes, depth in _targets(selectors) if style else ():
            name = f".{min(classes)}" if classes else tag
            rules.setdefault(name, []).append(_Rule(tag, classes, (len(classes) + depth, order), style))
    return Stylesheet(rules)


def _emphasis_rules(css: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of each rule that sets `font-weight`, `font-style` or `text-decoration`.

    The text begins with the selectors of the rule and ends before its `}`. The other rules, hundreds in a page, are not
    parsed.
    """
    lower = css.encode("ascii", "replace").lower()  # keeps offsets; str.lower() takes four times as long
    for start in sorted({start for name in _PROPERTIES for start in _rules_with(lower, name)}):
        end = css.find("}", start)
        yield start, css[start:] if end < 0 else css[start:end]


def _rules_with(css: bytes, name: bytes) -> Iterator[int]:
    """Yield the start offset of each rule in `css` that contains the property `name`. Both are in lower case."""
    offset = css.find(name)
    while offset >= 0:
        yield css.rfind(b"}", 0, offset) + 1
        end = css.find(b"}", offset)
        offset = css.find(name, end) if end >= 0 else -1


def _targets(selectors: str) -> Iterator[tuple[str, frozenset[str], int]]:
    """Yield what each selector in a comma-separated list selects: a tag, classes, and how many ancestors it names.

    For example, `#js_content p.note` gives `("p", {"note"}, 1)`: a `<p>` of the class `note` inside 1 named ancestor.
    The tag is '' if the selector has only classes. As in CSS, the number of ancestors raises the priority of the rule.
    Selectors of an unsupported form are skipped.
    """
    for selector in selectors.split(","):
        *outer, last = selector.replace(">", " ").split() or [""]
        found = _SELECTOR.fullmatch(last)
        if found and last and all(box in _ANCESTORS for box in outer):
            yield (found[1] or "").lower(), frozenset(filter(None, found[2].split("."))), len(outer)
