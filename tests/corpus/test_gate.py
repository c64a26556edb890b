"""The corpus of our own pages: what a reader sees of each stands in its post, and a post that loses something fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.corpus.__main__ import main
from tests.corpus.browser import chromium, measure_posts
from tests.corpus.compare import compare
from tests.corpus.pages import PAGES, TRUTH, CorpusPage, read_pages
from tests.corpus.posts import Post, archive
from tests.corpus.score import Result, compare_facts, read_floors, score_posts, score_site
from tests.corpus.site_posts import SITE_ENGINES
from tests.support.engines import ENGINES

ALL = {page.name: page for page in read_pages()}
ARTICLES = [page for page in ALL.values() if page.state == "article"]


@pytest.fixture(scope="session")
def posts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Post]:
    return archive([*ALL.values()], tmp_path_factory.mktemp("corpus"))


# --- The gate -----------------------------------------------------------------------------------------------------------


@pytest.mark.jekyll
@pytest.mark.browser
def test_fidelity_gate_posts_reach_floors(posts: dict[str, Post]) -> None:
    result = score_posts([*ALL.values()], posts)
    assert result.below(read_floors()) == [], "\n".join([*result.table(), *result.differences])


@pytest.mark.parametrize(
    "engine", [pytest.param("goldmark", marks=pytest.mark.hugo), pytest.param("marked", marks=pytest.mark.hexo)]
)
@pytest.mark.browser
def test_fidelity_gate_built_sites_reach_floors(engine: str, tmp_path: Path) -> None:
    result = score_site(engine, [*ALL.values()], tmp_path)
    assert result.below(read_floors()) == [], "\n".join([*result.table(), *result.differences])


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_score_names_the_engines_that_are_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, code: int
) -> None:
    """Somebody without Hugo and Hexo gets the other figures; CI must have all."""
    for engine, site in SITE_ENGINES.items():
        monkeypatch.setitem(SITE_ENGINES, engine, replace(site, is_installed=lambda: False))
    monkeypatch.setattr("tests.corpus.score.score_posts", lambda _pages, _posts: Result(scores={}))
    monkeypatch.setattr("tests.corpus.score.archive", lambda _pages, _folder: {})
    monkeypatch.setattr(Result, "table", lambda _self: iter(["the table"]))
    monkeypatch.setattr("sys.argv", ["tests.corpus", "score"])
    monkeypatch.setenv("CI", ci)
    assert main() == code
    last = "not scored, since Hugo or Hexo is not installed (.ci/debian): goldmark, marked"
    assert capsys.readouterr().out.splitlines() == ["the table", "", last]


# --- The truth ----------------------------------------------------------------------------------------------------------


def test_corpus_every_page_described_and_article_measured() -> None:
    assert {file.stem for file in PAGES.glob("*.html")} == set(ALL)
    assert {file.stem for file in TRUTH.glob("*.json")} == {page.name for page in ARTICLES}


@pytest.mark.parametrize("page", ARTICLES, ids=lambda page: page.name)
def test_corpus_truth_digest_matches_page(page: CorpusPage) -> None:
    assert page.recorded()["page"] == page.digest, f"./run python -m tests.corpus measure {page.name}"


@pytest.mark.browser
def test_corpus_truth_matches_chromium_measurement() -> None:
    with chromium() as browser:
        measured = {page.name: browser.measure_page(page) for page in ARTICLES}
    assert measured == {page.name: page.recorded()["lines"] for page in ARTICLES}


def test_corpus_page_size_within_limit() -> None:
    assert [name for name, page in ALL.items() if page.file.stat().st_size > 8_000] == []


# --- That the measure sees a loss -----------------------------------------------------------------------------------------

Damage = Callable[[str], str]


def _swap(one: str, other: str) -> Damage:
    return lambda body: body.replace(one, "\0").replace(other, one).replace("\0", other)


def _put(new: str, old: str) -> Damage:
    return lambda body: body.replace(old, new, 1)


# What is done to the post of a page, and the figure that must fall for it.
DAMAGES: dict[str, tuple[str, Damage, str]] = {
    "a word lost": ("text-rule", _put("", "下半场"), "text recall"),
    "a word added": ("text-rule", _put("下半场又来", "下半场"), "text precision"),
    "a character changed": ("text-mixed-scripts", _put("吉", "𠮷"), "text recall"),
    "bold lost": ("bold-by-style", _put("老桥", "**老桥**"), "bold recall"),
    "bold added": ("text-rule", _put("**上半场。**", "上半场。"), "bold precision"),
    "bold a character short": ("bold-by-style", _put("**老**桥", "**老桥**"), "bold recall"),
    "bold that shows its asterisks": ("bold-by-style", _put("\\*\\*老桥\\*\\*", "**老桥**"), "text precision"),
    "italic lost": ("italic-forms", _put("斜体一", "*斜体一*"), "italic recall"),
    "pictures swapped": ("pictures-only", _swap("PageOne1080x1920", "PageTwo1080x1600"), "pictures recall"),
    "a picture twice": ("pictures-sticker", lambda body: body + "\n![](https://mmbiz.qpic.cn/x/Goose120x120/0)\n", "pictures precision"),
    "a line of code lost": ("code-plain-newlines", _put("", " GROUP BY name\n"), "code_blocks recall"),
    "code without its indent": ("code-plain-newlines", _put("\nFROM", "\n  FROM"), "code_blocks recall"),
    "a link elsewhere": ("links-kinds", _put("StairsStairsStairsSta1", "StairsStairsStairsStai"), "links recall"),
    "a link lost": ("links-kinds", _put("在这里", "[在这里](https://mp.weixin.qq.com/s/StairsStairsStairsStai)"), "links recall"),
    "code in a line lost": ("code-inline", _put("ls -la", "`ls -la`"), "inline_code recall"),
    "a heading of another level": ("headings-real", _put("#### 一、东门", "### 一、东门"), "headings recall"),
    "a heading made bold": ("headings-real", _put("**一、东门**", "### 一、东门"), "headings recall"),
    "a list that begins elsewhere": ("list-start", _put('start="1"', 'start="4"'), "lists recall"),
    "a nested item moved out": ("list-nested", _put("- 颜色要暗", "  - 颜色要暗"), "lists recall"),
    "a quote lost": ("quotes", _put("河水不急", "> 河水不急"), "quotes recall"),
    "a line break lost": ("era-2014-plain", _put("", "  \n"), "breaks recall"),
    "a paragraph made a line": ("text-breaks", _put("  \n隔一行", "\n\n隔一行"), "breaks recall"),
    "cells swapped": ("table-plain", _swap("13%", "8%"), "table_cells recall"),
    "a card of other words": ("cards-many", _put("一趟轮渡", "查一查轮渡时刻"), "cards recall"),
}  # fmt: skip


@pytest.mark.jekyll
@pytest.mark.browser
def test_fidelity_gate_damaged_post_fails_on_every_engine(posts: dict[str, Post]) -> None:
    damaged = {case: damage(posts[name].body) for case, (name, damage, _) in DAMAGES.items()}
    assert [case for case, (name, _, _) in DAMAGES.items() if damaged[case] == posts[name].body] == []
    rendered = [(case, engine, render(body)) for case, body in damaged.items() for engine, render in ENGINES.items()]
    measured = measure_posts(html for _, _, html in rendered)
    unseen = []
    for (case, engine, _), lines in zip(rendered, measured, strict=True):
        name, _, figure = DAMAGES[case]
        below = Result(scores={engine: compare(ALL[name].truth(), lines)}).below(read_floors())
        unseen += [f"{case} ({engine}): {below}"] * (not any(line.startswith(f"{engine} {figure}:") for line in below))
    assert unseen == []


@pytest.mark.parametrize("fact", ["title", "account", "author", "published"])
def test_compare_facts_wrong_metadata_lowers_recall(fact: str) -> None:
    page = ALL["era-2020-meta"]
    facts = {"title": page.title, "account": page.account, "author": page.author, "published": page.published}
    assert compare_facts(page, Post(state="article", facts=facts))["metadata"].recall == 1
    assert compare_facts(page, Post(state="article", facts={**facts, fact: "别的"}))["metadata"].recall == 0.75


def test_compare_facts_wrong_state_lowers_recall() -> None:
    assert compare_facts(ALL["notice-deleted"], Post(state="deleted"))["state"].recall == 1
    assert compare_facts(ALL["notice-deleted"], Post(state="expired"))["state"].recall == 0


@pytest.mark.jekyll
@pytest.mark.browser
def test_fidelity_gate_closed_gap_still_listed_fails(posts: dict[str, Post]) -> None:
    page = replace(ALL["text-rule"], gaps=frozenset({"bold"}))
    (below, *_) = score_posts([page], posts).below(read_floors())
    assert below == "text-rule (kramdown) bold: the gap is closed, strike it out"
