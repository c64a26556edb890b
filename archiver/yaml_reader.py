"""Read untrusted YAML with limits: no input can make it hang, recurse deeply, run code or raise an error of PyYAML.

`read_strings` is for the front matter of posts, which anybody may have written. It returns every scalar as the text in
the document, ignores tags and does not follow aliases. `read_values` is for settings. It converts scalars to the types
of YAML 1.1 and follows aliases and merge keys. The limit on the size of a text also holds for its expanded aliases.

PyYAML only splits the text into events, in C if libyaml is installed. The values are built here, without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from archiver.messages.message import message

LARGEST = 2**20  # maximum number of characters of a text, and of all its expanded aliases together
MOST_EVENTS = 200_000  # maximum number of events of PyYAML
DEEPEST = 50  # maximum depth of nested collections
LONGEST_NUMBER = 400  # maximum characters of a number; Python takes quadratic time for longer ones, or refuses them

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # only its scanner and parser are used
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_UNFIT = re.compile("[\0\ud800-\udfff]")  # characters from escapes that files, databases and terminals refuse
_NULLS = ("null", "Null", "NULL", "~")
_PREFIX = "tag:yaml.org,2002:"
_TYPES = frozenset(_PREFIX + name for name in ("str", "null", "bool", "int", "float", "timestamp"))
_NUMBERS = frozenset(_PREFIX + name for name in ("int", "float", "timestamp"))
_COLLECTIONS = (None, "!", _PREFIX + "map", _PREFIX + "seq")
_ABSENT, _MERGE = object(), object()


class BrokenYaml(ValueError):  # noqa: N818 - reads as a statement
    """The error for a text that is not valid YAML or exceeds a limit.

    `line` is the number of the line with the error. The first line is 1; 0 means that no line is known.
    """

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(message("line {line}: {problem}", line=line, problem=problem) if line else problem)
        self.line = line


def read_strings(text: str) -> object:
    """Return the first document of `text` as dicts, lists and strings; None if the text is empty.

    An empty value, an unquoted `null` or `~`, and an alias become ''. Raise BrokenYaml if the text is not valid YAML or
    exceeds a limit.
    """
    return _read(text, _Builder(_text_of, follows=False))


def read_values(text: str) -> object:
    """Return the first document of `text` with the types of YAML 1.1; None if the text is empty.

    Raise BrokenYaml if the text is not valid YAML, exceeds a limit, or has a tag other than those of mappings,
    sequences, strings, numbers, booleans, timestamps and null.
    """
    return _read(text, _Builder(_Scalars().value, follows=True))


def _read(text: str, builder: _Builder) -> object:
    text = text.removeprefix("\ufeff")
    if len(text) > LARGEST:
        raise BrokenYaml(message("more than {number} characters", number=LARGEST))
    if odd := _UNPRINTABLE.search(text):
        raise BrokenYaml(
            message("the character U+{code:04X} has no place in YAML", code=ord(odd[0])), _line_at(text, odd.start())
        )
    line = 0
    try:
        for event in _events(text):
            line = event.start_mark.line + 1 if event.start_mark else line
            builder.take(event)
    except BrokenYaml as error:
        raise error if error.line else BrokenYaml(str(error), line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYaml(_one_line(error.problem or error.context), mark.line + 1 if mark else line) from error
    except Exception as error:  # any other error of a parser or constructor: ValueError, OverflowError, IndexError …
        raise BrokenYaml(_one_line(str(error)) or type(error).__name__, line) from error
    return builder.root


def _events(text: str) -> Iterator[yaml.Event]:
    """Yield PyYAML's events of the first document in `text`; raise BrokenYaml after MOST_EVENTS events."""
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if isinstance(event, yaml.DocumentEndEvent):
            return
        if count > MOST_EVENTS:
            raise BrokenYaml(message("more than {number} values", number=MOST_EVENTS))
        yield event


@dataclass(kw_only=True)
class _Collection:
    """A list or mapping that is still being read, because the event of its end has not come yet.

    `value` has the items read so far. `anchor` is its name for aliases (`&a`), None if it has none. `weight` is its
    number of characters so far, with aliases expanded. Two fields are only for mappings: `key` is the key whose value
    has not come yet, and `merged` has the mappings that the merge key `<<` adds.
    """

    value: list[object] | dict[object, object]
    anchor: str | None
    weight: int = 1  # number of characters in the collection, with aliases expanded
    key: object = _ABSENT
    merged: list[dict[object, object]] = field(default_factory=list)


class _Builder:
    """A builder that makes values from PyYAML's events, without recursion. `root` is the finished value.

    `scalar` converts a scalar event to its value. If `follows` is True, an alias (`*a`) gets the value of its anchor
    (`&a`), and the merge key `<<` adds the keys of another mapping. Otherwise an alias becomes '', and `<<` is an
    ordinary key.
    """

    def __init__(self, scalar: Callable[[yaml.ScalarEvent], object], *, follows: bool) -> None:
        self.root: object = None
        self._scalar = scalar
        self._follows = follows  # whether aliases and merge keys are followed
        self._unfinished: list[_Collection] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._unfolded = 0

    def take(self, event: yaml.Event) -> None:
        """Add the value of the next event to the collection that is being read, or begin or finish a collection.

        Without an unfinished collection, the value becomes `root`. Raise BrokenYaml if the event is not allowed or
        exceeds a limit.
        """
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
            if isinstance(value, str) and _UNFIT.search(value):
                raise BrokenYaml(message("an escape stands for a character that no text can hold"))
            self._add(value, event.anchor, len(event.value) + 1)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor or "")

    def _begin(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if len(self._unfinished) >= DEEPEST:
            raise BrokenYaml(message("nested more than {number} deep", number=DEEPEST))
        if self._follows and event.tag not in _COLLECTIONS:
            raise BrokenYaml(message("the tag {tag} is not known here", tag=event.tag[:99]))
        value: list[object] | dict[object, object] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._unfinished.append(_Collection(value=value, anchor=event.anchor))

    def _end(self) -> None:
        finished = self._unfinished.pop()
        value = finished.value
        if isinstance(value, dict) and finished.merged:
            defaults: dict[object, object] = {}
            for other in reversed(finished.merged):  # if several have a key, the first one's value is used
                defaults |= other
            value = defaults | value
        self._add(value, finished.anchor, finished.weight)

    def _alias(self, anchor: str) -> None:
        if not self._follows:
            self._add("", None, 1)
            return
        if anchor not in self._anchors:
            raise BrokenYaml(message("the alias *{anchor} names nothing that is whole before it", anchor=anchor[:99]))
        value, weight = self._anchors[anchor]
        self._unfolded += weight
        if self._unfolded > LARGEST:
            raise BrokenYaml(message("its aliases unfold to more than {number} characters", number=LARGEST))
        self._add(value, None, weight)

    def _add(self, value: object, anchor: str | None, weight: int) -> None:
        if anchor and self._follows and value is not _MERGE:
            self._anchors[anchor] = (value, weight)
        if not self._unfinished:
            self.root = "<<" if value is _MERGE else value
            return
        parent = self._unfinished[-1]
        parent.weight += weight
        if isinstance(parent.value, list):
            parent.value.append("<<" if value is _MERGE else value)
        elif parent.key is _ABSENT:
            if not isinstance(value, Hashable):
                raise BrokenYaml(message("a key is a list or a mapping"))
            parent.key = value
        elif parent.key is _MERGE:
            parent.merged += _mappings(value)
            parent.key = _ABSENT
        else:
            parent.value[parent.key] = "<<" if value is _MERGE else value
            parent.key = _ABSENT


def _mappings(value: object) -> list[dict[object, object]]:
    """Return the mappings in `value`, the value of a merge key `<<`.

    Raise BrokenYaml unless `value` is a mapping or a list of mappings.
    """
    items = value if isinstance(value, list) else [value]
    mappings = [item for item in items if isinstance(item, dict)]
    if len(mappings) != len(items):
        raise BrokenYaml(message("`<<` takes a mapping or a list of mappings"))
    return mappings


def _text_of(event: yaml.ScalarEvent) -> object:
    return "" if event.implicit[0] and event.value in _NULLS else event.value


class _Scalars(SafeConstructor, Resolver):
    """PyYAML's conversion of scalars to values, applied to one event at a time."""

    def __init__(self) -> None:
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    def value(self, event: yaml.ScalarEvent) -> object:
        """Return the value of a scalar; _MERGE for the merge key `<<`.

        Raise BrokenYaml if the scalar cannot be converted.
        """
        tag = event.tag
        if tag is None or tag == "!":
            tag = self.resolve(ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
            if tag == _PREFIX + "merge":
                return _MERGE
            tag = _PREFIX + "str" if tag == _PREFIX + "value" else tag  # a lone `=`
        if tag not in _TYPES:
            raise BrokenYaml(message("the tag {tag} is not known here", tag=tag[:99]))
        if tag in _NUMBERS and len(event.value) > LONGEST_NUMBER:
            raise BrokenYaml(
                message(
                    "a number of more than {number} characters: put text between quotes",
                    number=LONGEST_NUMBER,
                )
            )
        try:
            return self.construct_object(ScalarNode(tag, event.value))
        except (KeyError, IndexError, AttributeError) as error:  # !!bool maybe, !!int "", !!timestamp x
            raise BrokenYaml(
                message("`{value}` is no {kind}", value=event.value[:99], kind=tag.removeprefix(_PREFIX))
            ) from error


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _one_line(message: str | None) -> str:
    return " ".join((message or "").split())[:300]
