"""Answer calls that a person guessed: run what is meant where that is certain, else name the call that does it.

These functions only look at the words of the call, and at whether a file or folder of that name exists.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from archiver.cli.hints import quoted
from archiver.errors import UsageError
from archiver.messages.message import message

_PAGE_SUFFIXES = (".html", ".htm", ".mhtml", ".mht", ".webarchive")
_LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".md", ".xlsx", ".json", ".jsonl")
_HOST = "mp.weixin.qq.com"

# Words that people try first, because other programs call their commands so.
_OTHER_WORDS = {
    "archive": "add", "download": "add", "dl": "add", "fetch": "add", "get": "add", "save": "add", "clip": "add",
    "bulk": "batch", "urls": "batch",
    "ls": "list", "articles": "list", "find": "search", "grep": "search", "info": "show", "cat": "show",
    "delete": "rm", "del": "rm", "remove": "rm", "sync": "run", "cron": "run", "update": "run", "start": "run",
    "server": "serve", "web": "serve", "ui": "serve", "open": "serve", "read": "serve", "reader": "serve",
    "config": "init", "setup": "init", "new": "init", "check": "verify", "repair": "verify", "fsck": "verify",
    "merge": "import", "restore": "import", "diff": "history", "log": "history", "render": "rebuild",
    "epub": "export", "pdf": "export", "refresh": "recheck", "stat": "status", "stats": "status", "debug": "doctor",
}  # fmt: skip


# What a call without its argument is answered.
_NOTHING_GIVEN = {
    "add": message(
        "name a SOURCE: an address, as in `archiver add https://mp.weixin.qq.com/s/…`, or a page saved by a browser"
    ),
    "batch": message(
        "name a LIST of addresses: `archiver batch addresses.txt`; for one address: `archiver add ADDRESS`"
    ),
}


def is_source(word: str) -> bool:
    """Return whether a word stands for an article: an address, a shared message with one, a saved page, or `-`.

    An existing file counts, too. If it is a list, `add` names the command for lists.
    """
    name = word.strip()
    if name == "-" or "://" in name or _HOST in name.lower() or name.lower().startswith("file:"):
        return True
    return name.lower().endswith(_PAGE_SUFFIXES) or _is_file(name)


def is_address(word: str) -> bool:
    """Return whether a word is the address of a website, and not that of a file: nor is there a file of this name."""
    name = word.strip()
    return not name.lower().startswith("file:") and not _is_file(word) and ("://" in name or _HOST in name.lower())


def unknown_command(word: str, commands: Collection[str]) -> UsageError:
    """Return the error for a word that is no command, which names the most similar one, if any."""
    known = _OTHER_WORDS.get(word.lower()) or _most_similar(word.lower(), commands)
    if known:
        return UsageError(
            message("there is no command {word}; did you mean `archiver {known}`?", word=quoted(word), known=known)
        )
    return UsageError(message("there is no command {word}; `archiver --help` lists them all", word=quoted(word)))


def option_before_command(arguments: Sequence[str], commands: Collection[str]) -> UsageError | None:
    """Return the error for options that stand before the command; None if no word of the call is a command."""
    command = next((word for word in arguments if word in commands), None)
    if command is None:
        return None
    rest = list(arguments)
    rest.remove(command)
    return UsageError(
        message("options stand behind the command: `archiver {call}`", call=" ".join(map(quoted, [command, *rest])))
    )


def nothing_given(command: str) -> UsageError | None:
    """Return the error for a call of `command` that lacks its argument; None if typer's own message says enough."""
    return UsageError(_NOTHING_GIVEN[command]) if command in _NOTHING_GIVEN else None


def too_many_arguments(command: str, words: Sequence[str]) -> UsageError:
    """Return the error for words that a command does not take, with the call that was probably meant."""
    word = quoted(words[0])
    if _is_folder(words[0]):
        return UsageError(
            message("-o names the folder of an archive: `archiver {command} -o {word}`", command=command, word=word)
        )
    if command == "run" and words[0].lower().endswith(_LIST_SUFFIXES):
        return UsageError(
            message(
                "`run` reads the lists that archiver.yml names under `sources:`; this one alone: "
                "`archiver batch {word}`",
                word=word,
            )
        )
    if is_source(words[0]):
        return UsageError(
            message(
                "`{command}` takes no address and no file; to archive it: `archiver add {word}`",
                command=command,
                word=word,
            )
        )
    if command in ("list", "status"):
        return UsageError(
            message(
                "`{command}` takes no words; the articles of an account: `archiver list --account "
                "{word}`, those with a word in them: `archiver search {word}`",
                command=command,
                word=word,
            )
        )
    return UsageError(
        message(
            "`{command}` takes no {word}: `archiver {command} --help` says what it takes", command=command, word=word
        )
    )


def _most_similar(word: str, commands: Collection[str]) -> str:
    """Return the command that is most similar to a mistyped word, '' if none is. Swapped letters count least."""
    from difflib import get_close_matches  # only for a mistyped word

    swapped = [command for command in commands if sorted(command) == sorted(word)]
    return next(iter([*swapped, *get_close_matches(word, commands, n=1)]), "")


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long for a name, or with a NUL
        return False


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False
