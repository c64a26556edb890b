"""Write a line of formatted text as Markdown that means the same in kramdown and in every CommonMark engine.

`**` is written only where all engines read it as bold. Next to CJK punctuation, CommonMark engines often do not; there,
inline HTML is written, which every engine reads. So no engine shows the asterisks of bold text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from archiver.document.html import read_line
from archiver.document.model import MARKS, Run
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect
from archiver.writer.markdown.escape import alternative, destination, entities, escape

_ASTERISKS = {"strong": "**", "em": "*"}
_ENCLOSING_MARKS = [mark for mark in MARKS if mark != "code"]
_ENCLOSING = frozenset(_ENCLOSING_MARKS)
_UNSAFE_CODE = re.compile(r"[|`\n]|^\s|\s$|\\$|^$|--|\.\.\.|<<|>>")
_AFTER_BRACE = re.compile(r"\{(?=(.))", re.DOTALL)
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9:/?#@!$+,;=%.~-]+\Z")


def runs_of(line: str, addresses: LinkResolver) -> list[Run]:
    """Return the runs of a line of canonical HTML.

    For an image, `Run.image` is the complete Markdown of the image, with the address that `addresses` returns.
    """

    def write_image(address: str, text: str) -> str:
        return f"![{alternative(text)}]({addresses.in_markdown(address)})"

    return read_line(line, write_image)


def write_line(
    runs: list[Run],
    *,
    line_break: str = "  \n",
    target: Callable[[str], str] = destination,
    dialect: Dialect = EVERY_ENGINE,
) -> str:
    """Return the Markdown of one line of runs.

    Args:
        runs: The runs of the line.
        line_break: The Markdown of a line break.
        target: Returns the address of a link as written in Markdown, from the address in the page.
        dialect: The template syntax that has to be escaped.
    """
    if len(runs) == 1 and runs[0].image and not runs[0].href:
        return runs[0].image
    return _LineWriter(line_break, target, dialect).write(normalise(runs), frozenset(), "", "").strip()


def normalise(runs: list[Run]) -> list[Run]:
    """Return runs that look the same as `runs`, as few as possible.

    Marks are removed from line breaks and from white space at the ends of marked text. Consecutive line breaks become
    one.
    """
    if len(runs) == 1 and runs[0].text == runs[0].text.strip() != "" and "\n" not in runs[0].text:
        return runs  # true of most lines
    runs = [part for run in runs for line in _code_lines(run) for part in _without_edges(line)]
    runs = _merge(_bridge(_merge(runs)))
    return _merge([_single_break(run) if "\n" in run.text else run for run in runs])


def _single_break(run: Run) -> Run:
    """Return a run without white space around line breaks and with single line breaks only.

    This uses split(), since a regular expression would take quadratic time.
    """
    first, *middle, last = run.text.split("\n")
    inner = filter(None, map(str.strip, middle))
    return run._replace(text="\n".join([first.rstrip(), *inner, last.lstrip()]))


def _code_lines(run: Run) -> list[Run]:
    """Split a run of code into a run for each line and runs for the line breaks; return other runs unchanged.

    A code span cannot contain a line break.
    """
    if "code" not in run.marks or "\n" not in run.text:
        return [run]
    lines = [[run._replace(text=line), Run(text="\n")] for line in run.text.split("\n")]
    return [part for line in lines for part in line][:-1]


def _without_edges(run: Run) -> list[Run]:
    """Split a run into leading white space, text and trailing white space.

    The white space gets no marks and no link, since Markdown does not allow it right inside the delimiters of a mark.
    """
    core = run.text.strip()
    if core == run.text:
        return [run]
    start = run.text.index(core)
    parts = (Run(text=run.text[:start]), run._replace(text=core), Run(text=run.text[start + len(core) :]))
    return [part for part in parts if part.text]


def _bridge(runs: list[Run]) -> list[Run]:
    """Give each run of spaces the marks and the link that the runs before and after it have in common.

    Two bold texts separated by a space can then be merged to one.
    """
    bridged = list(runs)
    for at in range(1, len(runs) - 1):
        run, left, right = runs[at], runs[at - 1], runs[at + 1]
        if not run.image and not run.text.strip() and "\n" not in run.text:
            href = left.href if left.href == right.href else ""
            bridged[at] = run._replace(marks=(left.marks & right.marks) - {"code"}, href=href)
    return bridged


def _merge(runs: list[Run]) -> list[Run]:
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and not (last.image or run.image) and (last.marks, last.href) == (run.marks, run.href):
            merged[-1] = last._replace(text=last.text + run.text)
        elif run.text or run.image:
            merged.append(run)
    return merged


class _LineWriter:
    """A writer of normalised runs.

    It writes from the outside in: first links, then the mark that extends over most runs, then text.
    """

    def __init__(self, line_break: str, target: Callable[[str], str], dialect: Dialect) -> None:
        self.line_break, self.target, self.dialect = line_break, target, dialect

    def write(self, runs: list[Run], open_marks: frozenset[str], before: str, after: str) -> str:
        """Return the Markdown of runs.

        `open_marks` are the marks that are already open around the runs, and `a` inside a link. `before` and `after`
        are the characters of the output next to these runs, '' at the start and end of the line.
        """
        if len(runs) == 1:
            return self._write_group(runs, open_marks, before, after)
        out: list[str] = []
        at, left = 0, before
        while at < len(runs):
            count = self._group(runs, at, open_marks)
            right = self._first(runs, at + count, open_marks) or after
            out.append(self._write_group(runs[at : at + count], open_marks, left, right))
            at, left = at + count, out[-1][-1:] or left
        return "".join(out)

    def _group(self, runs: list[Run], at: int, open_marks: frozenset[str]) -> int:
        """Return how many runs from `runs[at]` on can be written as one group; at least 1.

        If `runs[at]` has a link, the group is the following runs with this link. Otherwise the group is the following
        runs with one of its marks: the mark that extends over most runs.
        """
        run = runs[at]
        if run.href and "a" not in open_marks:
            return _span(runs, at, lambda other: other.href == run.href)
        mark = self._longest(runs, at, open_marks)
        return _span(runs, at, lambda other: mark in other.marks) if mark else 1

    def _longest(self, runs: list[Run], at: int, open_marks: frozenset[str]) -> str:
        unopened = runs[at].marks & _ENCLOSING - open_marks
        if len(unopened) < 2:
            return next(iter(unopened), "")
        marks = [mark for mark in _ENCLOSING_MARKS if mark in unopened]
        return max(marks, key=lambda mark: _span(runs, at, lambda run: mark in run.marks))

    def _write_group(self, group: list[Run], open_marks: frozenset[str], left: str, right: str) -> str:
        first = group[0]
        if first.href and "a" not in open_marks:
            return self._link(group, open_marks)
        if mark := self._longest(group, 0, open_marks):
            return self._marked(group, mark, open_marks, left, right)
        if first.image:
            return first.image
        if "code" in first.marks:
            return code_span(first.text, self.dialect)
        return self._text(first.text, left, right)

    def _link(self, group: list[Run], open_marks: frozenset[str]) -> str:
        address = group[0].href
        target = self.target(address)
        if len(group) == 1 and group[0].text == target and not group[0].marks and _PLAIN_ADDRESS.match(target):
            return f"<{target}>"
        return f"[{self.write(group, open_marks | {'a'}, '[', ']')}]({target})"

    def _marked(self, group: list[Run], mark: str, open_marks: frozenset[str], left: str, right: str) -> str:
        inner = open_marks | {mark}
        sign = _ASTERISKS.get(mark)
        if sign and _plain_inside(group, inner):
            inside = self.write(group, inner, sign[-1], sign[-1])
            if _may_stand(inside[:1], left) and _may_stand(inside[-1:], right):
                return f"{sign}{inside}{sign}"
        return f"<{mark}>{self.write(group, inner, '>', '<')}</{mark}>"

    def _text(self, text: str, left: str, right: str) -> str:
        *lines, last = text.split("\n")
        dialect = self.dialect
        written = [escape(line, starts=at > 0 or not left, dialect=dialect) for at, line in enumerate(lines)]
        written.append(escape(last, starts=bool(lines) or not left, after=right, dialect=dialect))
        return self.line_break.join(written)

    def _first(self, runs: list[Run], at: int, open_marks: frozenset[str]) -> str:
        """Return the first character of the Markdown of `runs[at:]`; '' if there are no such runs.

        This is "!" for an image and "[" for a link. For a mark that is not in `open_marks` it is assumed to be "<",
        although `*` may be written.
        """
        if at >= len(runs):
            return ""
        run = runs[at]
        if run.image:
            return "!"
        if run.href and "a" not in open_marks:
            return "["
        if run.marks - open_marks:
            return "<"
        return escape(run.text[:2], dialect=self.dialect)[:1]


def _span(runs: list[Run], at: int, belongs: Callable[[Run], bool]) -> int:
    end = at
    while end < len(runs) and belongs(runs[end]):
        end += 1
    return end - at


def _plain_inside(group: list[Run], inner: frozenset[str]) -> bool:
    """Return whether a group of runs may be written between asterisks.

    It may not if it contains an image, a link, bold, italic or code, since the engine `marked` misreads these there.
    The marks and the link that enclose the whole group (`inner`) do not count.
    """
    return all(not (run.marks - inner) & {"strong", "em", "code"} and not run.image for run in group) and not (
        any(run.href for run in group) and "a" not in inner
    )


def _may_stand(inside: str, outside: str) -> bool:
    """Return whether CommonMark 0.30, 0.31 and kramdown all read asterisks between two characters as delimiters.

    The asterisks are between the characters `inside`, which belongs to the marked text, and `outside`, which is '' at
    the start or end of a line.
    The versions differ about Unicode symbols (category S: emoji, currency). To be safe with all of them, a symbol
    counts as punctuation if it is `inside`, but not if it is `outside`.
    """
    if not inside or inside.isspace() or outside in ("*", "_", "~"):
        return False
    if not _is_punctuation(inside, "PS"):
        return True
    return outside == "" or outside.isspace() or _is_punctuation(outside, "P")


def _is_punctuation(char: str, categories: str) -> bool:
    return char in _ASCII_PUNCTUATION or unicodedata.category(char)[0] in categories


_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def code_span(text: str, dialect: Dialect = EVERY_ENGINE) -> str:
    """Return inline code: between backticks if every engine reads that alike, else in `<code>` with entities."""
    opens = any(mark in dialect.brace_marks for mark in _AFTER_BRACE.findall(text)) if "{" in text else False
    return f"<code>{entities(text)}</code>" if opens or _UNSAFE_CODE.search(text) else f"`{text}`"
