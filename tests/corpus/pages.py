"""The pages of the corpus, what their author says of them, and what Chromium showed of them."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGES = HERE / "pages"
TRUTH = HERE / "truth"

Line = list[Any]  # as measure.js returns it: "block" or "line", then runs


@dataclass(frozen=True, kw_only=True, slots=True)
class CorpusPage:
    """A page we wrote, with what we, not the code, say that it is (pages.toml)."""

    name: str
    state: str
    title: str = ""
    account: str = ""
    author: str = ""
    published: str = ""
    cards: tuple[str, ...] = ()
    gaps: frozenset[str] = frozenset()  # columns that are known to differ

    @property
    def file(self) -> Path:
        """Return the page's own file."""
        return PAGES / f"{self.name}.html"

    @property
    def truth_file(self) -> Path:
        """Return the file of what Chromium showed of the page."""
        return TRUTH / f"{self.name}.json"

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the page as it is now."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()

    def truth(self) -> list[Line]:
        """Return the lines that a reader sees, from the committed measurement; what a card says is from pages.toml."""
        lines: list[Line] = self.recorded()["lines"]
        cards = [run for _, *runs in lines for run in runs if "card" in run]
        for card, words in zip(cards, self.cards, strict=True):
            card["card"] = words
        return lines

    def recorded(self) -> dict[str, Any]:
        """Return the committed measurement: the page's digest and its lines."""
        return dict(json.loads(self.truth_file.read_text(encoding="utf-8")))

    def write_truth(self, lines: list[Line]) -> None:
        """Record a measurement, a line of the file for each line of the page."""
        rows = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        self.truth_file.write_text(f'{{"page": "{self.digest}", "lines": [\n{rows}\n]}}\n', encoding="utf-8")


def read_pages() -> list[CorpusPage]:
    """Return all pages of the corpus by name."""
    return list(_pages())


def _pages() -> Iterator[CorpusPage]:
    described = tomllib.loads((HERE / "pages.toml").read_text(encoding="utf-8"))
    for name, facts in sorted(described.items()):
        facts.pop("shows", None)  # for people: why the page is here
        cards, gaps = tuple(facts.pop("cards", ())), frozenset(facts.pop("gaps", {}))
        yield CorpusPage(name=name, cards=cards, gaps=gaps, **facts)
