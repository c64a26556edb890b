"""Write a line of formatted text as Markdown that means the same in kramdown and in every CommonMark engine.

Bold text is written with `**` only where all engines read this as bold. CommonMark engines often do not next to CJK
punctuation, and would show the asterisks. There, the HTML tag `<strong>` is written, which every engine reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from archiver.document.html import read_line
from archiver.document.model import MARKS, WIDE_SPACES, Run
from archiver.writer.links import LinkResolver
from archiver.writer.markdown.dialect import EVERY_ENGINE, Dialect
from archiver.writer.markdown.escape import destination, entities, escape
from archiver.writer.markdown.pictures import written_picture

_ASTERISKS = {"strong": "**", "em": "*"}
_ENCLOSING_MARKS = [mark for mark in MARKS if mark != "code"]
_ENCLOSING = frozenset(_ENCLOSING_MARKS)
_UNSAFE_CODE = re.compile(r"[|`\n]|^\s|\s$|\\$|^$|--|\.\.\.|<<|>>")
_SPACES = " \t\r\f\v\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_NARROW_SPACES = "".join(space for space in (*_SPACES, "\n") if space not in WIDE_SPACES)
_AFTER_BRACE = re.compile(r"\{(?=(.))", re.DOTALL)
_TAG_ALONE = re.compile(r"\A(<img [^<>]*>)  \n")  # CommonMark would read what follows as HTML
# Addresses that every engine shows as they are. markdown-it decodes `%E4` and `xn--` in an address in angle brackets.
_PLAIN_ADDRESS = re.compile(r"https?://(?!(?:[^/]*[.@])?[xX][nN]--)[A-Za-z0-9:/?#@!$+,;=.~-]+\Z")


def runs_of(line: str, addresses: LinkResolver) -> list[Run]:
    """Split a line of canonical HTML into runs, which are parts with uniform formatting.

    `line` is the HTML inside a paragraph, heading or cell. For an image, `Run.image` is the complete image as it is
    written in the post, with the address that `addresses` returns.
    """
    return read_line(line, lambda image: written_picture(image, addresses))


def write_line(
    runs: list[Run],
    *,
    line_break: str = "  \n",
    target: Callable[[str], str] = destination,
    dialect: Dialect = EVERY_ENGINE,
) -> str:
    """Return the Markdown of a line that consists of `runs`, which are parts with uniform formatting.

    Args:
        runs: The runs of the line, see `runs_of`.
        line_break: The text to write for a line break.
        target: Takes the address of a link in the page; returns the escaped address to write in Markdown.
        dialect: The template syntax that has to be escaped.
    """
    if len(runs) == 1 and runs[0].image and not runs[0].href:
        return runs[0].image
    written = _LineWriter(line_break, target, dialect).write(normalise(runs), frozenset(), "", "").strip()
    return _TAG_ALONE.sub(r"\1<br>", written) if written.startswith("<img ") else written


def normalise(runs: list[Run]) -> list[Run]:
    """Return as few runs as possible that look the same as `runs` and can be written in Markdown.

    Line breaks, and white space at the ends of marked text, lose their marks (bold, italic …). Consecutive line breaks
    become one.
    """
    if len(runs) == 1 and runs[0].text == runs[0].text.strip() != "" and "\n" not in runs[0].text:
        return runs  # true of most lines
    runs = [part for run in runs for line in _code_lines(run) for part in _without_edges(line)]
    runs = _merge(_bridge(_merge(runs)))
    return _merge([_single_break(run) if "\n" in run.text else run for run in runs])


def _single_break(run: Run) -> Run:
    """Return a run without white space around line breaks and with single line breaks only.

    Non-breaking spaces stay where a line begins: a body has them only in drawings, such as the tree of a directory.
    This uses split(), since a regular expression would take quadratic time.
    """
    first, *middle, last = run.text.split("\n")
    inner = [line.rstrip().lstrip(_SPACES) for line in middle if line.strip()]
    return run._replace(text="\n".join([first.rstrip(), *inner, last.lstrip(_SPACES)]))


def _code_lines(run: Run) -> list[Run]:
    r"""Return `run` as a list; code is split at its line breaks, since a code span cannot contain one.

    For example, code `a\nb` is returned as three runs: code `a`, a line break without marks, and code `b`.
    """
    if "code" not in run.marks or "\n" not in run.text:
        return [run]
    lines = [[run._replace(text=line), Run(text="\n")] for line in run.text.split("\n")]
    return [part for line in lines for part in line][:-1]


def _without_edges(run: Run) -> list[Run]:
    """Split a run into leading white space, text and trailing white space.

    The white space gets no marks and no link, since Markdown does not allow it right inside the delimiters of a mark.
    Wide spaces of underlined text stay, since they are blanks to fill in.
    """
    core = run.text.strip(_NARROW_SPACES if "ins" in run.marks else None)
    if core == run.text:
        return [run]
    start = run.text.index(core)
    parts = (Run(text=run.text[:start]), run._replace(text=core), Run(text=run.text[start + len(core) :]))
    return [part for part in parts if part.text]


def _bridge(runs: list[Run]) -> list[Run]:
    """Return `runs` with marks and links added to white space: those that the runs before and after it have in common.

    For example, a space between two bold texts becomes bold, so that the three runs can be merged into one.
    """
    bridged = list(runs)
    for at in range(1, len(runs) - 1):
        run, left, right = runs[at], runs[at - 1], runs[at + 1]
        if not run.image and not run.text.strip() and "\n" not in run.text and not run.is_blank:
            href = left.href if left.href == right.href else ""
            bridged[at] = run._replace(marks=(left.marks & right.marks) - {"code"}, href=href)
    return bridged


def _merge(runs: list[Run]) -> list[Run]:
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        joins = last and not (last.image or run.image or last.reading or run.reading)
        if last and joins and (last.marks, last.href) == (run.marks, run.href):
            merged[-1] = last._replace(text=last.text + run.text)
        elif run.text or run.image:
            merged.append(run)
    return merged


class _LineWriter:
    """A writer of a line of normalised runs as Markdown.

    It works from the outside in: it splits the line into links and text outside links. Each of these is split by the
    mark (bold, italic …) that extends over most runs, and so on, until only plain text is left.
    """

    def __init__(self, line_break: str, target: Callable[[str], str], dialect: Dialect) -> None:
        self.line_break, self.target, self.dialect = line_break, target, dialect

    def write(self, runs: list[Run], open_marks: frozenset[str], before: str, after: str) -> str:
        """Return the Markdown of `runs`.

        Args:
            runs: Consecutive runs of the line.
            open_marks: The marks that are already written around these runs, and `a` if they are inside a link.
            before: The character before these runs in the output; '' at the start of the line.
            after: The character after these runs in the output; '' at the end of the line.
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
        """Return how many consecutive runs, from `runs[at]` on, can be written inside one link or mark; at least 1.

        - If `runs[at]` has a link, count the runs with the same link.
        - If it has only marks (bold, italic …), count the runs that share a mark with it. If it has several marks, take
          the one that gives the highest count.
        - If it has neither, return 1.

        Links and marks in `open_marks` are ignored, since they are already written around the runs.
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
        if first.reading:
            return _ruby(first)
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
            if _may_stand(inside[:1], self._seen(left)) and _may_stand(inside[-1:], self._seen(right)):
                return f"{sign}{inside}{sign}"
        return f"<{mark}>{self.write(group, inner, '>', '<')}</{mark}>"

    def _seen(self, outside: str) -> str:
        """Return the character that the engine sees where `outside` stands, which may belong to a tag."""
        return "a" if outside in ("<", ">") and self.dialect.tags_are_letters else outside

    def _text(self, text: str, left: str, right: str) -> str:
        *lines, last = text.split("\n")
        dialect = self.dialect
        written = [escape(line, starts=at > 0 or not left, dialect=dialect) for at, line in enumerate(lines)]
        written.append(escape(last, starts=bool(lines) or not left, after=right, dialect=dialect))
        return self.line_break.join(written)

    def _first(self, runs: list[Run], at: int, open_marks: frozenset[str]) -> str:
        """Predict the first character of the Markdown of `runs[at:]`; '' if there are no runs.

        The runs before `at` are written first, and how they are escaped depends on this character. It is:

        - `!` or `<` for an image,
        - `[` for a link,
        - `<` for text with a reading,
        - `<` for marked text, as if an HTML tag began there (the final text may have `*` or a backtick instead),
        - the first character of the escaped text for other text.

        Links and marks in `open_marks` are ignored, since they are already written around the runs.
        """
        if at >= len(runs):
            return ""
        run = runs[at]
        if run.image:
            return run.image[0]
        if run.href and "a" not in open_marks:
            return "["
        if run.marks - open_marks or run.reading:
            return "<"
        return escape(run.text[:2], dialect=self.dialect)[:1]


def _ruby(run: Run) -> str:
    """Return text with its reading as HTML; what drops the tags shows the reading in parentheses."""
    return f"<ruby>{entities(run.text)}<rp>(</rp><rt>{entities(run.reading)}</rt><rp>)</rp></ruby>"


def _span(runs: list[Run], at: int, belongs: Callable[[Run], bool]) -> int:
    end = at
    while end < len(runs) and belongs(runs[end]):
        end += 1
    return end - at


def _plain_inside(group: list[Run], inner: frozenset[str]) -> bool:
    """Return whether a group of runs is plain inside, so that it can be written between asterisks (`*` or `**`).

    It is not if it contains an image, a link, bold, italic or code: the Markdown engine marked.js misreads these
    between asterisks, so the group gets HTML tags instead. `inner` has the marks of the group as a whole, and also `a`
    if the whole group is one link; they do not count.
    """
    return all(not (run.marks - inner) & {"strong", "em", "code"} and not run.image for run in group) and not (
        any(run.href for run in group) and "a" not in inner
    )


def _may_stand(inside: str, outside: str) -> bool:
    """Return whether CommonMark 0.30 and 0.31 and kramdown all read asterisks between two characters as emphasis.

    `inside` is the character on the side of the bold or italic text. `outside` is the character on the other side of
    the asterisks, '' at the start or end of a line.

    The versions differ on whether a Unicode symbol (emoji, currency) is punctuation. To be safe in all of them, a
    symbol counts as punctuation if it is `inside`, but not if it is `outside`.
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
    """Return `text` as inline code: between backticks if all engines read it alike, else in `<code>` with entities."""
    opens = any(map(dialect.opens_in_code, _AFTER_BRACE.findall(text))) if "{" in text else False
    return f"<code>{entities(text)}</code>" if opens or _UNSAFE_CODE.search(text) else f"`{text}`"
