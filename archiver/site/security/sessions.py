"""Remember who has logged in, and sign what only this reader may have written."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

LIFETIME = 30 * 86_400  # seconds of a session
_MOST_SESSIONS = 1000


class Signer:
    """A maker of signatures that no one else can make, and that end with the process if no key is given.

    `purpose` keeps signatures apart: one that was made for a form is not valid for a file.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = key or secrets.token_bytes(32)

    def sign(self, purpose: str, value: str) -> str:
        """Return the signature of `value`, 43 letters and digits that may stand in an address."""
        return hmac.new(self._key, f"{purpose}\0{value}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[
            :43
        ]

    def is_valid(self, purpose: str, value: str, signature: str) -> bool:
        """Return whether `signature` is that of `value`."""
        return hmac.compare_digest(self.sign(purpose, value).encode(), signature.encode(errors="replace"))


class Sessions:
    """The sessions of people who gave the password. They end by `end`, after 30 days, or with the process.

    A session is a random text, which the browser keeps as a cookie. Only its digest is kept here. There are at most
    1000 at a time; a further one ends the oldest. Methods may be called from any thread.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ends: OrderedDict[bytes, float] = OrderedDict()  # digest of a session → when it ends
        self._lock = threading.Lock()

    def begin(self) -> str:
        """Return a new session."""
        session = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._ends) >= _MOST_SESSIONS:
                self._ends.popitem(last=False)
            self._ends[_digest(session)] = self._now() + LIFETIME
        return session

    def is_valid(self, session: str) -> bool:
        """Return whether a text that a browser sent is a session that has not ended."""
        with self._lock:
            return self._ends.get(_digest(session), 0) > self._now()

    def end(self, session: str) -> None:
        """End a session; do nothing if there is no such session."""
        with self._lock:
            self._ends.pop(_digest(session), None)


def _digest(session: str) -> bytes:
    return hashlib.sha256(session.encode(errors="surrogatepass")).digest()
