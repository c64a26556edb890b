"""Compare the captures of an article for a reader: which of them changed its text, and what is different in two."""

from __future__ import annotations

import re
from hashlib import sha256

from archiver.archive.lookup import require_article
from archiver.comparison import comparable_text, compare_lines
from archiver.context import Context
from archiver.errors import InputError, UsageError
from archiver.extractor import extract
from archiver.messages.message import message
from archiver.models import Capture
from archiver.models.browsing import Revision, TextComparison

_READ = 12  # captures of an article, the latest, whose pages are read to find out what changed
_PICTURE = re.compile(r"!\[[^\]]*\]\(/?(?:postimg|media)/([^)\s]+)\)")  # in comparable texts; shown by its name alone
_STRONG = re.compile("</?strong>")  # written where the signs of Markdown would stand beside punctuation
_KEPT_DIGESTS = 4_096  # of texts that this process remembers

_DIGESTS: dict[str, str] = {}  # of texts, by the SHA-256 of the page, which determines the text


def revisions(context: Context, name: str) -> list[Revision]:
    """Return the captures of an article, the oldest first, and which of the latest changed its text.

    Raise InputError if the archive has no such article.
    """
    found = _revisions(context, name)
    digests = [_digest(context, revision) for revision in found[-_READ:]]
    before = ""
    for place, digest in enumerate(digests, len(found) - len(digests)):
        if digest:
            is_changed = digest != before if before else None
            found[place] = Revision(number=place + 1, capture=found[place].capture, is_changed=is_changed)
            before = digest
    return found


def compare(context: Context, name: str, old: int, new: int) -> TextComparison:
    """Return what differs between the texts of two captures of an article, which are counted from 1.

    Raise UsageError if there is no such capture, and InputError if one of the two has no stored page or holds no
    article.
    """
    found = _revisions(context, name)
    for number in (old, new):
        if not 1 <= number <= len(found):
            raise UsageError(
                message("no such capture; they are numbered from 1 to {number}", number=len(found)),
                concerns=str(number),
            )
        if not found[number - 1].is_comparable:
            raise InputError(message("has no stored page with the article"), concerns=f"capture {number}")
    first, second = found[old - 1], found[new - 1]
    lines = compare_lines(*(_readable(_text(context, each.capture)) for each in (first, second)))
    return TextComparison(old=first, new=second, lines=lines)


def _readable(text: str) -> str:
    """Return a comparable text for people: pictures by their names, and no tags where Markdown's signs say the same."""
    return _STRONG.sub("**", _PICTURE.sub(r"▣ \1", text))


def _revisions(context: Context, name: str) -> list[Revision]:
    catalogue = context.archive.require_catalogue()
    key = require_article(catalogue, name, context.settings).key
    return [Revision(number=number, capture=each) for number, each in enumerate(catalogue.captures.of_article(key), 1)]


def _digest(context: Context, revision: Revision) -> str:
    """Return a digest of the text of a capture, by which texts can be compared; '' if its text is not known."""
    if not revision.is_comparable:
        return ""
    capture = revision.capture
    if digest := _DIGESTS.get(capture.sha256):
        return digest
    try:
        digest = sha256(_text(context, capture).encode(errors="surrogatepass")).hexdigest()
    except InputError:  # the snapshot is missing or damaged, and not marked as lost yet
        return ""
    if len(_DIGESTS) >= _KEPT_DIGESTS:
        _DIGESTS.clear()
    _DIGESTS[capture.sha256] = digest
    return digest


def _text(context: Context, capture: Capture) -> str:
    content = context.archive.files.snapshots.load(capture.sha256).content
    return comparable_text(extract(capture.as_page(content, capture.url)))
