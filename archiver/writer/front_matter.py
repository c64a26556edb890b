"""Write front matter that every YAML parser reads alike, and read the front matter of any post, whoever wrote it."""

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
    """A string that is written without quotes. It is used for dates, which YAML reads as strings if they are quoted."""

    __slots__ = ()


class _QuotedScalar(str):
    """A string that is written in double quotes, so that YAML parsers read it as a string."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that writes strings in double quotes on one line and indents lists.

    Keys, numbers and dates are written without quotes.
    """

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: ARG002 - the parent's signature
        """Write `text` as a JSON string.

        The method of the parent class would escape emoji and break long lines. `split` is ignored.
        """
        self.write_indicator(json.dumps(text, ensure_ascii=False), True)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists below their key. The parent class would not: it sets `indentless`, which is ignored here."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Return True, so that a value that occurs twice is written twice and not as an anchor and an alias."""
        return True


_TEXT = "tag:yaml.org,2002:str"
_Dumper.add_representer(_QuotedScalar, lambda dumper, text: dumper.represent_scalar(_TEXT, text, style='"'))
_Dumper.add_representer(PlainScalar, lambda dumper, text: dumper.represent_scalar(_TEXT, text))


def dump_front_matter(values: Mapping[str, object]) -> str:
    """Return `values` as front matter, between lines of `---` and with a newline at its end.

    Strings are cleaned by `clean_value` and quoted, except for those of the class PlainScalar.
    """
    written = yaml.dump(
        _writable(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf")
    )  # fmt: skip
    return f"---\n{written}---\n"


def read_front_matter(text: str) -> dict[str, object]:
    """Return the front matter of a post as a dict; empty if there is none or it is not valid.

    `text` is the text of the post. All values are strings, or lists and dicts of strings.
    """
    try:
        values = read_strings(front_matter_text(text))
    except BrokenYaml:
        return {}
    return values if isinstance(values, dict) else {}


def front_matter_text(post: str) -> str:
    """Return the YAML between the two `---` lines at the start of a post; '' if the post does not begin so."""
    match = _BLOCK.match(post)
    return match[1] if match else ""


def clean_value(text: str) -> str:
    r"""Return `text` without characters that YAML does not allow, cut off at 4,000 characters.

    All line ends become `\n`.
    """
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_LONGEST]


def _writable(value: object) -> object:
    """Return a copy of `value` for the dumper, with keys cleaned, and strings cleaned and marked to be quoted.

    Strings of the class PlainScalar are left unchanged.
    """
    if isinstance(value, Mapping):
        return {_UNFIT.sub("", str(key)): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    if isinstance(value, str) and not isinstance(value, PlainScalar):
        return _QuotedScalar(clean_value(value))
    return value
