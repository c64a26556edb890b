"""Write front matter that every YAML parser reads alike, and read that of any post, whoever wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import yaml

from archiver.yaml_reader import BrokenYaml, read_strings

# What YAML 1.1 takes for a line break or refuses, and with it the parser that Jekyll uses; no title needs it.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LONGEST = 4000  # characters of one value: a hostile page's title may be megabytes
_BLOCK = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)


class PlainScalar(str):
    """Text that is written without quotes: a date, which quotes would make a string."""

    __slots__ = ()


class _QuotedScalar(str):
    """Text that is written between double quotes, so that no reader takes it for anything else."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """PyYAML's writer with keys, numbers and dates plain, other text double-quoted on one line, lists indented."""

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: ARG002 - the parent's signature
        """Write `text` as a string of JSON: the parent would write emoji as escapes and fold at spaces."""
        self.write_indicator(json.dumps(text, ensure_ascii=False), True)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists below their key; the parent would put them beside it."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Return True: no anchors are written, which would puzzle people."""
        return True


_TEXT = "tag:yaml.org,2002:str"
_Dumper.add_representer(_QuotedScalar, lambda dumper, text: dumper.represent_scalar(_TEXT, text, style='"'))
_Dumper.add_representer(PlainScalar, lambda dumper, text: dumper.represent_scalar(_TEXT, text))


def dump_front_matter(values: Mapping[str, object]) -> str:
    """Return `values` as front matter, from `---` to `---` with a newline at its end.

    Strings are bounded, freed of what YAML cannot carry, and quoted, unless they are `PlainScalar`.
    """
    written = yaml.dump(
        _writable(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf")
    )  # fmt: skip
    return f"---\n{written}---\n"


def read_front_matter(text: str) -> dict[str, object]:
    """Return the mapping that a post begins with; empty when there is none or it is broken.

    All its values are strings, or lists and dicts of strings: anybody may have written them.
    """
    try:
        values = read_strings(front_matter_text(text))
    except BrokenYaml:
        return {}
    return values if isinstance(values, dict) else {}


def front_matter_text(post: str) -> str:
    """Return the YAML between the first two `---` lines; '' when a post does not begin with one."""
    match = _BLOCK.match(post)
    return match[1] if match else ""


def clean_value(text: str) -> str:
    """Return `text` with plain line ends, bounded, and without what YAML cannot carry."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_LONGEST]


def _writable(value: object) -> object:
    """Return `value` as the dumper is to write it."""
    if isinstance(value, Mapping):
        return {_UNFIT.sub("", str(key)): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    if isinstance(value, str) and not isinstance(value, PlainScalar):
        return _QuotedScalar(clean_value(value))
    return value
