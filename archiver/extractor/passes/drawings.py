"""Replace each `<svg>` element that draws something by an image, whose bytes are an SVG file made from the element.

The file is a part of the image's address, as base64. Not all `<svg>` elements are drawings: many are spacers, bullets
or boxes for images and text (docs/reference/wechat-format.md#drawings).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from lxml import etree

from archiver import urls
from archiver.extractor.passes.css import BLOCK_TAGS, declarations, not_shown
from archiver.extractor.passes.tree import DRAWING, Element, drop, holds, normalized_text, replace
from archiver.extractor.svg import Drawing, UndrawableError, draw
from archiver.extractor.svg.appearance import Appearance
from archiver.extractor.svg.sanitizer import MAX_ELEMENTS
from archiver.extractor.svg.styles import RuleIndex
from archiver.extractor.svg.surroundings import Surroundings, surroundings_of
from archiver.messages.message import message
from archiver.models import Removal

_PREFIX = "data:image/svg+xml;base64,"
_ICON_SIDE = (
    64  # px; drawings up to this size are decoration, unless they are formulas, have words or are in a sentence
)
_INLINE_HEIGHT = 64  # px; drawings up to this height are part of a line of text
_LEAST_SIDE = 4  # px; thinner ones are spacers and rules
_MAX_SCANNED = 200_000  # elements that are read of all drawings of a body, since drawings may be nested in each other
_COST = 40  # elements; what a drawing costs besides its elements
_MAX_BYTES = 8_000_000  # of all drawings of a body
_LONGEST_LABEL = 200  # characters in a `<foreignObject>` that is a label of a diagram and no text of the article
_LONGEST_TITLE = 300  # characters
_MAX_STEPS = 12  # number of elements around a drawing that are searched for words and for the name of a formula
_FORMULA = re.compile(
    r"mathjax|(?:^|[-_])(?:mjx|katex|math|formula|equation|latex|tex)(?:[-_\d]|$)|^mjx", re.IGNORECASE
)
_FLIPPED = re.compile(r"scale\(\s*1[\s,]+-1\s*\)|matrix\(\s*1[\s,]+0[\s,]+0[\s,]+-1\b")
_WORD = re.compile(r"[^\W_]")
# What no label of a diagram contains: content of the article, for which the <svg> is only a box.
_EMBEDDED = (
    "svg img image iframe video audio table ul ol pre blockquote h1 h2 h3 h4 h5 h6 mpvoice qqmusic mp-common-mpaudio "
    "mp-common-miniprogram mp-common-profile mp-common-videosnap mp-miniprogram"
).split()
_HTML = frozenset(("section", "span", "br", "img", "b", "strong", "i", "em", "u", "iframe", "video", *BLOCK_TAGS))
_DRAWN = "path circle ellipse line polyline polygon rect text use image foreignobject".split()


def make_drawings(css: str) -> Callable[[Element], Iterator[Removal]]:
    """Return the pass that replaces each `<svg>` that is a drawing by a DRAWING element.

    This pass must run before `drop_hidden`, since the definitions and styles of drawings are in hidden elements. `css`
    is the content of the page's `<style>` elements.
    """

    def replace_drawings(body: Element) -> Iterator[Removal]:
        """Replace the drawings in a body by DRAWING elements. Yield a Removal for each formula that cannot be drawn."""
        svgs = list(body.iter("svg"))
        if svgs:
            yield from _Drawer(body, svgs, css).run()

    return replace_drawings


class _Drawer:
    """A run of the pass `make_drawings` over one body.

    The constructor takes the body, all `<svg>` elements in it in document order, and the content of the page's
    `<style>` elements.
    """

    def __init__(self, body: Element, svgs: list[Element], css: str) -> None:
        self.svgs, self.css = svgs, css
        # Drawings that are replaced leave the tree, but others may need what they contain.
        self.outermost = [svg for svg in svgs if next(svg.iterancestors("svg"), None) is None]
        self.sheets = [style.text or "" for style in body.iter("style")]
        self.drawn: set[Element] = set()  # <svg> elements inside of drawings
        self.scanned = self.size = 0

    @cached_property
    def definitions(self) -> dict[str, Element]:
        """A mapping of ids to elements: all elements in the `<svg>` elements of the body that have an id.

        A drawing may use elements of another one. If several elements have the same id, the first one is used.
        """
        definitions: dict[str, Element] = {}
        for svg in self.outermost:
            for part in svg.iter(etree.Element):
                if name := part.get("id"):
                    definitions.setdefault(name, part)
        return definitions

    @cached_property
    def rules(self) -> RuleIndex:
        """The rules of the page's style sheets."""
        return RuleIndex("\n".join([self.css, *(sheet for sheet in self.sheets if sheet not in self.css)]))

    def run(self) -> Iterator[Removal]:
        """Replace the drawings of the body; yield a Removal for each formula that cannot be drawn.

        If the drawings have too many elements, the rest of them are left as they are, and a Removal says so. Other
        drawings that cannot be drawn are left without a Removal.
        """
        for svg in self.svgs:
            if self.scanned > _MAX_SCANNED:
                yield Removal(step="make_drawings", reason=message("more drawings than an article has"))
                return
            if svg not in self.drawn:
                yield from self._replace(svg)
        for svg in self.outermost:
            if svg.getparent() is not None:  # else it was replaced
                _link_area(svg)

    def _replace(self, svg: Element) -> Iterator[Removal]:
        """Replace an `<svg>` element if it is a drawing; yield a Removal for a formula that cannot be drawn.

        If the `<svg>` contains images with an address, it is not replaced. Its words become the alternative text of the
        first image.
        """
        parts = list(svg.iterdescendants(etree.Element))
        self.scanned += len(parts)
        if _is_hidden(svg) or not holds(svg, *_DRAWN) or _is_box(svg) or _is_part_of_html(svg):
            return
        if any(urls.media(_address(part)) for part in parts if part.tag == "image"):
            _describe_images(parts)
            return
        surroundings = surroundings_of(svg)
        if _is_formula(svg, parts, surroundings):
            yield from self._replace_formula(svg, surroundings)
        elif not _is_decoration(svg, surroundings):
            drawing = self._draw(svg, surroundings)
            if drawing and _is_content(svg, drawing.appearance):
                self._put(svg, drawing, is_inline=surroundings.height <= _INLINE_HEIGHT)

    def _replace_formula(self, svg: Element, surroundings: Surroundings) -> Iterator[Removal]:
        """Replace a formula; drop it and yield a Removal if it cannot be drawn, since its letters alone say nothing."""
        drawing = self._draw(svg, surroundings)
        if drawing and drawing.is_whole and any(drawing.appearance):
            self._put(svg, drawing, is_inline=True)
        else:
            text = normalized_text(svg)[:80]
            yield Removal(
                step="make_drawings", reason=message("formula without its TeX that cannot be drawn"), text=text
            )
            drop(svg)

    def _draw(self, svg: Element, surroundings: Surroundings) -> Drawing | None:
        """Return the SVG file made from an `<svg>` element; None if it cannot be drawn.

        Once the files of a body have more than _MAX_BYTES together, no further drawing is made.
        """
        try:
            if self.size > _MAX_BYTES:
                raise UndrawableError(message("more bytes than the drawings of an article have"))
            drawing = draw(svg, surroundings, self.definitions, self.rules)
        except UndrawableError:
            self.scanned += MAX_ELEMENTS
            return None
        self.size += len(drawing.content)
        self.scanned += drawing.content.count(b"<") + _COST  # definitions may be copied into many drawings
        return drawing

    def _put(self, svg: Element, drawing: Drawing, *, is_inline: bool) -> None:
        """Replace an `<svg>` element by a DRAWING element, and keep its links.

        A single link is put around the drawing. Several links are written into a paragraph behind it. `is_inline` is
        True if the drawing is part of a line of text; this does not apply to an `<svg>` with `display: block`.
        """
        self.drawn.update(svg.iterdescendants("svg"))
        if declarations(svg.get("style", "")).get("display") == "block":
            is_inline = False
        element = svg.makeelement(DRAWING, {"src": _PREFIX + b64encode(drawing.content).decode()})
        element.set("alt", drawing.appearance.text or _title_of(svg))
        element.set("inline", "yes" if is_inline else "")
        element.set("look", svg.get("style", ""))  # the styled article places the drawing as the page does
        anchors = _anchors(svg)
        replace(svg, element)
        if len(anchors) == 1:
            _put_into_link(element, next(iter(anchors)))
        elif anchors:
            element.addnext(_links(svg, anchors))


def _anchors(svg: Element) -> dict[str, Element]:
    """Return the links in an `<svg>`: a mapping of each address to an `<a>` that leads to it.

    Links without a valid address are left out.
    """
    return {href: anchor for anchor in svg.iter("a") if (href := urls.link(anchor.get("href", "")))}


def _put_into_link(element: Element, href: str) -> None:
    link = element.makeelement("a", {"href": href})
    replace(element, link)
    element.tail = None
    link.append(element)


def _link_area(svg: Element) -> None:
    """Put a link around an `<svg>` that has no text and just one link, if there is no image in this link.

    Such a link is an area over the picture, which the reader taps. Without this, the link would be lost, since it
    contains neither text nor an image.
    """
    anchors = _anchors(svg)
    if len(anchors) == 1 and not normalized_text(svg):
        ((href, anchor),) = anchors.items()
        if not holds(anchor, "image", "img"):
            _put_into_link(svg, href)


def _title_of(svg: Element) -> str:
    """Return the title of a drawing, which browsers show to readers who cannot see it."""
    title = next(svg.iterchildren("title"), None)
    text = svg.get("aria-label") or ("" if title is None else normalized_text(title))
    return " ".join(text[:_LONGEST_TITLE].split())


def _links(svg: Element, anchors: dict[str, Element]) -> Element:
    """Return a `<p>` with the links of a drawing; each shows the text of its `<a>`, or its address if there is no text.

    `svg` is the drawing, and `anchors` is the result of `_anchors` for it.
    """
    paragraph = svg.makeelement("p", {})
    for href, anchor in anchors.items():
        link = etree.SubElement(paragraph, "a", {"href": href})
        link.text, link.tail = normalized_text(anchor) or href, " "
    return paragraph


def _address(image: Element) -> str:
    return image.get("href") or image.get("xlink:href") or ""


def _is_hidden(svg: Element) -> bool:
    return not_shown("svg", svg.get("style", "")) or svg.get("hidden") is not None


def _is_box(svg: Element) -> bool:
    """Return True if an `<svg>` contains HTML of the article: text or images, and not only labels of a diagram."""
    walk = etree.iterwalk(svg, events=("start",))
    for _, part in walk:
        if part.tag == "foreignobject":
            walk.skip_subtree()
            is_label = len(normalized_text(part)) <= _LONGEST_LABEL and not holds(part, *_EMBEDDED)
            if not is_label or any("url(" in inner.get("style", "") for inner in part.iter(etree.Element)):
                return True
        elif part.tag == "text":
            walk.skip_subtree()
        elif part.tag in _HTML:
            return True
    return False


def _is_part_of_html(svg: Element) -> bool:
    """Return True if an `<svg>` is a sign in a formula that KaTeX has written as HTML, such as that of a root."""
    return any(
        "katex-html" in ancestor.get("class", "").split() for ancestor in islice(svg.iterancestors(), _MAX_STEPS)
    )


def _describe_images(parts: Sequence[Element]) -> None:
    """Set the alternative text of the first image in an `<svg>` to the words that the `<svg>` writes over its images.

    The `<text>` elements outside of links are dropped. `parts` are all elements in the `<svg>`. At least one of them
    must be an `<image>` with an address.
    """
    image = next(part for part in parts if part.tag == "image" and urls.media(_address(part)))
    texts = [part for part in parts if part.tag == "text" and next(part.iterancestors("a"), None) is None]
    words = [text for part in texts if _WORD.search(text := normalized_text(part))]
    image.set("alt", " ".join(words))
    for part in texts:
        drop(part)


def _is_formula(svg: Element, parts: Sequence[Element], surroundings: Surroundings) -> bool:
    if surroundings.unit == "ex" or any(part.get("data-mml-node") for part in parts):
        return True
    if any(_FLIPPED.search(part.get("transform", "")) for part in svg.iterchildren("g")):
        return True
    around = [svg, *islice(svg.iterancestors(), 3)]
    return any(_FORMULA.search(name) for part in around for name in (str(part.tag), *part.get("class", "").split()))


def _is_decoration(svg: Element, surroundings: Surroundings) -> bool:
    """Return True if an `<svg>` without words is a spacer, a rule, a bullet, or the bar above a block of code."""
    if holds(svg, "text", "foreignobject"):
        return False
    if min(surroundings.width, surroundings.height) < _LEAST_SIDE:
        return True
    if surroundings.height <= _ICON_SIDE and next(svg.iterancestors("pre"), None) is not None:
        return True
    is_small = max(surroundings.width, surroundings.height) <= _ICON_SIDE
    return is_small and surroundings.unit != "pt" and not _is_in_sentence(svg)


def _is_content(svg: Element, appearance: Appearance) -> bool:
    """Return True if a drawing shows a picture or words, and is no button and no box around text."""
    shapes = appearance.shapes
    if not appearance.lettering:
        return bool(shapes)
    is_box = set(shapes) <= {"rect"}
    return not (is_box and (_is_button(svg) or (len(shapes) < 2 and holds(svg, "foreignobject"))))


def _is_button(svg: Element) -> bool:
    """Return True if all text of an `<svg>` is in links."""
    linked = "".join(normalized_text(anchor) for anchor in svg.iter("a") if urls.link(anchor.get("href", "")))
    return linked.replace(" ", "") == normalized_text(svg).replace(" ", "")


def _is_in_sentence(svg: Element) -> bool:
    """Return True if words are directly before and behind an element, in the same line."""
    return _has_word_before(svg) and _has_word_behind(svg)


def _has_word_before(element: Element) -> bool:
    for _ in range(_MAX_STEPS):
        before, parent = element.getprevious(), element.getparent()
        if before is not None:
            text, element = before.tail or "", before
            if _WORD.search(text):
                return True
            if _ends_line(before):
                return False
            if before.tag not in ("svg", DRAWING, "img") and _WORD.search(normalized_text(before)):
                return True
        elif parent is None or _WORD.search(parent.text or ""):
            return parent is not None
        elif _ends_line(parent):
            return False
        else:
            element = parent
    return False


def _has_word_behind(element: Element) -> bool:
    for _ in range(_MAX_STEPS):
        if _WORD.search(element.tail or ""):
            return True
        behind, parent = element.getnext(), element.getparent()
        if behind is not None:
            if _ends_line(behind):
                return False
            if behind.tag not in ("svg", DRAWING, "img") and _WORD.search(normalized_text(behind)):
                return True
            element = behind
        elif parent is None or _ends_line(parent):
            return False
        else:
            element = parent
    return False


def _ends_line(element: Element) -> bool:
    return element.tag in BLOCK_TAGS or element.tag == "br"
