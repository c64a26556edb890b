"""Write a picture with its caption, as the dialect wants it: as HTML, or as Markdown with the caption in italics."""

from __future__ import annotations

from bs4 import Tag

from archiver.document.soup import child_blocks, inner_source
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.dialect import Captions, Dialect
from archiver.writer.markdown.html import figure_html
from archiver.writer.markdown.inline import runs_of, write_line


def write_figure(figure: Tag, addresses: LinkResolver, dialect: Dialect) -> str:
    """Return the Markdown of a `<figure>`, which contains a paragraph with a picture and a `<figcaption>`."""
    if dialect.captions is Captions.FIGURE:
        return figure_html(figure, addresses)
    picture, caption = (runs_of(inner_source(block), addresses) for block in child_blocks(figure, "p", "figcaption"))
    emphasised = [run if run.image else run._replace(marks=run.marks | {"em"}) for run in caption]
    lines = (write_line(runs, target=addresses.link_in_markdown, dialect=dialect) for runs in (picture, emphasised))
    return "\n\n".join(lines)
