"""Pictures that stand in the page itself: the bytes of a `data:` address (RFC 2397)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from urllib.parse import unquote_to_bytes

from archiver.errors import FetchError
from archiver.models import Download

SCHEME = "data:"


def read_data(address: str) -> Download:
    """The bytes that a `data:` address holds; FetchError when they are damaged."""
    head, _, data = address.removeprefix(SCHEME).partition(",")
    kind, *options = head.split(";")
    try:
        content = b64decode(unquote_to_bytes(data)) if "base64" in options else unquote_to_bytes(data)
    except (binascii.Error, ValueError) as error:
        raise FetchError("a damaged data: address", concerns=address[:80]) from error
    return Download(url=address, content=content, content_type=kind)
