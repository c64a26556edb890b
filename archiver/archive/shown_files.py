"""Which files the posts and pages that lie in an archive's folder show, whoever wrote them."""

from __future__ import annotations

import errno
import html
import os
import re
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import unquote

from archiver.errors import InputError
from archiver.storage.local import open_file

_PASSED_OVER = frozenset(("_site", "node_modules", "vendor"))  # what tools make; hidden folders, too
_TEXTS = frozenset((".md", ".markdown", ".mkd", ".mkdown", ".html", ".htm", ".txt"))
_MOST = 2**25  # bytes of a text
# What a name is cut from in Markdown, HTML, Liquid and wiki links; a name that holds one of these is searched whole.
_SEPARATOR = re.compile(r"""[\s/\\()"'<>\[\]|#?&{}=,;:!`*。，；：！？、（）【】《》「」『』“”‘’…]+""")


def shown_files(root: Path, names: Collection[str], *, lenient: bool = False) -> dict[str, set[str]]:
    """Return those of these files, paths from `root`, that some post shows, each with the posts that do.

    InputError when a text cannot be read, unless `lenient`: then nobody knows what it shows. A file counts as shown
    where its name stands in a text, however the link to it is written: to keep a file too many costs nothing.
    """
    by_name: dict[str, set[str]] = {}
    for path in names:
        by_name.setdefault(_composed(path.rpartition("/")[2]), set()).add(path)
    odd = [name for name in by_name if _SEPARATOR.search(name)]
    shown: dict[str, set[str]] = {}
    if not by_name:
        return shown
    for post, text in _texts(root, lenient=lenient):
        words = {word.rstrip(".") for word in _SEPARATOR.split(text)}
        found = [*(words & by_name.keys()), *(name for name in odd if name in text)]
        for path in (path for name in found for path in by_name[name]):
            shown.setdefault(path, set()).add(post)
    return shown


def _texts(root: Path, *, lenient: bool) -> Iterator[tuple[str, str]]:
    for path in _files(root, lenient=lenient):
        try:
            with open_file(path) as file:
                text = file.read(_MOST).decode(errors="replace")
        except FileNotFoundError:  # taken out meanwhile
            continue
        except OSError as error:
            if lenient or error.errno == errno.EINVAL:  # no file: it shows nothing
                continue
            raise _unreadable(path, error) from error
        plain = html.unescape(unquote(text) if "%" in text else text)
        yield path.relative_to(root).as_posix(), _composed(text if plain == text else f"{text}\n{plain}")


def _files(root: Path, *, lenient: bool) -> Iterator[Path]:
    """Yield the posts, drafts and pages below `root`."""
    for where, folders, files in os.walk(root, onerror=None if lenient else _refuse):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED_OVER]
        is_post = Path(where).relative_to(root).parts[:1] in (("_posts",), ("_drafts",))
        yield from (Path(where) / name for name in files if is_post or Path(name).suffix.lower() in _TEXTS)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _refuse(error: OSError) -> None:
    """Raise what keeps a folder from being listed, unless it is not there."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise _unreadable(Path(error.filename), error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot be read ({error.strerror or error}): what it shows is not known", concerns=str(path))
