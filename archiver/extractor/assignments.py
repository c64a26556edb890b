"""A page's inline scripts → where the literals begin that they assign to names (wechat-format §3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

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


class Assignments:
    """What the inline scripts of a page assign; a form is looked for when a name that the page says is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[str, dict[str, list[int]]] = {}

    @cached_property
    def scripts(self) -> tuple[tuple[int, int], ...]:
        """Where the inline scripts stand in the text; templates (`text/html`) are no scripts."""
        return tuple(_scripts(self.text))

    def of(self, name: str) -> Iterator[Sequence[int]]:
        """Where the literals begin that are assigned to a name, form after form.

        `ct` is `var ct`, then `window.ct`; `d.ct` and `_g.ct` are members of objects the pages call so.
        """
        owner, dot, own = name.rpartition(".")
        for form in (owner + dot,) if dot else ("var ", "window."):
            if form in self._found or own in self.text:
                yield self._in_form(form).get(own, ())

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
