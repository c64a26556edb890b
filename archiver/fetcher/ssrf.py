"""Tell public addresses from those of this machine and its network (server-side request forgery, SSRF).

Media addresses and redirects come from untrusted pages. One that names this machine or its network would let a page
reach what only they can reach: a cloud's metadata service at 169.254.169.254, a router's settings.
"""

from __future__ import annotations

import ipaddress
import socket

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NETWORKS = (  # IANA's special-purpose registries, of which Python 3.11 knows only a part
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 "
    "203.0.113.0/24 224.0.0.0/3 168.63.129.16/32 "  # the last: Azure's own services, for its machines only
    "2001::/23 2001:db8::/32 2620:4f:8000::/48 3fff::/20"
)
_SPECIAL = tuple(map(ipaddress.ip_network, _NETWORKS.split()))
_UNICAST = ipaddress.ip_network("2000::/3")  # the only part of IPv6 that is assigned; 100::, 5f00::, fc00:: … are not
_LOCAL = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa")  # RFC 6761, 6762, 8375; ICANN 2024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # how an IPv6-only network reaches every IPv4 address
# Clash and similar proxies resolve every name to an address of this range and connect by name themselves. Many users
# run one, so names may lead there; an address that spells the range itself stays forbidden.
_FAKE_IP = ipaddress.ip_network("198.18.0.0/15")


def is_forbidden(host: str) -> bool:
    """Return whether `host`, as written in an address, is this machine, in its network, or no valid host."""
    host = host.strip("[]").rstrip(".").lower()
    literal = _parse_literal(host)
    if literal:
        return not is_public(literal)
    last_label = host.rpartition(".")[2]
    return "." not in host or host.endswith(_LOCAL) or last_label[:1].isdigit()


def is_public(address: IPAddress) -> bool:
    """Return whether `address` is public; for an IPv6 address with an IPv4 address inside, whether the latter is."""
    inner = _unwrap_ipv4(address)
    is_assigned = inner.version == 4 or inner in _UNICAST
    return is_assigned and inner.is_global and not any(inner in network for network in _SPECIAL)


def may_connect(resolved: str) -> bool:
    """Return whether a name may be connected to at `resolved`, the address it resolved to."""
    address = ipaddress.ip_address(resolved)
    return is_public(address) or address in _FAKE_IP


def _parse_literal(host: str) -> IPAddress | None:
    """Return the IP address that `host` is, None for a name.

    The C library accepts other notations as well: 2130706433, 0x7f.1, 0177.0.0.1, 127.1.
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
    """Return the IPv4 address inside an IPv6 address (NAT64, mapped, 6to4), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
