"""Find out which files are shown by texts in an archive's folder, including the user's own posts and pages."""

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
from archiver.messages.message import message
from archiver.storage.local import open_file

_SKIPPED = frozenset(("_site", "node_modules", "vendor"))  # folders that tools create; hidden folders are skipped, too
_POSTS = frozenset(("_posts", "_drafts"))  # folders of Jekyll and Hexo, whose texts may have any extension
_TEXTS = frozenset((".md", ".markdown", ".mkd", ".mkdown", ".html", ".htm", ".txt"))
_MAX_SIZE = 2**25  # the most bytes that are read of a text
# The characters that surround a file name in Markdown, HTML, Liquid and wiki links. A text is split at these, and its
# words are looked up, which is fast. A file name that contains such a character is searched for in the whole text.
_SEPARATOR = re.compile(r"""[\s/\\()"'<>\[\]|#?&{}=,;:!`*。，；：！？、（）【】《》「」『』“”‘’…]+""")


def shown_files(root: Path, names: Collection[str], *, lenient: bool = False) -> dict[str, set[str]]:
    """Return which of the files `names` are shown: {path of the file: paths of the texts that show it}.

    Files that no text shows are not in the result. All paths are relative to `root`. A file counts as shown if its file
    name occurs anywhere in a text. This may be a mere mention, but keeping an unused file does no harm. Only the first
    32 MiB of a text are read. If a text cannot be read, it might show any file: raise InputError, or skip the text if
    `lenient`.
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
                text = file.read(_MAX_SIZE).decode(errors="replace")
        except FileNotFoundError:  # removed meanwhile
            continue
        except OSError as error:
            if lenient or error.errno == errno.EINVAL:  # EINVAL: not a file, so it shows nothing
                continue
            raise _unreadable(path, error) from error
        plain = html.unescape(unquote(text) if "%" in text else text)
        yield path.relative_to(root).as_posix(), _composed(text if plain == text else f"{text}\n{plain}")


def _files(root: Path, *, lenient: bool) -> Iterator[Path]:
    """Yield the paths of the texts below `root` that may show files: posts, drafts and pages.

    These are all files in folders called _posts and _drafts, and Markdown, HTML and plain text files in other folders.

    Hidden folders and the folders in `_SKIPPED` are omitted. If a folder cannot be listed, raise InputError; with
    `lenient`, the folder is skipped.
    """
    for where, folders, files in os.walk(root, onerror=None if lenient else _refuse):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
        is_post = not _POSTS.isdisjoint(Path(where).relative_to(root).parts)
        yield from (Path(where) / name for name in files if is_post or Path(name).suffix.lower() in _TEXTS)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _refuse(error: OSError) -> None:
    """Raise InputError for the error with which `os.walk` failed to list a folder.

    Do nothing if the folder does not exist.
    """
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise _unreadable(Path(error.filename), error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(
        message("cannot be read ({reason}): what it shows is not known", reason=error.strerror or error),
        concerns=str(path),
    )
