"""Make text safe for the formats it is written in: lines of messages, of JSON for terminals and logs, and XML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

# Control characters, Unicode line separators, and marks that change the direction of text (CVE-2021-42574).
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")

# All characters but those of `Char` in XML 1.0, section 2.2. The complement would take 4 ms to compile.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def json_line(value: Mapping[str, object]) -> str:
    """Return `value` as one line of JSON, without a line break at the end.

    Control characters and lone surrogates are escaped.
    """
    line = CONTROL.sub(lambda found: json.dumps(found[0])[1:-1], json.dumps(value, ensure_ascii=False))
    return line.encode("utf-8", "backslashreplace").decode()


def xml_text(text: str) -> str:
    """Return a text without the characters that XML 1.0 forbids, such as control characters and lone surrogates."""
    return _NOT_IN_XML.sub("", text)


def one_line(text: str) -> str:
    """Return `text` as one line, in which each run of white space is replaced by one space.

    A text that is one line already is returned itself, so that a message stays one.
    """
    line = " ".join(text.split())
    return text if line == text else line
