"""Whatever call to the disk fails, or is the last: nothing is lost, nothing false, and the same call goes on."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.injection.client import Server
from tests.support.injection.library import KILL, ROOT, Call, Hook, compile_library, faults_of, kind_of, writes_to
from tests.support.injection.scenarios import Making, Scenario, scenarios
from tests.support.injection.state import laid
from tests.support.injection.together import Tries, try_together
from tests.support.injection.trials import Bench, Record, Result, distinct, summary, told, trials_of, try_faults
from tests.support.injection.verdict import GRAVE, MILD, Stage
from tests.support.wechat import World

pytestmark = pytest.mark.compiler

_TOGETHER = 10.0  # seconds for pairs and signals
_SHOWN = 40  # distinct problems
_KILLED_EVERY = 3


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Two workers, in memory where that is a disk."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="injection-", dir=place) as folder:
        yield Bench(library=compile_library(Path(folder)), folder=Path(folder))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    given = request.config.getoption("--injection-seed")
    return int(given) if given is not None else random.randrange(2**32)


def _judge(record: Record, seed: int) -> None:
    """Prints what was tried and is left, and fails for what may not be."""
    print(f"\nseed {seed}")  # noqa: T201
    for line in summary(record.results, record.left, (*GRAVE, *MILD)):
        print(line)  # noqa: T201
    if problems := [told(*problem) for problem in distinct(record.results, GRAVE)]:
        pytest.fail("\n\n".join(problems[:_SHOWN]), pytrace=False)


def _named(name: str) -> Scenario:
    (found,) = [one for one in scenarios() if one.name == name]
    return found


@pytest.mark.timeout(0)
def test_fault_injection_repeated_command_recovers(bench: Bench, seed: int, request: pytest.FixtureRequest) -> None:
    """A sample; all of them with --long, which goes on from the file of --injection-state."""
    state = request.config.getoption("--injection-state")
    record = Record(path=Path(state) if state else None)
    seconds = 0 if request.config.getoption("--long") else request.config.getoption("--injection-seconds")
    try_faults(bench, scenarios(), record, seconds=seconds, seed=seed)
    _judge(record, seed)
    assert sum(result.fired for result in record.results.values()) > len(record.results) / 2


@pytest.mark.timeout(0)
def test_concurrent_commands_and_signals_keep_archive_consistent(
    bench: Bench, seed: int, request: pytest.FixtureRequest
) -> None:
    record = Record()
    is_long = request.config.getoption("--long")
    tries = Tries(count=40, seed=seed) if is_long else Tries(count=1, seed=seed, seconds=_TOGETHER)
    try_together(bench, scenarios(), record, tries)
    _judge(record, seed)


@pytest.mark.timeout(0)
def test_move_killed_at_each_file_goes_on(bench: Bench) -> None:
    """Before each name that is made, changed or deleted; a foreign post's picture stays where it was."""
    fired: Counter[str] = Counter()
    problems: list[str] = []

    def play(operation: str) -> Callable[[Server, World], None]:
        def kill_at_each(server: Server, world: World) -> None:
            stage = Stage(scenario=_named("move"), server=server, world=world).prepare()
            shown = Making(server=server, world=world, base=stage.scenario.base).picture(3)
            for number in count(1):
                found, ended = stage.try_fault({"operation": operation, "number": number, "fault": KILL})
                if not ended.fired:
                    return
                fired[operation] += 1
                problems.extend(f"{operation} {number}: {problem}" for problem in found)
                problems.extend([] if shown.is_file() else [f"{operation} {number}: the picture is gone"])

        return kill_at_each

    bench.each([play(operation) for operation in ("rename", "unlink", "link")])
    assert problems == []
    assert fired["link"] == 2  # the pictures that nobody else shows
    assert fired["rename"] >= 7  # two posts, three copies of pictures, and those two
    assert fired["unlink"] >= 4  # what lay there of all these but the copies


@pytest.mark.timeout(0)
def test_import_of_another_profile_killed_goes_on(bench: Bench) -> None:
    """Before some of the names that are made, changed or deleted; the other archive stays as it is."""
    fired: Counter[str] = Counter()
    problems: list[str] = []

    def play(operation: str) -> Callable[[Server, World], None]:
        def kill_at_some(server: Server, world: World) -> None:
            stage = Stage(scenario=_named("import-other"), server=server, world=world).prepare()
            other = laid(server.folder / "other")
            problems.extend(f"{problem}" for problem in stage.undisturbed())
            for number in count(1, _KILLED_EVERY):
                found, ended = stage.try_fault({"operation": operation, "number": number, "fault": KILL})
                if not ended.fired:
                    return
                fired[operation] += 1
                problems.extend(f"{operation} {number}: {problem}" for problem in found)
                is_same = laid(server.folder / "other") == other
                problems.extend([] if is_same else [f"{operation} {number}: the other archive was changed"])

        return kill_at_some

    bench.each([play(operation) for operation in ("rename", "unlink", "mkdir")])
    assert problems == []
    assert fired["rename"] >= 2  # posts and pictures are written beside their places
    assert fired["unlink"]
    assert fired["mkdir"]


# The injector itself


def _with_current_record(bench: Bench, name: str, check: list[str], *faults: dict[str, object]) -> list[Result]:
    """What faults did in a scenario; `check` learns the kinds of problems."""
    found: list[Result] = []

    def play(server: object, world: object) -> None:
        stage = Stage(scenario=_named(name), server=server, world=world).prepare()  # type: ignore[arg-type]
        for fault in faults:
            problems, ended = stage.try_fault(fault)
            check.extend(problem.kind for problem in problems)
            found.append(Result(trial="", call=ended.err, fired=ended.fired, code=ended.code, problems=[]))

    bench.each([play])
    return found


def test_injector_fails_or_kills_at_given_call(bench: Bench) -> None:
    fault: dict[str, object] = {"operation": "fsync", "number": 1}
    full, killed, unmet = _with_current_record(
        bench,
        "export",
        [],
        {**fault, "fault": "ENOSPC"},
        {**fault, "fault": KILL},
        {**fault, "number": 99, "fault": KILL},
    )
    assert (full.fired, full.code) == (True, 73)
    assert "No space left on device" in full.call
    assert (killed.fired, killed.code) == (True, -9)
    assert (unmet.fired, unmet.code) == (False, 0)


def test_injector_trace_names_call_sites(bench: Bench) -> None:
    notes: list[tuple[str, str, str, int]] = []

    def play(server: object, world: object) -> None:
        stage = Stage(scenario=_named("add-new"), server=server, world=world).prepare()  # type: ignore[arg-type]
        stage.lay_out()
        notes.extend(stage.server.run(*stage.words, trace=True).noted()["notes"])

    bench.each([play])
    assert {"open", "write", "fsync", "rename", "mkdir", "flock", "lock", "unlink"} <= {one for one, *_ in notes}
    lockers = {site for operation, kind, site, _ in notes if (operation, kind) == ("open", "out/.archive/posts.lock")}
    assert any(" < archive/archive:Archive.post_lock" in site for site in lockers)
    assert all("+" in site for _, _, site, _ in notes)


def test_verdict_detects_lost_stray_and_leftover_files(bench: Bench) -> None:
    """An archive that was harmed in each of these ways is told from a sound one."""
    kinds: dict[str, set[str]] = {}

    def play(server: object, world: object) -> None:
        stage = Stage(scenario=_named("rebuild"), server=server, world=world).prepare()  # type: ignore[arg-type]
        out = stage.server.folder / "out"
        harms = {
            "none": lambda: None,
            "lost": lambda: next((out / "postimg").iterdir()).unlink(),
            "stray": lambda: (out / "postimg" / "stray.png").write_bytes(b"x"),
            "left": lambda: (out / "_posts" / ".left.tmp").write_bytes(b"x"),
        }
        for name, harm in harms.items():
            stage.lay_out()
            ended = stage.server.run(*stage.words)
            harm()
            kinds[name] = {problem.kind for problem in stage.judge(ended, is_told=False)} - {"silent"}

    bench.each([play])
    assert kinds == {
        "none": set(), "lost": {"lost", "falsified", "differs"}, "stray": {"falsified", "differs"}, "left": {"leftover"}
    }  # fmt: skip


def test_hook_counts_only_calls_of_its_operation() -> None:
    fired: list[bool] = []
    fault = {"operation": "write", "number": 2, "fault": "EIO"}
    hook = Hook(fault=fault, fired=lambda: fired.append(True))
    answers = [hook.decide(one, b"out/x", b"", 0) for one in (b"write", b"fsync", b"write", b"write")]
    assert answers == [0, 0, 5, 0]
    assert fired == [True]


def test_hook_lasting_disk_full_fails_later_writes() -> None:
    hook = Hook(fault={"operation": "write", "number": 1, "fault": "ENOSPC", "lasting": True})
    calls = [(b"write", 0), (b"open", 0), (b"open", 0o102), (b"unlink", 0), (b"mkdir", 0), (b"lock", 0)]
    assert [hook.decide(name, b"out/x", b"", flags) for name, flags in calls] == [28, 0, 28, 0, 28, 0]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("out/_posts/2023-05-24-测试.md", "out/_posts/*.md"),
        ("out/postimg/Ab0.png", "out/postimg/*"),
        (f"out/.archive/snapshots/ab/{'ab' * 32}.html.zst", "out/.archive/snapshots/**/*.html.zst"),
        ("out/.archive/unfinished/0123456789abcdef-0123456789abcdef.tmp", "out/.archive/unfinished/*-*.tmp"),
        ("out/.archive/catalogue.db-wal", "out/.archive/catalogue.db-wal"),
        ("out/#12 (deleted)", "out/nameless"),
    ],
)
def test_kind_of_replaces_variable_path_parts(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_faults_of_lists_errors_possible_for_call() -> None:
    assert faults_of("flock") == ["EIO", "ENOSPC", "ENOLCK", "ENOSYS", KILL]
    assert "EMFILE" in faults_of("open", writes=False)
    assert "EROFS" not in faults_of("open", writes=False)
    assert not writes_to(0)


@pytest.mark.parametrize(("every", "numbers"), [(True, {1, 2, 3, 4, 5}), (False, {1, 3, 5})])
def test_trials_of_every_call_or_first_middle_last(every: bool, numbers: set[int]) -> None:
    scenario = Scenario(name="x", words=lambda _: [], make=lambda _: None, every=every)
    notes = [("fsync", "f", "here", 0)] * 5 + [("rename", "f", "here", 0)]
    trials = [trial for trial in trials_of(scenario, notes) if trial.call == Call("fsync", "f", "here")]
    assert {trial.number for trial in trials} == numbers
    assert {trial.fault for trial in trials} == set(faults_of("fsync"))


def test_record_resumes_unless_code_changed(tmp_path: Path) -> None:
    path = tmp_path / "state"
    result = Result(trial="add|fsync|*|*|1|EIO", call="fsync x @ y", fired=True, code=73, problems=[["lost", "x"]])
    Record(path=path).add(result)
    again = Record(path=path)
    again.planned["add"] = 3
    assert (again.results, again.left) == ({result.trial: result}, {"add": 2})
    path.write_text(path.read_text().replace('{"code": "', '{"code": "0', 1))
    assert Record(path=path).results == {}


def test_scenarios_cover_every_writing_command() -> None:
    named = {word for one in scenarios() for word in one.name.split("-")[:1]}
    assert {"add", "batch", "run", "rebuild", "recheck", "repair", "rm", "export"} <= named
    assert (ROOT / "docs" / "development" / "testing-faults.md").is_file()
