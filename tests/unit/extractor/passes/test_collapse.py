"""Items and cells outside of lists and tables: the canonical body's language is closed, whatever a page nests."""

from __future__ import annotations

import pytest

from archiver.extractor.passes.collapse import collapse
from archiver.extractor.passes.tree import parse_body

STRAYS = {
    "<li>a</li><li>b</li><p>c</p>": "<ul><li><p>a</p></li><li><p>b</p></li></ul>\n<p>c</p>",
    "<ol><li>a</li></ol><li>b</li>": "<ol><li><p>a</p></li><li><p>b</p></li></ol>",
    "<p>a</p><li></li><p>b</p>": "<p>a</p>\n<p>b</p>",
    "<td>a</td><tr><td><p>b</p></td></tr>": "<p>a</p>\n<p>b</p>",
    "<ul><li><td>a</td></li></ul>": "<ul><li><p>a</p></li></ul>",
    "<table><td>a</td></table>": "<table><tr><td><p>a</p></td></tr></table>",
}


@pytest.mark.parametrize("html", STRAYS)
def test_collapse_wraps_stray_items_and_unwraps_stray_cells(html: str) -> None:
    assert collapse(parse_body(html)) == STRAYS[html]
