"""Tools that others use to make Markdown of a page, set to keep links and pictures; each is loaded if installed.

The extra `bench` installs them beside this project; they are no part of it. trafilatura and markitdown look for the
article; the others convert the whole page.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

Tool = Callable[[Any], object]  # bytes of a page, or its body as text for the floor

FLOOR = "html-to-markdown"


def _markitdown() -> Tool:
    from markitdown import MarkItDown, StreamInfo

    converter = MarkItDown()
    kind = StreamInfo(extension=".html", mimetype="text/html", charset="utf-8")
    return lambda page: converter.convert_stream(io.BytesIO(page), stream_info=kind).markdown


def _trafilatura() -> Tool:
    from trafilatura import extract

    return lambda page: extract(page, output_format="markdown", include_images=True, include_links=True)


def _html2text() -> Tool:
    from html2text import HTML2Text

    def convert(page: bytes) -> str:
        converter = HTML2Text()
        converter.body_width = 0  # no line is broken, as with the others
        return converter.handle(page.decode("utf-8", "replace"))

    return convert


def _markdownify() -> Tool:
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    return lambda page: MarkdownConverter().convert_soup(BeautifulSoup(page, "lxml"))


def _html_to_markdown() -> Tool:
    from html_to_markdown import convert

    return convert


PEERS: dict[str, Callable[[], Tool]] = {
    "markitdown": _markitdown,
    "trafilatura": _trafilatura,
    "html2text": _html2text,
    "bs4 + markdownify": _markdownify,
}


def load() -> tuple[dict[str, Tool], list[str]]:
    """The tools that are installed, the floor among them, and the names of the others."""
    tools: dict[str, Tool] = {}
    missing: list[str] = []
    for name, make in {**PEERS, FLOOR: _html_to_markdown}.items():
        try:
            tools[name] = make()
        except ImportError:
            missing.append(name)
    return tools, missing
