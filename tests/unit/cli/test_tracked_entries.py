"""What is left to do of a list: only what a later call may succeed with, in the list's order."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.cli.tracked_entries import TrackedEntries
from archiver.errors import Exit
from archiver.models import Outcome, State, Target
from archiver.outcomes import LEFT
from archiver.sources import ListEntry

FILES = ("s?key=1.html", "s?key=2.html")  # two that differ by a credential alone


def tracked(*targets: Target) -> TrackedEntries:
    entries = TrackedEntries(
        [
            *(ListEntry(number=1, source=target.source, target=target) for target in targets),
            ListEntry(number=9, source="x"),
        ]
    )
    assert [entry.target for entry in entries] == list(targets)
    assert entries.notes == [9]
    return entries


def url(name: str) -> Target:
    return Target(source=name, url=f"https://mp.weixin.qq.com/s/{name}")


def failed(source: str, code: int = Exit.FAILED, state: State | None = None) -> Outcome:
    return Outcome(source=source, outcome="failed", exit_code=code, state=state)


def test_remaining_lines_keep_the_order_of_the_list() -> None:
    entries = tracked(url("a"), url("b"), url("c"), url("d"))
    for outcome in (
        failed("d", Exit.TRY_LATER),
        Outcome(source="b", outcome="skipped", warnings=(LEFT,)),
        Outcome(source="c", outcome="archived"),
        failed("a"),
    ):
        entries.settle(outcome)
    assert list(entries.remaining_lines(Path())) == ["a", "b", "d"]


def test_remaining_lines_have_what_had_no_outcome() -> None:
    entries = tracked(url("a"), url("b"))
    entries.settle(Outcome(source="a", outcome="archived"))
    assert list(entries.remaining_lines(Path())) == ["b"]


@pytest.mark.parametrize(
    ("code", "lines"),
    [(Exit.FAILED, []), (Exit.NO_INPUT, []), (Exit.CANNOT_WRITE, ["p.html"]), (Exit.TRY_LATER, ["p.html"])],
)
def test_remaining_lines_have_saved_pages_only_if_they_were_not_to_blame(code: Exit, lines: list[str]) -> None:
    entries = tracked(Target(source="p.html", file="p.html"))
    entries.settle(failed("p.html", code))
    assert list(entries.remaining_lines(Path())) == lines


def test_remaining_lines_keep_exact_file_names(tmp_path: Path) -> None:
    entries = tracked(*(Target(source="s?key=REDACTED.html", file=str(tmp_path / file)) for file in FILES))
    entries.settle(failed("s?key=REDACTED.html", Exit.CANNOT_WRITE))
    entries.settle(Outcome(source="s?key=REDACTED.html", outcome="archived"))
    assert list(entries.remaining_lines(tmp_path)) == [str(tmp_path / file) for file in FILES]


def test_remaining_lines_name_files_from_the_folder_of_the_new_list(tmp_path: Path) -> None:
    entries = tracked(Target(source="p.html", file=str(tmp_path / "lists" / "p.html")))
    assert list(entries.remaining_lines(tmp_path / "lists")) == ["p.html"]
    assert list(entries.remaining_lines(tmp_path)) == [str(tmp_path / "lists" / "p.html")]
