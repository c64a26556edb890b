"""Pages as nobody sent them: typed errors at most, in time, and posts that Jekyll builds.

The seed of a run is pytest's own: its first lines say `--randomly-seed=N`, which makes the same mutations again.
What bodies over the budget say is test_oversized.py's.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.support.harmless import check, is_quick
from tests.support.jekyll import build
from tests.support.pages import article_html
from tests.support.paths import FIXTURES, SHARED

confined = pytest.importorskip("tests.support.confined", reason="the system limits no process")

TURNS, LONG = 1, 50  # of 113 pages: 5,650 with --long
SMALL = sorted(FIXTURES.glob("*--*/page.html"))
REAL = sorted(SHARED.glob("corpus/pages/*.html"))
SITE = 100  # posts
HUGE = 20_000_000  # bytes
# Seconds of a processor for it, twice what it takes: what this is to catch grows with the square of the length and takes
# minutes, and another machine may need half as long again.
SLOWEST = 10
SLOW = (
    "<p>字</p>", "<h2>字</h2>", '<h2><a href="https://a.example/">字</a></h2>', "<p>*</p>", "&lt;", "<pre>字</pre>",
    "<ul><li>字</li></ul>", "<section>字</section>", "<table><tr><td>字</td></tr></table>",
    '<a href="https://a.example/x">字</a>', "<!--a-->", '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/abc/640">',
)  # fmt: skip
QUICK = (
    "字 ", "字\u3000 ", "a\n", "*_", "{{a}}", "<br>", "<li>", "<x a='b'>", "https://a.example/ ", "<span>字</span>",
)  # fmt: skip
CHOSEN = 1  # of the quick ones in a run, others in each; all with --long


def _name(page: Path) -> str:
    return page.parent.name if page.stem == "page" else page.stem


def _seeds(page: Path, request: pytest.FixtureRequest, turns: int) -> list[str]:
    run = request.config.getoption("randomly_seed", default=0)
    return [f"{_name(page)}:{run}:{turn}" for turn in range(turns)]


def _survive(page: Path, request: pytest.FixtureRequest) -> None:
    turns = LONG if request.config.getoption("--long") else TURNS
    for seed, post in confined.posts(page, _seeds(page, request, turns)):
        try:
            check(post) if post else None
        except Exception as error:
            error.add_note(f"the seed is {seed!r}: tests.support.mutations.mutated(page, seed)")
            raise


@pytest.mark.parametrize("page", SMALL, ids=_name)
def test_extract_mutated_small_page_gives_harmless_post(page: Path, request: pytest.FixtureRequest) -> None:
    _survive(page, request)


@pytest.mark.corpus
@pytest.mark.parametrize("page", REAL, ids=_name)
def test_extract_mutated_real_page_gives_harmless_post(page: Path, request: pytest.FixtureRequest) -> None:
    _survive(page, request)


@pytest.mark.parametrize("piece", [*SLOW, *QUICK])
def test_extract_20_mb_body_stays_within_limits(piece: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    chosen = Random(request.config.getoption("randomly_seed", default=0)).sample(QUICK, CHOSEN)
    if piece not in chosen and not request.config.getoption("--long"):
        pytest.skip("too near to the limit for a machine that does other things, or not chosen in this run: --long")
    page = tmp_path / "page.html"
    page.write_text(article_html(body=piece * (HUGE // len(piece.encode()))), encoding="utf-8")
    assert confined.posts(page, [""], SLOWEST) == [("", None)]


@pytest.mark.corpus
@pytest.mark.jekyll
def test_jekyll_builds_posts_of_mutated_pages(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    turns = SITE // len(REAL) + 2  # some of them are no articles any more, and some too long for kramdown
    made = (post for page in REAL for _, post in confined.posts(page, _seeds(page, request, turns)))
    site = tmp_path / "site"
    (site / "_posts").mkdir(parents=True)
    for number, post in enumerate(islice((post for post in made if post and is_quick(post)), SITE)):
        (site / "_posts" / f"2026-01-02-{number}.md").write_text(post, encoding="utf-8")
    assert sorted(int(page.stem) for page in build(site).glob("*.html")) == list(range(SITE))
