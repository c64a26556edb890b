"""Find the literals that the inline scripts of a page assign to variables and fields."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, KeysView
from itertools import count

# `NAME = literal` in the forms that WeChat writes. A match requires the beginning of a literal: `var ct=function(){`,
# `var sn = window.performance` and unquoted numbers are code. The patterns in _FORMS begin with a literal prefix, for
# which `re` searches fast.
_ASSIGNMENT = (
    r"(\w+)\s*=\s*(?=((?:window\.\w+\s*=(?!=)\s*){0,3})(?:[\"'\[{(]|htmlDecode\(|JsDecode\(|xml\s*\?|window\.a_value))"
)
_FORMS = {
    "var ": re.compile(r"var(?<![\w$]var)\s+" + _ASSIGNMENT),
    "window.": re.compile(r"window\.(?<![\w$.]window\.)" + _ASSIGNMENT),
    "window.cgiData.": re.compile(r"window\.cgiData\.(?<![\w$.]window\.cgiData\.)" + _ASSIGNMENT),
    "d.": re.compile(r"d\.(?<![\w$.]d\.)" + _ASSIGNMENT),
    "_g.": re.compile(r"_g\.(?<![\w$.]_g\.)" + _ASSIGNMENT),
}
_RARE_LENGTH = 8  # characters; names of this length or more are rare in scripts, and so are others with their form
_FEW = 8  # number of searches for single names; to find all assignments takes as long as three or four of them
_PREFIX_DISTANCE = 50  # characters before a name in which its prefix is searched for


class Assignments:
    """The assignments of literals in the inline scripts of a page, for example `var ct = "1700000000"`.

    The constructor takes the HTML of the page. `of("ct")` then finds the literals that are assigned to the variable
    `ct`. The page is searched only when a name is looked up, and the results are cached.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[str, dict[str, list[int]]] = {}  # form: {name: offsets of the literals}
        self._occurrences: dict[str, list[int]] = {}  # name: offsets, see _offsets
        self._remaining = _scripts(text)
        self._scripts: list[tuple[int, int]] = []

    @property
    def scripts(self) -> list[tuple[int, int]]:
        """The start and end offset of the content of each inline script, except templates (`type="text/html"`)."""
        self._scripts.extend(self._remaining)
        return self._scripts

    @property
    def between(self) -> Iterator[tuple[int, int]]:
        """The start and end offset of each part of the page's text that is outside the inline scripts."""
        end = 0
        for start, next_end in self.scripts:
            yield end, start
            end = next_end
        yield end, len(self.text)

    def of(self, name: str) -> Iterator[Iterable[int]]:
        """Yield the offsets of the literals that are assigned to `name`, as one iterable for each form of assignment.

        - A plain name such as `ct` has two forms: first `var ct = …`, then `window.ct = …`.
        - A name with one of the prefixes in _FORMS, such as `d.ct`, has one form: `d.ct = …`.

        A form that does not occur in the page gives an empty iterable or none at all.
        """
        owner, dot, member = name.rpartition(".")
        for form in (owner + dot,) if dot else ("var ", "window."):
            searched = member if form == "var " or len(member) >= _RARE_LENGTH else form + member
            if form in self._found or (len(self._occurrences) >= _FEW and searched not in self._occurrences):
                yield self._of_form(form).get(member, ())
            elif len(searched) >= _RARE_LENGTH or form != "var ":
                yield self._of_rare(form, member, searched)
            elif self._occurs(member):
                yield self._of_form(form).get(member, ())

    def names(self, form: str) -> KeysView[str]:
        """Return the names to which literals are assigned in one form, such as `var ` or `d.`; without the form."""
        return self._of_form(form).keys()

    def _occurs(self, name: str) -> bool:
        return any(self.text.find(name, start, end) >= 0 for start, end in self.scripts)

    def _of_rare(self, form: str, name: str, searched: str) -> Iterator[int]:
        """Yield the offset of each literal that is assigned to a name, in one form of assignment.

        For `var msg_source_url = "…"`, `form` is `var ` and `name` is `msg_source_url`. `searched` is the name, or the
        form and the name (`d.biz`), whichever is rare. So it is faster to search for it and check what is around it
        than to search for all assignments of the form.
        """
        for found_at in self._offsets(searched):
            offset = found_at + len(searched) - len(name)
            start = self.text.rfind(form.strip(), max(0, offset - _PREFIX_DISTANCE), offset)
            found = _FORMS[form].match(self.text, start) if start >= 0 else None
            if found and found.start(1) == offset and found[1] == name and self._in_script(found):
                yield found.end(2)

    def _offsets(self, name: str) -> Iterator[int]:
        """Yield the offset of each occurrence of a name in the text.

        The text is searched only as far as the caller iterates. The offsets are cached for the next call.
        """
        known = self._occurrences.setdefault(name, [])
        for at in count():
            if at == len(known):
                known.append(self.text.find(name, known[-1] + len(name) if known else 0))
            if known[at] < 0:
                return
            yield known[at]

    def _in_script(self, found: re.Match[str]) -> bool:
        while not self._scripts or self._scripts[-1][0] <= found.start():
            if (script := next(self._remaining, None)) is None:
                break
            self._scripts.append(script)
        before = bisect_right(self._scripts, (found.start(), len(self.text))) - 1
        return before >= 0 and found.end() < self._scripts[before][1]

    def _of_form(self, form: str) -> dict[str, list[int]]:
        if form not in self._found:
            found = self._found[form] = dict[str, list[int]]()
            for start, end in self.scripts:
                for match in _FORMS[form].finditer(self.text, start, end):
                    found.setdefault(match[1], []).append(match.end(2))
        return self._found[form]


def _scripts(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    while (tag := text.find("<script", end)) >= 0:
        start = text.find(">", tag)
        end = text.find("</script", start)
        if start < 0 or end < 0:
            end = len(text)
        if 0 <= start < end and "text/html" not in text[tag:start]:
            yield start + 1, end
