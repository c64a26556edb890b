"""Collapse the white space in a line as a browser does, and strip the line."""

from __future__ import annotations

import re

from archiver.document.model import Run

_EDGE = " \u00a0\u3000\u2002\u2003\n"  # with full-width spaces, which indent paragraphs: themes decide about that
_WIDE = "\u00a0\u3000\u2002\u2003"
_INDENTS = str.maketrans({"\u00a0": "\u00a0", "\u2002": "\u00a0", "\u2003": "\u00a0" * 2, "\u3000": "\u00a0" * 2})
# Characters that draw: box-drawing characters, and the forms that `tree` writes without them: `|-- a`, `` `-- b ``.
_DRAWING = re.compile(r"[\u2500-\u257f]|[|+`\\]--|^[ \u00a0]*\|[ \u00a0]{2}")


def normalize_spaces(runs: list[Run]) -> list[Run]:
    """Return the runs of a line with single spaces between words. A run is a piece of a line with uniform formatting.

    Spaces beside line breaks and at both ends of the line are removed. Non-breaking spaces become ordinary ones. In
    code, several spaces in a row are kept.

    In a line that contains a drawing, such as the tree of a directory, non-breaking spaces are kept, also where a line
    of the drawing begins. There, wide spaces become non-breaking ones
    (docs/reference/wechat-format.md#trees-of-directories).
    """
    if len(runs) == 1 and "\u00a0" not in runs[0].text and "  " not in runs[0].text:  # true of nearly all lines
        run = runs[0]
        if run.image:
            return runs
        text = run.text.strip(_EDGE)
        if text == run.text:
            return runs
        if not _DRAWING.match(text):
            return [run._replace(text=text)] if text else []
    if _is_drawing(runs):
        return _trim_end(_without_double_spaces(runs))
    return _trim(_collapse_spaces(runs))


def _is_drawing(runs: list[Run]) -> bool:
    if not any(space in run.text for run in runs for space in _WIDE):
        return False
    return _DRAWING.search("".join(run.text for run in runs if not run.image)) is not None


def _without_double_spaces(runs: list[Run]) -> list[Run]:
    """Return the runs of a drawing without the plain spaces that a browser does not show.

    A run loses a plain space at its start if it begins a line, or if the run before it ends in a space. Wide spaces at
    the start of a line become one or two non-breaking ones, by their width.
    """
    shown: list[Run] = []
    begins = True
    for run in runs:
        text = run.text
        if not run.image and text != "\n":
            if text.startswith(" ") and _ends_in_space(shown):
                text = text[1:]
            if begins:
                words = text.lstrip(_EDGE)
                text = text[: len(text) - len(words)].translate(_INDENTS) + words
        begins = text == "\n" or (begins and not run.image and not text.strip(_EDGE))
        if text or run.image:
            shown.append(run._replace(text=text))
    return shown


def _collapse_spaces(runs: list[Run]) -> list[Run]:
    shown: list[Run] = []
    for run in runs:
        text = run.text
        if not run.image and text != "\n":
            is_code = "code" in run.marks  # keeps the number of its spaces
            if "\u00a0" in text or "  " in text:
                text = text.replace("\u00a0", " ") if is_code else _single_spaces(text)
            if text.startswith(" ") and not is_code and _ends_in_space(shown):
                text = text[1:]
        if text or run.image:
            shown.append(run if text == run.text else run._replace(text=text))
    return shown


def _single_spaces(text: str) -> str:
    words = text.replace("\u00a0", " ").split(" ")
    inner = " ".join(word for word in words if word)
    return (" " if text and not words[0] else "") + inner + (" " if inner and not words[-1] else "")


def _ends_in_space(runs: list[Run]) -> bool:
    return not runs or (not runs[-1].image and runs[-1].text.endswith((" ", "\n")))


def _trim(runs: list[Run]) -> list[Run]:
    return _trim_end(_trim_start(runs))


def _trim_end(runs: list[Run]) -> list[Run]:
    while runs and not runs[-1].image:
        text = runs[-1].text.rstrip(_EDGE)
        if text:
            return runs if text == runs[-1].text else [*runs[:-1], runs[-1]._replace(text=text)]
        runs = runs[:-1]
    return runs


def _trim_start(runs: list[Run]) -> list[Run]:
    for at, run in enumerate(runs):
        if run.image:
            return runs[at:]
        if text := run.text.lstrip(_EDGE):
            return runs[at:] if text == run.text else [run._replace(text=text), *runs[at + 1 :]]
    return []
