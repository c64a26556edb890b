"""Write a picture in a line: as Markdown where that says all, otherwise as an HTML tag."""

from __future__ import annotations

from archiver.document.html import size_attributes
from archiver.document.model import Run
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.escape import alternative

NO_TEXT = "[图]"  # stands for a drawing without text that a post does not contain


def written_picture(picture: Run, addresses: LinkResolver) -> Run:
    """Return the run of a picture with the picture as it is written in the post, `Run.image`.

    A picture with a size is written as an HTML tag, since Markdown has no sizes. So is a drawing without a file, since
    some engines refuse the `data:` address of an SVG in Markdown. If its address is too long for a post, the text of
    the drawing is written instead.
    """
    address, text = picture.image, picture.text
    if addresses.is_too_long(address):
        return Run(text or NO_TEXT)
    if picture.width or picture.height or addresses.is_drawing(address):
        return Run(image=picture_html(picture, addresses))
    return Run(image=f"![{alternative(text)}]({addresses.in_markdown(address)})")


def picture_html(picture: Run, addresses: LinkResolver) -> str:
    """Return a picture as an HTML tag that every engine keeps in a line of Markdown."""
    address, text = addresses.in_html(picture.image), _alternative(picture.text)
    return f'<img src="{address}" alt="{text}"{size_attributes(picture)}>'


def _alternative(text: str) -> str:
    """Return the alternative text of a picture. The name of an emoji, such as `[微笑]`, keeps its brackets."""
    is_name = text.startswith("[") and text.endswith("]")
    return f"[{alternative(text)}]" if is_name else alternative(text)
