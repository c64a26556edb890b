"""Say things in the user's language, and format dates and numbers for it.

A message is an English sentence, and its text is its id: `gettext` and `ngettext` of `translations(language)` return
the text in the language. `message.py` makes messages that are said later, in whatever language. The Chinese texts are
in locale/zh_CN/LC_MESSAGES/archiver.po; docs/development/translation.md says how they are changed.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations


class Language(StrEnum):
    """A language in which archiver speaks to its users."""

    ENGLISH = "en"
    CHINESE = "zh"

    @property
    def html_lang(self) -> str:
        """The language as a tag for HTML (BCP 47)."""
        return "zh-CN" if self is Language.CHINESE else "en"

    @property
    def own_name(self) -> str:
        """The name of the language in the language itself."""
        return "中文" if self is Language.CHINESE else "English"


def mark_message(text: str) -> str:
    """Return `text` unchanged. The call marks it as a message that is translated elsewhere, where it is shown."""
    return text


@cache
def translations(language: Language) -> NullTranslations:
    """Return the texts of all messages in a language. English needs no file, since the ids are English."""
    if language is Language.ENGLISH:
        from gettext import NullTranslations

        return NullTranslations()
    from archiver.messages.texts import read_texts

    return read_texts("zh_CN")
