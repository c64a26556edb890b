"""Real pages in sites that Hugo and Hexo build by default: the second gate's measure and floors (docs/development/fidelity.md)."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.corpus.site_posts import SITE_ENGINES, render_site
from tests.support.paths import CORPUS, ROOT, SHARED


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The second gate's own scorer, which lies beside the pages."""
    monkeypatch.syspath_prepend(str(SHARED / "fidelity"))
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    return importlib.import_module("score")


def read_floors() -> dict[str, float]:
    """The least of each figure, from the file that holds for the other engines."""
    lines = (ROOT / ".ci" / "floors").read_text(encoding="utf-8").splitlines()
    return {
        name: float(value)
        for name, _, value in (line.partition("=") for line in lines if line and not line.startswith("#"))
    }


@pytest.mark.corpus
@pytest.mark.browser
@pytest.mark.parametrize(
    "engine", [pytest.param("goldmark", marks=pytest.mark.hugo), pytest.param("marked", marks=pytest.mark.hexo)]
)
def test_real_pages_in_built_sites_reach_floors(engine: str, scorer: Any, tmp_path: Path) -> None:
    truths = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in CORPUS.glob("truth/*.json")}
    articles = {name: truth["body"] for name, truth in truths.items() if truth["state"] == "article"}
    rendered = render_site(SITE_ENGINES[engine], sorted(CORPUS.glob("pages/*.html")), tmp_path)
    assert rendered.keys() == articles.keys()
    rows = {name: scorer.compare(articles[name], seen) for name, seen in scorer.measure(rendered).items()}
    figures = {}
    for figure in read_floors():
        weight = scorer.WEIGHT[figure]
        total = sum(row[weight] for row in rows.values())
        figures[figure] = sum(row[figure] * row[weight] for row in rows.values()) / total
    worst = [
        f"{name} {figure}: {row[figure]:.4f}"
        for name, row in rows.items()
        for figure in figures
        if row[scorer.WEIGHT[figure]] and row[figure] < 1
    ]
    assert {figure: value for figure, value in figures.items() if value < read_floors()[figure]} == {}, "\n".join(worst)
