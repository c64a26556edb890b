"""Decide which results of a run are news. These are pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archiver.models import Outcome, State
from archiver.models.news import NewsItem
from archiver.models.status import Need

_GONE_FOR_GOOD = (State.DELETED, State.VIOLATION)  # of an address without an article
_NUMBER = re.compile(r"\d+")


def news_of(outcome: Outcome) -> NewsItem | None:
    """Return the news in the outcome of a run; None if there is none, as for an unchanged article."""
    if outcome.outcome in ("archived", "updated"):
        is_gone = outcome.state not in (None, State.ARTICLE)
        kind = "gone" if is_gone else outcome.outcome
    elif outcome.outcome == "skipped" and outcome.state in _GONE_FOR_GOOD:
        kind, is_gone = "gone", True
    else:
        return None
    return NewsItem(
        kind="gone" if kind == "gone" else "archived" if kind == "archived" else "updated",
        title=outcome.title, account=outcome.account, url=outcome.url, post=outcome.post,
        reason=str(outcome.state) if is_gone else "",
    )  # fmt: skip


def need_names(needs: Iterable[Need]) -> dict[str, Need]:
    """Return the matters that need a person by a name that stays the same while the matter does.

    The numbers in their texts may change from one run to the next; the user has been told of the matter all the same.
    """
    return {f"{need.kind}: {_NUMBER.sub('#', need.said)}": need for need in needs}


def news_of_need(need: Need) -> NewsItem:
    """Return a matter that needs a person as news."""
    return NewsItem(kind="need", title=need.said, reason=need.kind)
