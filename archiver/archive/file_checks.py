"""Every file of an archive against what its catalogue says of it: what is missing, and what was altered.

Hashing and unpacking let other threads run; the order of what is found is the order of what was asked.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from hashlib import file_digest
from itertools import islice
from pathlib import Path

from archiver.archive.captures import SnapshotStore
from archiver.archive.posts import is_written
from archiver.errors import InputError
from archiver.models import AuditSubject, ExpectedFile, Finding, Problem
from archiver.storage.local import open_file

_TOGETHER = 32  # files that a thread is given at once: to hand one over takes as long as to hash a small one
SEAL_BROKEN = "its page is whole, what stands behind it is not"
_AHEAD = 8  # such lots in work
_FENCE = re.compile(r" *(`{3,}|~{3,})([^\n]*)")

Check = Callable[[ExpectedFile], list[Finding]]


def checked(
    inventory: Iterable[ExpectedFile], check: Check, pool: Executor
) -> Iterator[tuple[ExpectedFile, list[Finding]]]:
    """Each holding with what is found wrong with its file, in their order; few are in memory at a time."""
    left = iter(inventory)
    lots = iter(lambda: list(islice(left, _TOGETHER)), [])
    running: deque[tuple[list[ExpectedFile], Future[list[list[Finding]]]]] = deque()
    for lot in lots:
        running.append((lot, pool.submit(_checked, lot, check)))
        if len(running) >= _AHEAD:
            done, findings = running.popleft()
            yield from zip(done, findings.result(), strict=True)
    for done, findings in running:
        yield from zip(done, findings.result(), strict=True)


def _checked(lot: list[ExpectedFile], check: Check) -> list[list[Finding]]:
    return [check(holding) for holding in lot]


def check_medium(root: Path, holding: ExpectedFile) -> list[Finding]:
    """Return what is wrong with the file of a medium."""
    try:
        with open_file(root / holding.path) as file:
            digest = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return [_unread(holding, "media", error)]
    return [] if digest == holding.sha256 else [_altered(holding, "media", "its bytes are not those that were saved")]


def check_page(snapshots: SnapshotStore, holding: ExpectedFile) -> list[Finding]:
    """Return what is wrong with the snapshot of a page."""
    path = holding.path
    if not snapshots.path(holding.sha256).is_file():
        return [Finding(problem="missing", what="snapshot", path=path, key=holding.key, said="it is not there")]
    try:
        stored = snapshots.load(holding.sha256)
    except InputError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            return [_unread(holding, "snapshot", cause)]
        return [_altered(holding, "snapshot", "its bytes are not those that were kept")]
    return [] if stored.is_sealed else [_altered(holding, "snapshot", SEAL_BROKEN)]


def check_post(root: Path, links: Links, holding: ExpectedFile) -> list[Finding]:
    """Return what is wrong with a post, and with the files of the archive that it shows."""
    try:
        with open_file(root / holding.path) as file:
            content = file.read()
    except OSError as error:
        return [_unread(holding, "post", error)]
    if holding.sha256 and not is_written(content, holding.sha256):
        return [_altered(holding, "post", "edited by hand, or damaged: it is not what was written")]
    return [
        Finding(problem="link", what="post", path=path, key=holding.key, said=f"{holding.path} shows it")
        for path in links.missing(content.decode(errors="replace"))
    ]


def without_code(text: str) -> str:
    """Return a Markdown text without its fenced code; a fence that is never closed is text."""
    kept: list[str] = []
    fence, start = "", 0
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        kept.append(line)
        if mark and not fence:
            fence, start = mark[1], len(kept) - 1
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            del kept[start:]
            fence = ""
    return "".join(kept)


class Links:
    """The files of the archive that a post shows; `media_in` is how its profile finds them in a text."""

    def __init__(self, root: Path, media_in: Callable[[str], list[str]]) -> None:
        self._root, self._media_in = root, media_in

    def shown(self, text: str) -> list[str]:
        """Return the files that a text links to, by their paths; what code shows is no link."""
        return self._media_in(without_code(text))

    def missing(self, text: str) -> list[str]:
        """Return those that are not there."""
        lost = self._lost(self._media_in(text))
        return self._lost(self.shown(text)) if lost else []

    def _lost(self, paths: Iterable[str]) -> list[str]:
        return [path for path in paths if not (self._root / path).is_file()]


def _unread(holding: ExpectedFile, what: AuditSubject, error: OSError) -> Finding:
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    problem: Problem = "missing" if is_missing else "unreadable"
    said = "it is not there" if is_missing else f"it cannot be read ({error.strerror or error})"
    return Finding(problem=problem, what=what, path=holding.path, key=holding.key, said=said)


def _altered(holding: ExpectedFile, what: AuditSubject, said: str) -> Finding:
    return Finding(problem="altered", what=what, path=holding.path, key=holding.key, said=said)
