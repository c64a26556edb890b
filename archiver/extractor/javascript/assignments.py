"""A page's inline scripts → where the literals begin that they assign to names (wechat-format §3.2)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import count

# `NAME = literal` in the forms WeChat writes. Only where a literal follows: `var ct=function(){`, `var sn =
# window.performance` and unquoted numbers are code (trap T29). The prefix comes first so that `re` can search for it.
_ASSIGNMENT = (
    r"(\w+)\s*=\s*(?:window\.\w+\s*=(?!=)\s*){0,3}(?=[\"'\[{(]|htmlDecode\(|JsDecode\(|xml\s*\?|window\.a_value)"
)
_FORMS = {
    "var ": re.compile(r"var(?<![\w$]var)\s+" + _ASSIGNMENT),
    "window.": re.compile(r"window\.(?<![\w$.]window\.)" + _ASSIGNMENT),
    "d.": re.compile(r"d\.(?<![\w$.]d\.)" + _ASSIGNMENT),
    "_g.": re.compile(r"_g\.(?<![\w$.]_g\.)" + _ASSIGNMENT),
}
_RARE = 10  # letters; a name so long is found sooner than all that its form assigns to
_NEAR = 50  # characters in front of a name


class Assignments:
    """What the inline scripts of a page assign; a form is looked for when a name that the page says is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[str, dict[str, list[int]]] = {}
        self._written: dict[str, list[int]] = {}
        self._unseen = _scripts(text)
        self._scripts: list[tuple[int, int]] = []

    @property
    def scripts(self) -> list[tuple[int, int]]:
        """Where the inline scripts stand in the text; templates (`text/html`) are no scripts."""
        self._scripts.extend(self._unseen)
        return self._scripts

    @property
    def between(self) -> Iterator[tuple[int, int]]:
        """Where the text stands that is in no inline script: a fifth of a page."""
        end = 0
        for start, next_end in self.scripts:
            yield end, start
            end = next_end
        yield end, len(self.text)

    def of(self, name: str) -> Iterator[Iterable[int]]:
        """Where the literals begin that are assigned to a name, form after form.

        `ct` is `var ct`, then `window.ct`; `d.ct` and `_g.ct` are members of objects the pages call so.
        """
        owner, dot, own = name.rpartition(".")
        for form in (owner + dot,) if dot else ("var ", "window."):
            if len(own) >= _RARE and form not in self._found:
                yield self._alone(form, own)
            elif form in self._found or self._says(form, own):
                yield self._in_form(form).get(own, ())

    def _says(self, form: str, own: str) -> bool:
        written = own if form == "var " else form + own  # `d.biz` is rare, `biz` is everywhere
        return any(self.text.find(written, start, end) >= 0 for start, end in self.scripts)

    def _alone(self, form: str, own: str) -> Iterator[int]:
        """Where the literals begin that are assigned to a rare name, found by the name."""
        for place in self._places(own):
            start = self.text.rfind(form.strip(), max(0, place - _NEAR), place)
            found = _FORMS[form].match(self.text, start) if start >= 0 else None
            if found and found.start(1) == place and found[1] == own and self._in_script(found):
                yield found.end()

    def _places(self, own: str) -> Iterator[int]:
        """Where a name stands in the text, looked for once and as far as anybody asks."""
        known = self._written.setdefault(own, [])
        for at in count():
            if at == len(known):
                known.append(self.text.find(own, known[-1] + len(own) if known else 0))
            if known[at] < 0:
                return
            yield known[at]

    def _in_script(self, found: re.Match[str]) -> bool:
        while not self._scripts or self._scripts[-1][0] <= found.start():
            if (script := next(self._unseen, None)) is None:
                break
            self._scripts.append(script)
        before = bisect_right(self._scripts, (found.start(), len(self.text))) - 1
        return before >= 0 and found.end() < self._scripts[before][1]

    def _in_form(self, form: str) -> dict[str, list[int]]:
        if form not in self._found:
            found = self._found[form] = dict[str, list[int]]()
            for start, end in self.scripts:
                for match in _FORMS[form].finditer(self.text, start, end):
                    found.setdefault(match[1], []).append(match.end())
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
