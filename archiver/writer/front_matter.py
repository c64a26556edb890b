"""Write front matter that every YAML parser reads alike, and read the front matter of existing posts.

Existing posts may have been edited or written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import yaml

from archiver.yaml_reader import BrokenYaml, read_strings

# Characters that YAML 1.1 (used by Jekyll) reads as line breaks or does not allow; no title needs them.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LONGEST = 4000  # maximum length of a value in characters: the title in a hostile page may have megabytes
_BLOCK = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)


class PlainScalar(str):
    """A string that `dump_front_matter` writes without quotes, such as the date `2024-07-18 10:05:00 +0800` for Jekyll.

    There is one exception: a text that PyYAML would read as another type without quotes, such as `2024-07-18`, gets
    single quotes.
    """

    __slots__ = ()


class _QuotedScalar(str):
    """A string that is written in double quotes, so that YAML parsers read it as a string."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that writes every _QuotedScalar in double quotes on one line, and indents lists below their key.

    Keys and all other values are written as by SafeDumper, without quotes if possible.
    """

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: ARG002 - the parent's signature
        """Write `text` as a JSON string, which is also a double-quoted YAML string; `split` is ignored.

        The method of the parent class would escape emoji and break long lines.
        """
        self.write_indicator(json.dumps(text, ensure_ascii=False), True)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Increase the indentation by one level, even if `indentless` is True.

        PyYAML sets `indentless` for a list in a mapping, so that its items are not indented below the key.
        """
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Return True, so that a value that occurs twice is written twice and not as an anchor and an alias."""
        return True


_TEXT = "tag:yaml.org,2002:str"
_Dumper.add_representer(_QuotedScalar, lambda dumper, text: dumper.represent_scalar(_TEXT, text, style='"'))
_Dumper.add_representer(PlainScalar, lambda dumper, text: dumper.represent_scalar(_TEXT, text))


def dump_front_matter(values: Mapping[str, object]) -> str:
    """Return `values` (key to value) as YAML between two `---` lines, with a newline at the end.

    Strings are cleaned by `clean_value` and written in double quotes. A PlainScalar is neither cleaned nor quoted.
    """
    written = yaml.dump(
        _writable(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf")
    )  # fmt: skip
    return f"---\n{written}---\n"


def read_front_matter(text: str) -> dict[str, object]:
    """Return the front matter of a post as a dict; an empty dict if there is none or it is not a valid YAML mapping.

    `text` is the full text of the post. Every value is a string, or a list or dict of such values: numbers and dates
    are not converted.
    """
    try:
        values = read_strings(front_matter_text(text))
    except BrokenYaml:
        return {}
    return values if isinstance(values, dict) else {}


def front_matter_text(post: str) -> str:
    """Return the YAML between the two `---` lines at the start of `post`, the text of a post; '' without such lines."""
    match = _BLOCK.match(post)
    return match[1] if match else ""


def clean_value(text: str) -> str:
    """Return `text` without characters that YAML does not allow, cut off after 4,000 characters.

    Each line end, such as a carriage return, becomes one line feed.
    """
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_LONGEST]


def _writable(value: object) -> object:
    """Return a copy of `value` that _Dumper can write: its strings are cleaned and become _QuotedScalar.

    Mappings and lists are copied recursively, and the keys of mappings are cleaned. Every PlainScalar is left
    unchanged.
    """
    if isinstance(value, Mapping):
        return {_UNFIT.sub("", str(key)): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    if isinstance(value, str) and not isinstance(value, PlainScalar):
        return _QuotedScalar(clean_value(value))
    return value
