"""Drawings as editors put them into a body, and what stands for them in a post."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape

from lxml import etree

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import CleanBody, clean
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
_ADDRESS = r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)"

CURVE = '<path d="M10 10C20 40 60 40 90 10"></path>'
# A glyph of MathJax, with the definition that its `<use>` shows.
GLYPH = '<defs><path id="MJX-1-TEX-I-1D446" d="M308 24Q367 24 416 76Z"></path></defs>'
MATHJAX = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="5.3ex" height="2.2ex" role="img" viewBox="0 -750 2342 950" '
    f'style="vertical-align: -0.452ex;">{GLYPH}<g stroke="currentColor" fill="currentColor" transform="scale(1,-1)">'
    '<g data-mml-node="math"><g data-mml-node="mi"><use data-c="1D446" xlink:href="#MJX-1-TEX-I-1D446"></use></g></g>'
    "</g></svg>"
)
BARE_FORMULA = (
    '<svg style="vertical-align:-0.1ex;width:2ex;height:1ex" viewBox="0 -442 485 453">'
    '<g fill="currentColor" transform="scale(1,-1)"><path d="M173 380Q173 405 154 405Z"></path></g></svg>'
)
LOGO = (
    '<svg viewBox="0 0 300 300" style="width:300px;height:300px"><circle cx="150" cy="150" r="120" fill="red"></circle>'
    '<path d="M100 100L200 200" stroke="#fff"></path></svg>'
)
LETTERED_DIAGRAM = (
    '<svg width="300" height="120" viewBox="0 0 300 120"><rect width="80" height="30"></rect><g class="label"><text>'
    '<tspan x="10" y="20">播种</tspan></text></g><rect y="60" width="80" height="30"></rect><g class="label"><text>'
    '<tspan x="10" y="80">浇水</tspan></text></g><path class="flowchart-link" d="M40,30L40,60"></path></svg>'
)


def html_label(text: str, *, width: int = 60) -> str:
    """A label as Mermaid writes it."""
    return (
        f'<foreignObject width="{width}" height="24"><div xmlns="http://www.w3.org/1999/xhtml" style="display: table-cell; '
        f'white-space: nowrap; text-align: center;"><span class="nodeLabel"><p>{text}</p></span></div></foreignObject>'
    )


LABELLED_DIAGRAM = (
    '<svg id="mermaid-1" width="100%" viewBox="0 0 260 230" style="max-width: 260px;" aria-roledescription="flowchart-v2">'
    '<style>#mermaid-1 .node rect{fill:#ECECFF;stroke:#9370DB}</style><g class="node"><rect x="40" y="8" width="120" '
    f'height="44"></rect><g transform="translate(70,18)">{html_label("播种")}</g></g><g class="node"><rect x="40" y="138" '
    f'width="120" height="44"></rect><g transform="translate(70,148)">{html_label("浇水")}</g></g>'
    '<path class="flowchart-link" d="M100,52L100,138"></path></svg>'
)
CHART = (
    '<svg width="320" height="160" font-size="12"><line y2="120" x1="20" x2="20" stroke="#999"></line><rect x="30" y="40" '
    'width="30" height="80" fill="#5470c6"></rect><rect x="90" y="20" width="30" height="100"></rect>'
    '<text x="45" y="138" text-anchor="middle">一月</text><text x="105" y="138" text-anchor="middle">二月</text></svg>'
)


def cleaned(html: str, css: str = "") -> CleanBody:
    return clean(RawBody(html=html, css=css))


def shown(html: str, css: str = "") -> str:
    """The Markdown of a body, in which each drawing is its alternative text in ⟦⟧."""
    written = body_markdown(cleaned(html, css).html, LinkResolver())
    return re.sub(rf'<img src="{_ADDRESS}" alt="([^"]*)">', lambda found: f"⟦{unescape(found[2])}⟧", written)


def files_of(html: str, css: str = "") -> list[bytes]:
    """The files of the drawings in a body, in its order."""
    return [b64decode(data) for data in re.findall(rf'<img src="{_ADDRESS}"', cleaned(html, css).html)]


def drawing_of(html: str, css: str = "") -> etree._Element:
    """The only drawing in a body, as XML."""
    (content,) = files_of(html, css)
    return etree.fromstring(content)
