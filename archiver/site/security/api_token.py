"""Keep the token by which a phone or a script adds articles without a browser."""

from __future__ import annotations

import hmac
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from archiver.errors import ConfigError
from archiver.storage.secret_files import read_secret, write_secret

_Stamp = tuple[int, ...]


def user_token_path() -> Path:
    """Return the file of the token, in the user's folder for state. All archives of a user share the token."""
    from platformdirs import user_state_path

    return user_state_path("archiver", appauthor=False) / "reader-token"


class ApiToken:
    """The token in a file that only its owner may read. Several threads may use it.

    Each check looks whether the file is still the same, and reads it if not, so that a token that another process has
    renewed is valid at once. Checks never make a token.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or user_token_path()
        self._making = threading.Lock()
        self._known: tuple[_Stamp | None, str] = (None, "")  # what was read last, with the stamp of its file

    def show(self) -> str:
        """Return the token; make one if there is none. Raise OutputError if it cannot be written."""
        if token := self._read():
            return token
        with self._making:
            return self._read() or self.renew()  # another thread may have made one

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

        Return b'' if there is no token.
        """
        token = self._read()
        return hmac.digest(token.encode(), purpose.encode(), "sha256") if token else b""

    def _read(self) -> str:
        """Return the token; '' if there is none, or if its file is not only its owner's, so that it may be known."""
        with suppress(ConfigError, OSError):
            stamp = _stamp(self._path)
            known, token = self._known
            if known != stamp:
                token = read_secret(self._path)
                self._known = (stamp, token)
            return token
        return ""


def _stamp(path: Path) -> _Stamp:
    """Return what differs if a file was replaced or written, or if its mode was changed."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size
