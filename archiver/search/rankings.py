"""Remember what searches found, so that a page of results after the first one need not rank all posts again."""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_AHEAD = 500  # results that are found together: the next pages are taken from them
_COST = 100  # of an entry without ids, in ids
_MOST_KEPT = 400_000  # ids in all entries, of 8 bytes each

Name = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The first ids that a search found, at most `limit` of them; fewer are all that there are."""

    ids: array[int]
    limit: int

    def has(self, limit: int) -> bool:
        return limit <= self.limit or len(self.ids) < self.limit


class Rankings:
    """The ids that the latest searches found. Several threads may use it.

    `most` bounds the memory: it is the number of ids that are kept.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most, self._size = most, 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Name, _Ranking] = OrderedDict()

    def first(self, name: Name, limit: int, find: Callable[[int], Iterable[int]]) -> Sequence[int]:
        """Return the first ids that the search `name` finds, at most `limit` of them.

        `find` is called if they are not known, with a number that is not below `limit`; it returns at most so many.
        """
        with self._lock:
            known = self._kept.get(name)
            if known:
                self._kept.move_to_end(name)
        if known is None or not known.has(limit):
            number = -(-limit // _AHEAD) * _AHEAD
            known = _Ranking(array("q", find(number)), number)
            self._keep(name, known)
        return known.ids[:limit]

    def forget(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _keep(self, name: Name, ranking: _Ranking) -> None:
        with self._lock:
            former = self._kept.pop(name, None)
            self._size += _size(ranking) - (_size(former) if former else 0)
            self._kept[name] = ranking
            while self._size > self._most:
                self._size -= _size(self._kept.popitem(last=False)[1])


def _size(ranking: _Ranking) -> int:
    return len(ranking.ids) + _COST


LATEST = Rankings()  # of this process, since each request opens the index anew
