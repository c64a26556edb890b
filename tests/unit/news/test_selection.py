"""What of a run is news."""

from __future__ import annotations

import pytest

from archiver.models import Outcome, State
from archiver.models.news import NewsItem
from archiver.models.status import Need
from archiver.news.selection import need_names, news_of, news_of_need


@pytest.mark.parametrize(
    ("outcome", "state", "kind"),
    [
        ("archived", State.ARTICLE, "archived"), ("updated", State.ARTICLE, "updated"),
        ("updated", State.DELETED, "gone"), ("updated", State.VIOLATION, "gone"), ("skipped", State.DELETED, "gone"),
        ("skipped", State.VIOLATION, "gone"),
    ],
)  # fmt: skip
def test_news_of_outcome_with_news(outcome: str, state: State, kind: str) -> None:
    item = news_of(Outcome(source="s", outcome=outcome, state=state, title="题", account="号", url="u", post="p"))  # type: ignore[arg-type]
    reason = str(state) if kind == "gone" else ""
    assert item == NewsItem(kind=kind, title="题", account="号", url="u", post="p", reason=reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("unchanged", State.ARTICLE), ("skipped", State.ARTICLE), ("skipped", None), ("failed", None),
        ("failed", State.VERIFICATION), ("skipped", State.INVALID), ("skipped", State.NOT_ARTICLE),
    ],
)  # fmt: skip
def test_news_of_outcome_without_news(outcome: str, state: State | None) -> None:
    assert news_of(Outcome(source="s", outcome=outcome, state=state)) is None  # type: ignore[arg-type]


def test_need_names_stay_while_numbers_change() -> None:
    three, four = (
        Need(kind="link", said=f"{count} new articles need their short links") for count in (3, 4)
    )  # fmt: skip
    assert need_names([three]).keys() == need_names([four]).keys()
    assert need_names([three]).keys() != need_names([Need(kind="picture", said=three.said)]).keys()


def test_news_of_need_says_what_to_do() -> None:
    item = news_of_need(Need(kind="wall", said="solve it"))
    assert item == NewsItem(kind="need", title="solve it", reason="wall")
