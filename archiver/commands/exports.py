"""What an export is asked to write, and what it wrote: values, without anything that reads pages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from archiver.commands.looking import ArticleQuery
from archiver.errors import Exit, UsageError

STDOUT = "-"
_EXTRA = ("warcio", "wacz")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRequest:
    """Which articles go into which files."""

    files: Mapping[str, str]  # a path by its form: warc, wacz, jsonl, csv; tables may go to `-`, stdout
    articles: ArticleQuery = field(default_factory=ArticleQuery)
    only: tuple[str, ...] = ()  # keys, addresses or posts, instead of `articles`

    def check(self) -> None:
        """Nothing, or a UsageError: nothing to write, two files that are one, an archive into a pipe."""
        if not self.files:
            raise UsageError("say what to write: --warc, --wacz, --jsonl or --csv FILE")
        if len({os.path.realpath(path) for path in self.files.values()}) < len(self.files):
            raise UsageError("two exports into one file: give each its own")
        if self.only and self.articles != ArticleQuery():
            raise UsageError("name articles, or choose them by options, not both")
        for form in ("warc", "wacz"):
            if self.files.get(form) == STDOUT:
                raise UsageError(f"--{form} needs a file")
            if form in self.files and any(find_spec(name) is None for name in _EXTRA):
                raise UsageError(f"--{form} needs more packages: pip install 'archiver[warc]'")


@dataclass(kw_only=True, slots=True)
class ExportResult:
    """What an export wrote; filled while it is written."""

    files: tuple[str, ...] = ()
    articles: int = 0
    missing: list[str] = field(default_factory=list)  # what is not in them, though the catalogue says it is kept

    @property
    def exit_code(self) -> Exit:
        """Whether all that was kept is in the files."""
        return Exit.FAILED if self.missing else Exit.OK
