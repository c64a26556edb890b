"""Keep the readings above characters, such as the pinyin in `<ruby>汉<rt>hàn</rt></ruby>`.

In the tree, a base (the text below a reading) may consist of several elements, and readings may stand in many ways.
`straighten_ruby` brings the tree into one of them: each reading in an `<rt>` behind its base. `RubyReader` then makes
one run of each base and its reading while `collapse` walks the tree
(docs/reference/wechat-format.md#readings-above-characters).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.document.model import Run
from archiver.extractor.passes.tree import Element, drop, elements, holds

RUBY_TAGS = frozenset(("ruby", "rt"))
_PARTS = ("rb", "rp", "rt", "rtc")
_LAID_OUT = ("display", "float", "position")  # by which some pages lay out readings themselves, above their bases
_LONGEST = 100  # characters; a longer reading is text beside its base, since a browser would tear the base apart


def straighten_ruby(body: Element) -> None:
    """Bring each `<ruby>` into the form `base <rt>reading</rt> base <rt>reading</rt>`, without `<rp>`, `<rtc>`.

    An `<rp>` contains the parentheses for browsers that cannot show readings; the writer writes its own.
    """
    if not holds(body, *_PARTS):
        return
    for part in elements(body, "ruby", *_PARTS):
        if any(name in part.get("style", "") for name in _LAID_OUT):
            del part.attrib["style"]
    for part in elements(body, *_PARTS):
        _end_open_part(part)
    for part in elements(body, "rp"):
        drop(part)
    for part in elements(body, "rtc"):
        if holds(part, "rt"):
            part.tag = "span"
            _move_behind(part, list(part.iterchildren("rt")))
        else:
            part.tag = "rt"
    for ruby in elements(body, "ruby"):
        _pair(ruby)


def _end_open_part(part: Element) -> None:
    """Move a part of a `<ruby>` behind the part in which it is, since its start tag ends that part.

    HTML does not require the end tags `</rt>` and `</rp>`, but libxml2 does not know that.
    """
    parent = part.getparent()
    while parent is not None and parent.tag in _PARTS and not (parent.tag == "rtc" and part.tag == "rt"):
        _move_behind(parent, [part, *part.itersiblings()])
        parent = part.getparent()


def _move_behind(element: Element, moved: list[Element]) -> None:
    """Move elements, with the text behind each, between `element` and the text behind it."""
    for part in reversed(moved):
        element.addnext(part)


def _pair(ruby: Element) -> None:
    """Move each reading behind its base where a `<ruby>` lists its bases first, as `<rb>汉<rb>字<rt>hàn<rt>zì`."""
    bases: list[Element] = []
    readings: list[Element] = []
    for child in (*ruby.iterchildren("rb", "rt"), None):
        if child is not None and child.tag == "rt":
            readings.append(child)
        elif child is not None and not readings:
            bases.append(child)
        else:
            for base, reading in zip(bases, readings, strict=False) if len(readings) > 1 else ():
                _move_behind(base, [reading])
            bases, readings = [child] if child is not None else [], []


@dataclass(slots=True)
class _OpenRuby:
    """A `<ruby>` whose end tag is still to come.

    `line` is the list of runs to which its text is added. From index `base` on, these are the runs of the current base,
    and from index `reading` on those of its reading. `is_first` is True unless the run before them is a base
    with its reading, both in this ruby.
    """

    line: list[Run]
    base: int
    reading: int = 0
    is_first: bool = True


class RubyReader:
    """Makes one run of each base and its reading, from the runs that the walk through the tree adds to a line.

    The caller calls `enter` and `leave` at the start and end of the elements in RUBY_TAGS. Both get the runs of the
    current line. The text added after such a call must not be merged with a run from before it.
    """

    def __init__(self) -> None:
        self.open: list[_OpenRuby] = []

    def enter(self, tag: str, line: list[Run]) -> None:
        """Begin a ruby or a reading."""
        if tag == "ruby":
            self.open.append(_OpenRuby(line, len(line)))
        elif self.open:
            ruby = self.open[-1]
            if ruby.line is not line:  # a block in the base has begun a line
                ruby.line, ruby.base = line, len(line)
            ruby.reading = len(line)

    def leave(self, tag: str, line: list[Run]) -> None:
        """End a ruby or a reading. The runs of a reading and its base are replaced by one run."""
        if tag == "ruby":
            self.open.pop()
        elif self.open:
            ruby = self.open[-1]
            if ruby.line is line:  # not if a block in the reading has begun a line
                self._annotate(ruby)
            ruby.line, ruby.base = line, len(line)

    def _annotate(self, ruby: _OpenRuby) -> None:
        line = ruby.line
        base, reading = line[ruby.base : ruby.reading], line[ruby.reading :]
        if ruby.is_first or _words(base) or not (above := _words(reading)):
            line[ruby.base :] = _annotated(base, reading)
            ruby.is_first = not line[-1:] or not line[-1].reading
        else:  # a second reading of the same base
            line[ruby.base - 1 :] = [line[ruby.base - 1]._replace(reading=f"{line[ruby.base - 1].reading} {above}")]


def _annotated(base: list[Run], reading: list[Run]) -> list[Run]:
    """Return the runs that show a base with its reading above it.

    If the base has more than text, or no text, or the reading is long, the reading is text in parentheses behind it.
    """
    above = _words(reading)
    shown = [run for run in base if run.image or run.text.strip()]
    if not above and not any(run.image for run in reading):
        return base
    if not shown or len(above) > _LONGEST or any(map(_is_no_text, (*base, *reading))):
        marks, href = reading[0].marks, reading[0].href
        return [*base, Run("(", marks, href), *reading, Run(")", marks, href)]
    href = shown[0].href if all(run.href == shown[0].href for run in shown) else ""
    marks = frozenset.intersection(*(run.marks for run in shown))
    return [*_space(base[0].text[:1]), Run(_words(base), marks, href, reading=above), *_space(base[-1].text[-1:])]


def _words(runs: list[Run]) -> str:
    return " ".join("".join(run.text for run in runs if not run.image).split())


def _is_no_text(run: Run) -> bool:
    return bool(run.image or run.reading or run.text == "\n" or "code" in run.marks)


def _space(edge: str) -> Iterator[Run]:
    if edge.isspace():
        yield Run(" ")
