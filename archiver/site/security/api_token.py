"""Keep the token by which a phone or a script adds articles without a browser."""

from __future__ import annotations

import hmac
import secrets
from contextlib import suppress
from pathlib import Path

from archiver.errors import ConfigError, OutputError
from archiver.storage.secret_files import read_secret, write_secret


def user_token_path() -> Path:
    """Return the file of the token, in the user's folder for state. All archives of a user share the token."""
    from platformdirs import user_state_path

    return user_state_path("archiver", appauthor=False) / "reader-token"


class ApiToken:
    """The token in a file that only its owner may read.

    The file is read for each request, so that a token that another process has renewed is valid at once.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or user_token_path()

    def show(self) -> str:
        """Return the token; make one if there is none. Raise OutputError if it cannot be written."""
        return self._read() or self.renew()

    def renew(self) -> str:
        """Return a new token. The old one is no longer valid. Raise OutputError if it cannot be written."""
        token = secrets.token_urlsafe(32)
        write_secret(self._path, token)
        return token

    def is_valid(self, token: str) -> bool:
        """Return whether this is the token."""
        kept = self._read()
        return bool(kept) and hmac.compare_digest(kept.encode(), token.encode(errors="replace"))

    def derived_key(self, purpose: str) -> bytes:
        """Return a key for signatures that changes when the token is renewed, and from which it cannot be found.

        Make a token if there is none; return b'' if that is not possible.
        """
        with suppress(OutputError):
            return hmac.digest(self.show().encode(), purpose.encode(), "sha256")
        return b""

    def _read(self) -> str:
        """Return the token; '' if there is none, or if its file is not only its owner's, so that it may be known."""
        with suppress(ConfigError):
            return read_secret(self._path)
        return ""
