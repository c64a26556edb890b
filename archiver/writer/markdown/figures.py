"""Write a picture with its caption, as the dialect wants it: as HTML, or as Markdown with the caption in italics."""

from __future__ import annotations

from archiver.document.html import tokenize
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.dialect import Captions, Dialect
from archiver.writer.markdown.html import figure_html
from archiver.writer.markdown.inline import runs_of, write_line


def write_figure(inside: str, addresses: LinkResolver, dialect: Dialect) -> str:
    """Return the Markdown of a `<figure>`; `inside` is its HTML: a paragraph with a picture and a `<figcaption>`."""
    picture_block, caption_block = tokenize(inside)
    if dialect.captions is Captions.FIGURE:
        return figure_html(picture_block.inside, caption_block.inside, addresses)
    picture, caption = (runs_of(block.inside, addresses) for block in (picture_block, caption_block))
    emphasised = [run if run.image else run._replace(marks=run.marks | {"em"}) for run in caption]
    lines = (write_line(runs, target=addresses.link_in_markdown, dialect=dialect) for runs in (picture, emphasised))
    return "\n\n".join(lines)
