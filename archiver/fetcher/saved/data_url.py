"""Decode `data:` addresses (RFC 2397), which contain the bytes of a medium."""

from __future__ import annotations

import binascii
from base64 import b64decode
from urllib.parse import unquote_to_bytes

from archiver.errors import FetchError
from archiver.messages.message import message
from archiver.models import Download

DATA_SCHEME = "data:"


def decode_data_url(address: str) -> Download:
    """Return the medium that a `data:` address contains; raise FetchError if its base64 data is damaged."""
    head, _, data = address.removeprefix(DATA_SCHEME).partition(",")
    content_type, *options = head.split(";")
    try:
        content = b64decode(unquote_to_bytes(data)) if "base64" in options else unquote_to_bytes(data)
    except (binascii.Error, ValueError) as error:
        raise FetchError(message("a damaged data: address"), concerns=address[:80]) from error
    return Download(url=address, content=content, content_type=content_type)
