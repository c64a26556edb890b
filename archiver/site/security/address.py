"""Say where the reader listens, and which Host names and origins are its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from archiver.errors import UsageError
from archiver.messages.message import message

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class ReaderAddress:
    """The address of the reader.

    `host` and `port` are where it listens. `base_url` is the address under which people reach it through a reverse
    proxy or by another name, such as `https://reader.example`; '' if there is none. Raise UsageError if `base_url` is
    not the address of a host.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    base_url: str = ""

    def __post_init__(self) -> None:
        """Raise UsageError if `base_url` has anything but a scheme, a host and a port."""
        if self.base_url:
            _check_base_url(self.base_url)

    @property
    def public_url(self) -> str:
        """The address to open in a browser, with a slash at its end."""
        if self.base_url:
            return f"{self.base_url.rstrip('/')}/"
        host = "127.0.0.1" if self.listens_everywhere else self.host
        return f"http://{_netloc(host, self.port, 'http')}/"

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the reader by https."""
        return self.base_url.lower().startswith("https:")

    @property
    def is_local(self) -> bool:
        """Whether the reader can be reached from this machine alone."""
        return _is_local(self.host) and (not self.base_url or _is_local(urlsplit(self.base_url).hostname or ""))

    @property
    def listens_everywhere(self) -> bool:
        """Whether the reader listens at all addresses of the machine."""
        address = _ip(self.host)
        return address is not None and address.is_unspecified

    def allows_host(self, host: str) -> bool:
        """Return whether the header `Host` of a request names this reader.

        A page of another host whose name leads to this machine (DNS rebinding) sends its own name. A number is no name,
        so if the reader listens at all addresses, each number is allowed, with the reader's port.
        """
        low = host.lower()
        if low in self._hosts:
            return True
        name, port = _split(low)
        return self.listens_everywhere and _ip(name) is not None and port == self.port

    def allows_origin(self, origin: str, host: str) -> bool:
        """Return whether the header `Origin` of a request to the allowed `host` names this reader.

        At the host of an https `base_url`, anybody on the way may have written a page that came by http.
        """
        low = origin.lower()
        if self.base_url and low == self._base_origin:
            return True
        return host.lower() not in self._base_hosts and low == f"http://{host.lower()}"

    @cached_property
    def _hosts(self) -> frozenset[str]:
        names = (*_LOCAL_NAMES, self.host.lower())
        own = {_netloc(name, self.port, "http") for name in names} | {
            f"{_bracketed(name)}:{self.port}" for name in names
        }
        return self._base_hosts | own

    @cached_property
    def _base_hosts(self) -> frozenset[str]:
        """The forms of the header `Host` at `base_url`."""
        base = urlsplit(self.base_url.lower())
        name, port = base.hostname or "", base.port or _DEFAULT_PORTS.get(base.scheme)
        return frozenset({_netloc(name, port, base.scheme), f"{_bracketed(name)}:{port}"} if port else ())

    @cached_property
    def _base_origin(self) -> str:
        base = urlsplit(self.base_url.lower())
        return f"{base.scheme}://{_netloc(base.hostname or '', base.port, base.scheme)}"


def _check_base_url(url: str) -> None:
    """Raise UsageError if `url` is not an address such as `https://reader.example` or `http://192.168.1.2:8765/`."""
    try:
        parts = urlsplit(url)
        is_base = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port out of range, an unbalanced bracket
        is_base = False
    if not is_base or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(message("--base-url takes an address without a path, such as https://reader.example"))


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _is_local(host: str) -> bool:
    address = _ip(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def _split(host: str) -> tuple[str, int]:
    """Return the name and the port of a header `Host`; port 80 if it has none, and 0 if it is invalid."""
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        return name or port or host, 80
    return name, int(port) if port.isdecimal() and port.isascii() and len(port) < 6 else 0


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _netloc(host: str, port: int | None, scheme: str) -> str:
    """Return the host and the port as browsers write them: without the port if it is the scheme's own."""
    return _bracketed(host) if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{_bracketed(host)}:{port}"
