"""Convert the text of a saved page to UTF-8, which the code that removes credentials expects."""

from __future__ import annotations

import codecs

# The first bytes of a text, and its encoding. Editors on Windows call UTF-16 "Unicode". The mark of UTF-32 begins with
# that of UTF-16. Without a mark, the first character of a page tells the encoding.
_SIGNATURES = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_REFUSED = ("punycode", "idna")  # names of hosts, not of texts; decoding takes quadratic time


def to_utf8(content: bytes, charset: str = "") -> bytes:
    """Return the text `content` converted to UTF-8; return it unchanged if its encoding is unknown.

    `charset` is the encoding that the file declares, '' if it declares none. It is ignored if the first bytes show that
    the text is UTF-16 or UTF-32. Invalid bytes are replaced.
    """
    encoding = next((name for signature, name in _SIGNATURES if content.startswith(signature)), charset)
    try:
        if not encoding or codecs.lookup(encoding).name in _REFUSED:
            return content
        return content.decode(encoding, "replace").encode("utf-8", "replace")
    except (LookupError, ValueError):
        return content
