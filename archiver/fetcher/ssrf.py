"""Reject addresses of this machine and its network, to prevent server-side request forgery (SSRF).

The addresses of media and redirects come from untrusted pages. Without this check, a page could make the program
request services that are not public, such as a cloud's metadata service at 169.254.169.254 or a router's settings.
"""

from __future__ import annotations

import ipaddress
import socket

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NETWORKS = (  # from IANA's special-purpose registries; Python 3.11 knows only a part of them
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 "
    "203.0.113.0/24 224.0.0.0/3 168.63.129.16/32 "  # the last one: services of Azure for its virtual machines
    "2001::/23 2001:db8::/32 2620:4f:8000::/48 3fff::/20"
)
_SPECIAL = tuple(map(ipaddress.ip_network, _NETWORKS.split()))
_UNICAST = ipaddress.ip_network("2000::/3")  # global unicast, the only IPv6 addresses that can be public
_LOCAL = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa")  # RFC 6761, 6762, 8375; ICANN 2024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # IPv4 addresses as seen from networks with only IPv6
# Clash and similar proxies, which many users run, resolve every name to an address in this range, and connect to the
# name themselves. So names may resolve to this range, but addresses that contain such an IP address are forbidden.
_FAKE_IP = ipaddress.ip_network("198.18.0.0/15")


def is_forbidden(host: str) -> bool:
    """Return whether requests to `host`, the host name or IP address in a URL, are forbidden.

    An IP address is forbidden if it is not public. A host name is not resolved here: it is forbidden if it is invalid
    or local by its form, such as `localhost`, `router` or `nas.local`. For any other name, may_connect checks the IP
    address when a direct connection is opened.
    """
    host = host.strip("[]").rstrip(".").lower()
    literal = _parse_literal(host)
    if literal:
        return not is_public(literal)
    last_label = host.rpartition(".")[2]
    return "." not in host or host.endswith(_LOCAL) or last_label[:1].isdigit()


def is_public(address: IPAddress) -> bool:
    """Return whether an IP address is public. For an IPv6 address that contains an IPv4 address, the latter decides."""
    inner = _unwrap_ipv4(address)
    is_assigned = inner.version == 4 or inner in _UNICAST
    return is_assigned and inner.is_global and not any(inner in network for network in _SPECIAL)


def may_connect(resolved: str) -> bool:
    """Return whether connections to `resolved`, the IP address to which a host name was resolved, are allowed.

    Public addresses are allowed. 198.18.0.0/15 is also allowed, because proxies such as Clash resolve all names to it.
    """
    address = ipaddress.ip_address(resolved)
    return is_public(address) or address in _FAKE_IP


def _parse_literal(host: str) -> IPAddress | None:
    """Return `host` as an IP address, None if it is a name.

    Unusual notations that the C library accepts are parsed as well: 2130706433, 0x7f.1, 0177.0.0.1, 127.1.
    """
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _unwrap_ipv4(address: IPAddress) -> IPAddress:
    """Return the IPv4 address that an IPv6 address contains (NAT64, mapped, 6to4), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
