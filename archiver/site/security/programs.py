"""Let programs read feeds and books with the password, since they cannot fill in the form of the login page."""

from __future__ import annotations

import asyncio
import base64
import binascii
import math

from anyio.to_thread import run_sync
from starlette.requests import Request

from archiver.site.security.passwords import LoginAttempts, PasswordCheck
from archiver.site.security.sessions import Signer

CHALLENGE = 'Basic realm="archiver", charset="UTF-8"'
_PURPOSE = "program"


class ProgramLogins:
    """The logins by HTTP Basic authentication (RFC 7617). Any name is accepted; the password is that of the reader.

    Tries count as those of the login page do, and are checked one after the other. A password that was right is known
    again without the slow check, by a digest whose key ends with the process: programs send it with every request.
    """

    def __init__(self, attempts: LoginAttempts) -> None:
        self._attempts = attempts
        self._signer = Signer()
        self._known = ""
        self._one_by_one = asyncio.Lock()

    async def wait(self, request: Request, password: PasswordCheck) -> int | None:
        """Return None if the request has the right password, otherwise the seconds to wait before the next try.

        They are 0 if there was no password, or a wrong one.
        """
        given = password_in(request.headers.get("authorization", ""))
        if given is None:
            return 0
        client = request.client.host if request.client else ""
        async with self._one_by_one:
            seconds = math.ceil(self._attempts.begin(client))
            if seconds:
                return seconds
            if not self._signer.is_valid(_PURPOSE, given, self._known):
                if not await run_sync(password.accepts, given):
                    return 0
                self._known = self._signer.sign(_PURPOSE, given)
            self._attempts.succeed(client)
        return None


def password_in(header: str) -> str | None:
    """Return the password in a header `Authorization: Basic …`; None if it is another header, or is malformed."""
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return password if colon else None
