"""What `import archiver` offers: everything that Archiver's methods take and yield, and nothing heavy before its use."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import archiver

PUBLIC = {name: getattr(archiver, name) for name in archiver.__all__}
METHODS = {
    name: member
    for name, member in inspect.getmembers(archiver.Archiver, inspect.isfunction)
    if not name.startswith("_") or name == "__init__"
}
COMMANDS = {
    "add", "batch", "run", "rebuild", "recheck", "verify", "remarks", "remove", "undo_removal", "lost_files",
    "empty_lost", "merge", "history", "difference", "list", "list_linked", "similar_accounts", "show", "status",
    "search", "export", "enqueue", "queue", "work_queue", "styled", "doctor", "send_news",
    "plan_move", "move", "publish", "init_cluster", "cluster_status", "enqueue_list", "work", "import_into_cluster",
    "export_from_cluster",
}  # fmt: skip


def types_in(hint: object) -> Iterator[type]:
    """The classes that a type hint names, at any depth."""
    if isinstance(hint, list):
        hints = tuple(hint)
    else:
        hints = get_args(hint)
        if isinstance(hint, type) and not hints:
            yield hint
    for part in hints:
        yield from types_in(part)


def own_types(function: Callable[..., Any]) -> set[type]:
    """This package's classes in a function's signature; NameError when one of them cannot be had from `archiver`."""
    hints = get_type_hints(function, localns=PUBLIC)
    return {
        kind for hint in hints.values() for kind in types_in(hint) if kind.__module__.partition(".")[0] == "archiver"
    }


def test_archiver_methods_match_commands():
    assert set(METHODS) - {"__init__"} == COMMANDS


@pytest.mark.parametrize("name", METHODS)
def test_archiver_signature_types_are_exported(name):
    assert own_types(METHODS[name]) <= set(PUBLIC.values())


def test_own_types_finds_nested_types():
    def method(one: Callable[[archiver.Outcome], datetime | None], two: list[tuple[archiver.State, ...]]) -> None: ...

    assert own_types(method) == {archiver.Outcome, archiver.State}


def test_own_types_unexported_type_is_name_error():
    def method(one: ParsedPage) -> None: ...  # noqa: F821

    with pytest.raises(NameError):
        own_types(method)


@pytest.mark.parametrize("name", METHODS)
def test_archiver_docstring_errors_are_exported(name):
    words = set((METHODS[name].__doc__ or "").replace(",", " ").replace(";", " ").replace(".", " ").split())
    from archiver import errors

    named = {word for word in words if inspect.isclass(getattr(errors, word, None))}
    assert named <= set(PUBLIC)


@pytest.mark.parametrize("name", sorted(set(archiver.__all__) - {"__version__"}))
def test_exports_have_docstrings(name):
    assert (PUBLIC[name].__doc__ or "").strip()
    assert not (PUBLIC[name].__doc__ or "").startswith(f"{name}(")  # a dataclass without one gets its signature


def test_type_checking_imports_match_lazy_imports():
    tree = ast.parse(Path(archiver.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    told = {
        (node.module, alias.name) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    public = {(module, name) for module, name in told if name in archiver.__all__}
    assert public == {(f"archiver.{module}", name) for name, module in archiver._MODULES.items()}


def test_all_matches_lazy_imports_and_dir():
    assert set(archiver._MODULES) | {"__version__", "read", "to_markdown"} == set(archiver.__all__)
    assert set(archiver.__all__) <= set(dir(archiver))


def test_getattr_unknown_name_is_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = archiver.nonsense


def test_version_matches_package_metadata():
    assert version("archiver") == archiver.__version__
