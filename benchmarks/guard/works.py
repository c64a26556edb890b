"""The process that does the works: `python -m benchmarks.guard.works` in a folder that rounds.py made.

It reads names of works and answers each with the seconds of a processor that it took. The command is called by its
entry point, again and again in one process: its start, which would hide the rest, is measured by itself (rounds.py).
"""

from __future__ import annotations

import argparse
import ast
import gc
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time

REFERENCE = "ast"

Work = Callable[[], object]


def works() -> dict[str, Work]:
    """The works by name, and their reference.

    The reference reads the source of a module of Python's own and writes it again. As ours it is interpreted, calls a
    parser in C and makes many small objects, so that it suffers as ours do from others on the same machine; and it
    changes with Python alone.
    """
    source = inspect.getsource(argparse)
    pages = [path.read_bytes() for path in sorted(Path("pages").iterdir())]
    saved = _saved()
    return {
        REFERENCE: lambda: ast.unparse(ast.parse(source)),
        "to_markdown": lambda: convert(pages),
        "add": lambda: command("add", "-o", "out", next(saved)),
        "rebuild": rebuild,
        "batch": lambda: command("batch", "-o", "known/out", "list.txt"),
    }


def _saved() -> Iterator[str]:
    """Saved pages, each of another article than those before."""
    yield from sorted(map(str, Path("saved").glob("*.html")))


def convert(pages: list[bytes]) -> None:
    """Makes Markdown of each page."""
    from archiver import to_markdown

    for page in pages:
        to_markdown(page)


def rebuild() -> None:
    """Makes every post again, all of them missing."""
    for post in Path("kept/out/_posts").iterdir():
        post.unlink()
    command("rebuild", "-o", "kept/out", "--all", "--jobs", "1")


def command(*arguments: str) -> None:
    """Calls `archiver`, which must end well."""
    from archiver.__main__ import main

    sys.argv = ["archiver", *arguments]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise


def seconds(work: Work) -> float:
    """The seconds of a processor that a work takes, its processes included."""
    gc.collect()  # what the work before has left is not this one's to take away
    children, start = _of_children(), process_time()
    work()
    taken = process_time() - start + _of_children() - children
    gc.freeze()  # what is loaded now is not looked through again
    return taken


def _of_children() -> float:
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Answers until there are no more names; what the command says is nobody's."""
    with os.fdopen(os.dup(0)) as names, os.fdopen(os.dup(1), "w") as answers, Path(os.devnull).open("r+b") as nowhere:
        os.dup2(nowhere.fileno(), 0)
        os.dup2(nowhere.fileno(), 1)
        by_name = works()
        for name in names:
            print(seconds(by_name[name.rstrip("\n")]), file=answers, flush=True)


if __name__ == "__main__":
    main()
