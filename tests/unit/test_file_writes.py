"""Only archiver/storage opens files for writing, so that every file of an archive is written atomically and durably."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.paths import PACKAGE
from tests.support.source import nodes_of, read

WRITES = {"write_text", "write_bytes", "touch", "copy", "copy2", "copyfile", "copytree", "move", "fdopen", "mkstemp"}
LIBRARIES = {"copy": "shutil", "copy2": "shutil", "copyfile": "shutil", "copytree": "shutil", "move": "shutil"}

ALLOWED = {  # module → why it may open files for writing
    "cli/init.py": "a new archiver.yml, which must not exist before",
    "cli/output.py": "stdout and stderr of a process that was started without them",
    "export/wacz.py": "parts in a folder of its own, of which the finished file is moved to its place",
    "site/generator/folder.py": "files of a site, each moved to its place when it is whole; the next run makes lost ones again",
    "archive/other.py": "a copy of another archive's catalogue, in a temporary folder",
}


def opens_for_writing(call: ast.Call) -> bool:
    """Return whether a call opens, creates or copies a file."""
    function = call.func
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    owner = function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""
    if name in WRITES:
        return name not in LIBRARIES or owner == LIBRARIES[name]
    if name != "open":
        return False
    if owner == "os":
        return True
    words = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    modes = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    return any(set(mode) <= set("rwaxbt+") and set(mode) & set("wax+") for mode in modes)


def writes_in(source: str) -> Iterator[int]:
    """Yield the lines at which a module opens files for writing."""
    for node in nodes_of(source):
        if isinstance(node, ast.Call) and opens_for_writing(node):
            yield node.lineno


def test_file_writes_only_in_storage_or_allowed_modules() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if "storage" not in path.relative_to(PACKAGE).parts and (lines := list(writes_in(read(path))))
    }
    assert {name: lines for name, lines in found.items() if name not in ALLOWED} == {}


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ('path.open("w", encoding="utf-8")', True),
        ('open(1, "w")', True),
        ('path.open(mode="ab")', True),
        ('path.write_text("x")', True),
        ("path.write_bytes(content)", True),
        ("os.open(path, flags)", True),
        ("shutil.copyfile(one, two)", True),
        ('path.open("rb")', False),
        ("path.open()", False),
        ("catalogue.open()", False),
        ("values.copy()", False),
        ('text.replace("a", "w")', False),
    ],
)
def test_writes_in_finds_only_calls_that_write(code: str, is_found: bool) -> None:
    assert bool(list(writes_in(code))) is is_found
