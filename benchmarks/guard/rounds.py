"""One round: works of a state of the code measured in turns with their references, or with those of another state."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import fmean

from benchmarks import archives, large_pages
from benchmarks.calls import cost_of, own
from benchmarks.guard import works
from benchmarks.guard.revisions import ROOT
from benchmarks.large_pages import SEED, fixture_pages
from tests.support.wechat import numbered

TURNS = 6
BARE = "python -c pass"
BARE_STARTS = 6  # in one turn: a bare interpreter takes a tenth of our shortest start
STARTS = {"archiver --help": ("--help",), "archiver list": ("list", "-o", "kept/out")}
START_TURNS = 2
KEPT = 3  # articles that `rebuild` makes again
KNOWN = 1_000  # addresses that `batch` finds known

REFERENCES = dict.fromkeys(("to_markdown", "add", "rebuild", "batch"), works.REFERENCE) | dict.fromkeys(STARTS, BARE)

Seconds = Callable[[str], float]  # of a processor, by the name of a work

_FILL = f"from pathlib import Path; from benchmarks.archives import fill; fill(Path('known'), {KNOWN}, accounts=100)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A state of the code, and the folder where its works find what they need."""

    folder: Path

    @contextmanager
    def started(self) -> Iterator[Process]:
        """A process that does works, and ends with the block."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        errors = self.folder / "errors"
        with errors.open("wb") as stderr, subprocess.Popen(
            [sys.executable, "-m", works.__name__], cwd=self.folder, env=own(self.folder, self._variables),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True,
        ) as process:  # fmt: skip
            yield Process(code=self, process=process, errors=errors)

    def run(self, *arguments: str) -> float:
        """The seconds that Python takes in the folder, with this code's `archiver`."""
        return cost_of(self.folder, [sys.executable, *arguments], self._variables).computing

    @property
    def _variables(self) -> dict[str, str]:
        return {"PYTHONPATH": f"{self.folder / 'code'}:{ROOT}", "HTTPS_PROXY": "http://127.0.0.1:9"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """Does the works of a code; a start is a process of its own."""

    code: Code
    process: subprocess.Popen[str]
    errors: Path

    def seconds(self, name: str) -> float:
        """What a work takes."""
        if name in STARTS:
            return self.code.run("-m", "archiver", *STARTS[name])
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(name, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            self.process.wait()
            raise SystemExit(f"{name} has failed\n{self.errors.read_text()[-2000:]}")
        return float(answer)

    def reference(self, name: str) -> float:
        """What the reference of a work takes."""
        if name in STARTS:
            return fmean(self.code.run("-c", "pass") for _ in range(BARE_STARTS))
        return self.seconds(works.REFERENCE)


def alone(code: Code, names: Collection[str] = REFERENCES) -> dict[str, float]:
    """How many of its references each work with these names takes."""
    with code.started() as process:
        return ratios(names, process.seconds, process.reference)


def beside(code: Code, other: Code, names: Collection[str]) -> dict[str, float]:
    """How many times as much as with the other code each work takes."""
    with code.started() as process, other.started() as others:
        return ratios(names, process.seconds, others.seconds)


def ratios(names: Collection[str], ours: Seconds, theirs: Seconds) -> dict[str, float]:
    """The seconds of all turns, ours over theirs. Who begins changes from turn to turn.

    Turn 0 does not count: in it modules are loaded and caches filled.
    """
    sums = {(name, side): 0.0 for name in names for side in (ours, theirs)}
    for turn in range(TURNS + 1):
        for name in names:
            if name in STARTS and turn > START_TURNS:
                continue
            for side in (ours, theirs) if turn % 2 else (theirs, ours):
                seconds = side(name)
                sums[name, side] += seconds if turn else 0
    return {name: sums[name, ours] / sums[name, theirs] for name in names}


def prepared(package: Path, folder: Path) -> Code:
    """The code whose `archiver` lies at `package`, ready to be measured in `folder`, which is made."""
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "archiver").symlink_to(package)
    (folder / "pages").mkdir()
    for number, content in enumerate(fixture_pages()):
        (folder / "pages" / f"{number:02}.html").write_bytes(content)
    kept = [_save(folder / "first", number) for number in range(KEPT)]
    for number in range(KEPT, KEPT + TURNS + 1):
        _save(folder / "saved", number)
    addresses = "".join(f"{numbered.address(number)}\n" for number in range(KNOWN))
    (folder / "list.txt").write_text(addresses, encoding="utf-8")
    code = Code(folder=folder)
    code.run("-c", _FILL)
    code.run("-m", "archiver", "add", "-o", "kept/out", *map(str, kept))
    return code


def _save(folder: Path, number: int) -> Path:
    """Saves the seed fixture's page with its pictures, as another article with other pictures."""
    page = (SEED / "page.html").read_bytes().replace(b"2247491206", b"%d" % (2247500000 + number))
    pictures = folder / f"{number}_files"
    pictures.mkdir(parents=True)
    for path in (SEED / "page_files").iterdir():
        stem = f"{path.stem[:-4]}{number:04}"
        page = page.replace(path.stem.encode(), stem.encode())
        shutil.copy(path, pictures / f"{stem}{path.suffix}")
    saved = folder / f"{number}.html"
    saved.write_bytes(page.replace(b"page_files", pictures.name.encode()))
    return saved


def digest() -> str:
    """What tells these works from others: a figure of other works is another figure."""
    sources = [Path(module.__file__ or "").read_bytes() for module in (works, archives, large_pages)]
    files = [path.read_bytes() for path in sorted((SEED / "page_files").iterdir())]
    parts = [*sources, Path(__file__).read_bytes(), *fixture_pages(), *files]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()[:12]
