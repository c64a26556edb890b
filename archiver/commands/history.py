"""Implement the command `history`: list the captures of an article, and compare the texts of two captures."""

from __future__ import annotations

from archiver.archive.lookup import require_article
from archiver.catalogue import Catalogue
from archiver.comparison import comparable_text, unified_diff
from archiver.context import Context
from archiver.errors import InputError, UsageError
from archiver.extractor import extract
from archiver.messages.message import message
from archiver.models import Capture, State
from archiver.settings import Settings


def history(catalogue: Catalogue, name: str, settings: Settings) -> list[Capture]:
    """Return the captures of an article, the oldest first.

    `name` is the article's key, its address or the path of its post. Raise InputError if the archive has no such
    article.
    """
    return catalogue.captures.of_article(require_article(catalogue, name, settings).key)


def difference(context: Context, captures: list[Capture], numbers: tuple[int, int]) -> str:
    """Return a unified diff of the texts of two captures of an article; '' if the texts are equal.

    `captures` are all captures of the article, the oldest first. `numbers` are (old, new), two positions in this list,
    counted from 1. Raise UsageError if a position does not exist. Raise InputError if the page of one of the two
    captures is not stored or holds no article.
    """
    old, new = (_text_of(context, captures, number) for number in numbers)
    return unified_diff(old, new, *(_name(captures, number) for number in numbers))


def _text_of(context: Context, captures: list[Capture], number: int) -> str:
    if not 1 <= number <= len(captures):
        raise UsageError(
            message("no such capture; they are numbered from 1 to {number}", number=len(captures)),
            concerns=str(number),
        )
    capture = captures[number - 1]
    if capture.state is not State.ARTICLE:
        raise InputError(message("holds no article: {state}", state=capture.state), concerns=f"capture {number}")
    if not capture.sha256:
        raise InputError(message("its page was not kept"), concerns=f"capture {number}")
    content = context.archive.files.snapshots.load(capture.sha256).content
    return comparable_text(extract(capture.as_page(content, capture.url)))


def _name(captures: list[Capture], number: int) -> str:
    return f"capture {number}, {captures[number - 1].captured:%Y-%m-%d %H:%M}"
