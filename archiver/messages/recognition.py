"""Recognise the English text of a message, such as one that the catalogue stored, to say it in another language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from string import Formatter

from archiver.messages.texts import Texts

_LEAST_LETTERS = 12  # of a template, besides its values: a title or a name is not taken for a message
_MOST_LETTERS = 2000  # of a text: one that a page made longer must not keep the expressions busy
_DEPTH = 4  # of messages in values of messages
_CODE = re.compile("[a-z]+(?:_[a-z]+)?")  # such as that of a state


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template whose texts are recognised, with one literal that each of its texts contains.

    The first of `regexes` gives values that are as short as possible, and the second, if any, long ones.
    """

    template: str
    literal: str
    regexes: tuple[re.Pattern[str], ...]

    def values(self, text: str) -> dict[str, str] | None:
        """Return the values in a text of the template, {} if it has no places; None if it is no such text.

        Where a value may end is not certain: in `({reason}): {address}`, the reason may contain `): `, too. So values
        are preferred that have as many opening as closing parentheses.
        """
        if self.literal not in text:
            return None
        matches = [match.groupdict() for regex in self.regexes if (match := regex.fullmatch(text))]
        whole = (values for values in matches if all(map(_is_balanced, values.values())))
        return next(whole, matches[0] if matches else None)


def pattern_of(template: str) -> Pattern:
    """Return the pattern of a template, such as `there is no file {name}`."""
    literals = [literal for literal, _, _, _ in _parsed(template)]
    lengths = (".+?", ".+") if any("(" in literal for literal in literals) else (".+?",)
    return Pattern(template, max(literals, key=len), tuple(_regex(template, value) for value in lengths))


def recognise(text: str, texts: NullTranslations, depth: int = _DEPTH) -> str:
    """Return `text` in the language of `texts` if a message has this English text; else unchanged.

    Of several templates the one with the most letters of its own is taken. Values are recognised as well, `depth`
    levels deep.
    """
    if not isinstance(texts, Texts) or not depth or not _LEAST_LETTERS <= len(text) <= _MOST_LETTERS:
        return text
    for pattern in _patterns(texts):
        if (found := pattern.values(text)) is not None:
            values = {name: recognise(value, texts, depth - 1) for name, value in found.items()}
            return _filled(texts.text_of(pattern.template), values)
    return _recognise_parts(text, texts, depth)


def _recognise_parts(text: str, texts: Texts, depth: int) -> str:
    """Return `text`, of which no template matches the whole, with its recognised parts in the language of `texts`.

    Parts stand between semicolons. A part may begin with the word for a code and a colon, as in `deleted: a notice`.
    """
    head, semicolon, rest = text.partition("; ")
    if semicolon:
        first, last = recognise(head, texts, depth - 1), recognise(rest, texts, depth - 1)
        changed = first != head or last != rest
        return _filled(texts.text_of("{first}; {rest}"), {"first": first, "rest": last}) if changed else text
    code, colon, reason = text.partition(": ")
    if colon and _CODE.fullmatch(code) and (word := texts.gettext(code)) != code:
        return _filled(texts.text_of("{state}: {reason}"), {"state": word, "reason": reason})
    return text


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with values that are texts already: how it formats a date or a number says nothing to them."""
    return "".join(literal + (values[name] if name else "") for literal, name, _, _ in _parsed(template))


@lru_cache(maxsize=2)
def _patterns(texts: Texts) -> list[Pattern]:
    """Return the patterns of all templates of a language, those with the most letters of their own first."""
    found = []
    for template in filter(_has_places, texts.templates()):
        literals = [literal for literal, _, _, _ in _parsed(template)]
        letters = sum(map(len, literals))
        if letters >= _LEAST_LETTERS and " " in "".join(literals):
            found.append((letters, pattern_of(template)))
    return [pattern for _, pattern in sorted(found, key=lambda each: (-each[0], each[1].template))]


def _has_places(template: str) -> bool:
    """Return whether all braces of a template are places of values, as in messages; pages have others, too."""
    try:
        return all(name is None or name.isidentifier() for _, name, _, _ in _parsed(template))
    except ValueError:
        return False


def _is_balanced(value: str) -> bool:
    return value.count("(") == value.count(")")


def _regex(template: str, value: str) -> re.Pattern[str]:
    parts, seen = [], set()
    for literal, name, _, _ in _parsed(template):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{value})")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)


def _parsed(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(Formatter().parse(template))
