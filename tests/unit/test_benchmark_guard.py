"""What benchmarks/guard decides: intervals, what is worse, the file of records; nothing is measured here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from benchmarks.guard import __main__ as guard
from benchmarks.guard import figures, revisions, rounds
from benchmarks.guard.figures import Basis, Figure, Record

HERE = Basis(python="3.11.2", processor="x86_64", works="a1")
ELSEWHERE = Basis(python="3.12.0", processor="x86_64", works="a1")


def around(ratio: float, low: float | None = None, high: float | None = None) -> Figure:
    return Figure(ratio=ratio, low=low or ratio, high=high or ratio, reference="html.parser")


def record(
    *,
    commit: str = "c0ffee",
    basis: Basis = HERE,
    reason: str = "",
    beside: dict[str, Figure] | None = None,
    **given: Figure,
) -> Record:
    return Record(
        date="2026-11-27", commit=commit, rounds=15, basis=basis, figures=given, beside=beside or {}, reason=reason
    )


# --- Intervals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "low", "high"), [(6, 1, 6), (8, 1, 8), (9, 2, 8), (15, 4, 12), (20, 6, 15), (25, 8, 18)]
)
def test_interval_is_that_of_the_tables(count: int, low: int, high: int) -> None:
    """The ranks that tables of the sign test give for 95 %."""
    found = figures.figure([float(number) for number in range(count, 0, -1)], "html.parser")
    assert (found.low, found.high) == (low, high)


def test_figure_is_the_median_of_its_rounds() -> None:
    assert figures.figure([9.0, 1.0, 2.0, 4.0, 3.0, 100.0], "html.parser").ratio == 3.5


def test_interval_needs_six_rounds() -> None:
    with pytest.raises(ValueError, match="5 rounds are too few"):
        figures.figure([1.0] * 5, "html.parser")


# --- What is worse ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "looks_worse", "is_worse"),
    [
        (around(10.2), False, False),
        (around(10.3, low=9), True, False),
        (around(10.6, low=10.4, high=11), True, False),
        (around(10.6, low=10.5, high=11), True, False),
        (around(11, low=10.51, high=12), True, True),
        (around(8, low=7, high=20), False, False),
    ],
    ids=["2 %", "over 2 %", "by chance", "from 5 %", "beyond 5 %", "cheaper"],
)
def test_worse_is_more_than_five_percent_beyond_chance(now: Figure, looks_worse: bool, is_worse: bool) -> None:
    before, after = record(add=around(10)), record(add=now)
    assert figures.doubtful(before, after) == ["add"] * looks_worse
    assert figures.worse(after.figures, before.figures) == ["add"] * is_worse


def test_chain_of_records_names_what_got_worse_without_a_reason() -> None:
    chain = [
        record(add=around(10), list=around(1)),
        record(commit="b1", add=around(11), list=around(1.04)),
        record(commit="b2", add=around(12), reason="pictures are checked"),
        record(commit="b3", add=around(20), basis=ELSEWHERE),
    ]
    assert [*figures.unexplained(chain)] == ["b1: add"]


def test_figure_in_doubt_is_worse_if_it_is_side_by_side() -> None:
    chain = [
        record(add=around(10), list=around(1)),
        record(commit="b1", add=around(12), list=around(1), beside={"add": around(1.01)}),
        record(commit="b2", add=around(13), list=around(1), beside={"add": around(1.1)}),
        record(commit="b3", add=around(1), list=around(1), basis=ELSEWHERE, beside={"list": around(1.1)}),
    ]
    assert [*figures.unexplained(chain)] == ["b2: add", "b3: list"]


# --- Rounds until it is clear ---------------------------------------------------------------------------------------------


class Rounds:
    """Gives each figure's ratios in turn, the last one for ever; remembers what was asked for."""

    def __init__(self, **ratios: Sequence[float]) -> None:
        self._ratios, self.asked, self.count = ratios, dict.fromkeys(ratios, 0), 0

    def __call__(self, names: Sequence[str]) -> Mapping[str, float]:
        self.count += 1
        for name in names:
            self.asked[name] += 1
        return {name: self._ratios[name][min(self.asked[name], len(self._ratios[name])) - 1] for name in names}


def test_rounds_go_on_until_each_figure_is_clear() -> None:
    """`list` is clear with the sixth round; `add` when the interval, which leaves out one of nine, is past its first."""
    taking = Rounds(add=[1.0, 1.2], list=[1.0])
    found = figures.measured_until_clear(["add", "list"], taking, "c0ffee")
    assert (taking.asked, taking.count) == ({"add": 9, "list": 6}, 9)
    assert figures.worse(found) == ["add"]
    assert found["list"] == Figure(ratio=1, low=1, high=1, reference="c0ffee")


def test_figure_that_never_gets_clear_is_not_worse() -> None:
    taking = Rounds(add=[1.0, 1.1] * figures.MOST)
    assert figures.worse(figures.measured_until_clear(["add"], taking, "c0ffee")) == []
    assert taking.asked == {"add": figures.MOST}


def test_comparison_with_a_revision_takes_as_many_rounds_as_a_record() -> None:
    taking = Rounds(list=[1.0])
    figures.measured_until_clear(["list"], taking, "c0ffee", 15)
    assert taking.asked == {"list": 15}


# --- The file -----------------------------------------------------------------------------------------------------------


def test_records_are_read_as_they_were_written_one_a_line(tmp_path: Path) -> None:
    file, records = tmp_path / "figures.jsonl", [record(add=around(1.5, 1.25, 2)), record(commit="b1", reason="更多")]
    for each in records:
        figures.append(file, each)
    assert figures.read(file) == records
    assert file.read_text(encoding="utf-8").count("\n") == 2


def test_no_file_has_no_records(tmp_path: Path) -> None:
    assert figures.read(tmp_path / "figures.jsonl") == []


def test_line_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "figures.jsonl").write_text("<<<<<<< HEAD\n")
    with pytest.raises(msgspec.DecodeError):
        figures.read(tmp_path / "figures.jsonl")


def test_committed_records_are_whole_and_explain_what_got_worse() -> None:
    records = figures.read(guard.FILE)
    assert set(records[-1].figures) == set(rounds.REFERENCES)
    assert [*figures.unexplained(records)] == []


# --- A call -------------------------------------------------------------------------------------------------------------


class Scripted:
    """Gives what the test says; remembers what was measured beside which revision."""

    def __init__(self, alone: dict[str, Figure], beside: dict[str, Figure]) -> None:
        self._alone, self._beside = alone, beside
        self.asked: list[tuple[str, list[str]]] = []
        self.count = 0

    def alone(self, count: int) -> dict[str, Figure]:
        self.count = count
        return self._alone

    def beside(self, revision: str, names: Sequence[str]) -> dict[str, Figure]:
        self.asked.append((revision, [*names]))
        return {name: self._beside[name] for name in names}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two figures were recorded at c0ffee, which this clone has."""
    monkeypatch.setattr(guard, "FILE", tmp_path / "figures.jsonl")
    monkeypatch.setattr(guard, "basis", lambda: HERE)
    monkeypatch.setattr(revisions, "last_change", lambda: "beef")
    monkeypatch.setattr(revisions, "has", lambda revision: revision == "c0ffee")
    monkeypatch.setattr(revisions, "is_committed", lambda: True)
    figures.append(guard.FILE, record(add=around(10), list=around(1)))
    return guard.FILE


def call(measuring: Scripted, *arguments: str) -> int:
    return guard.compare(measuring, guard.options_of([*arguments]))


def test_nothing_looks_worse(file: Path) -> None:
    measuring = Scripted({"add": around(10.1), "list": around(0.9)}, {})
    assert call(measuring) == 0
    assert (measuring.count, measuring.asked) == (6, [])


def test_what_looks_worse_is_measured_beside_the_recorded_commit(file: Path) -> None:
    measuring = Scripted({"add": around(12), "list": around(1)}, {"add": around(1.02)})
    assert call(measuring) == 0
    assert measuring.asked == [("c0ffee", ["add"])]


def test_what_is_worse_there_too_fails_and_says_what_to_do(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measuring = Scripted({"add": around(12), "list": around(2)}, {"add": around(1.1), "list": around(1)})
    assert call(measuring) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("WORSE")]
    assert [line.split()[1] for line in told] == ["add"]
    assert "--record --reason" in told[0]


def test_record_of_another_python_is_not_compared_but_its_commit_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "basis", lambda: ELSEWHERE)
    measuring = Scripted({"add": around(1), "list": around(1)}, {"add": around(1), "list": around(1.2)})
    assert call(measuring) == 1
    assert measuring.asked == [("c0ffee", ["add", "list"])]


def test_without_the_recorded_commit_the_record_decides(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "has", lambda revision: False)
    assert call(Scripted({"add": around(12, low=10.4), "list": around(1)}, {})) == 0
    assert call(Scripted({"add": around(12, low=11), "list": around(1)}, {})) == 1
    monkeypatch.setattr(guard, "basis", lambda: ELSEWHERE)
    assert call(Scripted({"add": around(1), "list": around(1)}, {})) == 2


def test_without_a_record_there_is_nothing_to_compare_with(file: Path) -> None:
    file.unlink()
    assert call(Scripted({"add": around(1)}, {})) == 2


def test_record_keeps_what_was_measured_side_by_side(file: Path) -> None:
    measuring = Scripted({"add": around(12), "list": around(1)}, {"add": around(1.02)})
    assert call(measuring, "--record") == 0
    assert figures.read(file)[-1].beside == {"add": around(1.02)}


def test_record_is_added_for_the_commit_that_was_measured(file: Path) -> None:
    assert call(Scripted({"add": around(9), "list": around(1)}, {}), "--record") == 0
    added = figures.read(file)[-1]
    assert (added.commit, added.rounds, added.basis, added.figures["add"]) == ("beef", 15, HERE, around(9))


def test_worse_figure_is_recorded_with_a_reason_only(file: Path) -> None:
    measuring = Scripted({"add": around(12), "list": around(1)}, {"add": around(1.2)})
    assert call(measuring, "--record") == 1
    assert len(figures.read(file)) == 1
    assert call(measuring, "--record", "--reason", "pictures are checked") == 0
    assert figures.read(file)[-1].reason == "pictures are checked"


@pytest.mark.parametrize(
    "arguments",
    [("--record", "--against", "c0ffee"), ("--reason", "no"), ("--against", "beef")],
    ids=" ".join,
)
def test_call_that_means_nothing_is_refused(file: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        guard.options_of([*arguments])
    assert ended.value.code == 2


def test_code_that_is_not_committed_is_not_recorded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "is_committed", lambda: False)
    with pytest.raises(SystemExit):
        guard.options_of(["--record"])
