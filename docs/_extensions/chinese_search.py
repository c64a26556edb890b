"""Let the site's search find Chinese words: index pairs of Chinese characters, and ask for the pairs of a query.

Sphinx splits text at spaces, which Chinese does not have, so it would find 验证 only where it stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_HAN}]+|(?:(?![{_HAN}])\w)+")
_PAIR = re.compile(rf"(?=([{_HAN}]{{2}}))")


def search_terms(text: str) -> Iterator[str]:
    """Yield the words of a text: of a run of Chinese characters each pair of neighbours, and else each word."""
    for word in _WORD.findall(text):
        yield from _PAIR.findall(word) or [word]


class ChineseAndEnglishSearch(SearchEnglish):
    """Sphinx' English search, with pairs of characters as the words of Chinese text."""

    # The same in the browser. Sphinx writes it into a page's script, where `<` and `>` may be escaped.
    js_splitter_code = f"""
window.splitQuery = function (query) {{
  const words = query.match(/[{_HAN}]+|(?:(?![{_HAN}])[\\p{{L}}\\p{{N}}_])+/gu) || [];
  return words.flatMap(function (word) {{
    const pairs = Array.from(word.matchAll(/(?=([{_HAN}]{{2}}))/gu), function (match) {{ return match[1]; }});
    return pairs.length ? pairs : [word];
  }});
}};
"""

    def split(self, input: str) -> list[str]:
        """Return the words of a text."""
        return list(search_terms(input))


def setup(app: Sphinx) -> dict[str, bool]:
    """Replace Sphinx' English search."""
    app.add_search_language(ChineseAndEnglishSearch)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
