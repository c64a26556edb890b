"""Say messages, errors and help on the terminal in the user's language.

Code that makes messages knows no language; this module has the language of the process, and `said` is called for each
text that a person reads. Data on stdout (`--json`, paths, tables) is never translated.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archiver.messages import Language, mark_message, translations
from archiver.messages.message import joined_messages, translated
from archiver.messages.preference import language_of_terminal

if TYPE_CHECKING:
    from gettext import NullTranslations

    from archiver.errors import ArchiverError

# What typer's parser says: it knows no languages, so its English texts are recognised.
PARSER_MESSAGES = (
    mark_message("No such option: {option}"),
    mark_message("No such option: {option} Did you mean {other}?"),
    mark_message("No such option: {option} (Possible options: {others})"),
    mark_message("No such command {name}."),
    mark_message("Missing argument {name}."),
    mark_message("Missing option {name}."),
    mark_message("Missing command."),
    mark_message("Got unexpected extra argument(s) ({arguments})"),
    mark_message("Invalid value for {option}: {reason}"),
    mark_message("Invalid value: {reason}"),
    mark_message("Input should be a valid integer, unable to parse string as an integer"),
    mark_message("Input should be a valid number, unable to parse string as a number"),
    mark_message("Input should be greater than or equal to {number}"),
    mark_message("Input should be less than or equal to {number}"),
    mark_message("Value error, {reason}"),
    mark_message("Input should be {others}"),
    mark_message("Option {option} requires an argument."),
    mark_message("Option {option} does not take a value."),
    mark_message("{value} is not a valid integer."),
    mark_message("{value} is not a valid float."),
    mark_message("{value} is not in the range {range}."),
    mark_message("{value} is not one of {others}."),
)

# What the module says that must not load others: archiver/interruption.py.
INTERRUPTED = mark_message("archiver: interrupted; what was written is whole, the same call goes on with the rest")

# Words of the layout of `--help`.
HELP_WORDS = (
    mark_message("Usage: "),
    mark_message("Arguments:"),
    mark_message("Options:"),
    mark_message("Example:"),
    mark_message("Examples:"),
    mark_message("Show this message and exit."),
    mark_message("[required]"),
)


class _Speaker:
    """The language that this process speaks on the terminal. It begins with the one of the environment."""

    def __init__(self) -> None:
        self._setting = ""

    @property
    def language(self) -> Language:
        return language_of_terminal(os.environ, self._setting)

    @property
    def texts(self) -> NullTranslations:
        return translations(self.language)

    def choose(self, setting: str) -> None:
        self._setting = setting


_SPEAKER = _Speaker()


def choose_language(setting: str) -> None:
    """Speak the language of `lang:` in archiver.yml from now on, unless ARCHIVER_LANG names another one."""
    _SPEAKER.choose(setting)


def said(text: str) -> str:
    """Return a message in the user's language; a text that is no message is returned unchanged."""
    return translated(text, _SPEAKER.texts)


def said_error(error: ArchiverError) -> str:
    """Return the message of an error in the user's language, behind the file, address or setting that it concerns."""
    return f"{said(error.concerns)}: {said(error.args[0])}" if error.concerns else said(error.args[0])


def phrase(template: str, /, **values: object) -> str:
    """Return a template in the user's language, with `values` in its places."""
    return _SPEAKER.texts.gettext(template).format_map(values)


def enumerated(parts: Sequence[str]) -> str:
    """Return parts that are in the user's language as an enumeration."""
    return said(joined_messages(list(parts)))


def help_said(text: str | None) -> str:
    """Return a text of `--help` in the user's language."""
    return _SPEAKER.texts.gettext(text) if text else ""
