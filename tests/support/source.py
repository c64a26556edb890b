"""The package's own source, which several tests read: each module is parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def read(path: Path) -> str:
    """Return the source of a module."""
    return path.read_text(encoding="utf-8")


@cache
def parsed(source: str) -> ast.Module:
    """Return the tree of a source."""
    return ast.parse(source)


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Return all nodes of a source."""
    return tuple(ast.walk(parsed(source)))
