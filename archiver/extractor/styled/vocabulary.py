"""List the elements and attributes that a styled article may contain. What is not listed is not written.

An element that is not listed is written as a `<span>` or `<div>`, so its text is kept. No element of the list has a
content that browsers read by other rules than those of HTML, as they do in `<style>` or `<noscript>`. So a browser sees
the same elements in a written article whatever the page has done to its nesting.
"""

from __future__ import annotations

import re

from archiver.extractor.svg.vocabulary import ANIMATIONS, SHAPES

TAGS = frozenset(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn "
    "dialog div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p "
    "pre q rb rp rt rtc ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead "
    "time tr tt u ul var wbr".split()
)
MATHML = frozenset(
    "math maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow "
    "ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics".split()
)
# Parts of the drawings that are boxes for text and pictures. Drawings by themselves have become pictures before.
DRAWN = frozenset(("svg", "g", "foreignobject", "image", "text", "tspan", *SHAPES, *map(str.lower, ANIMATIONS)))
VOID = frozenset(("br", "col", "hr", "img", "wbr"))
# Not shown by browsers, or shown only by what a script or another file does to them.
LEFT_OUT = frozenset(
    "script style template noscript title head meta link base desc metadata defs symbol clippath mask pattern marker "
    "lineargradient radialgradient filter use annotation annotation-xml datalist param source track area".split()
)

_SIZE = frozenset(("width", "height"))
_CELL = frozenset("align valign bgcolor width height nowrap colspan rowspan".split())
ATTRIBUTES: dict[str, frozenset[str]] = {
    "img": frozenset((*_SIZE, "align", "border", "hspace", "vspace")),
    "table": frozenset((*_SIZE, "align", "bgcolor", "border", "cellpadding", "cellspacing", "rules", "frame")),
    "tr": frozenset(("align", "valign", "bgcolor", "height")),
    "td": _CELL,
    "th": _CELL,
    "col": frozenset(("span", "width", "align")),
    "colgroup": frozenset(("span", "width", "align")),
    "font": frozenset(("color", "face", "size")),
    "hr": frozenset(("align", "color", "noshade", "size", "width")),
    "ol": frozenset(("start", "type", "reversed")),
    "ul": frozenset(("type",)),
    "li": frozenset(("value", "type")),
    "details": frozenset(("open",)),
    "math": frozenset(("display",)),
    **{tag: frozenset(("align",)) for tag in "p div h1 h2 h3 h4 h5 h6 caption thead tbody tfoot".split()},
}
EVERYWHERE = frozenset(("dir", "lang"))
PLAIN_VALUE = re.compile(r"[\w\s#%.,'+-]{0,100}")  # of an attribute: a number, a length, a colour, a word
KEPT_CLASS = re.compile(r"code-snippet_[\w-]{1,40}")  # of WeChat's code blocks, for the base style sheet
