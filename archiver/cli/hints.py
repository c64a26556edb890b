"""Repeat the options that name the archive in the calls that messages propose.

Messages arise where nobody knows how archiver was called: they say `archiver batch list.txt`, in backquotes. Called
with `-o blog`, a person needs `archiver batch list.txt -o blog`.
"""

from __future__ import annotations

import re
import shlex
from typing import ClassVar

_CALL = re.compile(r"`archiver (?P<command>[a-z]+)(?P<rest>[^`]*)`")
_PLAIN = re.compile(r"[\w@%+=:,./~-]+")  # what no shell needs quotes for, Chinese characters included
_WITHOUT_ARCHIVE = ("init", "help", "version")


class _Given:
    """The options with which this process was called."""

    output: ClassVar[str | None] = None
    config: ClassVar[str | None] = None


def remember(output: str | None, config: str | None) -> None:
    """Repeat these values of `--output` and `--config` in every call that is proposed from now on."""
    _Given.output, _Given.config = output, config


def with_options(said: str) -> str:
    """Return a message in whose proposed calls the options of this call are repeated."""
    return _CALL.sub(_completed, said) if _Given.output or _Given.config else said


def _completed(call: re.Match[str]) -> str:
    command, rest = call["command"], call["rest"]
    words = rest.split()
    if command in _WITHOUT_ARCHIVE or "--help" in words:
        return call[0]
    options = ""
    if _Given.output and not {"-o", "--output"} & set(words):
        options += f" -o {quoted(_Given.output)}"
    if _Given.config and "--config" not in words:
        options += f" --config {quoted(_Given.config)}"
    return f"`archiver {command}{rest}{options}`"


def quoted(word: str) -> str:
    """Return a word as a person types it at a shell: between quotes if it needs any."""
    return word if _PLAIN.fullmatch(word) else shlex.quote(word)
