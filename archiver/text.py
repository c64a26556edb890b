"""Values → lines of JSON that are one line for every reader, and steer no terminal that they are shown on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

# What terminals obey, what some readers end a line at, and what turns round what stands beside it (CVE-2021-42574).
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


def json_line(value: Mapping[str, object]) -> str:
    """One object on a line, without its end; half a surrogate pair stands as its escape."""
    line = CONTROL.sub(lambda found: json.dumps(found[0])[1:-1], json.dumps(value, ensure_ascii=False))
    return line.encode("utf-8", "backslashreplace").decode()
