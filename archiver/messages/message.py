"""Make messages: English sentences that can be said in another language.

A message is made where something happens, by code that knows no language:

    raise InputError(message("there is no file {name}", name=name))

It is an ordinary `str` with the English sentence, so it can be logged, stored and written as JSON. It also remembers
its template and its values. `translated` says it in another language, and only what talks to a person calls that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from gettext import NullTranslations


class TranslatableText(str):
    """An English sentence with the template and the values of which it was made; see `message`, `counted_message`."""

    __slots__ = ("_plural", "_template", "_values")
    _template: str
    _plural: str  # the template for other numbers than 1; '' for a message that counts nothing
    _values: dict[str, object]

    @property
    def template(self) -> str:
        """The English template, for a message that counts that of one."""
        return self._template

    @property
    def values(self) -> dict[str, object]:
        """The values in the places of the template."""
        return self._values

    @classmethod
    def of(cls, template: str, plural: str, values: dict[str, object]) -> Self:
        """Return the message of a template, or of the one of two templates that fits the value `number`."""
        chosen = template if not plural or values["number"] == 1 else plural
        self = cls(chosen.format_map(values))
        self._template, self._plural, self._values = template, plural, values
        return self

    def translated(self, texts: NullTranslations) -> str:
        """Return the sentence in the language of `texts`; values that are texts of messages are translated, too."""
        number: Any = self._values.get("number")
        text = texts.ngettext(self._template, self._plural, number) if self._plural else texts.gettext(self._template)
        return text.format_map({
            name: translated(value, texts) if isinstance(value, str) else value
            for name, value in self._values.items()
        })  # fmt: skip

    def __reduce__(self) -> tuple[object, ...]:
        return TranslatableText.of, (self._template, self._plural, self._values)


def message(template: str, /, **values: object) -> TranslatableText:
    """Return the message with `values` in the places of `template`, such as `{name}` or `{day:%Y-%m-%d}`.

    `template` is a literal, since `.ci/messages` collects it from the source. A value may be a message itself. A brace
    that is no place is written twice.
    """
    return TranslatableText.of(template, "", values)


def counted_message(singular: str, plural: str, number: int, /, **values: object) -> TranslatableText:
    """Return the message of the template that fits a number, which stands in the place `{number}` of both."""
    return TranslatableText.of(singular, plural, {**values, "number": number})


def joined_messages(parts: list[str]) -> str:
    """Return parts, of which each may be a message, as one enumeration: `3 archived, 1 failed`; '' without any."""
    if not parts:
        return ""
    whole: str = parts[-1]
    for part in reversed(parts[:-1]):
        whole = message("{first}, {rest}", first=part, rest=whole)
    return whole


def translated(text: str, texts: NullTranslations) -> str:
    """Return a text in the language of `texts`, if it is a message or the English text of one; else unchanged.

    The second case is for messages that were stored, as in the catalogue, or became part of a longer text.
    """
    if isinstance(text, TranslatableText):
        return text.translated(texts)
    from archiver.messages.recognition import recognise  # not for those who only make messages

    return recognise(text, texts)
