"""A summary of outcomes does not depend on the order in which articles come."""

from __future__ import annotations

from itertools import permutations

from archiver.models import Outcome, State
from archiver.models.page_format import FormatNote
from archiver.run_summary import RunSummary

NOTE = FormatNote(kind="field", detail="the account is elsewhere")


def outcome(number: int) -> Outcome:
    url = f"https://mp.weixin.qq.com/s/{number:022}"
    return Outcome(source=url, url=url, state=State.ARTICLE, outcome="archived", format_notes=(NOTE,))


def test_add_names_the_same_changed_page_in_every_order() -> None:
    for order in permutations((1, 2, 3)):
        summary = RunSummary()
        for number in order:
            summary.add(outcome(number))
        assert summary.format_changes[NOTE] == 3
        assert summary.changed_pages == {NOTE: f"https://mp.weixin.qq.com/s/{1:022}"}
