"""The Markdown of a page's body, and what engines show of it."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import clean
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from tests.support.engines import ENGINES

# Where a piece of a line stands, and the element in which engines show it.
PLACES = {
    "paragraph": ("<p>{}</p>", "p"),
    "item": ("<ul><li>{}</li></ul>", "li"),
    "item with paragraphs": ("<ol><li><p>{}</p><p>末</p></li></ol>", "li"),
    "quote": ("<blockquote><p>{}</p></blockquote>", "blockquote"),
    "heading": ("<h2>{}</h2>", "h2"),
    "cell": ("<table><tr><td>{}</td><td>乙</td></tr></table>", "tbody"),
    "cell that spans": ('<table><tr><td colspan="2">{}</td></tr><tr><td>乙</td><td>丙</td></tr></table>', "table"),
}


def markdown(html: str, css: str = "") -> str:
    """Return the Markdown of a body as it is in a page with this style sheet."""
    return body_markdown(clean(RawBody(html=html, css=css)).html, LinkResolver())


def shown(html: str) -> Iterator[BeautifulSoup]:
    """Yield what each engine makes of the Markdown of a body."""
    written = markdown(html)
    for render in ENGINES.values():
        yield BeautifulSoup(render(written + "\n"), "html.parser")
