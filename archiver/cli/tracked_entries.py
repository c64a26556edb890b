"""Track what is left to do of a list while its articles are archived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.models import Outcome
    from archiver.sources import ListEntry


class TrackedEntries:
    """The entries of a list, to be iterated once, and what is left to do of them.

    `notes` are the numbers of the lines without an address of WeChat's. These lines are not passed on.
    """

    def __init__(self, entries: Iterable[ListEntry]) -> None:
        self._entries = entries
        # Paths of saved pages, or '', by the source that outcomes show. A name may contain credentials, which outcomes
        # do not show: several files may be `s?key=REDACTED`.
        self._left: dict[str, tuple[str, ...]] = {}
        self._settled: Counter[str] = Counter()  # number of outcomes by source
        self.notes: list[int] = []

    def __iter__(self) -> Iterator[ListEntry]:
        for entry in self._entries:
            if entry.is_note:
                self.notes.append(entry.number)
                continue
            if entry.target:
                self._left[entry.source] = (*self._left.get(entry.source, ()), entry.target.file)
            yield entry

    def settle(self, outcome: Outcome) -> None:
        """Take the source of an outcome from what is left, unless a later call may succeed with it."""
        from archiver.outcomes import can_succeed_later

        source = outcome.source
        files = self._left.get(source, ())
        if files and not can_succeed_later(outcome, is_file=bool(files[0])):
            self._settled[source] += 1
            if self._settled[source] == len(files):
                del self._left[source]

    def remaining_lines(self, folder: Path) -> Iterator[str]:
        """Yield the lines of a list file in `folder` that names what is left to do, in the order of this list."""
        for source, files in self._left.items():
            yield from (_path_from(folder, source, file) if file else source for file in files)


def _path_from(folder: Path, source: str, file: str) -> str:
    """Return the path under which a list file in `folder` can name the saved page `file`.

    In a list file, a relative path starts at the folder of the list file. `source` is the path as the user wrote it,
    but with credentials replaced: `s?key=REDACTED`. If it still leads from `folder` to `file`, return it. Otherwise
    return the absolute path of `file`.
    """
    if (folder / source).absolute() == Path(file).absolute():
        return source
    return str(Path(file).absolute())
