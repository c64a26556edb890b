"""Make an index of texts that a script can search without a server: many small files, of which a query reads a few.

An entry of the index is a pair of neighbouring characters or a single one, of scripts without spaces between words; and
of other words the first one to PREFIX characters. It leads to the numbers of the texts that have it. So the entries of
a term tell in which texts it can occur; whether it does, the script sees in the texts, which it needs for its results
anyway, unless one entry says it all: see `entries`.

The entries are divided into shards by a checksum, so that no table tells where an entry is. A shard has its entries one
after the other: the length of the name in bytes, the name in UTF-8, the length of its list in bytes, the list. The list
has the first number, then the difference of each number to the one before. All lengths and numbers are written with
seven bits a byte, the lowest first; a byte above 127 says that more follow.

An entry of many texts has a bitmap instead, in which bit `n % 8` of byte `n // 8` is set for the number `n`. No list is
as long as the bitmap of all texts, so the length tells which of the two it is.

site/static/search.js reads all this.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import add, sub

from archiver.search.tokens import spaced_runs, unspaced_runs

PREFIX = 8  # characters of a word that entries tell


def entries(text: str) -> set[str]:
    """Return the entries of a normalised text.

    A term of one or two characters without spaces, or of one word of at most PREFIX characters, is an entry itself. It
    then is an entry of exactly those texts in which it occurs.
    """
    unspaced = unspaced_runs(text)
    found = set("".join(unspaced))
    found.update(chain.from_iterable([map(add, run, run[1:]) for run in unspaced]))
    for word in set(spaced_runs(text)):
        found.update(word[:length] for length in range(1, min(len(word), PREFIX) + 1))
    return found


def shards(texts: Iterable[Iterable[str]], size: int) -> list[bytes]:
    """Return the shards of an index of about `size` bytes each; there is at least one.

    `texts` are the entries of each text; the number of a text is its place among them, counted from 0.
    """
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    count = 0
    for number, found in enumerate(texts):
        count = number + 1
        for entry in found:
            numbers[entry].append(number)
    written = [_number(number) for number in range(max(count, 128))]
    lines = {name.encode(): _list(numbers.pop(name), count, written) for name in sorted(numbers)}
    total = sum(len(name) + len(line) for name, line in lines.items())
    parts: list[list[bytes]] = [[] for _ in range(-(-total // size) or 1)]
    for name, line in lines.items():
        parts[zlib.crc32(name) % len(parts)] += (bytes([len(name)]), name, line)
    return list(map(b"".join, parts))


def _list(numbers: Sequence[int], count: int, written: Sequence[bytes]) -> bytes:
    """Return a list or bitmap with its length before it; `count` is the number of texts.

    `written` are the numbers as they are written. Most lists are short.
    """
    content = written[numbers[0]] if len(numbers) == 1 else _steps(numbers, written)
    if len(content) >= -(-count // 8):
        content = _bitmap(numbers, count)
    length = len(content)
    return (written[length] if length < len(written) else _number(length)) + content


def _steps(numbers: Sequence[int], written: Sequence[bytes]) -> bytes:
    found = _short_steps(numbers)
    if found is None:
        return b"".join(map(written.__getitem__, map(sub, numbers, chain((0,), numbers))))
    return found


def _bitmap(numbers: Iterable[int], count: int) -> bytes:
    digits = bytearray(b"0" * count)
    for number in numbers:
        digits[-1 - number] = ord("1")
    return int(digits, 2).to_bytes(-(-count // 8), "little")


def _short_steps(numbers: Sequence[int]) -> bytes | None:
    """Return a list as it is written if each step in it takes one byte, as in most long ones; else None."""
    try:
        content = bytes(map(sub, numbers, chain((0,), numbers)))
    except ValueError:
        return None
    return content if content.isascii() else None


def _number(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
