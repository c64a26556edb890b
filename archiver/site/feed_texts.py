"""Remember the texts of articles for feeds, since the programs that follow them ask for the same ones again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from archiver.models.browsing import ReadableArticle

COST = 1_000  # characters that an entry counts for beside its text: its name, and what else is known of the article
_MOST_CHARACTERS = 4_000_000  # of all texts together; a text of an article has some 10,000


class FeedTexts:
    """The texts that were asked for last, in bounded memory. Several threads may use it."""

    def __init__(self, most_characters: int = _MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._characters = 0
        self._texts: OrderedDict[Hashable, ReadableArticle] = OrderedDict()  # the last one was used last
        self._lock = threading.Lock()

    def get(self, name: Hashable, read: Callable[[], ReadableArticle]) -> ReadableArticle:
        """Return the text with this name; call `read` for it if it is not known."""
        with self._lock:
            if name in self._texts:
                self._texts.move_to_end(name)
                return self._texts[name]
        text = read()
        with self._lock:
            if name not in self._texts and _cost(text) <= self._most:
                self._texts[name] = text
                self._characters += _cost(text)
            while self._characters > self._most:
                self._characters -= _cost(self._texts.popitem(last=False)[1])
        return text


def _cost(text: ReadableArticle) -> int:
    return len(text.html) + COST
