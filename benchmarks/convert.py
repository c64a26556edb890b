"""What a page costs, bytes in, Markdown out: `python -m benchmarks.convert [RESULT.json]`.

This project beside other tools (peers.py) on the same pages in one run on one core: CPU time, of each page the best of
TIMES, the tools taking turns, so that a noisy machine is noisy for all. Ratios are the result, milliseconds a detail.
Then our own stages, and how far the floor is: the body already cut, converted by a Rust library.
The pages are the articles of ../shared/corpus; without it, pages made of the fixtures, as large as today's.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

import archiver
from archiver.document.soup import read_soup
from archiver.extractor import ParsedPage, classify
from archiver.extractor.bodies import RawBody, read_raw_body
from archiver.extractor.metadata.kinds import read_kind
from archiver.extractor.passes import passes
from archiver.extractor.passes.collapse import collapse
from archiver.extractor.passes.stylesheet import read_stylesheet
from archiver.extractor.passes.tree import parse_body
from archiver.models import Page
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.markdown.blocks import PostConverter
from archiver.writer.markdown.dialect import EVERY_ENGINE
from benchmarks.large_pages import fixture_pages
from benchmarks.peers import FLOOR, PEERS, Tool, load

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "pages"
TIMES = 3
OURS = "archiver"

Clock = Callable[[str, Callable[[], object]], object]


def pages() -> list[bytes]:
    """The pages that are articles."""
    contents = [path.read_bytes() for path in sorted(CORPUS.glob("*.html"))] or fixture_pages()
    return [content for content in contents if _is_article(content)]


def _is_article(content: bytes) -> bool:
    try:
        archiver.to_markdown(content)
    except archiver.NotAnArticle:
        return False
    return True


def body_of(content: bytes) -> str:
    """The article's body, cut from its page: what the floor is given."""
    return _cut(_reading(content)).html


def _reading(content: bytes) -> ParsedPage:
    return ParsedPage.of(Page(source="page", content=content, captured=datetime.now(UTC)))


def _cut(reading: ParsedPage) -> RawBody:
    return read_raw_body(reading, read_kind(reading)[0])


def stages(content: bytes, lap: Clock) -> None:
    """The way of one page, step by step, as archiver.to_markdown goes it."""
    reading = _reading(content)
    lap("classify", lambda: classify(reading))
    raw = lap("cut", lambda: _cut(reading))
    assert isinstance(raw, RawBody)
    body: object = lap("parse", lambda: parse_body(raw.html))
    lap("passes", lambda: [list(run(body) or ()) for run in passes(raw)])  # type: ignore[arg-type]
    html = lap("collapse", lambda: collapse(body, read_stylesheet(raw.css)))  # type: ignore[arg-type]
    lap("write", lambda: body_markdown(str(html), LinkResolver()))
    nesting = _Nesting(LinkResolver())
    list(nesting.blocks(str(html)))
    soups = lap("  of it bs4", lambda: [read_soup(part) for part in nesting.parts])
    lap("  of it markdownify", lambda: [nesting.convert_soup(soup) for soup in soups])  # type: ignore[attr-defined]


class _Nesting(PostConverter):
    """Keeps the parts of a body that bs4 and markdownify are given."""

    def __init__(self, addresses: LinkResolver) -> None:
        super().__init__(addresses, EVERY_ENGINE)
        self.parts: list[str] = []

    def nested(self, blocks: str) -> str:
        self.parts += filter(None, (blocks,))
        return ""


def measure(contents: list[bytes], tools: dict[str, Tool]) -> dict[str, float]:
    """Milliseconds a page, by tool and by stage of ours."""
    best: dict[tuple[str, int], float] = {}
    bodies = [body_of(content) for content in contents]
    for _ in range(TIMES):
        for at, content in enumerate(contents):

            def lap(name: str, run: Callable[[], object], at: int = at) -> object:
                gc.collect()  # what the tool before has left is not this one's to take away
                start = time.process_time()
                result = run()
                taken = time.process_time() - start
                best[name, at] = min(taken, best.get((name, at), taken))
                return result

            for name, convert in tools.items():
                given = bodies[at] if name == FLOOR else content
                lap(name, lambda convert=convert, given=given: convert(given))  # type: ignore[misc]
            stages(content, lap)
    names = dict.fromkeys(name for name, _ in best)
    return {name: 1000 * mean(taken for (own, _), taken in best.items() if own == name) for name in names}


def _table(cost: dict[str, float], names: Iterable[str]) -> Iterator[str]:
    """A line for each name: milliseconds, and how many of ours that is."""
    for name in names:
        if name in cost:
            yield f"{name:20} {cost[name]:7.2f} ms {cost[name] / cost[OURS]:6.2f} ×"


def main() -> None:
    """Prints the tables; writes the JSON where the first argument says."""
    with contextlib.suppress(AttributeError, OSError):  # Linux only
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    tools, missing = load()
    contents = pages()
    cost = measure(contents, {OURS: archiver.to_markdown, **tools})
    source = "../shared/corpus" if CORPUS.is_dir() else "pages made of the fixtures"
    print(f"{len(contents)} pages of {source}, mean {mean(map(len, contents)) / 1e6:.2f} MB; ms a page, and × ours\n")
    print("\n".join(_table(cost, (OURS, *PEERS))), "\n\nthe floor, fed with the body alone")
    print("\n".join(_table(cost, (FLOOR,))), "\n\nour stages")
    print("\n".join(_table(cost, (name for name in cost if name not in (OURS, *PEERS, FLOOR)))))
    for name in missing:
        print(f"{name}: not installed, left out")
    if len(sys.argv) > 1:
        result = {"pages": len(contents), "source": source, "milliseconds": cost, "missing": missing}
        Path(sys.argv[1]).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
