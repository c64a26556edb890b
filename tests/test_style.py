"""The house's rules of size and names (style-models, SYNTHESIS 21, 22, 24), held by reading the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "archiver"
MODULES = sorted(ROOT.rglob("*.py"))
REFUSED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def parameters(function: Function) -> int:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return sum(argument.arg not in ("self", "cls") for argument in every)


def too_long(source: str) -> list[str]:
    return [f.name for f in functions(source) if (f.end_lineno or 0) - f.lineno + 1 > 60]


def too_many_parameters(source: str) -> list[str]:
    return [f.name for f in functions(source) if parameters(f) > 5]


def named(path: Path) -> str:
    return path.relative_to(ROOT.parent).as_posix()


def test_the_package_is_found():
    assert ROOT / "pipeline.py" in MODULES


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_function_is_over_sixty_lines(path):
    assert too_long(path.read_text()) == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_function_takes_more_than_five_parameters(path):
    assert too_many_parameters(path.read_text()) == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_pattern_has_a_group_that_debians_python_misreads(path):
    """CPython before 3.11.5 goes on after a possessive or atomic group that failed half way (gh-106052)."""
    assert re.findall(r"(?<!\()\)(?:[*?+]|\{\d[\d,]*\})\+|\(\?>", path.read_text()) == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_module_is_over_four_hundred_lines(path):
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_room_has_a_name_that_says_nothing(path):
    assert REFUSED_NAMES.isdisjoint((path.stem, *path.relative_to(ROOT).parts))


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("def f():\n" + "    x = 1\n" * 60, ["f"]),
        ("def f():\n" + "    x = 1\n" * 59, []),
        ("class C:\n  async def g(self):\n" + "    x = 1\n" * 60, ["g"]),
    ],
    ids=["61 lines", "60 lines", "a method"],
)
def test_the_length_of_a_function_is_counted(source, refused):
    assert too_long(source) == refused


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("def f(a, b, c, d, e, g): ...", ["f"]),
        ("def f(a, b, c, *, d, e, **g): ...", ["f"]),
        ("def f(self, a, b, c, d, e): ...", []),
    ],
    ids=["six", "of every kind", "self is not counted"],
)
def test_the_parameters_of_a_function_are_counted(source, refused):
    assert too_many_parameters(source) == refused
