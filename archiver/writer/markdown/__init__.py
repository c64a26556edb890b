"""Convert the body of an article (canonical HTML) to Markdown that looks the same in every Markdown engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect

if TYPE_CHECKING:
    from archiver.writer.links import LinkResolver


def body_markdown(body: str, links: LinkResolver, dialect: Dialect = EVERY_ENGINE) -> str:
    """Return the Markdown of a canonical body: one blank line between blocks, no line feed at the end.

    markdownify and Beautiful Soup are imported only at the first call, since many commands do not need them.

    Args:
        body: The canonical HTML.
        links: Provides the addresses to write in place of those in the body.
        dialect: The template syntax that text must not trigger, such as `{{`; by default that of all known engines.
    """
    from archiver.writer.markdown.blocks import convert_body

    return convert_body(body, links, dialect)
