"""The house's rules of size, names and docstrings, held by reading the source (CONTRIBUTING.md, Rules)."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.support.paths import PACKAGE
from tests.support.source import nodes_of, parsed, read

MODULES = sorted(PACKAGE.rglob("*.py"))
REFUSED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

# Words of everyday programming, and of the field, that are as short as this.
SHORT_NAMES = {
    "add", "all", "app", "bug", "cgi", "css", "dom", "end", "get", "has", "id", "key", "of", "put", "run",
    "Job", "MIB", "Run", "Tag",
}  # fmt: skip
PRIVATE_WORDS = re.compile(r"\b(Rooms|Wish|Tally|Holding|Neighbour|Edges|MachineGate|_Lent)\b")
ELSEWHERE = re.compile(r"§|\bissue \d|\bT\d{1,3}\b|ARCHITECTURE")  # notes that are not in the repository
NO_SENTENCE = ("What ", "Whether ", "How ", "Nothing", "The same")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[Function]:
    return (node for node in nodes_of(source) if isinstance(node, Function))


def parameters(function: Function) -> int:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return sum(argument.arg not in ("self", "cls") for argument in every)


def too_long(source: str) -> list[str]:
    return [f.name for f in functions(source) if (f.end_lineno or 0) - f.lineno + 1 > 60]


def too_many_parameters(source: str) -> list[str]:
    return [f.name for f in functions(source) if parameters(f) > 5]


def functions_with_a_body(source: str) -> list[str]:
    return [f.name for f in functions(source) if not all(isinstance(line, ast.Expr) for line in f.body)]


DECLARATIONS = ("archiver/catalogue/protocol.py",)  # as long as the contract is
FACADES = {"archiver/app.py"}  # many short methods that call others


def named(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


def faults(rule: Callable[[str], object], paths: Iterable[Path] = MODULES) -> dict[str, object]:
    """Return what a rule finds in the source of each module, by the module's name, without those that keep the rule."""
    return {named(path): found for path in paths if (found := rule(read(path)))}


def test_modules_list_includes_pipeline():
    assert PACKAGE / "pipeline.py" in MODULES


def test_function_length_is_at_most_sixty_lines():
    assert faults(too_long) == {}


def test_function_takes_at_most_five_parameters():
    assert faults(too_many_parameters) == {}


def test_regex_has_no_possessive_or_atomic_group():
    """CPython before 3.11.5 goes on after a possessive or atomic group that failed half way (gh-106052)."""
    assert faults(re.compile(r"(?<!\()\)(?:[*?+]|\{\d[\d,]*\})\+|\(\?>").findall) == {}


def statements_in(node: ast.AST) -> int:
    """Return the number of statements of a function, with those inside of others, 0 for any other node."""
    if not isinstance(node, ast.FunctionDef):
        return 0
    return sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 2  # the function itself, its docstring


def test_module_length_is_at_most_four_hundred_lines():
    others = [path for path in MODULES if named(path) not in {*DECLARATIONS, *FACADES}]
    assert faults(lambda source: source.splitlines()[400:], others) == {}


def test_longer_modules_are_declarations_or_short_methods():
    longer = [path for path in MODULES if named(path) in {*DECLARATIONS, *FACADES}]
    assert len(longer) == len(DECLARATIONS) + len(FACADES)
    for path in longer:
        if named(path) in DECLARATIONS:
            assert functions_with_a_body(read(path)) == []
        else:
            assert max(map(statements_in, nodes_of(read(path)))) <= 7


def test_module_path_has_no_vague_name():
    assert [named(path) for path in MODULES if REFUSED_NAMES & {path.stem, *path.relative_to(PACKAGE).parts}] == []


def public_names(source: str) -> Iterator[str]:
    """Yield the names of classes, functions, methods and constants that do not begin with an underscore."""
    for node in nodes_of(source):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
    for node in parsed(source).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def short_names(source: str) -> set[str]:
    return {name for name in public_names(source) if not name.startswith("_") and len(name) < 4} - SHORT_NAMES


def test_public_names_have_four_letters_or_are_listed():
    assert faults(short_names, [path for path in MODULES if "migrations" not in path.parts]) == {}


def test_public_class_names_are_unique():
    classes = [node.name for path in MODULES for node in nodes_of(read(path))
               if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]  # fmt: skip
    assert [name for name, count in Counter(classes).items() if count > 1] == []


def test_module_has_no_private_words_or_external_references():
    assert faults(PRIVATE_WORDS.findall) == {}
    assert faults(ELSEWHERE.findall) == {}


def is_property(function: ast.FunctionDef) -> bool:
    """Return whether a function is read like an attribute: its docstring may be a noun."""
    return any(ast.unparse(decorator).endswith("property") for decorator in function.decorator_list)


def functions_without_a_sentence(source: str) -> list[str]:
    found = [(node.name, ast.get_docstring(node) or "") for node in nodes_of(source)
             if isinstance(node, ast.FunctionDef) and not is_property(node)]  # fmt: skip
    return [name for name, docstring in found if docstring.startswith(NO_SENTENCE)]


def test_docstrings_of_functions_are_sentences():
    assert faults(functions_without_a_sentence) == {}


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("def f():\n" + "    x = 1\n" * 60, ["f"]),
        ("def f():\n" + "    x = 1\n" * 59, []),
        ("class C:\n  async def g(self):\n" + "    x = 1\n" * 60, ["g"]),
    ],
    ids=["61 lines", "60 lines", "a method"],
)
def test_too_long_finds_functions_over_line_limit(source, refused):
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
def test_too_many_parameters_finds_functions_over_limit(source, refused):
    assert too_many_parameters(source) == refused
