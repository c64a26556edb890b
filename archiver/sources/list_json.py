"""Read JSON in lists: one object a line, arrays, and the nested objects that exports of other programs consist of."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from archiver.messages.message import message
from archiver.sources.list_cells import BLANK, MAX_DOCUMENT_LENGTH, Cell, NumberedLines, names_wechat, too_long
from archiver.sources.list_tables import COLUMNS

_KEYS = (  # of members that have an article's address, the preferred one first
    *COLUMNS, "link_url", "long_url", "original_url", "originalurl", "canonical_url", "mp_url", "msg_link",
    "target_url", "loc", "source",
)  # fmt: skip
_OWN_KEYS = ("url", "source")  # of lines printed with --json: both are addresses of one article
_ARRAY = re.compile(r'\[\s*(?:[{"\[]|\]?\s*\Z)')  # does not match Markdown: `[title](…)`, `[ ] …`, `[[page]]`
_OBJECT = re.compile(r'\{\s*(?:"|\Z)')
_BETWEEN = re.compile(r"[\s,\[\]]*")  # separates JSON values in an array, or in a stream as printed by jq
_TAG = re.compile(r"<(?!https?:)")
_MAX_MESSAGE_LENGTH = 2000  # characters of a string that counts as a message which may contain addresses
_MAX_EMBEDDED = 4  # number of times that JSON may be written into a string of JSON


def is_json_document(first: str) -> bool:
    """Return whether a list is a JSON document of several lines, or an array, judged by its first line."""
    if _ARRAY.match(first) and "](" not in first and not first.startswith("[["):
        return True
    return bool(_OBJECT.match(first)) and not _is_whole(first)


def _is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def parse_json_line(number: int, text: str) -> Iterator[Cell]:
    """Yield the cells of a line that should be a JSON object or a JSON string."""
    try:
        yield from _cells_of(number, json.loads(text), text)
    except (ValueError, RecursionError) as error:
        if not _OBJECT.match(text) or not names_wechat(text):  # an address in quotes, or a template such as {{title}}
            yield Cell(number, (text,))
        else:
            yield Cell(
                number, (text,), message("broken JSON ({error}): write one whole object a line", error=_describe(error))
            )


def read_json_document(lines: NumberedLines, read_lines: Callable[[NumberedLines], Iterator[Cell]]) -> Iterator[Cell]:
    """Yield the cells of a JSON array, or of several JSON objects one after the other.

    If the lines do not begin with a whole object or array of several lines after all, yield what `read_lines` yields
    for them.
    """
    first = next(lines)
    numbered = deque(_limited(chain([first], ((number, line.rstrip("\r\n")) for number, line in lines))))
    text = "\n".join(line for _, line in numbered)
    number = first[0]
    if len(text) > MAX_DOCUMENT_LENGTH:
        deque(lines, maxlen=0)  # skip the rest of the document
        yield too_long(number, text, MAX_DOCUMENT_LENGTH)
        return
    decoder = json.JSONDecoder()
    end = 0
    while (start := _BETWEEN.match(text, end).end()) < len(text):  # type: ignore[union-attr]
        number += text.count("\n", end, start)
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            if start == 0 and first[1] != "{":  # JSON lines, the first of which is broken
                yield from read_lines(iter(numbered))
            elif names_wechat(text[start:]):
                reason = message("broken JSON ({error}): nothing from here on is read", error=_describe(error))
                said = message("{reason}; mend it, or write one object a line", reason=reason)
                yield Cell(number, (text[start:].partition("\n")[0],), said)
            return
        yield from _cells_of(number, value, text[start:end])
        number += text.count("\n", start, end)


def _limited(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a JSON document until they have more than MAX_DOCUMENT_LENGTH characters together.

    So a document that is too long does not fill the memory. The line that exceeds the limit is still yielded: the
    caller finds out that the document is too long by comparing the length of all lines with the limit.
    """
    left = MAX_DOCUMENT_LENGTH
    for number, line in lines:
        yield number, line
        left -= len(line) + 1
        if left < -1:
            return


def _describe(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return message("nested too deeply") if isinstance(error, RecursionError) else message("a number is too long")


def _cells_of(number: int, value: object, text: str) -> Iterator[Cell]:
    """Yield a cell for each article that a JSON value names, or one cell for a value that names none.

    `number` is the line number; `text` is the JSON source of the value.
    """
    if isinstance(value, str):
        yield Cell(number, (value.strip(BLANK),))
        return
    is_note = True
    for texts in _articles_in(value):
        is_note = False
        yield Cell(number, texts)
    if is_note:
        path = _saved_page_of(value)
        yield Cell(number, (path or text,), is_note=not path)


def _articles_in(value: object) -> Iterator[tuple[str, ...]]:
    """Yield the addresses of each article that a JSON value names, at any depth and in their order.

    The strings of an object that is an article, and of the objects inside it, are not searched for addresses, since
    they may link to other articles. This walk has a stack of its own, because values may be nested more deeply than
    Python functions.
    """
    stack = [(value, False, 0)]  # (value, whether it is inside an article, how often it was embedded in strings)
    while stack:
        value, is_inside, depth = stack.pop()
        if isinstance(value, dict):
            if texts := _addresses_of(value):
                yield texts
            is_inside = is_inside or bool(texts)
            stack += ((member, is_inside, depth) for member in reversed(value.values()))
        elif isinstance(value, list):
            stack += ((member, is_inside, depth) for member in reversed(value))
        elif isinstance(value, str) and names_wechat(value):
            if depth < _MAX_EMBEDDED and (embedded := _embedded_json(value)):
                stack.append((embedded, is_inside, depth + 1))
            elif not is_inside and _is_message(value):
                yield (value.strip(BLANK),)


def _embedded_json(text: str) -> object:
    """Return the object or array that a string contains as JSON, None if it contains none."""
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None


def _addresses_of(value: dict[str, object]) -> tuple[str, ...]:
    """Return the addresses of the one article that a JSON object is about, () if no member with a known key has one."""
    members = {
        name: member.strip(BLANK)
        for key, member in value.items()
        if isinstance(member, str)
        and (name := key.casefold()) in _KEYS
        and names_wechat(member)
        and _is_message(member)
    }
    preferred = next((key for key in _KEYS if key in members), "")
    keys = [key for key in _OWN_KEYS if key in members] if preferred in _OWN_KEYS else [preferred]
    return tuple(dict.fromkeys(members[key] for key in keys if key))


def _is_message(text: str) -> bool:
    """Return whether a string may be read for addresses: it is no HTML of an article."""
    return len(text) <= _MAX_MESSAGE_LENGTH and not _TAG.search(text)


def _saved_page_of(value: object) -> str:
    """Return what may be the path of a saved page in a JSON object: the string under its first known key."""
    members = {key.casefold(): member for key, member in value.items()} if isinstance(value, dict) else {}
    texts = (members[key] for key in _KEYS if isinstance(members.get(key), str))
    return next((text for text in texts if text.strip(BLANK)), "")
