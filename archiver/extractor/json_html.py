"""Decode a page that some program has saved as a JSON string, so that quotes and line feeds in it are escaped."""

from __future__ import annotations

import codecs
import json


def html_in_json(content: bytes) -> bytes | None:
    """Return the HTML in `content` as UTF-8 if `content` is a JSON string with HTML; return None for anything else.

    `content` is UTF-8, with or without a byte order mark. The string may have been encoded twice.
    """
    content = content.removeprefix(codecs.BOM_UTF8).strip()
    if not (content.startswith(b'"') and content.endswith(b'"')):
        return None
    try:
        text = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(text, str):
        return None
    html = text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    return html if html.startswith(b"<") else html_in_json(html)
