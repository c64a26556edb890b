"""Which addresses a page may make us open: public ones only.

Media addresses and redirects come from an untrusted page. One that names this machine or its network would
make the archiver a way into both (the cloud's 169.254.169.254, a router's own page).
"""

from __future__ import annotations

import ipaddress
import socket

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NETWORKS = (  # IANA's registries of special purposes: Python 3.11 knows neither the newer nor all of the older ones
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 "
    "203.0.113.0/24 224.0.0.0/3 168.63.129.16/32 "  # the last is Azure's own door, for its machines alone
    "2001::/23 2001:db8::/32 2620:4f:8000::/48 3fff::/20"
)
_SPECIAL = tuple(map(ipaddress.ip_network, _NETWORKS.split()))
_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that anybody was given: 100::, 5f00::, fc00:: … are outside
_LOCAL = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa")  # RFC 6761, 6762, 8375; ICANN 2024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv6-only network's way to every IPv4 address
# Clash and its kin answer every name with an address of this range and connect by name behind it. Half of our
# users have one running; a literal address of the range stays refused.
_FAKE_IP = ipaddress.ip_network("198.18.0.0/15")


def is_forbidden(host: str) -> bool:
    """Whether `host`, as an address spells it, is this machine, its network or nobody; public names are not."""
    host = host.strip("[]").rstrip(".").lower()
    literal = _literal(host)
    if literal:
        return not is_public(literal)
    last_label = host.rpartition(".")[2]
    return "." not in host or host.endswith(_LOCAL) or last_label[:1].isdigit()


def is_public(address: IPAddress) -> bool:
    """Whether `address` belongs to the internet, seen through the forms that wrap IPv4 in IPv6."""
    inner = _unwrapped(address)
    is_given = inner.version == 4 or inner in _UNICAST
    return is_given and inner.is_global and not any(inner in network for network in _SPECIAL)


def may_connect(resolved: str) -> bool:
    """Whether a name may lead to `resolved`, an address that the resolver gave."""
    address = ipaddress.ip_address(resolved)
    return is_public(address) or address in _FAKE_IP


def _literal(host: str) -> IPAddress | None:
    """The address that `host` spells, also in the C library's ways: 2130706433, 0x7f.1, 0177.0.0.1, 127.1."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _unwrapped(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
