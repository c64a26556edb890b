"""Define the result of adding the addresses in a pasted text to the queue.

The queue is the addresses in the catalogue that led to no article yet and are due, now or later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archiver.models.page import State

QueueStatus = Literal["queued", "waiting", "archived", "removed", "unavailable", "broken", "not_article", "foreign"]


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueEntry:
    """An address in a pasted text, and what became of it. Only an address that is `queued` was added to the queue.

    - `queued`: it is new, and a later run requests it.
    - `waiting`: it was in the queue already. Nothing changed.
    - `archived`: its article is in the archive, with the `key` and the `title`.
    - `removed`: its article, with the `key` and the `title`, was removed from the archive by the user.
    - `unavailable`: an earlier run found that it has no article and gave it up. `state` is the state of the page, and
      `error` the reason.
    - `broken`, `not_article`, `foreign`: it is not the whole address of an article, or it is that of another page of
      WeChat, or of another site. `error` says what is wrong.

    `source` is the address as it was pasted, or the whole line if no address could be read in it. Credentials in it are
    redacted. `url` is the canonical address, '' if there is none.
    """

    source: str
    status: QueueStatus
    url: str = ""
    key: str = ""
    title: str = ""
    state: State | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueResult:
    """The addresses in a pasted text, in their order, and the number of lines that have none (`notes`).

    Empty lines are not counted, nor is an address that the text repeats.
    """

    entries: tuple[QueueEntry, ...] = ()
    notes: int = 0
