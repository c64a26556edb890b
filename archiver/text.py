"""Text for terminals and logs: lines of JSON in which control characters are escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

# Terminal controls, Unicode line separators, and marks that reverse the direction of text (CVE-2021-42574).
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


def json_line(value: Mapping[str, object]) -> str:
    """Return one object on one line, without line end; control characters and half surrogate pairs are escaped."""
    line = CONTROL.sub(lambda found: json.dumps(found[0])[1:-1], json.dumps(value, ensure_ascii=False))
    return line.encode("utf-8", "backslashreplace").decode()
