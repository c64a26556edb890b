"""The pages that came for one article, and what changed between two of them."""

from __future__ import annotations

from archiver.archive.captures import page_of
from archiver.archive.history import told, unified
from archiver.context import Context
from archiver.errors import InputError, UsageError
from archiver.extractor import extract
from archiver.models import Capture, State


def difference(context: Context, captures: list[Capture], numbers: tuple[int, int]) -> str:
    """In which lines of their text two captures differ; they are counted from 1, the oldest first.

    UsageError for a number that none has, InputError for one that holds no article or was not kept.
    """
    old, new = (_told(context, captures, number) for number in numbers)
    return unified(old, new, *(_name(captures, number) for number in numbers))


def _told(context: Context, captures: list[Capture], number: int) -> str:
    if not 1 <= number <= len(captures):
        raise UsageError(f"no such capture; they are numbered from 1 to {len(captures)}", concerns=str(number))
    capture = captures[number - 1]
    if capture.state is not State.ARTICLE:
        raise InputError(f"holds no article: {capture.state}", concerns=f"capture {number}")
    if not capture.sha256:
        raise InputError("its page was not kept", concerns=f"capture {number}")
    return told(extract(page_of(capture, context.snapshots.load(capture.sha256).content, capture.url)))


def _name(captures: list[Capture], number: int) -> str:
    return f"capture {number}, {captures[number - 1].captured:%Y-%m-%d %H:%M}"
