"""Write front matter that every YAML parser reads alike, and read the front matter of existing posts.

Existing posts may have been edited or written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import yaml

from archiver.yaml_reader import BrokenYaml, read_strings

# Keys that are written as they are, and times as Jekyll reads them.
_USUAL_KEY = re.compile(r"(?!(?:yes|no|on|off|true|false|null)\Z)[a-z][a-z_-]{0,60}", re.ASCII)
_USUAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}", re.ASCII)
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
        self.write_indicator(_in_quotes(text), True)

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

    The result is that of `dump_yaml`. But the usual keys and values are written here, since PyYAML takes six times as
    long.
    """
    written = "".join(_usual_item(key, value) or dump_yaml({key: value}) for key, value in values.items())
    return f"---\n{written or dump_yaml({})}---\n"


def dump_yaml(values: Mapping[str, object]) -> str:
    """Return `values` as YAML written by PyYAML, whatever they are; see `dump_front_matter`."""
    return yaml.dump(_writable(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))


def _usual_item(key: str, value: object, indent: str = "") -> str:
    """Return a key and its value as lines of YAML; '' if they are unusual, so that PyYAML has to write them."""
    written = _usual_value(value, indent + "  ") if _USUAL_KEY.fullmatch(key) else ""
    return written and f"{indent}{key}:{written}"


def _usual_value(value: object, indent: str) -> str:
    """Return what follows the colon of a key; '' for an unusual value.

    The lines of a mapping or list begin with `indent`.
    """
    if isinstance(value, Mapping):
        items = [_usual_item(key, item, indent) for key, item in value.items()]
        return "\n" + "".join(items) if items and all(items) else ""
    if isinstance(value, list):
        scalars = [_usual_scalar(item) for item in value]
        return "\n" + "".join(f"{indent}- {scalar}\n" for scalar in scalars) if scalars and all(scalars) else ""
    scalar = _usual_scalar(value)
    return scalar and f" {scalar}\n"


def _usual_scalar(value: object) -> str:
    if isinstance(value, PlainScalar):
        return value if _USUAL_TIME.fullmatch(value) else ""
    if isinstance(value, str):
        return _in_quotes(clean_value(value))
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else ""


def _in_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


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
