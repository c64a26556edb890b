"""Read the bodies of requests, within bounds, and the fields in them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive

LARGEST_BODY = 2**20  # bytes; a list of some 10,000 addresses
_LONGEST_WAIT = 30  # seconds until a body must be there
_MOST_FIELDS = 20


class RefusedBody(Exception):  # noqa: N818 - the names of errors read as statements
    """The error for a body that is not read or not understood. `status` is the status of the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """Return the body of a request.

    Raise RefusedBody for a body of more than 1 MiB: before anything of it is read if its length is announced. Raise it,
    too, for a body that is not there after half a minute. Raise ClientDisconnect if the sender leaves.
    """
    too_large = RefusedBody(413, "The request is larger than 1 MiB.")
    announced = headers.get("content-length", "")
    if announced and (not announced.isdecimal() or int(announced[:19]) > LARGEST_BODY):
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(_LONGEST_WAIT):
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise ClientDisconnect
                body += event.get("body", b"")
                if len(body) > LARGEST_BODY:
                    raise too_large
                if not event.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise RefusedBody(408, "The request did not come to its end.") from None


def parse_fields(content_type: str, body: bytes) -> dict[str, str]:
    """Return the fields of a form, of a JSON object, or the one field `text` of a plain text.

    Values of JSON that are not text are left out. Raise RefusedBody for a body of another type, or one that is not what
    its type says.
    """
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
            return dict(pairs)
        if kind == "application/json":
            content = json.loads(body)
            if not isinstance(content, dict):
                raise RefusedBody(400, "The request is no JSON object.")
            return {name: value for name, value in content.items() if isinstance(value, str)}
        if kind == "text/plain":
            return {"text": body.decode()}
    except (ValueError, RecursionError):
        raise RefusedBody(400, "The request cannot be read.") from None
    raise RefusedBody(415, 'Send a form, or JSON such as {"text": "…"}.')
