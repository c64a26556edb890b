"""The figures of the whole corpus on each engine, and the floors they are held to."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.browser import measure_posts
from tests.corpus.compare import COLUMNS, Count, Score, compare
from tests.corpus.pages import HERE, CorpusPage, read_pages
from tests.corpus.posts import Post, archive
from tests.corpus.site_posts import SITE_ENGINES, render_site
from tests.support.engines import ENGINES

FACTS = ("title", "account", "author", "published")
Floors = dict[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The counts of each engine by column, and what differs, page by page."""

    scores: dict[str, Score]
    differences: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # known gaps that are none any more

    def below(self, floors: Floors) -> list[str]:
        """Return what is worse than its floor, and the gaps that are to be struck out, one line each."""
        return self.closed + [
            f"{engine} {column} {what}: {value:.4f} is below {floor:.4f}"
            for engine, score in self.scores.items()
            for column, count in score.items()
            for what, value, floor in zip(
                ("recall", "precision"), (count.recall, count.precision), floors[column], strict=True
            )
            if value < floor
        ]

    def table(self) -> Iterator[str]:
        """Yield the lines of a table: recall and precision by column and engine."""
        yield f"{'':14}" + "".join(f"{engine:>20}" for engine in self.scores) + f"{'of the pages':>16}"
        for column in ("state", "metadata", *COLUMNS):
            counts = [score.get(column, Count()) for score in self.scores.values()]
            figures = "".join(f"{f'{count.recall:.4f} / {count.precision:.4f}':>20}" for count in counts)
            yield f"{column:14}{figures}{counts[0].wanted:>16}"


def read_floors() -> Floors:
    """Return the least recall and precision of each column."""
    written = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))
    return {column: (recall, precision) for column, (recall, precision) in written.items()}


def missing_engines() -> list[str]:
    """Return the engines of site generators that are not installed."""
    return [engine for engine, site in SITE_ENGINES.items() if not site.is_installed()]


def score_corpus() -> Result:
    """Archive, render and measure the corpus by all engines that are installed, and compare each post to its page."""
    pages = read_pages()
    with tempfile.TemporaryDirectory() as folder:
        result = score_posts(pages, archive(pages, Path(folder)))
        for engine in [each for each in SITE_ENGINES if each not in missing_engines()]:
            site = score_site(engine, pages, Path(folder))
            result.scores.update(site.scores)
            result.differences.extend(site.differences)
            result.closed.extend(site.closed)
    return result


def score_site(engine: str, pages: list[CorpusPage], folder: Path) -> Result:
    """Archive the pages into a site, build it, and compare what it shows of each article to its page."""
    result = Result(scores={engine: {}})
    rendered = render_site(SITE_ENGINES[engine], [page.file for page in pages], folder)
    articles = [page for page in pages if page.state == "article"]
    measured = measure_posts(rendered.get(page.name, "") for page in articles)
    for page, lines in zip(articles, measured, strict=True):
        _add(result, engine, page, compare(page.truth(), lines))
    return result


def score_posts(pages: list[CorpusPage], posts: dict[str, Post]) -> Result:
    """Render and measure posts that were written, all in one browser, and compare each to its page."""
    result = Result(scores={engine: {} for engine in ENGINES})
    for engine in ENGINES:
        for page in pages:
            _add(result, engine, page, compare_facts(page, posts[page.name]))
    articles = [page for page in pages if page.state == posts[page.name].state == "article"]
    rendered = [
        (engine, page, render(posts[page.name].body)) for engine, render in ENGINES.items() for page in articles
    ]
    measured = measure_posts(html for _, _, html in rendered)
    for (engine, page, _), lines in zip(rendered, measured, strict=True):
        _add(result, engine, page, compare(page.truth(), lines))
    return result


def compare_facts(page: CorpusPage, post: Post) -> Score:
    """Return the counts of the two columns that are no matter of an engine: the page's state and its metadata."""
    same = page.state == post.state
    state = Count(
        wanted=1, found=same, shown=1, right=same, examples=[] if same else [f"{post.state}, not {page.state}"]
    )
    metadata = Count()
    for name in FACTS if page.state == "article" else ():
        wanted, shown = getattr(page, name), post.facts.get(name, "")
        same = wanted == shown
        examples = [] if same else [f"{name} is {shown!r}, not {wanted!r}"]
        metadata.add(Count(wanted=1, found=same, shown=1, right=same, examples=examples))
    return {"state": state, "metadata": metadata}


def _add(result: Result, engine: str, page: CorpusPage, score: Score) -> None:
    for column, count in score.items():
        if column in page.gaps:
            closed = count.recall == count.precision == 1
            result.closed.extend(
                [f"{page.name} ({engine}) {column}: the gap is closed, strike it out"] if closed else []
            )
            continue
        result.scores[engine].setdefault(column, Count()).add(count)
        result.differences.extend(f"{page.name} ({engine}) {column}: {example}" for example in count.examples)
