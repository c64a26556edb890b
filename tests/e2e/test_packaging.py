"""The packages that users install: what is in them, the first article in an empty home, and what stays when they go."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import FIXTURES, ROOT

PAGE = FIXTURES / "text--2025" / "page.html"
POST = "output/_posts/2025-11-06-今天把阳台的旧书架拆了.md"
PATIENCE = 120  # seconds
# Files of the repository that no package needs; the settings of editors, of git and of GitHub.
NOT_IN_SDIST = (".github/", ".editorconfig", ".gitattributes", ".pre-commit-config.yaml", "output/")


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program with these variables alone."""
    return subprocess.run(
        [str(word) for word in command], cwd=folder, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
        capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip


def tracked(*folders: str) -> set[str]:
    """The files of the repository, or of the source distribution from which the tests are run."""
    done = run("git", "-c", "core.quotePath=false", "ls-files", *folders, folder=ROOT)
    if done.returncode:
        pytest.skip("needs the repository")
    return {name for name in done.stdout.splitlines() if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the source distribution and of the wheel that is made of it."""
    folder = tmp_path_factory.mktemp("packages")
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def sdist(packages: Path) -> Path:
    (file,) = packages.glob("*.tar.gz")
    return file


@pytest.fixture(scope="module")
def wheel(packages: Path) -> Path:
    (file,) = packages.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment into which the wheel was installed, as pipx does it.

    What archiver needs is not fetched again: the environment also looks where the tests' own packages lie. Their
    editable archiver is not found there, since only a folder of site packages follows `.pth` files.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    done = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder)
    (Path(done.stdout.strip()) / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    done = run(python, "-m", "pip", "install", "--no-deps", "--no-index", wheel, folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def test_wheel_has_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == tracked("archiver")


def test_sdist_has_what_tests_and_documentation_need(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in tracked() - names if not name.startswith(NOT_IN_SDIST)} == set()


def test_sdist_unit_tests_run_from_it_alone(sdist: Path, tmp_path: Path) -> None:
    assert run("tar", "-xzf", sdist, folder=tmp_path).returncode == 0
    (root,) = tmp_path.iterdir()
    folders = ("tests/unit/news", "tests/unit/messages", "tests/unit/sources/test_list_files.py")
    code = "import archiver, sys, pytest; print(archiver.__file__); sys.exit(pytest.main(sys.argv[1:]))"
    done = run(sys.executable, "-c", code, "-q", "-p", "no:cacheprovider", *folders, folder=root, HOME=str(tmp_path))
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(str(root))


def test_wheel_first_article_in_an_empty_home(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    archiver = installed / "archiver"
    done = run(archiver, "add", PAGE, folder=tmp_path, HOME=str(home), HTTPS_PROXY="http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (0, f"{POST}\n"), done.stderr
    assert (tmp_path / POST).is_file()
    assert run(archiver, "verify", folder=tmp_path, HOME=str(home)).returncode == 0
    where = run(installed / "python", "-c", "import archiver; print(archiver.__file__)", folder=tmp_path)
    assert where.stdout.startswith(str(installed.parent))


def test_wheel_uninstalled_leaves_the_archive(wheel: Path, installed: Path, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path / "home")}
    run(installed / "archiver", "add", PAGE, folder=tmp_path, **home)
    before = {path: path.read_bytes() for path in (tmp_path / "output").rglob("*") if path.is_file()}
    assert tmp_path / POST in before
    pip = (installed / "python", "-m", "pip")
    assert run(*pip, "uninstall", "--yes", "archiver", folder=tmp_path).returncode == 0
    assert not (installed / "archiver").exists()
    assert {path: path.read_bytes() for path in (tmp_path / "output").rglob("*") if path.is_file()} == before
    assert run(*pip, "install", "--no-deps", "--no-index", wheel, folder=tmp_path).returncode == 0
    assert run(installed / "archiver", "verify", folder=tmp_path, **home).returncode == 0


# `./run` of a clone, on machines that the test plays: their `python3` and `uv` only keep what they were asked.

PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then exit {old}; fi
mkdir -p "$3/bin"
printf '#!/bin/sh\\nprintf "%%s\\\\n" "pip $*" "index $PIP_INDEX_URL" >> "{told}"\\nexit {fails}\\n' > "$3/bin/pip"
chmod +x "$3/bin/pip"
"""
UV = """#!/bin/sh
if [ "$1" = venv ]; then mkdir -p "$4"; fi
printf '%s\\n' "uv $*" "index ${{UV_DEFAULT_INDEX-none}}" >> "{told}"
exit {fails}
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with an empty folder of programs, `bin`."""
    folder = tmp_path / "clone"
    (folder / "bin").mkdir(parents=True)
    for name in ("run", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def play(clone: Path, name: str, script: str, *, fails: int = 0, old: int = 0) -> None:
    program = clone / "bin" / name
    program.write_text(script.format(told=clone / "told", fails=fails, old=old), encoding="utf-8")
    program.chmod(0o755)


def set_up(clone: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """How `./run true` ended, which sets the environment up for developers."""
    path = {"PATH": f"{clone / 'bin'}:/usr/bin:/bin", "HOME": str(clone)}
    return run(clone / "run", "true", folder=clone, **{**variables, **path})


def told(clone: Path) -> list[str]:
    """What the programs were asked."""
    file = clone / "told"
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


def test_run_sets_up_once_and_says_so(clone: Path) -> None:
    play(clone, "python3", PYTHON)
    first = set_up(clone, PIP_INDEX_URL="https://mirror.example/simple")
    assert (first.returncode, first.stdout) == (0, "")
    assert first.stderr == f"run: setting up {clone}/.venv, once; that takes a minute or two\n"
    asked = [
        f"pip install --quiet --disable-pip-version-check --editable {clone}[dev]",
        "index https://mirror.example/simple",
    ]
    assert told(clone) == asked
    assert (set_up(clone).stderr, told(clone)) == ("", asked)


@pytest.mark.parametrize(
    ("variables", "index"),
    [
        ({}, "none"),
        ({"PIP_INDEX_URL": "https://mirror.example/simple"}, "https://mirror.example/simple"),
        ({"PIP_INDEX_URL": "https://a.example", "UV_DEFAULT_INDEX": "https://b.example"}, "https://b.example"),
    ],
    ids=["no mirror", "pip's mirror", "uv's own"],
)
def test_run_with_uv_uses_the_mirror(clone: Path, variables: dict[str, str], index: str) -> None:
    play(clone, "uv", UV)
    assert set_up(clone, **variables).returncode == 0
    assert {line for line in told(clone) if line.startswith("index")} == {f"index {index}"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("C.UTF-8", "Behind a mirror: PIP_INDEX_URL=ADDRESS ./run …; without a network: docs/guide/install.md"),
        ("zh_CN.UTF-8", "使用镜像站：PIP_INDEX_URL=镜像站的地址 ./run …；没有网络：docs/guide/install.zh-CN.md"),
    ],
)
def test_run_that_cannot_set_up_says_what_to_do(clone: Path, language: str, words: str) -> None:
    """And the next call tries again."""
    play(clone, "python3", PYTHON, fails=1)
    done = set_up(clone, LANG=language)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr.splitlines()[-1]
    play(clone, "python3", PYTHON)
    shutil.rmtree(clone / ".venv")
    assert set_up(clone).returncode == 0


def test_run_names_the_python_it_needs(clone: Path) -> None:
    play(clone, "python3", PYTHON, old=1)
    done = set_up(clone)
    assert (done.returncode, done.stderr.splitlines()[1:]) == (1, ["run: python3 must be Python 3.11 or newer"])
    assert told(clone) == []
