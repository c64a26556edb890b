"""What became of the articles of a call, in words."""

from __future__ import annotations

from collections import Counter

from archiver.cli.summary import summary_lines, sums
from archiver.errors import CoolingDown
from archiver.models import Images, Outcome, State, Target
from archiver.outcomes import cooling_down, failed, is_about_wall, is_waiting, left, not_asked
from archiver.run_summary import RunSummary

TARGET = Target(source="a", url="https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv")
WALL = CoolingDown("not asked: WeChat wants a rest, no page is asked for before 10:00")


def test_sums_names_news_first() -> None:
    assert sums(Counter(failed=1, waiting=2, archived=3)) == "3 archived, 2 waiting, 1 failed"
    assert sums(Counter()) == ""


def test_summary_lines_tell_what_waits_from_what_failed() -> None:
    summary = RunSummary()
    for outcome in (
        failed("a", "", WALL), cooling_down(TARGET), cooling_down(TARGET), left(TARGET),
        not_asked(TARGET, "the archive cannot be written", 73), Outcome(source="a", outcome="failed", exit_code=2),
        Outcome(source="a", outcome="skipped", state=State.TRUNCATED),
        Outcome(source="a", outcome="archived", state=State.ARTICLE, images=Images(expected=1300, saved=1299, failed=1)),
    ):  # fmt: skip
        summary.add(outcome)
    assert list(summary_lines(summary)) == [
        "      1  archived",
        "      1  given up: the page came cut off each time",
        "      1  left for another run",
        "      3  waiting for the end of WeChat's cool-down",
        "      1  failed: no address of an article",
        "      1  failed: not tried",
        "  1,299  pictures saved",
        "      1  pictures not saved",
    ]
    assert summary.words == Counter(archived=1, skipped=1, left=1, waiting=3, failed=2)


def test_is_waiting_and_is_about_wall() -> None:
    wall = Outcome(source="a", outcome="failed", state=State.VERIFICATION, exit_code=75)
    saved = Outcome(source="a", outcome="failed", state=State.VERIFICATION, exit_code=1)
    away = not_asked(TARGET, "the catalogue's server cannot be reached", 75)
    assert [is_waiting(each) for each in (failed("a", "", WALL), wall, away)] == [True, False, False]
    assert [is_about_wall(each) for each in (failed("a", "", WALL), cooling_down(TARGET), wall)] == [True] * 3
    assert [is_about_wall(each) for each in (saved, away)] == [False, False]
