"""Which files the posts and pages that lie in an archive's folder show, whoever wrote them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import unquote

from archiver.errors import InputError
from archiver.writer.names import POSTS

_FOLDERS = (POSTS, "_drafts")
_TEXTS = (".md", ".markdown", ".mkd", ".mkdown", ".html", ".htm", ".txt")  # beside those folders
_MOST = 2**25  # bytes of a text
# What a name is cut from in Markdown, HTML, Liquid and wiki links; a name that holds one of these is searched whole.
_SEPARATOR = re.compile(r"""[\s/\\()"'<>\[\]|#?&{}=,;`*]+""")


def shown_files(root: Path, names: Collection[str]) -> dict[str, set[str]]:
    """Return those of these files, paths from `root`, that some post shows, each with the posts that do.

    InputError when a text cannot be read: then nobody knows what it shows. A file counts as shown where its name stands
    in a text, however the link to it is written: to keep a file too many costs nothing.
    """
    by_name: dict[str, set[str]] = {}
    for path in names:
        by_name.setdefault(path.rpartition("/")[2], set()).add(path)
    odd = [name for name in by_name if _SEPARATOR.search(name)]
    shown: dict[str, set[str]] = {}
    if not by_name:
        return shown
    for post, text in _texts(root):
        words = set(_SEPARATOR.split(text))
        found = [*(words & by_name.keys()), *(name for name in odd if name in text)]
        for path in (path for name in found for path in by_name[name]):
            shown.setdefault(path, set()).add(post)
    return shown


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    for path in _files(root):
        try:
            with path.open("rb") as file:
                text = file.read(_MOST).decode(errors="replace")
        except FileNotFoundError:  # taken out meanwhile
            continue
        except OSError as error:
            raise _unreadable(path, error) from error
        plain = unquote(text) if "%" in text else text
        yield path.relative_to(root).as_posix(), text if plain == text else f"{text}\n{plain}"


def _files(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        for where, _, files in os.walk(root / folder, onerror=_refuse):
            yield from (Path(where) / name for name in files)
    try:
        beside = [Path(entry.path) for entry in os.scandir(root) if entry.is_file()]
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(root, error) from error
    yield from (path for path in beside if path.suffix.lower() in _TEXTS)


def _refuse(error: OSError) -> None:
    """Raise what keeps a folder from being listed, unless it is not there."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise _unreadable(Path(error.filename), error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot be read ({error.strerror or error}): what it shows is not known", concerns=str(path))
