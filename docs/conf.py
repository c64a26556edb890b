"""Configure Sphinx, which builds the documentation site: `./run sphinx-build -W docs docs/_build/html`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

import archiver

sys.path.append(str(Path(__file__).with_name("_extensions")))

project = "archiver"
version = release = archiver.__version__
language = "en"

extensions = ["myst_parser", "chinese_search"]
exclude_patterns = ["_build"]
nitpicky = True
smartquotes = False  # `--` and quotes in text are meant as they stand

myst_heading_anchors = 6  # the anchors that GitHub gives to headings
highlight_language = "text"  # of blocks without a language

html_theme = "furo"
html_title = "archiver"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False

_SHORT = 24  # characters of a word of code that is not broken at the end of a line
_LINK_OUT = re.compile(r"\[([^\]]*)\]\((?!https?:|docs/|#)[^)]*\)")


def unlink_repository_files(_app: Sphinx, _path: Path, _docname: str, content: list[str]) -> None:
    """Replace links to files that are not in docs/ by their words, in a page that is included from the repository."""
    content[0] = _LINK_OUT.sub(r"\1", content[0])


def link_contributing(_app: Sphinx, _docname: str, content: list[str]) -> None:
    """Let links to CONTRIBUTING.md, which is outside of docs/, lead to the page of the site that includes it."""
    content[0] = content[0].replace("](../CONTRIBUTING.md", "](contributing.md")


def mark_short_code(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Give code in a line the class `short` if none of its words may be broken: `--max-time` is, at its hyphens."""
    for code in doctree.findall(nodes.literal):
        if all(len(word) <= _SHORT for word in code.astext().split()):
            code["classes"].append("short")


def setup(app: Sphinx) -> None:
    """Register what this site adds to Sphinx."""
    app.connect("include-read", unlink_repository_files)
    app.connect("source-read", link_contributing)
    app.connect("doctree-resolved", mark_short_code)
