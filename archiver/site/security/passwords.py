"""Check the password of the reader, and slow down those who guess it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path

from archiver.errors import ConfigError
from archiver.messages.message import message
from archiver.storage.secret_files import read_secret

VARIABLE = "ARCHIVER_PASSWORD"
_SHORTEST = 8  # characters
_COST = {"n": 2**14, "r": 8, "p": 1}  # 16 MB and some 50 ms for each try
_MOST_ADDRESSES = 1024
_MOST_KNOWN = 100
_KNOWN_FOR = 30 * 86_400  # seconds


def find_password(environ: Mapping[str, str], file: str) -> str:
    """Return the password that a person has set: the first line of `file`, else the variable ARCHIVER_PASSWORD.

    Return '' if there is neither. Raise ConfigError if the file cannot be read, if others may read it, or if the
    password is shorter than eight characters.
    """
    concerns = file or VARIABLE
    password = read_secret(Path(file)) if file else environ.get(VARIABLE, "")
    if (file or password) and len(password) < _SHORTEST:
        raise ConfigError(
            message("holds a password of fewer than {number} characters", number=_SHORTEST), concerns=concerns
        )
    return password


class PasswordCheck:
    """A check of a password, which is kept only as a salted hash by scrypt. One check runs at a time."""

    def __init__(self, password: str) -> None:
        self._salt = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._hash = self._hashed(password)

    def accepts(self, password: str) -> bool:
        """Return whether this is the password."""
        return hmac.compare_digest(self._hash, self._hashed(password))

    def _hashed(self, password: str) -> bytes:
        with self._lock:
            return hashlib.scrypt(password.encode(errors="surrogatepass"), salt=self._salt, **_COST)


@dataclass(slots=True)
class _Bucket:
    """A leaky bucket: each try adds 1, and in `pause` seconds 1 runs out. It holds at most `capacity`."""

    capacity: int
    pause: float
    level: float = 0
    changed: float = 0

    def wait(self, now: float) -> float:
        """Return the seconds until there is room for another try; 0 if there is room now."""
        self.level = max(0.0, self.level - max(0.0, now - self.changed) / self.pause)
        self.changed = now
        return max(0.0, round((self.level + 1 - self.capacity) * self.pause, 3))


@dataclass(frozen=True, slots=True)
class _KnownAddress:
    """The tries from an address from which the right password came, and how long that counts."""

    bucket: _Bucket
    until: float


class LoginAttempts:
    """The recent tries of the password, which limit further ones.

    From one address five tries are free, then one a minute. From all addresses together fifty are free, then one in six
    seconds; this does not concern known addresses, so that those who guess do not keep out everybody. An address is
    known for 30 days after the right password came from it. A right password is no try; it frees none of the others.

    Addresses of IPv6 count by their network of 64 bits. At most 1024 addresses are remembered, and 100 known ones.
    Methods may be called from any thread.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._everyone = _Bucket(capacity=50, pause=6)
        self._by_address: OrderedDict[str, _Bucket] = OrderedDict()
        self._known: OrderedDict[str, _KnownAddress] = OrderedDict()  # kept apart: no number of others displaces them
        self._lock = threading.Lock()

    def begin(self, address: str) -> float:
        """Count a try from `address` and return 0; or count none, and return the seconds to wait before the next."""
        with self._lock:
            now, network = self._now(), _network(address)
            known = self._known.get(network)
            if known and known.until > now:
                buckets = [known.bucket]
            else:
                buckets = [self._bucket_of_stranger(network), self._everyone]
            wait = max(bucket.wait(now) for bucket in buckets)
            if not wait:
                for bucket in buckets:
                    bucket.level += 1
            return wait

    def succeed(self, address: str) -> None:
        """Take back a try from `address`, since it had the right password, and remember the address as known."""
        with self._lock:
            now, network = self._now(), _network(address)
            known = self._known.pop(network, None)
            if known and known.until > now:
                bucket = known.bucket
            else:
                bucket = self._bucket_of_stranger(network)
                del self._by_address[network]
                self._everyone.level = max(0.0, self._everyone.level - 1)
            bucket.level = max(0.0, bucket.level - 1)
            self._known[network] = _KnownAddress(bucket, now + _KNOWN_FOR)  # the last one in the order
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)

    def _bucket_of_stranger(self, network: str) -> _Bucket:
        bucket = self._by_address.pop(network, None) or _Bucket(capacity=5, pause=60)
        self._by_address[network] = bucket  # the last one in the order
        while len(self._by_address) > _MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        return bucket


def _network(address: str) -> str:
    """Return the address, or the network of 64 bits of an IPv6 address; '' for a text that is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
