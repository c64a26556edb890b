"""Copy only harmless CSS: values without addresses, declarations of known properties, and rules with plain selectors.

An SVG file must not load anything else. So a value may refer to an element of the same file, as in `url(#name)`, but
contain no other address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from archiver.extractor.passes.css import split_declarations
from archiver.extractor.svg.vocabulary import FUNCTIONS, PROPERTIES

NAME = r"[\w.-]{1,200}"  # of an id
REFERENCE = re.compile(rf"url\(\s*[\"']?#({NAME})[\"']?\s*\)", re.I)
_LAST_NAME = re.compile(r"[\w-]*\Z")
_LONGEST_NAME = 24  # characters; no name in FUNCTIONS is longer
_CHOICE = re.compile(
    r"(?:var\(\s*--[\w-]{1,100}\s*,|light-dark\()\s*((?:[^(),]|\([^()]*\)){1,200})(?:,(?:[^()]|\([^()]*\)){0,200})?\)"
)
_HARMLESS = re.compile(r"[\w\s.,;#%()+\-*'\"/]*")  # no `:`, `@`, `\`, `<`, `{`: no address, rule, escape or tag
_SIZE = frozenset(("width", "height", "display"))  # in rules, they are about the place of a drawing on the page
_LONGEST_SHEET = 200_000  # characters of CSS that are read
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!\[CDATA\[|\]\]>|<!--|-->", re.S)
_BRACE = re.compile(r"([{}])")
_SELECTOR = re.compile(r"[\w\s.#>+~*-]{1,500}")
_NAMED = re.compile(r"[.#]([\w-]+)")
_TAG = re.compile(r"(?:^|[\s>+~])([A-Za-z][\w-]*)")


def is_harmless(value: str) -> bool:
    """Return True if the value of an attribute or CSS property contains no address except references to elements.

    Only known functions may be in it, such as `rgb(…)` and `translate(…)`.
    """
    if _HARMLESS.fullmatch(value) is None or "/*" in value:
        return False
    if "(" not in value:
        return True
    before = (part.rstrip()[-_LONGEST_NAME:] for part in REFERENCE.sub("", value).split("(")[:-1])
    names = (found[0].lower() for part in before if (found := _LAST_NAME.search(part)))
    return all(not name or name in FUNCTIONS for name in names)


def harmless_declarations(style: str) -> dict[str, str]:
    """Return the declarations of a `style` attribute that a drawing may contain, as a mapping of property to value."""
    return {
        name: value
        for name, written in split_declarations(style)
        if name in PROPERTIES and (value := resolved(written)) and ";" not in value and is_harmless(value)
    }


def resolved(value: str) -> str:
    """Return a value in which `var(--name, red)` and `light-dark(red, blue)` are replaced by `red`."""
    return _CHOICE.sub(r"\1", value) if "(" in value else value


def write_declarations(declarations: dict[str, str]) -> str:
    """Return declarations as the value of a `style` attribute."""
    return ";".join(f"{name}:{value}" for name, value in declarations.items())


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a style sheet that may apply to elements of a drawing.

    `names` are the classes and ids in its selector, `tags` the names of elements in it, in lower case.
    """

    selector: str
    declarations: str
    names: frozenset[str]
    tags: frozenset[str]

    @property
    def key(self) -> str:
        """A class, id or tag in the selector, by which the rule is found."""
        return min(self.names or self.tags, default="")


class RuleIndex:
    """The rules of a page's style sheets, found by the classes, ids and tags in their selectors.

    `css` is the content of the style sheets. All at-rules, such as `@import` and `@media`, are ignored, and so are
    rules with pseudo-classes or attributes in their selectors.
    """

    def __init__(self, css: str) -> None:
        self._rules: dict[str, dict[Rule, int]] = {}
        for order, rule in enumerate(_rules(_COMMENT.sub(" ", css[:_LONGEST_SHEET]))):
            self._rules.setdefault(rule.key, {})[rule] = order

    def rules_for(self, names: Collection[str], tags: Collection[str]) -> list[Rule]:
        """Return the rules whose selectors name only classes, ids and tags of a drawing, in their order on the page.

        `names` are the classes and ids in the drawing, `tags` the names of its elements in lower case.
        """
        found = {
            rule: order
            for key in {"", *names, *tags}
            for rule, order in self._rules.get(key, {}).items()
            if rule.names.issubset(names) and rule.tags.issubset(tags)
        }
        return sorted(found, key=found.__getitem__)


def _rules(css: str) -> Iterator[Rule]:
    for selectors, declarations in blocks(css):
        harmless = harmless_declarations(declarations)
        style = write_declarations({name: value for name, value in harmless.items() if name not in _SIZE})
        for selector in selectors.split(",") if style else ():
            selector = " ".join(selector.split())
            if _SELECTOR.fullmatch(selector):
                tags = frozenset(map(str.lower, _TAG.findall(selector)))
                yield Rule(selector, style, frozenset(_NAMED.findall(selector)), tags)


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield the selectors and the declarations of each rule as text. At-rules are skipped with their content."""
    outer: list[str] = []
    before = ""
    for part in _BRACE.split(css):
        if part == "{":
            outer.append(before.rpartition(";")[2].strip())  # a statement such as `@import …;` may precede
        elif part == "}":
            if len(outer) == 1 and not outer[0].startswith("@"):
                yield outer[0], before
            del outer[-1:]
        before = part
