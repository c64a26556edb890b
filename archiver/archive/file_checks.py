"""Check the files of an archive against the catalogue: find missing, altered and unreadable ones.

Files are checked in several threads, because hashing and decompression release Python's global lock.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future
from hashlib import file_digest
from itertools import islice

from archiver.archive.captures import SnapshotStore
from archiver.archive.media_files import MediaFiles
from archiver.archive.posts import PostFiles, matches_digest
from archiver.errors import InputError
from archiver.messages.message import message
from archiver.models import AuditSubject, ExpectedFile, Finding, Problem
from archiver.storage.local import open_file

_BATCH_SIZE = 32  # files in a batch; submitting one to a thread takes as long as hashing a small file
SEAL_BROKEN = message("its page is whole, what stands behind it is not")
_BATCHES_AHEAD = 8  # batches submitted before the first result is awaited
_FENCE = re.compile(r" *(`{3,}|~{3,})([^\n]*)")

Check = Callable[[ExpectedFile], list[Finding]]


def checked(
    expected_files: Iterable[ExpectedFile], check: Check, pool: Executor
) -> Iterator[tuple[ExpectedFile, list[Finding]]]:
    """Check files in the threads of `pool`; yield (file, findings about it) in the order of `expected_files`.

    `check` is called with each file and returns the findings, an empty list for an intact file. Only a few batches of
    files are in memory at a time, so that memory use does not grow with the catalogue.
    """
    remaining = iter(expected_files)
    batches = iter(lambda: list(islice(remaining, _BATCH_SIZE)), [])
    running: deque[tuple[list[ExpectedFile], Future[list[list[Finding]]]]] = deque()
    for batch in batches:
        running.append((batch, pool.submit(_check_batch, batch, check)))
        if len(running) >= _BATCHES_AHEAD:
            done, findings = running.popleft()
            yield from zip(done, findings.result(), strict=True)
    for done, findings in running:
        yield from zip(done, findings.result(), strict=True)


def _check_batch(batch: list[ExpectedFile], check: Check) -> list[list[Finding]]:
    return [check(expected) for expected in batch]


def check_medium(media: MediaFiles, expected: ExpectedFile) -> list[Finding]:
    """Return a list of one finding if a media file is missing, unreadable or altered; an empty list if it is intact."""
    try:
        with media.open(expected.path, expected.sha256) as file:
            digest = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return [_unreadable(expected, "media", error)]
    return (
        []
        if digest == expected.sha256
        else [_altered(expected, "media", message("its bytes are not those that were saved"))]
    )


def check_page(snapshots: SnapshotStore, expected: ExpectedFile) -> list[Finding]:
    """Return a list of one finding if a snapshot is missing, unreadable or altered; an empty list if it is intact."""
    path = expected.path
    if snapshots.stat(expected.sha256) is None:
        said = message("it is not there")
        return [Finding(problem="missing", what="snapshot", path=path, key=expected.key, said=said)]
    try:
        stored = snapshots.load(expected.sha256)
    except InputError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            return [_unreadable(expected, "snapshot", cause)]
        return [_altered(expected, "snapshot", message("its bytes are not those that were kept"))]
    return [] if stored.is_sealed else [_altered(expected, "snapshot", SEAL_BROKEN)]


def check_post(posts: PostFiles, links: Links, expected: ExpectedFile) -> list[Finding]:
    """Return the findings about a post, an empty list if there are none.

    A missing, unreadable or altered post has one finding. Any other post has one finding for each media file that it
    shows and that does not exist. With an object storage, the post must be there; it need not be in this folder.
    """
    try:
        with open_file(posts.root / expected.path) as file:
            here = file.read()
    except OSError as error:
        if posts.latest(None, expected.sha256) is None or not isinstance(error, FileNotFoundError):
            return [_unreadable(expected, "post", error)]
        here = None
    content = posts.latest(here, expected.sha256) or b""
    if not posts.is_shared(expected.sha256):
        said = message("it is not in the object storage, or damaged there")
        return [Finding(problem="missing", what="post", path=expected.path, key=expected.key, said=said)]
    if expected.sha256 and not matches_digest(content, expected.sha256):
        return [_altered(expected, "post", message("edited by hand, or damaged: it is not what was written"))]
    return [
        Finding(
            problem="link",
            what="post",
            path=path,
            key=expected.key,
            said=message("{path} shows it", path=expected.path),
        )
        for path in links.missing(content.decode(errors="replace"))
    ]


def without_code(text: str) -> str:
    """Return a Markdown text without its fenced code blocks. A block without a closing fence is kept."""
    lines: list[str] = []
    fence, start = "", 0
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        lines.append(line)
        if mark and not fence:
            fence, start = mark[1], len(lines) - 1
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            del lines[start:]
            fence = ""
    return "".join(lines)


class Links:
    """A finder of the media files that posts show.

    `media_in` takes the text of a post and returns the paths of the archive's media to which it links
    (Profile.media_in). `existing` returns those of these paths at which there are files.
    """

    def __init__(
        self, media_in: Callable[[str], list[str]], existing: Callable[[Collection[str]], Collection[str]]
    ) -> None:
        self._media_in, self._existing = media_in, existing

    def shown(self, text: str) -> list[str]:
        """Return the paths of the media files to which a text links, ignoring links in fenced code blocks."""
        return self._media_in(without_code(text))

    def missing(self, text: str) -> list[str]:
        """Return the paths of the missing media files to which a text links, ignoring links in fenced code blocks."""
        if not self._missing(self._media_in(text)):  # the common case; code blocks need not be found
            return []
        return self._missing(self.shown(text))

    def _missing(self, paths: list[str]) -> list[str]:
        existing = self._existing(paths) if paths else ()
        return [path for path in paths if path not in existing]


def _unreadable(expected: ExpectedFile, what: AuditSubject, error: OSError) -> Finding:
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    problem: Problem = "missing" if is_missing else "unreadable"
    said = (
        message("it is not there")
        if is_missing
        else message("it cannot be read ({reason})", reason=error.strerror or error)
    )
    return Finding(problem=problem, what=what, path=expected.path, key=expected.key, said=said)


def _altered(expected: ExpectedFile, what: AuditSubject, said: str) -> Finding:
    return Finding(problem="altered", what=what, path=expected.path, key=expected.key, said=said)
