"""Say in the language of a page what values of the archive mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as day

from archiver.messages import Language, mark_message, translations
from archiver.messages.formats import Formats
from archiver.messages.message import translated

_STATES = {
    "article": mark_message("Online"),
    "deleted": mark_message("Deleted by its publisher"),
    "violation": mark_message("Taken down by WeChat"),
    "unavailable": mark_message("Not shown by WeChat"),
    "expired": mark_message("Expired link"),
    "invalid": mark_message("Invalid link"),
    "migrated": mark_message("Account moved"),
    "verification": mark_message("Verification page"),
    "truncated": mark_message("Incomplete page"),
    "not_article": mark_message("Not an article"),
    "unknown": mark_message("Unknown page"),
}
_CAPTURED = {"article": mark_message("The article")}
_GONE = {
    "deleted": mark_message("Its publisher deleted this article from WeChat. It was noticed on {day}."),
    "violation": mark_message("WeChat took this article down. It was noticed on {day}."),
    "unavailable": mark_message("WeChat does not show this article any more. It was noticed on {day}."),
    "migrated": mark_message("The account of this article moved, and the old address leads nowhere since {day}."),
}
_TYPES = {
    "article": mark_message("Article"),
    "video": mark_message("Video"),
    "music": mark_message("Music"),
    "audio": mark_message("Audio"),
    "picture": mark_message("Pictures"),
    "text": mark_message("Short text"),
    "share": mark_message("Shared article"),
    "short": mark_message("Short post"),
}
_SOURCE_KINDS = {
    "list": mark_message("List"),
    "feed": mark_message("Feed"),
    "album": mark_message("Album"),
    "links": mark_message("Links in articles"),
}
_NEEDS = {
    "profile": mark_message("The layout of the files"),
    "disk": mark_message("The disk"),
    "wall": mark_message("WeChat's verification"),
    "run": mark_message("The regular run"),
    "source": mark_message("A source"),
    "article": mark_message("Articles"),
    "link": mark_message("Links"),
    "picture": mark_message("Pictures"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language for states, kinds and the like. An unknown value stands for itself."""

    language: Language

    @property
    def formats(self) -> Formats:
        """The formats of dates and numbers of the language."""
        return Formats(translations(self.language))

    def period(self, date: Sequence[int]) -> str:
        """Return a year, a month of one or a day of one, given as one to three numbers; without numbers, "no date"."""
        if not date:
            return translations(self.language).gettext("Without a date")
        year, *rest = date
        if not rest:
            return self.formats.year(year)
        return self.formats.month(year, rest[0]) if len(rest) == 1 else self.formats.date(day(year, *rest))

    def state(self, state: str) -> str:
        """Return what the state of a page means for its article."""
        return self._said(_STATES, state)

    def captured(self, state: str) -> str:
        """Return what a captured page was."""
        return self._said(_STATES | _CAPTURED, state)

    def gone(self, state: str) -> str:
        """Return a sentence, with the place {day}, about an article that WeChat shows no longer."""
        return self._said(_GONE, state)

    def article_type(self, name: str) -> str:
        """Return the name of a type of articles."""
        return self._said(_TYPES, name)

    def source_kind(self, kind: str) -> str:
        """Return the name of a kind of sources in archiver.yml."""
        return self._said(_SOURCE_KINDS, kind)

    def need(self, kind: str) -> str:
        """Return a heading for a matter that needs a person."""
        return self._said(_NEEDS, kind)

    def stored(self, text: str) -> str:
        """Return a text that the archive stores in English, such as a warning; unchanged if no message has it."""
        return translated(text, translations(self.language))

    def _said(self, words: dict[str, str], value: str) -> str:
        return translations(self.language).gettext(words.get(value, value)) if value else ""
