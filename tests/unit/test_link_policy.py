"""The rules of link_policy.py: how deep links are followed, in which order, and what is asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.link_policy import (
    Link,
    LinkingArticle,
    LinkRules,
    counts_as_block,
    depths,
    is_blocked_link,
    may_be_asked,
    missing_links,
)
from archiver.models import ArticleSummary, State, UrlRecord

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHORT = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&mid=2650000001&idx=1"
ANY = LinkRules(account="any", depth=9)


def key(name: str, account: str = "A") -> str:
    return f"{account}:{name}:1"


def link(name: str, account: str = "A") -> Link:
    return Link(url=f"https://mp.weixin.qq.com/s?__biz={account}&mid={name}&idx=1", key=key(name, account))


def short(name: str) -> Link:
    return Link(url=f"https://mp.weixin.qq.com/s/{name:_<22}")


def archive(*articles: LinkingArticle) -> dict[str, LinkingArticle]:
    return {article.key: article for article in articles}


def article(name: str, *links: Link, came_by_links: bool = False, account: str = "A") -> LinkingArticle:
    return LinkingArticle(key=key(name, account), links=links, came_by_links=came_by_links)


def names(found: list[list[Link]]) -> list[str]:
    return [links[0].key or links[0].url for links in found]


def test_depths_are_shortest_ways_from_articles_of_others() -> None:
    found = depths(
        archive(
            article("1", link("2")),
            article("2", link("3"), came_by_links=True),
            article("3", link("4"), link("1"), came_by_links=True),
            article("4", came_by_links=True),
            article("5", link("4")),
            article("6", link("7"), came_by_links=True),  # nothing leads to it any more
            article("7", link("6"), came_by_links=True),
        ),
        ANY,
    )
    assert found == {key("1"): 0, key("5"): 0, key("2"): 1, key("4"): 1, key("3"): 2}


@pytest.mark.parametrize(("depth", "expected"), [(1, ["2"]), (2, ["2", "8"]), (3, ["2", "8", "9"])])
def test_missing_links_up_to_depth(depth: int, expected: list[str]) -> None:
    articles = archive(
        article("1", link("2"), link("3")),
        article("3", link("8"), link("4"), came_by_links=True),
        article("4", link("9"), came_by_links=True),
    )
    rules = LinkRules(account="any", depth=depth)
    assert names(missing_links(articles, rules)) == [key(name) for name in expected]


def test_missing_links_short_first_then_in_order_of_articles() -> None:
    articles = archive(article("1", link("5"), short("b"), link("4")), article("2", short("a"), link("5"), link("3")))
    expected = [short("b").url, short("a").url, key("5"), key("4"), key("3")]
    assert names(missing_links(articles, ANY)) == expected


def test_missing_links_of_one_article_are_together() -> None:
    other = Link(url=f"{link('5').url}&sn=x", key=key("5"))
    found = missing_links(archive(article("1", link("5"), other, link("5"))), ANY)
    assert found == [[link("5"), other]]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (LinkRules(account="same", depth=2), ["s", "A:2:1"]),
        (LinkRules(account="any", depth=2), ["s", "A:2:1", "B:3:1", "B:5:1"]),
        (LinkRules(account="乙", account_ids=frozenset({"B"}), depth=2), ["B:3:1", "B:5:1"]),
    ],
)
def test_missing_links_of_accounts(rules: LinkRules, expected: list[str]) -> None:
    """A short link counts as one of the linking article's account, and another account's article is no step of `same`."""
    articles = archive(
        article("1", short("s"), link("2"), link("3", "B"), link("4", "B")),
        article("4", link("5", "B"), came_by_links=True, account="B"),
    )
    found = [name.replace(short("s").url, "s") for name in names(missing_links(articles, rules))]
    assert found == expected


def test_rules_ignore_padding_of_account_ids() -> None:
    padded = Link(url=LONG, key="MzA5MDAwMDAwMQ==:1:1")
    assert LinkRules().allow("MzA5MDAwMDAwMQ:2:1", padded)
    assert not LinkRules().allow("sha256:0123456789abcdef", padded)


KEPT = UrlRecord(url=SHORT, article=ArticleSummary(key=key("1"), url=SHORT, title="", account=""))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (None, True),
        (UrlRecord(url=SHORT), True),
        (KEPT, False),
        (UrlRecord(url=SHORT, state=State.DELETED, tries=1, tried=NOW), False),
        (UrlRecord(url=SHORT, state=State.UNKNOWN, tries=1, tried=NOW), True),
        (UrlRecord(url=SHORT, state=State.UNKNOWN, tries=5, tried=NOW), False),
        (UrlRecord(url=SHORT, state=State.VERIFICATION, tries=1, tried=NOW), True),
        (UrlRecord(url=LONG, state=State.VERIFICATION, tries=1, tried=NOW), False),
        (UrlRecord(url=SHORT, tries=1, tried=NOW, due=NOW), False),
        (UrlRecord(url=SHORT, tries=1, tried=NOW, due=NOW, source="list"), False),
        (UrlRecord(url=SHORT, tries=1, tried=NOW, due=NOW, source="links"), True),
    ],
)
def test_may_be_asked_by_record(record: UrlRecord | None, expected: bool) -> None:
    assert may_be_asked([record] if record else [], {"links"}) is expected


def test_may_be_asked_looks_at_every_address() -> None:
    walled = UrlRecord(url=LONG, state=State.VERIFICATION, tries=1, tried=NOW)
    assert not may_be_asked([UrlRecord(url=f"{LONG}&sn=x"), walled], ())


@pytest.mark.parametrize(
    ("url", "is_linked", "expected"),
    [(SHORT, False, True), (SHORT, True, True), (LONG, False, True), (LONG, True, False)],
)
def test_counts_as_block_unless_long_and_linked(url: str, is_linked: bool, expected: bool) -> None:
    assert counts_as_block(url, is_linked=is_linked) is expected


@pytest.mark.parametrize(
    ("url", "state", "expected"),
    [
        (SHORT, State.VERIFICATION, False),
        (LONG, State.VERIFICATION, True),
        (LONG, State.DELETED, False),
        (LONG, None, False),
    ],
)
def test_is_blocked_link_by_length_and_state(url: str, state: State | None, expected: bool) -> None:
    assert is_blocked_link(url, state) is expected
