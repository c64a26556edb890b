"""What every test stands on: no network but loopback, no settings of the tester's, markers that CI takes seriously."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from ipaddress import ip_address
from itertools import count
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, settings
from tenacity import wait_none

from archiver import yaml_reader
from archiver.catalogue.location import Location
from archiver.fetcher import retry
from tests.support import postgres
from tests.support.books import EPUBCHECK
from tests.support.buckets import Bucket, serving
from tests.support.command import Command
from tests.support.injection.library import has_compiler
from tests.support.inside import Inside
from tests.support.paths import AXE, CORPUS, HEXO, MOTO, NODE, REDIRECTS
from tests.support.seed import serve_seed
from tests.support.wechat import Authority, World, playing

NEEDS: dict[str, Callable[[], bool]] = {
    "corpus": lambda: (CORPUS / "pages").is_dir(),
    "jekyll": lambda: shutil.which("jekyll") is not None,
    "hugo": lambda: shutil.which("hugo") is not None,
    "hexo": lambda: HEXO.is_file() and NODE.is_file(),
    "redirects": lambda: any(REDIRECTS.glob("jekyll-redirect-from-*.gemspec")),
    "browser": lambda: shutil.which("chromium") is not None and find_spec("playwright") is not None,
    "replay": lambda: shutil.which("wayback") is not None,
    "axe": AXE.is_file,
    "bucket": MOTO.is_file,
    "compiler": has_compiler,
    "epubcheck": lambda: EPUBCHECK.is_file() and shutil.which("java") is not None,
    "sphinx": lambda: all(find_spec(name) for name in ("sphinx", "myst_parser", "furo")),
}

# The files whose tests take longest, the longest first.
LONGEST = (
    "tests/e2e/test_injection.py", "tests/property/test_fuzz.py", "tests/e2e/test_reader.py", "tests/e2e/test_static_site.py",
    "tests/e2e/test_phone.py", "tests/e2e/test_streams.py", "tests/e2e/test_interrupted.py", "tests/e2e/test_replay.py",
    "tests/e2e/test_static_search.py", "tests/e2e/test_jekyll_sites.py", "tests/e2e/test_hexo.py", "tests/corpus/test_books.py",
    "tests/e2e/test_serve_browser.py", "tests/e2e/test_styled_browser.py", "tests/e2e/test_serve.py", "tests/corpus/test_looks.py",
    "tests/e2e/test_obsidian.py", "tests/e2e/test_kill.py", "tests/corpus/test_gate.py", "tests/e2e/test_docs_examples.py",
    "tests/integration/commands/test_move.py", "tests/integration/catalogue/test_catalogue.py", "tests/integration/fetcher/test_faults.py",
    "tests/integration/archive/test_recovery.py", "tests/integration/catalogue/test_races.py", "tests/property/test_inline.py",
    "tests/integration/commands/test_news.py", "tests/integration/archive/test_recovery_attacks.py", "tests/integration/cli/test_logging.py",
    "tests/integration/export/test_epub.py", "tests/integration/archive/test_recovery_large.py", "tests/e2e/test_powercut.py",
    "tests/e2e/test_terminal_lines.py", "tests/e2e/test_packaging.py", "tests/integration/commands/test_verify_repair.py",
    "tests/e2e/test_search_interrupted.py", "tests/integration/test_docs_site.py", "tests/corpus/test_export.py", "tests/e2e/test_browser.py",
)  # fmt: skip

# A machine that others share is no reason to fail: no deadline. `--long` tries twice as many examples.
settings.register_profile("busy", deadline=None, max_examples=50)
settings.register_profile("long", deadline=None, max_examples=100)
# For mutmut (docs/development/mutation.md): the same few examples for every mutant, and no search for the shortest that fails.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, max_examples=25, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("busy")

# What a tester's shell may hold that changes what archiver does.
_SETTINGS = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_STATE_HOME")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of ours."""
    parser.addoption(
        "--long", action="store_true",
        help="Twice the generated examples, 50 mutations of each page (test_fuzz.py), 200 kills (test_kill.py), every fault (test_injection.py).",
    )  # fmt: skip
    parser.addoption(
        "--injection-seconds", type=float, default=15, help="How long faults are tried, at random (test_injection.py)."
    )
    parser.addoption("--injection-seed", type=int, default=None, help="Which faults, as a run before has printed it.")
    parser.addoption("--injection-state", default=None, help="A file of the faults that were tried: the others are.")
    parser.addoption(
        "--update-golden", action="store_true", help="Show what changed in fixtures/*/expected.md and write it."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to let CI write its own expectations; chooses the number of examples; gives mutmut the depth it needs."""
    if config.getoption("--long"):
        settings.load_profile("long")
    if "MUTANT_UNDER_TEST" in os.environ:  # mutmut makes three calls of one
        sys.setrecursionlimit(5_000)
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError("--update-golden is for people who read the difference: not in CI")


@pytest.hookimpl(trylast=True)  # after pytest-randomly
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the tests of long files first where several processes share the tests, so that these end together."""
    if hasattr(config, "workerinput"):
        places = {name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.location[0], len(places)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Gives all tests of a file to one process: what a module's fixtures make, such as archives, is made once."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # the order is that of above
    return LoadFileScheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without what a marker names a user's test is skipped, and CI's fails."""
    if postgres.SERVER and item.get_closest_marker("file"):
        pytest.skip("about a catalogue that is a file (docs/development/testing.md)")
    missing = [name for name in NEEDS.keys() & {mark.name for mark in item.iter_markers()} if not NEEDS[name]()]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"CI must have what these tests need: {', '.join(missing)}", pytrace=False)
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (see pyproject.toml)")


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of new folders; pytest looks through all that are there for the next, which takes 4 ms for 5,000."""
    root = tmp_path_factory.mktemp("tests")
    return (root / str(number) for number in count(1))


@pytest.fixture
def tmp_path(_folders: Iterator[Path]) -> Path:
    """An empty folder of the test's own, in place of pytest's."""
    folder = next(_folders)
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_tester(_folders: Iterator[Path]) -> Iterator[None]:
    (home := next(_folders)).mkdir(mode=0o700)  # of fixtures that are made before a test has its own
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.upper() in _SETTINGS or name.startswith("ARCHIVER_"):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        yield


@pytest.fixture(autouse=True)
def _own_home(_folders: Iterator[Path]) -> None:
    """A home of the test's own, which does not exist before something is written to it: few tests do."""
    os.environ["HOME"] = str(next(_folders))


@pytest.fixture(autouse=bool(postgres.SERVER))
def _on_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Location, "in_archive", postgres.in_archive)


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: tuple[str, int] | str) -> None:
        if self.family != socket.AF_UNIX and not ip_address(address[0]).is_loopback:
            pytest.fail(f"a test must not open {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority of the played hosts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world() -> World:
    """What WeChat answers in this test: nothing yet."""
    return World()


@pytest.fixture
def archiver(world: World, authority: Authority, tmp_path: Path) -> Iterator[Command]:
    """The command, whose network is `world`."""
    with playing(world, authority) as environment:
        yield Command(folder=tmp_path, environment=environment, in_process=True)


@pytest.fixture
def offline(tmp_path: Path) -> Command:
    """The command, whose proxy is a port where nobody listens."""
    return Command(folder=tmp_path, environment={"HTTPS_PROXY": "http://127.0.0.1:9"}, in_process=True)


@pytest.fixture
def archive(world: World, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inside]:
    """An archive in the test's own process, whose network is `world`."""
    with playing(world, authority) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield Inside(folder=tmp_path / "out")


@pytest.fixture(scope="session")
def s3_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 service on loopback."""
    with serving(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def bucket(s3_service: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A new bucket, which this test's process may use; needs the mark `bucket`."""
    made = Bucket.new(s3_service)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def seed(world: World) -> str:
    """The short address of the article that the project began with, which `world` has now."""
    return serve_seed(world)


@pytest.fixture
def no_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between the tries of a request, for calls in the test's process."""
    monkeypatch.setattr(retry, "wait_exponential", lambda **_: wait_none())
    monkeypatch.setattr(retry, "wait_random", lambda *_: wait_none())


@pytest.fixture(params=["in C", "in Python"])
def yaml_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of PyYAML's two parsers; some machines have one of them only."""
    if request.param == "in Python":
        monkeypatch.setattr(yaml_reader, "_LOADER", yaml.BaseLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("no libyaml here")
