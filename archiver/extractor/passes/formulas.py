r"""Replace formulas by their TeX source in `\(…\)` or `\[…\]`, which MathJax renders and people can read.

See docs/reference/wechat-format.md#formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.extractor.passes.tree import Element, drop, normalized_text, selecting
from archiver.models import Removal

_candidates = selecting("descendant::*/@data-formula/.. | descendant::svg")
_CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def read_formulas(body: Element) -> Iterator[Removal]:
    """Replace the content of each element that has the attribute `data-formula` by the TeX source in this attribute.

    Drop each formula that is drawn as an SVG without TeX source, and yield a Removal for it.
    """
    for element in _candidates(body):
        if element.get("data-formula") is not None:
            _replace_by_text(element, _tex(element.get("data-formula", ""), element.get("data-formula-type", "")))
        elif element.tag == "svg" and element.getparent() is not None and _is_drawn(element):
            text = normalized_text(element)[:80]
            yield Removal(step="read_formulas", reason="formula drawn without its TeX", text=text)
            drop(element)


def _tex(formula: str, kind: str) -> str:
    formula = " ".join(formula.split())
    if _CJK.search(formula) and "\\" not in formula:
        return f"${formula}$"  # text between two dollar amounts that the editor mistook for a formula
    return f"\\[{formula}\\]" if kind.startswith("block") else f"\\({formula}\\)"


def _is_drawn(svg: Element) -> bool:
    return any(part.get("data-mml-node") for part in svg.iter())


def _replace_by_text(element: Element, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text
