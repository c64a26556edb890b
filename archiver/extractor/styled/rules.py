"""Copy the rules of a page's style sheets that apply to the body of its article.

A rule is copied with its selector, and the browser applies it: so specificity, order and inheritance work as in the
page. `:where(…)` after the selector, which adds no specificity, confines a rule to the body. Rules about an element
around the body only have an effect on the body by what it inherits, so only those declarations are copied.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from archiver.extractor.styled.declarations import clean_declarations
from archiver.extractor.styled.properties import INHERITED
from archiver.extractor.svg.styles import blocks

BODY_ID = "js_content"
# The elements around a body in WeChat's pages, the outermost first: id, classes. A styled article has them, too.
AROUND = (
    ("activity-detail", "zh_CN mm_appmsg"),  # `<body>` in a page
    ("js_article", "rich_media"),
    ("", "rich_media_inner"),
    ("page-content", "rich_media_area_primary"),
    ("", "rich_media_area_primary_inner"),
    ("img-content", "rich_media_wrp"),
)
_OUTERMOST = AROUND[0][0]
_FROM_AROUND = INHERITED - {"visibility"}  # WeChat hides the body until its script has run
_IDS = frozenset((BODY_ID, *(name for name, _ in AROUND if name)))
_CLASSES = frozenset(name for _, names in AROUND for name in names.split()) | {"rich_media_content"}

_LONGEST_SHEET = 1_000_000  # characters of CSS that are read; the longest seen has 600,000
_MAX_SELECTORS = 50_000  # that are read
_MAX_RULES = 3_000  # that are copied
_LONGEST_COPY = 500_000  # characters of the rules that are copied: a long rule may have many selectors
_LONGEST_SELECTOR = 300  # characters
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.S)
_STRUCTURE = re.compile(
    r":(?:(?:first|last|only)-(?:child|of-type)|nth-(?:last-)?(?:child|of-type)\([\w +-]{1,20}\)|empty)(?![\w-])"
)
_PSEUDO_ELEMENT = re.compile(r"::?(?:before|after|first-letter|first-line|marker)\Z")
_COMPOUND = re.compile(r"(?:\*|[A-Za-z][\w-]*)?(?:[.#][A-Za-z_-][\w-]*)*")
_COMBINATOR = re.compile(r"\s*[>+~]\s*|\s+")
_NAMED = re.compile(r"([.#])([\w-]+)")
_TAG = re.compile(r"[A-Za-z][\w-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyRules:
    """The rules for one body as a style sheet.

    `classes` are the classes of elements in the body that the rules name, `own` those of the body itself.
    """

    css: str = ""
    classes: frozenset[str] = frozenset()
    own: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyNames:
    """The names in a body that a selector may contain: the tags and classes of its elements, and its own classes."""

    tags: Collection[str]
    classes: Collection[str]
    own: Collection[str] = ()


def read_rules(css: str, names: BodyNames) -> BodyRules:
    """Return the rules in `css`, the content of a page's style sheets, that apply to a body with these names.

    At-rules are left out: they are about small screens, dark mode, fonts and movement.
    """
    written: list[str] = []
    length = 0
    used: set[str] = set()
    for selector, declarations in islice(_selectors(css), _MAX_SELECTORS):
        found = _Selector.read(selector, names)
        style = found.style(declarations) if found else ""
        if found and style:
            rule = f"{found.confined}{{{style}}}"
            length += len(rule)
            if len(written) == _MAX_RULES or length > _LONGEST_COPY:
                break
            written.append(rule)
            used.update(found.classes)
    own = tuple(sorted(used.intersection(names.own)))
    return BodyRules(css="\n".join(written), classes=frozenset(used.intersection(names.classes)), own=own)


def _selectors(css: str) -> Iterator[tuple[str, str]]:
    """Yield each selector of the rules of a style sheet with the declarations of its rule, as text."""
    for selectors, declarations in blocks(_COMMENT.sub(" ", css[:_LONGEST_SHEET])):
        for selector in selectors.split(","):
            yield selector, declarations


@dataclass(frozen=True, kw_only=True, slots=True)
class _Selector:
    text: str
    pseudo_element: str
    classes: tuple[str, ...]
    is_around: bool  # True if it selects the body or an element around it

    @classmethod
    def read(cls, written: str, names: BodyNames) -> _Selector | None:
        """Return a selector that may select an element in the body or around it; None for any other.

        It may only name tags, classes and ids that are there, and pseudo-classes that need no reader.
        """
        selector = written.strip()
        if not selector or len(selector) > _LONGEST_SELECTOR:
            return None
        found = _PSEUDO_ELEMENT.search(selector)
        text = selector[: found.start()] if found else selector
        compounds = _compounds(text)
        named = [pair for compound in compounds for pair in _NAMED.findall(compound)]
        for sign, name in named:  # first, since nearly all rules of a page end here
            if name not in (_IDS if sign == "#" else names.classes) and name not in _CLASSES and name not in names.own:
                return None
        if not all(compound and _COMPOUND.fullmatch(compound) for compound in compounds):
            return None
        tags = [tag[0].lower() for compound in compounds if (tag := _TAG.match(compound))]
        if any(tag not in names.tags and tag not in ("html", "body", "div") for tag in tags):
            return None
        classes = tuple(name for sign, name in named if sign == ".")
        is_around = _is_around(compounds[-1], names)
        return cls(text=text, pseudo_element=found[0] if found else "", classes=classes, is_around=is_around)

    @property
    def confined(self) -> str:
        """The selector with the condition that its element is in the body, or one of those around it."""
        last = _compounds(self.text)[-1]
        if last.lower() in ("html", "body"):
            return f":where(#{_OUTERMOST})"
        where = f"#{_OUTERMOST},#{_OUTERMOST} *" if self.is_around else f"#{BODY_ID} *"
        return f"{self.text}:where({where}){self.pseudo_element}"

    def style(self, declarations: str) -> str:
        """Return those of a rule's declarations that are copied, as the text of a rule."""
        if self.is_around and self.pseudo_element:
            return ""
        return _style(declarations, is_pseudo_element=bool(self.pseudo_element), is_around=self.is_around)


@lru_cache(maxsize=4)  # for the selectors of one rule, which follow each other
def _style(declarations: str, *, is_pseudo_element: bool, is_around: bool) -> str:
    # A rule may select elements in each other, so it may ask for no layout that costs something.
    kept = clean_declarations(declarations, is_pseudo_element=is_pseudo_element, room=0)
    return ";".join(f"{name}:{value}" for name, value in kept if not is_around or name in _FROM_AROUND)


def _compounds(selector: str) -> list[str]:
    """Return the parts of a selector between its combinators, without the pseudo-classes about structure."""
    return _COMBINATOR.split(_STRUCTURE.sub("", selector))


def _is_around(compound: str, names: BodyNames) -> bool:
    """Return True if the last part of a selector names the body or an element around it, so it selects no other."""
    tag = _TAG.match(compound)
    if tag and tag[0].lower() in ("html", "body"):
        return True
    own = _IDS | _CLASSES | set(names.own)
    return any(name in own and (sign == "#" or name not in names.classes) for sign, name in _NAMED.findall(compound))
